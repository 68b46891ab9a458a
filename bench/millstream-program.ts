import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { BenchOptions } from './benchmark.ts'
import { RunningProcess, runForResult, type StartOptions } from './child-process.ts'
import { benchDir, programFile } from './paths.ts'

/**
 * Compiles bench/programs/ to JavaScript, which runs on the built package: nothing but Node and Millstream is in the measured process.
 * @throws when the compiler reports an error.
 */
export async function compilePrograms(): Promise<void> {
  const require = createRequire(import.meta.url)
  const tsc = join(require.resolve('typescript/package.json'), '../bin/tsc')
  const project = join(benchDir, 'tsconfig.programs.json')
  // Types are checked with the rest of the project.
  await using compiler = new RunningProcess(process.execPath, [tsc, '-p', project, '--noCheck'])
  await compiler.end()
}

/** Runs a compiled program in a process of its own. */
export function runProgram<T>(
  name: string,
  args: readonly (string | number)[],
  { profileDir }: BenchOptions,
  options: StartOptions = {},
): Promise<T> {
  return runForResult<T>(process.execPath, [programFile(name), ...args.map(String)], {
    ...options,
    // Worker threads take the option from here, and each writes a profile of its own.
    ...(profileDir === null ? {} : { env: { ...options.env, NODE_OPTIONS: profileOptions(name, profileDir) } }),
  })
}

function profileOptions(name: string, profileDir: string): string {
  const folder = join(profileDir, name)
  mkdirSync(folder, { recursive: true })
  return `--cpu-prof --cpu-prof-dir=${folder}`
}
