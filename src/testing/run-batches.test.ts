import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { SparkContext } from '../context/spark-context.ts'
import { StateSpec } from '../dstream/state/state-spec.ts'
import type { State } from '../task/state/state.ts'
import { runBatches } from './run-batches.ts'

const WORDS = [['a', 'b', 'a'], ['a'], ['b']]
const pairs = (word: string): [string, number] => [word, 1]
const add = (a: number, b: number) => a + b
const countAll = (values: number[], state: number | undefined) => values.reduce(add, state ?? 0)

test('a state goes on from batch to batch', async () => {
  const counts = await runBatches(WORDS, (words) => words.map(pairs).updateStateByKey(countAll))
  assert.deepEqual(
    counts.map((batch) => Object.fromEntries(batch)),
    [
      { a: 2, b: 1 },
      { a: 3, b: 1 },
      { a: 3, b: 2 },
    ],
  )
})

test('mapWithState and windows, stepwise ones too, need no directory from the test', async () => {
  const mapped = await runBatches(WORDS, (words) =>
    words.map(pairs).mapWithState(
      StateSpec.function((word: string, value: number | undefined, state: State<number>) => {
        const sum = (state.getOption() ?? 0) + (value ?? 0)
        state.update(sum)
        return `${word}${sum}`
      }),
    ),
  )
  assert.deepEqual(
    mapped.map((batch) => [...batch].sort()),
    [['a1', 'a2', 'b1'], ['a3'], ['b2']],
  )
  const windowed = await runBatches([[1], [2], [3]], (numbers) => numbers.window(2))
  assert.deepEqual(windowed, [[1], [1, 2], [2, 3]])
  const sums = await runBatches([[1], [2], [3]], (numbers) => numbers.reduceByWindow(add, (a, b) => a - b, 2, 1))
  assert.deepEqual(sums, [[1], [3], [5]])
})

test('runs that are begun together come one after another', async () => {
  const runs = [1, 2, 3].map((factor) => runBatches([[1], [2]], (numbers) => numbers.map((n) => n * factor)))
  assert.deepEqual(await Promise.all(runs), [
    [[1], [2]],
    [[2], [4]],
    [[3], [6]],
  ])
})

test('a run that fails is told to the test alone, and the next one runs', async (t) => {
  const written: string[] = []
  t.mock.method(process.stderr, 'write', (text: string) => written.push(text))
  await assert.rejects(
    runBatches([[1]], (numbers) =>
      numbers.map((): number => {
        throw new RangeError('no')
      }),
    ),
    ({ cause }: Error) => cause instanceof RangeError,
  )
  assert.deepEqual(await runBatches([[1]], (numbers) => numbers), [[1]])
  assert.deepEqual(written, [])
})

test('a SparkContext that is given serves several runs, and nothing is left in the temporary folder', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'run-batches-'))
  const { TMPDIR } = process.env
  process.env.TMPDIR = folder
  t.after(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
    rmSync(folder, { recursive: true })
  })
  const sparkContext = new SparkContext('local[1]', 'tests')
  try {
    for (const factor of [1, 2]) {
      const output = await runBatches([[1], [2]], (numbers) => numbers.map((n) => n * factor), { sparkContext })
      assert.deepEqual(output, [[factor], [2 * factor]])
    }
    for (const _ of [1, 2]) {
      const states = await runBatches(WORDS, (words) => words.map(pairs).updateStateByKey(countAll), { sparkContext })
      assert.deepEqual(Object.fromEntries(states.at(-1)!), { a: 3, b: 2 })
    }
    assert.deepEqual(await sparkContext.range(2).collect(), [0, 1])
  } finally {
    await sparkContext.stop()
  }
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('millstream')),
    [],
  )
})
