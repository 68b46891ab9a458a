/** One timed run of a program's work. */
export interface TimedRun {
  readonly seconds: number
  /** Of the whole process, worker threads included. */
  readonly cpuSeconds: number
}

/** Hands a benchmark's figures to the process that started this one: a line that begins with RESULT. */
export function report(result: Record<string, unknown>): void {
  console.log(`RESULT ${JSON.stringify(result)}`)
}

/** Runs `work` and says how long it took, and what it gave. */
export async function timed<T>(work: () => Promise<T>): Promise<TimedRun & { readonly value: T }> {
  const cpuBefore = process.cpuUsage()
  const started = performance.now()
  const value = await work()
  const seconds = (performance.now() - started) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  return { seconds, cpuSeconds: (user + system) / 1e6, value }
}

/** The most memory that this process, worker threads included, has had resident at any time. */
export function peakRssBytes(): number {
  return process.resourceUsage().maxRSS * 1024
}

/** The program's argument number `index`. */
export function argument(index: number): string {
  const value = process.argv[2 + index]
  if (value === undefined) throw new Error(`argument ${index} is missing: the benchmark's runner gives it`)
  return value
}
