import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts processor time in these. */
const TICKS_PER_SECOND = 100

/**
 * Processor seconds that a process, all that it started, and what of that has ended, have taken so far.
 * NaN where the system has no /proc.
 */
export function treeCpuSeconds(root: number): number {
  const processes = new Map<number, { readonly parent: number; readonly ticks: number }>()
  for (const pid of processIds()) {
    const fields = statFields(pid)
    if (fields === null) continue
    // Own user and system time, and that of children that have ended.
    const ticks = [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field]), 0)
    processes.set(pid, { parent: Number(fields[1]), ticks })
  }
  if (!processes.has(root)) return Number.NaN
  const isBelowRoot = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined; at = processes.get(at)?.parent)
      if (at === root) return true
    return false
  }
  let ticks = 0
  for (const [pid, process] of processes) if (isBelowRoot(pid)) ticks += process.ticks
  return ticks / TICKS_PER_SECOND
}

function processIds(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
  } catch {
    return []
  }
}

/** What follows the name, which may hold anything, or null for a process that has just ended. */
function statFields(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}

/** Notes processor time at the lines `MARK <name>` of a program's output: between two of them lies a measured part. */
export class ProcessorMarks {
  readonly #cpuSeconds: () => number
  readonly #marks = new Map<string, number>()

  /** @param cpuSeconds of all that takes part, so far. */
  constructor(cpuSeconds: () => number) {
    this.#cpuSeconds = cpuSeconds
  }

  readonly onLine = (line: string): void => {
    if (line.startsWith('MARK ')) this.#marks.set(line.slice('MARK '.length), this.#cpuSeconds())
  }

  /** Processor seconds from one mark to another; NaN when one of them never came. */
  between(from: string, to: string): number {
    return (this.#marks.get(to) ?? Number.NaN) - (this.#marks.get(from) ?? Number.NaN)
  }
}
