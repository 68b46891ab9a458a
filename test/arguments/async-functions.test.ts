/**
 * A function whose result is needed at once must not give a promise: it would be truthy, no number, or `[object Promise]`. Async functions are refused when
 * the operation is called; others that give a promise, when they do, wherever they stand in a chain.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Partitioner, StateSpec } from '../../src/index.ts'
import { runBatches, StreamingHarness } from '../../src/testing/index.ts'

/** The codes of an error and of those that caused it. */
function codesOf(error: unknown): unknown[] {
  return error instanceof Error ? [(error as { code?: unknown }).code, ...codesOf(error.cause)] : []
}

async function refused(call: () => unknown, code = 'ASYNC_FUNCTION'): Promise<void> {
  let result: unknown
  try {
    result = await call()
  } catch (error) {
    assert.ok(
      codesOf(error).includes(code),
      `${String(call)} fails with ${String(error)}, caused by ${String((error as Error).cause)}`,
    )
    return
  }
  assert.fail(`${String(call)} gives ${JSON.stringify(result)}`)
}

test('async functions are refused when the operation is called', async () => {
  await using harness = new StreamingHarness()
  const { sc } = harness
  const numbers = sc.parallelize([4, 1, 3, 2], 2)
  const pairs = numbers.map((n) => [n % 2, n])
  const f = (async (n: unknown) => n) as never
  const calls: (() => unknown)[] = [
    () => numbers.map(f),
    () => numbers.flatMap(f),
    () => numbers.filter(f),
    () => numbers.keyBy(f),
    () => numbers.groupBy(f),
    () => numbers.sortBy(f),
    () => numbers.sortBy((n) => n, true, 2, (async (a: number, b: number) => a - b) as never),
    () => numbers.takeOrdered(2, (async (a: number, b: number) => a - b) as never),
    () => numbers.top(2, (async (a: number, b: number) => a - b) as never),
    () => numbers.max((async (a: number, b: number) => a - b) as never),
    () => numbers.min((async (a: number, b: number) => a - b) as never),
    () => numbers.reduce(f),
    () => numbers.treeReduce(f),
    () => numbers.fold(0, f),
    () => numbers.aggregate(0, f, f),
    () => numbers.treeAggregate(0, f, f),
    () => pairs.mapValues(f),
    () => pairs.flatMapValues(f),
    () => pairs.reduceByKey(f),
    () => pairs.foldByKey(0, f),
    () => pairs.combineByKey(f, f, f),
    () => pairs.aggregateByKey(0, f, f),
    () => pairs.reduceByKeyLocally(f),
    () => pairs.partitionBy(2, f),
  ]
  for (const call of calls) await refused(call)
})

test('functions that give a promise are refused when they do, wherever they stand', async () => {
  await using harness = new StreamingHarness()
  const { sc } = harness
  const numbers = sc.parallelize([4, 1, 3, 2], 1)
  const pairs = numbers.map((n) => [n % 2, n])
  // As a compiler for older targets, or a call of another function, makes it: not marked as async.
  const later = ((n: unknown) => Promise.resolve(n)) as unknown as (n: number) => number
  const order = ((a: number, b: number) => Promise.resolve(a - b)) as never
  const add = ((a: number, b: number) => Promise.resolve(a + b)) as never
  const calls: (() => Promise<unknown>)[] = [
    () => numbers.map(later).count(),
    () =>
      numbers
        .map(later)
        .map((n) => n + 1)
        .collect(),
    () =>
      numbers
        .map(later)
        .filter((n) => n === 1)
        .collect(),
    () =>
      numbers
        .map(later)
        .flatMap((n) => [n, n])
        .count(),
    () =>
      numbers
        .map(later)
        .mapPartitions((records) => [[...records].length])
        .collect(),
    () => numbers.map(later).reduce((a: number, b: number) => a + b),
    () => numbers.map(later).fold(0 as never, ((a: number, b: number) => a + b) as never),
    () => numbers.map(later).foreach(() => {}),
    () =>
      numbers
        .map(later)
        .map((n) => [n, 1])
        .countByKey(),
    () => numbers.filter(later).collect(),
    () => numbers.filter(later).count(),
    () => numbers.flatMap(later as never).collect(),
    () =>
      numbers
        .flatMap((n) => [Promise.resolve(n)])
        .map((n) => `${n}`)
        .collect(),
    () =>
      numbers
        .keyBy(later)
        .mapValues((n) => n + 1)
        .values()
        .collect(),
    () =>
      numbers
        .mapPartitions((records) => records.map((n) => Promise.resolve(n)))
        .map((n) => `${n}`)
        .collect(),
    () =>
      pairs
        .mapValues(later)
        .mapValues((n) => `${n}`)
        .collect(),
    () =>
      pairs
        .mapValues(later)
        .values()
        .map((n) => `${n}`)
        .collect(),
    () =>
      pairs
        .mapValues(later)
        .reduceByKey((a, b) => a + b)
        .collect(),
    () => pairs.flatMapValues(later as never).collect(),
    () => pairs.reduceByKey(add).collect(),
    () =>
      pairs
        .reduceByKey(add)
        .mapValues((n) => `${n}`)
        .collect(),
    () =>
      pairs
        .foldByKey(0, add)
        .map(([, n]) => `${n}`)
        .collect(),
    () => pairs.combineByKey(later, add, add).collect(),
    () => pairs.reduceByKeyLocally(add),
    () => numbers.reduce(add),
    () => numbers.treeReduce(add),
    () => numbers.fold(0, add),
    () => numbers.aggregate(0, (a, b) => a + b, add),
    () => numbers.treeAggregate(0, add, add),
    () => numbers.takeOrdered(2, order),
    () => numbers.top(2, order),
    () => numbers.max(order),
    () => numbers.sortBy((n) => n, true, 2, order).collect(),
    () => pairs.sortByKey(true, 1, order).collect(),
    () => pairs.repartitionAndSortWithinPartitions(2, order).collect(),
    () => pairs.filterByRange(0, 1, order).collect(),
  ]
  for (const call of calls) await refused(call)
})

test('an ordering that gives no number is refused', async () => {
  await using harness = new StreamingHarness()
  const { sc } = harness
  const numbers = sc.parallelize([4, 1, 3, 2], 2)
  await refused(() => numbers.takeOrdered(2, ((a: number, b: number) => a > b) as never), 'WRONG_ORDER')
  await refused(() => numbers.sortBy((n) => n, true, 2, (() => undefined) as never).collect(), 'WRONG_ORDER')
  assert.deepEqual(await numbers.takeOrdered(2, ((a: number, b: number) => BigInt(a - b)) as never), [1, 2])
})

test('what gives a partition that is not there is refused', async () => {
  await using harness = new StreamingHarness()
  const { sc } = harness
  const pairs = sc.parallelize([4, 1, 3, 2], 2).map((n) => [n, n])
  class Wrong extends Partitioner<number> {
    readonly numPartitions = 2
    readonly #gives: unknown
    constructor(gives: unknown) {
      super()
      this.#gives = gives
    }
    getPartition(): number {
      return this.#gives as number
    }
  }
  await refused(() => pairs.partitionBy(2, (() => Promise.resolve(1)) as never).collect(), 'NO_SUCH_PARTITION')
  await refused(() => pairs.partitionBy(2, (() => '1') as never).collect(), 'NO_SUCH_PARTITION')
  for (const wrong of [2, -1, 0.5, '1', undefined]) {
    await refused(() => pairs.partitionBy(new Wrong(wrong)).collect(), 'NO_SUCH_PARTITION')
    await refused(() => pairs.partitionBy(new Wrong(wrong)).lookup(1), 'NO_SUCH_PARTITION')
  }
  await refused(() => sc.runJob(pairs, (records) => records.toArray().length, [2]), 'NO_SUCH_PARTITION')
  await refused(() => sc.runJob(pairs, (records) => records.toArray().length, [-1]), 'NO_SUCH_PARTITION')
  const wide = sc.parallelize([1], 50_000)
  await refused(() => wide.cartesian(wide).count(), 'TOO_MANY_PARTITIONS')
})

test('functions of streams that give a promise fail their batch', async () => {
  await using harness = new StreamingHarness()
  const { sc } = harness
  const input = [
    [
      ['a', 1],
      ['a', 2],
      ['b', 3],
    ],
  ] as [string, number][][]
  const later = ((n: unknown) => Promise.resolve(n)) as never
  const add = ((a: number, b: number) => Promise.resolve(a + b)) as never
  const of = (operation: Parameters<typeof runBatches<[string, number], unknown>>[1]) =>
    runBatches(input, operation, { sparkContext: sc })
  await refused(() => of((pairs) => pairs.map(later).map((n) => `${n}`)))
  await refused(() => of((pairs) => pairs.filter(later)))
  await refused(() => of((pairs) => pairs.reduceByKey(add).mapValues((n) => `${n}`)))
  await refused(() => of((pairs) => pairs.updateStateByKey(later).mapValues((n) => `${n}`)))
  await refused(() => of((pairs) => pairs.mapWithState(StateSpec.function(later)).map((n) => `${n}`)))
  await refused(() =>
    of((pairs) =>
      pairs.reduceByKeyAndWindow(
        (a: number, b: number) => a + b,
        (a: number, b: number) => a - b,
        2,
        1,
        2,
        later,
      ),
    ),
  )
})
