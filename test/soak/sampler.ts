import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import type { BatchInfo, SparkContext } from '../../src/index.ts'
import { collectGarbage } from '../../src/task/collect-garbage.ts'
import type { SoakJob } from './job.ts'

/** What is measured, by name; sizes in MiB, delays in milliseconds. */
export interface Sample {
  /** Seconds since the soak's start. */
  readonly atS: number
  readonly values: Readonly<Record<Measure, number>>
}

export const MEASURES = [
  'resident memory',
  'driver heap',
  'driver buffers',
  'worker heaps',
  'worker buffers',
  'threads',
  'descriptors',
  'checkpoint files',
  'checkpoint MiB',
  'local files',
  'local MiB',
  'scheduling delay',
  'processing delay',
] as const
export type Measure = (typeof MEASURES)[number]

const MIB = 1024 * 1024
/** Enough for every worker to get one. */
const TASKS_PER_WORKER = 4
const MAX_ROUNDS = 20

interface ThreadMemory {
  readonly thread: number
  readonly heapBytes: number
  readonly bufferBytes: number
}

/** Measures the process and the job's directories, garbage left out. Null while no batch has been completed since the last sample. */
export async function takeSample(job: SoakJob, atS: number): Promise<Sample | null> {
  const batches = job.takeBatches()
  if (batches.length === 0) return null
  const workers = await workerMemory(job.ssc.sparkContext)
  const driver = threadMemory()
  const checkpoints = contentsOf(job.checkpoints)
  const local = contentsOf(job.localDir)
  const status = readFileSync('/proc/self/status', 'utf8')
  const values = {
    'resident memory': numberAfter(status, 'VmRSS') / 1024,
    'driver heap': driver.heapBytes / MIB,
    'driver buffers': driver.bufferBytes / MIB,
    'worker heaps': sum(workers.map(({ heapBytes }) => heapBytes)) / MIB,
    'worker buffers': sum(workers.map(({ bufferBytes }) => bufferBytes)) / MIB,
    threads: numberAfter(status, 'Threads'),
    descriptors: readdirSync('/proc/self/fd').length,
    'checkpoint files': checkpoints.files,
    'checkpoint MiB': checkpoints.bytes / MIB,
    'local files': local.files,
    'local MiB': local.bytes / MIB,
    'scheduling delay': median(batches.map((batch: BatchInfo) => batch.schedulingDelay ?? 0)),
    'processing delay': median(batches.map((batch: BatchInfo) => batch.processingDelay ?? 0)),
  }
  return { atS, values }
}

/** What each worker thread holds, by tasks that each tell of the one they run on. */
async function workerMemory(sc: SparkContext): Promise<ThreadMemory[]> {
  const workers = sc.defaultParallelism
  const found = new Map<number, ThreadMemory>()
  for (let round = 0; round < MAX_ROUNDS && found.size < workers; round++) {
    const tasks = workers * TASKS_PER_WORKER
    const told = await sc
      .parallelize([...Array(tasks).keys()], tasks)
      .mapPartitions(() => [threadMemory()])
      .collect()
    for (const memory of told) found.set(memory.thread, memory)
  }
  return [...found.values()]
}

function threadMemory(): ThreadMemory {
  collectGarbage()
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  return { thread: threadId, heapBytes: heapUsed, bufferBytes: Math.max(external, arrayBuffers) }
}

/** What the files below a directory take; one that vanishes meanwhile takes nothing. */
function contentsOf(directory: string): { readonly files: number; readonly bytes: number } {
  let files = 0
  let bytes = 0
  for (const name of attempt(() => readdirSync(directory, { recursive: true, encoding: 'utf8' })) ?? []) {
    const status = attempt(() => statSync(join(directory, name)))
    files += status === undefined ? 0 : 1
    bytes += status?.isFile() ? status.size : 0
  }
  return { files, bytes }
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function numberAfter(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1])
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0)
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
