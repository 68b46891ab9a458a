import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { serialize } from 'node:v8'
import { captureClosures, reviveError, SHIP } from '../../../src/closure/index.ts'
import type { Row } from '../../../src/engine/spark/arrow/row-batch.ts'
import { rowStream } from '../../../src/engine/spark/arrow/row-batch-writer.ts'
import { ACCUMULATOR_LEAF, ANCHOR_LEAF, type LeafInput, type SparkCommand } from '../../../src/engine/spark/command.ts'
import { parseErrorText } from '../../../src/engine/spark/error-text.ts'
import type { WireForm } from '../../../src/engine/spark/worker/protocol/task-start.ts'
import { RecordCodec } from '../../../src/task/codec/index.ts'
import { HashPartitioner } from '../../../src/task/partitioner.ts'
import type { StageProgram } from '../../../src/task/program.ts'
import { TaskContext } from '../../../src/task/task-context.ts'
import { commandOf, recordsLeaf, row } from './commands.ts'
import { type Answer, type Connection, ScriptedExecutor } from './scripted-executor.ts'
import { int, taskStart } from './wire.ts'

const codec = new RecordCodec()

function mapping(fn: (value: never) => unknown): StageProgram {
  return { root: { kind: 'narrow', input: { kind: 'source' }, op: { kind: 'map', fn } }, sink: { kind: 'collect' } }
}

function records(target: number, values: readonly unknown[]): Row {
  return row(target, 0, 0, 0, codec.encode(values))
}

function done(answer: Answer): Extract<Answer, { kind: 'done' }> {
  assert.equal(answer.kind, 'done', 'text' in answer ? answer.text : undefined)
  return answer as Extract<Answer, { kind: 'done' }>
}

/** What came out for each target. */
function results(answer: Answer): Record<number, unknown[]> {
  const byTarget: Record<number, Buffer[]> = {}
  for (const { target, leaf, block } of done(answer).rows) {
    if (leaf < 0) continue
    byTarget[target] ??= []
    byTarget[target].push(Buffer.from(block))
  }
  return Object.fromEntries(
    Object.entries(byTarget).map(([target, blocks]) => [target, codec.decode(Buffer.concat(blocks))]),
  )
}

function failure(answer: Answer): Error {
  assert.equal(answer.kind, 'failed')
  const error = parseErrorText((answer as { text: string }).text)
  assert(error !== null)
  return reviveError(error)
}

describe('a worker', () => {
  let executor: ScriptedExecutor
  let connection: Connection

  before(async () => {
    executor = new ScriptedExecutor('unix')
    connection = await executor.connect()
  })
  after(async () => {
    await executor[Symbol.asyncDispose]()
  })

  for (const wire of ['4.1', '4.2', '4.3'] satisfies WireForm[]) {
    test(`runs tasks in the form of Spark ${wire}, one after another`, async () => {
      const factor = 10
      const command = await commandOf(mapping((value: number) => value * factor))
      for (const base of [0, 100]) {
        const answer = await connection.run(wire, { command }, [records(0, [base + 1, base + 2])])
        assert.deepEqual(results(answer), { 0: [base * 10 + 10, base * 10 + 20] })
        assert.equal(done(answer).reuse, -4)
        assert.equal(done(answer).longs.length, wire === '4.1' ? 5 : 6)
      }
    })

    test(`takes a task of Spark ${wire} that arrives byte by byte`, async () => {
      const command = await commandOf(mapping((value: number) => value + 1))
      const bytes = Buffer.concat([taskStart(wire, { command }), rowStream([records(0, [1])], 'struct'), int(-4)])
      for (const byte of bytes) {
        connection.send(Buffer.from([byte]))
        if (byte % 16 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
      assert.deepEqual(results(await connection.answer(wire)), { 0: [2] })
    })
  }

  test('runs each target that its rows name, in ascending order, and no other', async () => {
    const command = await commandOf(
      mapping((value: number) => [TaskContext.getPartitionId(), value]),
      { targets: [2, 5, 9] },
    )
    const rows = [records(9, [90]), records(2, [20]), records(7, [70])]
    const answer = await connection.run('4.3', { command }, rows)
    assert.deepEqual(results(answer), { 2: [[2, 20]], 9: [[9, 90]] })
    assert.deepEqual(
      done(answer).rows.map(({ target }) => target),
      [2, 9],
    )
  })

  test('says what is known of a task in its context', async () => {
    const program = mapping(() => {
      const context = TaskContext.get()
      return [
        context?.stageId(),
        context?.partitionId(),
        context?.attemptNumber(),
        context?.taskAttemptId(),
        context?.getLocalProperty('who'),
      ]
    })
    const command = await commandOf(program, { localProperties: { who: 'me' }, tasks: new Map([[4, recordsLeaf(6)]]) })
    const answer = await connection.run('4.3', { command, attemptNumber: 2, taskAttemptId: 77 }, [records(4, [0])])
    assert.deepEqual(results(answer), { 4: [[11, 6, 2, 77, 'me']] })
  })

  test('puts the pieces of a block together in the order of sources and parts', async () => {
    const encoded = codec.encode(Array.from({ length: 100 }, (_, index) => `record ${index}`))
    const third = Math.floor(encoded.length / 3)
    const pieces = [encoded.subarray(0, third), encoded.subarray(third, 2 * third), encoded.subarray(2 * third)]
    const rows = [
      row(0, 0, 5, 1, pieces[1] as Uint8Array),
      row(0, 0, 9, 0, pieces[2] as Uint8Array),
      row(0, 0, 5, 0, pieces[0] as Uint8Array),
    ]
    const command = await commandOf({ root: { kind: 'source' }, sink: { kind: 'count' } })
    assert.deepEqual(results(await connection.run('4.3', { command }, rows)), { 0: [100] })
  })

  test('gives the same from a file where the input is larger than may be held in memory', async () => {
    const limits = smallLimits({ inputMemoryBytes: 100 })
    const command = await commandOf(
      { root: { kind: 'source' }, sink: { kind: 'collect' } },
      { limits, targets: [0, 1] },
    )
    const values = (target: number) => Array.from({ length: 500 }, (_, index) => `${target}/${index}`)
    const rows = [0, 1].flatMap((target) => pieces(codec.encode(values(target)), 97, target))
    rows.reverse()
    assert.deepEqual(results(await connection.run('4.3', { command }, rows)), { 0: values(0), 1: values(1) })
    assert.deepEqual(spillFiles(executor), [])
  })

  test('reads a line per row, in memory and from a file', async () => {
    const leaf: LeafInput = { kind: 'data', partition: 0, format: 'lines', bytes: { leaf: 0, encoding: 'lines' } }
    const rows = Array.from({ length: 50 }, (_, part) => row(0, 0, 0, part, Buffer.from(`line ${part} née`)))
    const lines = rows.map((_, part) => `line ${part} née`)
    for (const inputMemoryBytes of [1 << 20, 20]) {
      const limits = smallLimits({ inputMemoryBytes })
      const program: StageProgram = { root: { kind: 'source' }, sink: { kind: 'collect' } }
      const command = await commandOf(program, { tasks: new Map([[0, leaf]]), limits })
      assert.deepEqual(results(await connection.run('4.3', { command }, rows)), { 0: lines })
    }
  })

  test('cuts large results into rows and empty ones to one row without bytes', async () => {
    const program = mapping((value: string) => value)
    const limits = smallLimits({ maxBlockBytes: 64 })
    const command = await commandOf(program, { limits, targets: [0, 1] })
    const values = ['x'.repeat(1000), 'y']
    const answer = await connection.run('4.3', { command }, [
      records(0, values),
      row(1, ANCHOR_LEAF, 0, 0, Buffer.of()),
    ])
    assert.deepEqual(results(answer)[0], values)
    const { rows } = done(answer)
    assert(rows.every(({ block }) => block.length <= 64))
    assert.deepEqual(
      rows.filter(({ target }) => target === 0).map(({ part }) => part),
      rows.filter(({ target }) => target === 0).map((_, index) => index),
    )
    const empty = rows.filter(({ target }) => target === 1)
    assert.deepEqual(
      empty.map(({ leaf, part, block }) => [leaf, part, block.length]),
      [[0, 0, 0]],
    )
  })

  for (const shuffleMemoryBytes of [1 << 20, 1]) {
    test(`sends the buckets of a shuffle where the routes say, with ${shuffleMemoryBytes} bytes of memory`, async () => {
      const program: StageProgram = {
        root: { kind: 'source' },
        sink: { kind: 'shuffleWrite', partitioner: new HashPartitioner(3), aggregator: null },
      }
      const output: SparkCommand['output'] = { kind: 'shuffle', routes: [[10, 1], [], [12, 1, 13, 2]], anchors: 2 }
      const command = await commandOf(program, { output, targets: [4], limits: smallLimits({ shuffleMemoryBytes }) })
      const pairs = Array.from({ length: 90 }, (_, index) => [index, `v${index}`])
      const { rows } = done(await connection.run('4.3', { command }, [records(4, pairs)]))
      const anchors = rows.filter(({ leaf }) => leaf === ANCHOR_LEAF)
      assert.deepEqual(
        anchors.map(({ target }) => target),
        [0, 1],
      )
      assert.deepEqual(
        framed(rows, 10, 1),
        pairs.filter(([key]) => (key as number) % 3 === 0),
      )
      assert.deepEqual(
        framed(rows, 12, 1),
        pairs.filter(([key]) => (key as number) % 3 === 2),
      )
      assert.deepEqual(framed(rows, 13, 2), framed(rows, 12, 1))
      assert(rows.every(({ source, leaf }) => leaf === ANCHOR_LEAF || source === 4))
    })
  }

  test('passes rows of accumulators on and adds what its own tasks gathered', async () => {
    const total = {
      add(_value: number) {},
      [SHIP]: () => ({ kind: 'accumulator', data: { id: 6, name: null, form: 'sum', broadcastId: -1 } }),
    }
    const passed = row(3, ACCUMULATOR_LEAF, 8, 0, Buffer.from('as it is'))
    const adding = mapping((value: number) => total.add(value))
    const command = await commandOf(adding, { targets: [0, 1] })
    const answer = await connection.run('4.3', { command }, [records(0, [1, 2]), records(1, [4]), passed])
    const found = done(answer).rows.filter(({ leaf }) => leaf === ACCUMULATOR_LEAF)
    assert.deepEqual(
      found.map(({ target, source }) => [target, source]),
      [
        [0, 8],
        [0, 0],
        [0, 1],
      ],
    )
    assert.equal(Buffer.from(found[0]?.block ?? []).toString(), 'as it is')
    assert.deepEqual(
      found.slice(1).map(({ block }) => codec.decode(block)),
      [[{ id: 6, value: { sum: 3, count: 2 } }], [{ id: 6, value: { sum: 4, count: 1 } }]],
    )
  })

  test('gives functions their broadcast values, also when they come again after a while', async () => {
    const broadcast = { value: 0, [SHIP]: () => ({ kind: 'broadcast', data: { id: 3 } }) }
    const reading = mapping((value: number) => value + broadcast.value)
    const payload = await captureClosures(1000)
    const broadcasts = new Map([[3, { kind: 'inline', payload } as const]])
    const command = await commandOf(reading, { broadcasts })
    const others = await commandOf(mapping((value) => value))
    assert.deepEqual(results(await connection.run('4.3', { command }, [records(0, [1])])), { 0: [1001] })
    for (let count = 0; count < 70; count++) done(await connection.run('4.3', { command: others }, [records(0, [1])]))
    assert.deepEqual(results(await connection.run('4.3', { command }, [records(0, [2])])), { 0: [1002] })
  })

  test('reads captured values that came as files of the session', async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'millstream-files-'))
    const payload = await captureClosures(mapping((value: number) => -value))
    fs.writeFileSync(path.join(directory, 'program'), serialize(payload))
    const command = await commandOf(
      mapping((value) => value),
      { program: { kind: 'file', name: 'program' } },
    )
    const answer = await connection.run('4.3', { command, filesDir: directory }, [records(0, [1])])
    assert.deepEqual(results(answer), { 0: [-1] })
    fs.rmSync(directory, { recursive: true })
  })

  test('writes what functions print to the log of the executor', async () => {
    const command = await commandOf(
      mapping((value) => {
        console.log('printed by a function')
        return value
      }),
    )
    await connection.run('4.3', { command }, [records(0, [1])])
    await executor.logged('printed by a function')
  })
})

describe('a worker that fails', () => {
  let executor: ScriptedExecutor
  before(() => {
    executor = new ScriptedExecutor('unix')
  })
  after(async () => {
    await executor[Symbol.asyncDispose]()
  })

  test('sends the error of a function with its class, message, stack and cause', async () => {
    const connection = await executor.connect()
    const command = await commandOf(
      mapping((value: number) => {
        class BadRecord extends Error {}
        throw new BadRecord(`record ${value}`, { cause: new TypeError('below') })
      }),
    )
    const answer = await connection.run('4.3', { command }, [records(0, [7])])
    const error = failure(answer)
    assert.equal(error.name, 'BadRecord')
    assert.equal(error.message, 'record 7')
    assert((error.cause as Error) instanceof TypeError)
    assert.match(error.stack ?? '', /worker\.test\.ts/)
    assert.match((answer as { text: string }).text, /^BadRecord: record 7|^Error: record 7/)
    connection.close()
    await connection.closed()
  })

  test('ends an Arrow stream that was begun before it sends the error', async () => {
    const connection = await executor.connect()
    const limits = smallLimits({ maxBlockBytes: 8 })
    const command = await commandOf(
      mapping((value: number) => {
        if (value === 2) throw new RangeError('two')
        return 'x'.repeat(100)
      }),
      { limits, targets: [0, 1] },
    )
    const answer = await connection.run('4.3', { command }, [records(0, [1]), records(1, [2])])
    assert.equal(failure(answer).message, 'two')
  })

  test('refuses what is no command of this Millstream', async () => {
    for (const [command, text] of [
      [Buffer.from('a pickled Python function'), /functions of Millstream only/],
      [Buffer.from([0x4d, 0x53, 0x54, 0x52, 0x7f, 0xff]), /version 32767 .* another release/],
    ] as const) {
      const connection = await executor.connect()
      const answer = await connection.run('4.3', { command }, [])
      assert.match(failure(answer).message, text)
    }
  })

  test('refuses other kinds of functions and other forms of the protocol', async () => {
    const command = await commandOf(mapping((value) => value))
    const grouped = await executor.connect()
    assert.match(failure(await grouped.run('4.3', { command, evalType: 209 }, [])).message, /kind 209/)
    const unknown = await executor.connect()
    unknown.send(int(-77))
    assert.match(failure(await unknown.answer('4.3')).message, /begins with -77.*4\.1, 4\.2 and 4\.3/)
  })

  test('that ends its process ends no other task', async () => {
    const [leaving, staying] = [await executor.connect(), await executor.connect()]
    assert.notEqual(leaving.pid, staying.pid)
    const exiting = await commandOf(mapping(() => process.exit(3)))
    const answer = await leaving.run('4.3', { command: exiting }, [records(0, [1])])
    assert.match(failure(answer).message, /ended with code 3 while it ran a task: a function called process\.exit/)
    const command = await commandOf(mapping((value: number) => value + 1))
    assert.deepEqual(results(await staying.run('4.3', { command }, [records(0, [1])])), { 0: [2] })
    const next = await executor.connect()
    assert.deepEqual(results(await next.run('4.3', { command }, [records(0, [1])])), { 0: [2] })
  })

  test('says that its process ended in the middle of its output', async () => {
    const connection = await executor.connect()
    const limits = smallLimits({ maxBlockBytes: 8 })
    const program: StageProgram = {
      root: { kind: 'source' },
      sink: {
        kind: 'partition',
        fn: async (records: Iterable<never>) => {
          const [value] = records
          if (value === 2) {
            setImmediate(() => Promise.reject(new Error('nobody waits for this')))
            await new Promise(() => setInterval(() => {}, 1000))
          }
          return 'x'.repeat(100)
        },
      },
    }
    const command = await commandOf(program, { limits, targets: [0, 1] })
    const answer = await connection.run('4.3', { command }, [records(0, [1]), records(1, [2])])
    assert.match(failure(answer).message, /ended with code 1 while it ran a task/)
    await executor.logged('nobody waits for this')
  })

  test('to end is killed by its process id, in an endless loop too', async () => {
    const connection = await executor.connect()
    const command = await commandOf(
      mapping(() => {
        console.log('looping')
        for (;;);
      }),
    )
    const answer = connection.run('4.3', { command }, [records(0, [1])])
    await executor.logged('looping')
    executor.kill(connection.pid)
    assert.deepEqual(await answer, { kind: 'gone' })
  })
})

describe('a daemon', () => {
  test('kills no process that is not its own', async () => {
    await using executor = new ScriptedExecutor('unix')
    const connection = await executor.connect()
    executor.kill(process.pid)
    executor.kill(connection.pid)
    await connection.closed()
  })

  test('on TCP serves those who know the secret and no one else', async () => {
    await using executor = new ScriptedExecutor('tcp')
    await assert.rejects(executor.connect('a guess'), /answered err/)
    const connection = await executor.connect()
    const command = await commandOf(mapping((value: number) => value * 2))
    assert.deepEqual(results(await connection.run('4.3', { command }, [records(0, [4])])), { 0: [8] })
  })

  test('ends with its workers when its executor is gone', async () => {
    await using executor = new ScriptedExecutor('unix')
    const connection = await executor.connect()
    const command = await commandOf(
      mapping(() => {
        console.log('looping')
        for (;;);
      }),
    )
    const answer = connection.run('4.3', { command }, [records(0, [1])])
    await executor.logged('looping')
    executor.daemon.stdin?.end()
    assert.equal(await executor.ended(), 0)
    assert.deepEqual(await answer, { kind: 'gone' })
    assert.deepEqual(fs.readdirSync(executor.directory), [])
  })

  test('ends on SIGTERM', async () => {
    await using executor = new ScriptedExecutor('unix')
    const connection = await executor.connect()
    executor.daemon.kill('SIGTERM')
    await executor.ended()
    await connection.closed()
  })

  test('ends by itself when it had no connection for a while', async () => {
    await using executor = new ScriptedExecutor('unix', { MILLSTREAM_DAEMON_IDLE_SECONDS: '0.2' })
    const connection = await executor.connect()
    const command = await commandOf(mapping((value) => value))
    done(await connection.run('4.3', { command }, [records(0, [1])]))
    connection.close()
    assert.equal(await executor.ended(), 0)
  })
})

function smallLimits(given: Partial<SparkCommand['limits']>): SparkCommand['limits'] {
  return {
    inputMemoryBytes: 1 << 20,
    shuffleMemoryBytes: 1 << 20,
    maxBlockBytes: 1 << 20,
    spillFraction: 0.6,
    maxEntries: Number.MAX_SAFE_INTEGER,
    ...given,
  }
}

function pieces(bytes: Uint8Array, length: number, target: number): Row[] {
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, part) =>
    row(target, 0, 0, part, bytes.subarray(part * length, (part + 1) * length)),
  )
}

/** The records of the frames that a leaf was sent. */
function framed(rows: readonly Row[], target: number, leaf: number): unknown[] {
  const blocks = rows.filter((one) => one.target === target && one.leaf === leaf).map(({ block }) => block)
  const bytes = Buffer.concat(blocks)
  const values: unknown[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at)
    values.push(...codec.decode(bytes.subarray(at + 4, at + 4 + length)))
    at += 4 + length
  }
  return values
}

function spillFiles(executor: ScriptedExecutor): string[] {
  return fs
    .readdirSync(executor.directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => /input|joined|lines|shuffle/.test(name))
}
