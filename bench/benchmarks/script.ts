import { RunningProcess } from '../child-process.ts'

/** Runs a script of bench/ from its TypeScript source. @returns what it printed. */
export async function runScript(file: string, args: readonly string[]): Promise<readonly string[]> {
  await using child = new RunningProcess(process.execPath, ['--import', import.meta.resolve('tsx'), file, ...args])
  const { lines } = await child.end()
  return lines
}
