import { readFileSync } from 'node:fs'

const SIGNALS: ReadonlySet<string | symbol> = new Set(['SIGINT', 'SIGTERM', 'SIGHUP'])
/** How often the parent is looked at: a program that npm left behind ends at most this much later. */
const INTERVAL_MS = 250

/**
 * Ends a program that npm or npx started when its parent ends, as SIGTERM would: npm hands SIGTERM on to the shell between the two, the shell
 * dies of it, and the program would run on with nobody to stop it. Where npm itself is killed, the shell lives on, so npm is looked at too. A program that has had a signal of its own is on its way out and gets no
 * second one, which would end it at once. Outside of npm nothing is done: `nohup millstream run app.ts &` outlives its shell.
 */
export function endWithNpm(environment: NodeJS.ProcessEnv = process.env): void {
  if (environment.npm_lifecycle_event === undefined) return
  const parent = process.ppid
  const npm = parentOf(parent)
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
    if (process.ppid === parent && parentOf(parent) === npm) return
    clearInterval(timer)
    if (!hasSignal) process.kill(process.pid, 'SIGTERM')
  }, INTERVAL_MS)
  timer.unref()
}

/** The parent of a process, where the system tells (Linux). */
function parentOf(pid: number): number | undefined {
  try {
    // The name of the program stands in parentheses, and may hold some itself.
    const [, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return Number(parent)
  } catch {
    return undefined
  }
}
