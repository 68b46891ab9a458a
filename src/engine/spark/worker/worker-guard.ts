import { type ChildProcess, spawn } from 'node:child_process'

/** Remembers the last line, and kills the processes that it names once nobody can write another one. */
const SCRIPT = 'pids=; while read -r line; do pids=$line; done; [ -z "$pids" ] || kill -KILL $pids'

/**
 * Kills a daemon's workers when the daemon itself was killed: a worker in an endless loop would not notice the closed connection. The guard is a shell
 * that waits at the end of a pipe. It takes one megabyte, where a watching thread in every worker would take ten.
 */
export class WorkerGuard {
  readonly #shell: ChildProcess

  constructor() {
    this.#shell = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'] })
    this.#shell.on('error', (error) => {
      process.stderr.write(`the guard of Millstream's workers cannot be started: ${error.message}\n`)
    })
    // Should it be killed, workers are as they would be without it.
    this.#shell.stdin?.on('error', () => {})
  }

  /** Says which processes are the daemon's workers now. */
  watch(pids: readonly number[]): void {
    this.#shell.stdin?.write(`${pids.join(' ')}\n`)
  }
}
