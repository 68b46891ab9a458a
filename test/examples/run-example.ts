import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
/** The longest that a program may take on a busy machine. */
const TIMEOUT_MS = 60_000

/** How a program ended. */
export interface Outcome {
  readonly code: number | string | null
  readonly stdout: string
  readonly stderr: string
}

/** The command line that runs a program, and the folder that it runs in. */
export interface ProgramPlace {
  readonly cwd: string
  readonly cli: string
}

const REPOSITORY: ProgramPlace = { cwd: ROOT, cli: CLI }

/** Runs a program to its end as a user does, by the built command line. @param file from the repository's root, or absolute. */
export function runProgram(file: string, ...args: string[]): Promise<Outcome> {
  return runProgramIn(REPOSITORY, file, ...args)
}

/** Runs a program to its end by the command line of a place. @param file from the place's folder, or absolute. */
export function runProgramIn({ cwd, cli }: ProgramPlace, file: string, ...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { cwd, env: programEnvironment(), timeout: TIMEOUT_MS }
    execFile(process.execPath, [cli, 'run', file, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? error.signal ?? 1), stdout, stderr })
    })
  })
}

/** Otherwise a program would take itself for a test file of this run. */
export function programEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: '1' }
  delete env.NODE_TEST_CONTEXT
  return env
}

/** A program that runs until it is told to end. */
export interface RunningProgram {
  /** Waits until the output matches. A program that ends before fails with what it said. */
  outputMatching(pattern: RegExp): Promise<string>
  /** Sends a signal. @returns the exit code and the signal that the program ended by. */
  ended(signal: NodeJS.Signals): Promise<unknown[]>
}

/** Starts a program as {@link runProgram} does; it ends with the test at the latest. */
export function startProgram(t: TestContext, file: string, ...args: string[]): RunningProgram {
  return startProgramIn(REPOSITORY, t, file, ...args)
}

/** Starts a program as {@link runProgramIn} does; it ends with the test at the latest. */
export function startProgramIn(
  { cwd, cli }: ProgramPlace,
  t: TestContext,
  file: string,
  ...args: string[]
): RunningProgram {
  const child = spawn(process.execPath, [cli, 'run', file, ...args], { cwd, env: programEnvironment() })
  const closed = once(child, 'close')
  t.after(() => child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      child.emit('output')
    })
  }
  return {
    async outputMatching(pattern) {
      for (;;) {
        const match = pattern.exec(output)
        if (match !== null) return match[0]
        assert(child.exitCode === null && child.signalCode === null, `ended without ${pattern}:\n${output}`)
        await Promise.race([once(child, 'output'), closed])
      }
    },
    async ended(signal) {
      child.kill(signal)
      return closed
    },
  }
}
