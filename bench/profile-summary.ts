import { readdirSync, readFileSync } from 'node:fs'
import type { Profiler } from 'node:inspector'
import { basename, dirname, join } from 'node:path'

const SHOWN_FUNCTIONS = 15
/** Less than this part of the time is not worth a line. */
const SHOWN_PERCENT = 0.5
/** What V8 calls time in which a thread waits for something to do. */
const IDLE = '(idle)'

/** Where a profiled program's threads spent their time: for each thread the functions with most time of their own, callees left out. */
export function profileSummary(folder: string): string {
  const threads = new Map<string, string[]>()
  for (const file of readdirSync(folder).sort()) {
    const thread = file.slice(0, file.lastIndexOf('-'))
    threads.set(thread, [...(threads.get(thread) ?? []), file])
  }
  return [...threads].map(([thread, files]) => threadSummary(thread, folder, files)).join('\n')
}

function threadSummary(thread: string, folder: string, files: readonly string[]): string {
  const micros = new Map<string, number>()
  let total = 0
  for (const file of files) {
    const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Profiler.Profile
    const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]))
    samples?.forEach((id, i) => {
      const name = names.get(id) ?? IDLE
      if (name === IDLE) return
      const delta = timeDeltas?.[i] ?? 0
      total += delta
      micros.set(name, (micros.get(name) ?? 0) + delta)
    })
  }
  const lines = [...micros]
    .sort(([, a], [, b]) => b - a)
    .slice(0, SHOWN_FUNCTIONS)
    .map(([name, time]) => ({ name, percent: (time / total) * 100 }))
    .filter(({ percent }) => percent >= SHOWN_PERCENT)
    .map(({ name, percent }) => `    ${percent.toFixed(1).padStart(5)} %  ${name}`)
  return [`  ${thread}: busy for ${(total / 1e6).toFixed(1)} s`, ...lines].join('\n')
}

function nameOf({ functionName, url, lineNumber }: Profiler.Profile['nodes'][number]['callFrame']): string {
  if (url === '') return functionName
  const place = url.startsWith('node:') ? url : join(basename(dirname(url)), basename(url))
  return `${functionName || '(anonymous)'} ${place}:${lineNumber + 1}`
}
