import { mkdirSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'

/** Defects that can be planted, by what grows. */
export const LEAKS = ['heap', 'worker-heap', 'shared-memory', 'descriptors', 'files', 'threads', 'churn'] as const
export type Leak = (typeof LEAKS)[number]

const KEPT_STRINGS = 4000
const STRINGS_PER_KEY = 16
const SHARED_BYTES = 256 * 1024

const kept: unknown[] = []
let batches = 0
let keptByWorker: string[] | undefined

/** Called with each batch. */
export function leakOnDriver(leaks: readonly Leak[], directory: string): void {
  for (const leak of leaks) leakOf(leak, directory)
}

function leakOf(leak: Leak, directory: string): void {
  switch (leak) {
    case 'heap':
      kept.push(strings())
      break
    case 'shared-memory':
      kept.push(new Uint8Array(new SharedArrayBuffer(SHARED_BYTES)).fill(1))
      break
    case 'descriptors':
      openSync('/dev/null', 'r')
      break
    case 'files':
      mkdirSync(directory, { recursive: true })
      writeFileSync(join(directory, `left-${kept.push(null)}`), '')
      break
    // Kept where they are made.
    case 'churn':
    case 'worker-heap':
      break
    case 'threads':
      // Not with each batch: a thread takes megabytes.
      if (++batches % 10 === 0) new Worker('setInterval(() => {}, 1e6)', { eval: true }).unref()
      break
  }
}

/** Called for each key of a state, so many times with each batch. */
export function leakOnWorker(leaks: readonly Leak[]): void {
  if (!leaks.includes('worker-heap')) return
  keptByWorker ??= []
  for (let i = 0; i < STRINGS_PER_KEY; i++) keptByWorker.push(`key ${keptByWorker.length} of this worker`)
}

function strings(): string[] {
  return Array.from({ length: KEPT_STRINGS }, (_, index) => `${index} of batch ${kept.length}`)
}
