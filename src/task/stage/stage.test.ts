import assert from 'node:assert/strict'
import fs from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { testRuntime } from '../../../test/model/task-runtime.ts'
import type { StoredBytes, TaskInput } from '../input.ts'
import { HashPartitioner } from '../partitioner.ts'
import type { NarrowOp, Program, Sink } from '../program.ts'
import type { TaskRuntime } from '../task-runtime.ts'
import { compileStage } from './stage.ts'
import type { TaskOutput } from './task-output.ts'

const limits = { shuffleMemoryBytes: 1e9 }
const source: Program = { kind: 'source' }

function narrow(op: object, input: Program = source): Program {
  return { kind: 'narrow', input, op: op as NarrowOp }
}

function data(records: readonly unknown[], runtime: TaskRuntime, partition = 0): TaskInput {
  return { kind: 'data', partition, format: 'records', bytes: runtime.codec.encode(records) }
}

async function run(root: Program, sink: object, input: TaskInput, runtime: TaskRuntime): Promise<TaskOutput> {
  return await compileStage({ root, sink: sink as Sink }, runtime).run(input, limits)
}

async function collect(
  root: Program,
  records: readonly unknown[],
  sink: object = { kind: 'collect' },
): Promise<unknown[]> {
  const runtime = testRuntime()
  try {
    const output = await run(root, sink, data(records, runtime), runtime)
    return output.kind === 'records' ? runtime.codec.decode(output.bytes) : [(output as { value: unknown }).value]
  } finally {
    runtime.remove()
  }
}

type NumberOp = { op: object; model: (values: number[]) => number[] }

const numberOp: fc.Arbitrary<NumberOp> = fc.oneof(
  fc.integer({ min: 1, max: 5 }).map((by) => ({
    op: { kind: 'map', fn: (x: number) => x + by },
    model: (values: number[]) => values.map((x) => x + by),
  })),
  fc.integer({ min: 2, max: 4 }).map((by) => ({
    op: { kind: 'filter', fn: (x: number) => x % by !== 0 },
    model: (values: number[]) => values.filter((x) => x % by !== 0),
  })),
  fc.constant({
    op: { kind: 'flatMap', fn: (x: number) => (x % 2 === 0 ? [x, x] : new Set([x])) },
    model: (values: number[]) => values.flatMap((x) => (x % 2 === 0 ? [x, x] : [x])),
  }),
  fc.constant({
    op: {
      kind: 'mapPartitions',
      *fn(records: Iterable<number>) {
        for (const x of records) yield x * 2
      },
    },
    model: (values: number[]) => values.map((x) => x * 2),
  }),
)

test('fused loops give what the same operations on an array give', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(100)), fc.array(numberOp, { maxLength: 7 }), async (records, ops) => {
      const root = ops.reduce<Program>((below, { op }) => narrow(op, below), source)
      const expected = ops.reduce((values, { model }) => model(values), records)
      assert.deepEqual(await collect(root, records), expected)
      assert.deepEqual(await collect(root, records, { kind: 'count' }), [expected.length])
    }),
    { numRuns: 200 },
  )
})

test('pair operations keep the other half of the pair', async () => {
  const pairs = [
    ['a', 1],
    ['b', 2],
  ]
  assert.deepEqual(await collect(narrow({ kind: 'mapValues', fn: (v: number) => v * 10 }), pairs), [
    ['a', 10],
    ['b', 20],
  ])
  assert.deepEqual(await collect(narrow({ kind: 'flatMapValues', fn: (v: number) => [v, -v] }), pairs), [
    ['a', 1],
    ['a', -1],
    ['b', 2],
    ['b', -2],
  ])
  assert.deepEqual(await collect(narrow({ kind: 'keys' }), pairs), ['a', 'b'])
  assert.deepEqual(await collect(narrow({ kind: 'keyBy', fn: (p: unknown[]) => p[1] }), pairs), [
    [1, ['a', 1]],
    [2, ['b', 2]],
  ])
})

test('a flatMap function that returns nothing to iterate over is named in the error', async () => {
  await assert.rejects(collect(narrow({ kind: 'flatMap', fn: () => undefined }), [1]), /flatMap returned undefined/)
})

test('take pulls no more from a lazy partition than it needs', async () => {
  let pulled = 0
  const endless = narrow({
    kind: 'mapPartitions',
    *fn() {
      for (;;) yield pulled++
    },
  })
  assert.deepEqual(await collect(endless, [0], { kind: 'take', count: 3 }), [0, 1, 2])
  assert.ok(pulled < 10, `pulled ${pulled}`)
})

test('asynchronous partition functions are awaited, and what follows them runs on', async () => {
  const root = narrow(
    { kind: 'map', fn: (x: number) => x + 1 },
    narrow({
      kind: 'mapPartitions',
      async *fn(records: Iterable<number>) {
        for (const x of records) yield await Promise.resolve(x * 10)
      },
    }),
  )
  assert.deepEqual(await collect(root, [1, 2]), [11, 21])
  const seen: number[] = []
  await collect(root, [1, 2], {
    kind: 'foreach',
    fn: async (x: number) => {
      await Promise.resolve()
      seen.push(x)
    },
  })
  assert.deepEqual(seen, [11, 21])
})

test('the iterator of a generator that stops early is closed', async () => {
  let closed = false
  const root = narrow({
    kind: 'mapPartitions',
    *fn() {
      try {
        for (;;) yield 1
      } finally {
        closed = true
      }
    },
  })
  await collect(root, [0], { kind: 'take', count: 1 })
  assert.ok(closed)
})

test('aggregate folds into a copy of the zero, which stays as it was', async () => {
  const zero: number[] = []
  const sink = {
    kind: 'aggregate',
    zero,
    seqOp: (list: number[], x: number) => {
      list.push(x)
      return list
    },
  }
  assert.deepEqual(await collect(source, [1, 2], sink), [[1, 2]])
  assert.deepEqual(zero, [])
})

test('reduce gives nothing for an empty partition', async () => {
  const sink = { kind: 'reduce', fn: (a: number, b: number) => a + b }
  assert.deepEqual(await collect(source, [], sink), [[]])
  assert.deepEqual(await collect(source, [1, 2, 3], sink), [[6]])
})

function segmentsOf(output: TaskOutput, partition: number): StoredBytes[] {
  assert.equal(output.kind, 'shuffle')
  const { bytes, offsets, fileSegments } = (output as Extract<TaskOutput, { kind: 'shuffle' }>).output
  const inMemory = bytes.subarray(offsets[partition], offsets[partition + 1])
  return [...(fileSegments?.[partition] ?? []), ...(inMemory.length > 0 ? [inMemory] : [])]
}

test('what a shuffle writes it reads, combined or not, in memory or through files, with tables that spill', async () => {
  const pair = fc.tuple(fc.string({ maxLength: 2 }), fc.nat(9))
  await fc.assert(
    fc.asyncProperty(
      fc.array(pair, { maxLength: 300 }),
      fc.constantFrom(5, 1e9),
      fc.constantFrom(0, 1e9),
      fc.constantFrom('reduce', 'group', 'none'),
      async (pairs, maxEntries, shuffleMemoryBytes, kind) => {
        const runtime = testRuntime(maxEntries)
        try {
          const partitioner = new HashPartitioner(3)
          const merge = (a: number, b: number): number => a + b
          const aggregator = kind === 'none' ? null : kind === 'reduce' ? { kind, merge } : { kind }
          const write = compileStage(
            { root: source, sink: { kind: 'shuffleWrite', partitioner, aggregator } as unknown as Sink },
            runtime,
          )
          const halves = [pairs.slice(0, 100), pairs.slice(100)]
          const outputs: TaskOutput[] = []
          for (const half of halves) outputs.push(await write.run(data(half, runtime), { shuffleMemoryBytes }))
          const read = compileStage(
            {
              root: { kind: 'shuffleRead', aggregator, isCombined: true, ordering: null } as unknown as Program,
              sink: { kind: 'collect' },
            },
            runtime,
          )
          const result: [string, number | number[]][] = []
          for (let partition = 0; partition < 3; partition++) {
            const segments = outputs.flatMap((output) => segmentsOf(output, partition))
            const output = await read.run({ kind: 'segments', partition, segments }, limits)
            const records = runtime.codec.decode((output as { bytes: Uint8Array }).bytes) as typeof result
            for (const [k] of records) assert.equal(partitioner.getPartition(k), partition)
            result.push(...records)
          }
          if (kind === 'none') {
            assert.deepEqual(result.map(String).sort(), pairs.map(String).sort())
            return
          }
          const sums = new Map<string, number>()
          for (const [k, v] of pairs) sums.set(k, (sums.get(k) ?? 0) + v)
          assert.equal(result.length, sums.size)
          for (const [k, v] of result) {
            assert.equal(Array.isArray(v) ? v.reduce(merge, 0) : v, sums.get(k))
          }
        } finally {
          runtime.remove()
        }
      },
    ),
    { numRuns: 120 },
  )
})

test('a partitioner that gives a partition out of range fails the task and leaves no file', async () => {
  const runtime = testRuntime()
  try {
    const partitioner = { numPartitions: 2, getPartition: () => 2 }
    await assert.rejects(
      run(source, { kind: 'shuffleWrite', partitioner, aggregator: null }, data([['a', 1]], runtime), runtime),
      /gave the number 2, but there are 2 partitions/,
    )
    assert.deepEqual(fs.readdirSync(runtime.directory), [])
  } finally {
    runtime.remove()
  }
})

const levels = {
  MEMORY_ONLY: { useDisk: false, useMemory: true, deserialized: true },
  MEMORY_ONLY_SER: { useDisk: false, useMemory: true, deserialized: false },
  MEMORY_AND_DISK_SER: { useDisk: true, useMemory: true, deserialized: false },
  DISK_ONLY: { useDisk: true, useMemory: false, deserialized: false },
}

for (const [name, level] of Object.entries(levels)) {
  test(`a partition persisted as ${name} is computed once and read from where it is kept`, async () => {
    const runtime = testRuntime()
    try {
      let computed = 0
      const body = narrow({
        kind: 'map',
        fn: (x: number) => {
          computed += 1
          return x * 2
        },
      })
      const stage = compileStage({ root: { kind: 'cached', body }, sink: { kind: 'collect' } }, runtime)
      let stored: StoredBytes | null = null
      for (let round = 0; round < 3; round++) {
        const input: TaskInput = {
          kind: 'cached',
          partition: 0,
          rddId: 1,
          level,
          stored,
          input: data([1, 2, 3], runtime),
        }
        const output = await stage.run(input, limits)
        assert.deepEqual(runtime.codec.decode((output as { bytes: Uint8Array }).bytes), [2, 4, 6])
        for (const update of runtime.blocks.takeUpdates()) if (update.where === 'stored') stored = update.stored
      }
      assert.equal(computed, 3)
    } finally {
      runtime.remove()
    }
  })
}

test('a partition too large for its memory level is handed out and not kept; with disk it goes there', async () => {
  const runtime = testRuntime(1e9, 1e-9)
  try {
    const records = Array.from({ length: 20_000 }, (_, i) => `record ${i}`)
    for (const useDisk of [false, true]) {
      const level = { useMemory: true, deserialized: true, useDisk }
      const stage = compileStage({ root: { kind: 'cached', body: source }, sink: { kind: 'collect' } }, runtime)
      const input: TaskInput = {
        kind: 'cached',
        partition: 0,
        rddId: 1,
        level,
        stored: null,
        input: data(records, runtime),
      }
      const output = await stage.run(input, limits)
      assert.deepEqual(runtime.codec.decode((output as { bytes: Uint8Array }).bytes), records)
      assert.deepEqual(
        runtime.blocks.takeUpdates().map(({ where }) => where),
        useDisk ? ['stored'] : [],
      )
    }
  } finally {
    runtime.remove()
  }
})

test("cartesian pairs every record of one side with every one of the other, in the left side's order", async () => {
  const runtime = testRuntime()
  try {
    const root: Program = { kind: 'cartesian', left: source, right: source }
    const input: TaskInput = { kind: 'many', partition: 0, inputs: [data([1, 2], runtime), data(['a', 'b'], runtime)] }
    const output = await run(root, { kind: 'collect' }, input, runtime)
    assert.deepEqual(runtime.codec.decode((output as { bytes: Uint8Array }).bytes), [
      [1, 'a'],
      [1, 'b'],
      [2, 'a'],
      [2, 'b'],
    ])
  } finally {
    runtime.remove()
  }
})
