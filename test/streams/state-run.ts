import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { SparkConf, SparkContext, type State, type StateSpec } from '../../src/index.ts'
import { StreamingHarness, type StreamingHarnessOptions } from '../../src/testing/index.ts'

/** Where the states of the file's tests are written. */
export const checkpoints = mkdtempSync(join(tmpdir(), 'millstream-state-'))
after(() => rmSync(checkpoints, { recursive: true, force: true }))

/**
 * A SparkContext for many runs: most of what a run costs is the start of its workers. It checkpoints as those of single runs do.
 * @param conf further settings
 */
export function stateContext(conf: Readonly<Record<string, string | number>> = {}): SparkContext {
  const settings = { 'spark.streaming.checkpoint.directory': checkpoints, ...conf }
  return new SparkContext(new SparkConf(false).setMaster('local[2]').setAppName('states').setAll(settings))
}

export interface Outcome<K, S, T> {
  readonly outputs: T[][]
  readonly states: [K, S][][]
}

/** What a spec gives for each batch, and the states after it, sorted. */
export async function runStates<K, V, S, T>(
  input: readonly (readonly [K, V][])[],
  spec: StateSpec<K, V, S, T>,
  { conf, ...options }: StreamingHarnessOptions = {},
): Promise<Outcome<K, S, T>> {
  await using harness = new StreamingHarness({
    ...options,
    conf: { 'spark.streaming.checkpoint.directory': checkpoints, ...conf },
  })
  const mapped = harness.input(input, 2).mapWithState(spec)
  const outputs = harness.collect(mapped)
  const states = harness.collect(mapped.stateSnapshots())
  await harness.ssc.start()
  await harness.advance(input.length)
  await harness.ssc.awaitTerminationOrTimeout(0)
  return { outputs: outputs.batches.map(sorted), states: states.batches.map(sorted) }
}

export function sorted<T>(records: readonly T[]): T[] {
  return [...records].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

export const pairs = (...keys: string[]) => keys.map((key): [string, number] => [key, 1])

export const runningCount = (key: string, one: number | undefined, state: State<number>): [string, number] => {
  const count = (state.getOption() ?? 0) + (one ?? 0)
  state.update(count)
  return [key, count]
}
