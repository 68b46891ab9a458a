const SIGNALS: ReadonlySet<string | symbol> = new Set(['SIGINT', 'SIGTERM', 'SIGHUP'])
/** How often the parent is looked at: a program that npm left behind ends at most this much later. */
const INTERVAL_MS = 250

/**
 * Ends a program that npm or npx started when its parent ends, as SIGTERM would: npm hands a signal on to the shell between the two, the shell
 * dies of it, and the program would run on with nobody to stop it. A program that has had a signal of its own is on its way out and gets no
 * second one, which would end it at once. Outside of npm nothing is done: `nohup millstream run app.ts &` outlives its shell.
 */
export function endWithNpm(environment: NodeJS.ProcessEnv = process.env): void {
  if (environment.npm_lifecycle_event === undefined) return
  const parent = process.ppid
  let hasSignal = false
  const note = () => {
    hasSignal = true
  }
  // A listener of ours alone would take away what a signal does by default, so it comes and goes with the program's own listeners.
  process.on('newListener', (event: string | symbol, listener: unknown) => {
    if (!SIGNALS.has(event) || listener === note) return
    if (!process.listeners(event as NodeJS.Signals).includes(note)) process.prependListener(event as 'SIGTERM', note)
  })
  process.on('removeListener', (event: string | symbol, listener: unknown) => {
    if (!SIGNALS.has(event) || listener === note) return
    if (process.listeners(event as NodeJS.Signals).every((one) => one === note)) process.off(event, note)
  })
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    if (!hasSignal) process.kill(process.pid, 'SIGTERM')
  }, INTERVAL_MS)
  timer.unref()
}
