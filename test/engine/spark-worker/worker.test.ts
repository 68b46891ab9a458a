import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { serialize } from 'node:v8'
import { captureClosures } from '../../../src/closure/driver/index.ts'
import { SHIP } from '../../../src/closure/wire/index.ts'
import { ACCUMULATOR_LEAF, ANCHOR_LEAF, type LeafInput, type SparkCommand } from '../../../src/engine/spark/command.ts'
import { rowStream } from '../../../src/engine/spark/rows/row-batch-writer.ts'
import type { WireForm } from '../../../src/engine/spark/worker/protocol/task-start.ts'
import { HashPartitioner } from '../../../src/task/partitioner.ts'
import type { StageProgram } from '../../../src/task/program.ts'
import { TaskContext } from '../../../src/task/task-context.ts'
import { codec, done, framed, mapping, pieces, records, results, smallLimits, spillFiles } from './answers.ts'
import { commandOf, recordsLeaf, row } from './commands.ts'
import { type Connection, ScriptedExecutor } from './scripted-executor.ts'
import { int, taskStart } from './wire.ts'

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

  test('reads the lines of a piece of a file, in memory and from a file', async () => {
    const leaf: LeafInput = { kind: 'data', partition: 1, format: 'lines', bytes: { leaf: 0 } }
    const lines = Array.from({ length: 50 }, (_, part) => `line ${part} née`)
    const [first = '', ...others] = lines.map((line) => `${line}\n`)
    const rows = [`33 hdfs://née/a%20b\n${first}`, ...others].map((text, part) => row(0, 0, 0, part, Buffer.from(text)))
    for (const inputMemoryBytes of [1 << 20, 20]) {
      const command = await commandOf(
        { root: { kind: 'source' }, sink: { kind: 'collect' } },
        {
          tasks: new Map([
            [1, leaf],
            [7, leaf],
          ]),
          limits: smallLimits({ inputMemoryBytes }),
          pieces: [
            { name: '0 hdfs://née/a b', targets: [3] },
            { name: '33 hdfs://née/a b', targets: [1, 7] },
          ],
        },
      )
      assert.deepEqual(results(await connection.run('4.3', { command }, rows)), { 1: lines, 7: lines })
    }
  })

  test('runs what reads a piece in which no line begins by the place that the piece has', async () => {
    const leaf: LeafInput = { kind: 'data', partition: 1, format: 'lines', bytes: { leaf: 0 } }
    const program: StageProgram = { root: { kind: 'source' }, sink: { kind: 'collect' } }
    const pieces = [
      { name: '0 a', targets: [3] },
      { name: '33 a', targets: [1] },
    ]
    const command = await commandOf(program, { tasks: new Map([[1, leaf]]), pieces })
    assert.deepEqual(results(await connection.run('4.3', { command, partition: 1 }, [])), { 1: [] })
    assert.deepEqual(results(await connection.run('4.1', { command, partition: 0 }, [])), {})
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
