/**
 * Loaded first into each thread of a program that is to be profiled: writes what the processor did every two seconds, between tasks,
 * to the folder that BENCH_PROFILE_DIR names. A worker thread is ended without notice, so nothing can be left for its end.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'

const PERIOD_MS = 2000
const SAMPLING_MICROS = 1000

const folder = process.env.BENCH_PROFILE_DIR
if (folder === undefined) throw new Error('BENCH_PROFILE_DIR is not set: the runner of the benchmarks sets it')
mkdirSync(folder, { recursive: true })
const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_MICROS })
await session.post('Profiler.start')

let part = 0
setInterval(() => void write(folder), PERIOD_MS).unref()

async function write(directory: string): Promise<void> {
  const { profile } = await session.post('Profiler.stop')
  await session.post('Profiler.start')
  const name = `thread-${threadId}-${String(part++).padStart(3, '0')}.cpuprofile`
  writeFileSync(join(directory, name), JSON.stringify(profile))
}
