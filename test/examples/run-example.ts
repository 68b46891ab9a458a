import { execFile } from 'node:child_process'
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

/** Runs a program to its end as a user does, by the built command line. @param file from the repository's root, or absolute. */
export function runProgram(file: string, ...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { cwd: ROOT, env: programEnvironment(), timeout: TIMEOUT_MS }
    execFile(process.execPath, [CLI, 'run', file, ...args], options, (error, stdout, stderr) => {
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
