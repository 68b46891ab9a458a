import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
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
    ...(profileDir === null ? {} : { env: { ...options.env, ...profileEnvironment(join(profileDir, name)) } }),
  })
}

/** What makes each thread of a program write profiles; worker threads take these options too. */
function profileEnvironment(folder: string): Record<string, string> {
  return { NODE_OPTIONS: `--import ${pathToFileURL(programFile('profile-thread'))}`, BENCH_PROFILE_DIR: folder }
}
