import assert from 'node:assert/strict'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { until } from '../../../test/model/until.ts'
import { ManualClock } from '../../batches/manual-clock.ts'
import { Time } from '../../batches/time.ts'
import { SparkContext } from '../../context/spark-context.ts'
import { SparkConf } from '../../settings/spark-conf.ts'
import { StreamingContext } from '../../streaming/streaming-context.ts'
import { RecordCodec } from '../../task/codec/index.ts'
import { StreamingHarness } from '../../testing/streaming-harness.ts'
import { Receiver, type RecordClass } from './receiver.ts'

class Grant {
  readonly role: string
  constructor(role: string) {
    if (role !== 'guest') throw new Error('only guests are made here')
    this.role = role
  }
}
class Note {
  text = 'a note'
}
class Refusal extends Error {
  readonly role = 'guest'
}

/** A block of instances whose field was changed in the bytes: no constructor gave it. */
function crafted(sc: SparkContext, ...records: unknown[]): Buffer {
  const block = Buffer.from(new RecordCodec(sc.recordClasses).encode(records))
  const at = block.indexOf('guest')
  if (at >= 0) block.write('admin', at, 'latin1')
  return block
}

class BlockReceiver extends Receiver<unknown> {
  readonly #classes: readonly RecordClass[]
  constructor(classes: readonly RecordClass[] = []) {
    super()
    this.#classes = classes
  }
  override get blockClasses(): readonly RecordClass[] {
    return this.#classes
  }
  override onStart(): void {}
  override onStop(): void {}
}

const kindOf = (record: unknown): string =>
  `${(record as object).constructor.name} ${(record as Partial<Grant>).role ?? (record as Note).text}`

describe('a block that was encoded elsewhere', () => {
  test('of a raw socket makes instances of no class but those that the stream names', async () => {
    const sockets: net.Socket[] = []
    const server = net.createServer((socket) => sockets.push(socket))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as net.AddressInfo
    try {
      await using harness = new StreamingHarness()
      const { sc, ssc } = harness
      const all = ssc.rawSocketStream('127.0.0.1', port)
      const named = ssc.rawSocketStream('127.0.0.1', port, undefined, { classes: [Note] })
      const outputs = [harness.collect(all.map(kindOf)), harness.collect(named.map(kindOf))]
      await ssc.start()
      await until(() => sockets.length === 2)
      const block = crafted(sc, new Grant('guest'), new Note(), { text: 'plain' }, [new Refusal()].at(0))
      const header = Buffer.alloc(4)
      header.writeInt32BE(block.length)
      for (const socket of sockets) socket.write(Buffer.concat([header, block]))
      await until(async () => {
        await harness.advance()
        return outputs.every(({ records }) => records.length === 4)
      })
      assert.deepEqual(outputs[0]!.records.slice(0, 3), ['Object admin', 'Object a note', 'Object plain'])
      assert.deepEqual(outputs[1]!.records.slice(0, 3), ['Object admin', 'Note a note', 'Object plain'])
      for (const { records } of outputs) assert.match(records[3] as string, /^Error /)
    } finally {
      for (const socket of sockets) socket.destroy()
      server.close()
    }
  })

  test('of a receiver does so too, and what is stored as objects keeps its class', async () => {
    await using harness = new StreamingHarness()
    const { sc, ssc } = harness
    const receivers = [new BlockReceiver(), new BlockReceiver([Grant])]
    const outputs = receivers.map((receiver) => harness.collect(ssc.receiverStream(receiver).map(kindOf)))
    await ssc.start()
    for (const receiver of receivers) {
      await receiver.store(crafted(sc, new Grant('guest')))
      await receiver.store([new Note()])
    }
    await harness.advance()
    assert.deepEqual(outputs[0]!.records, ['Object admin', 'Note a note'])
    assert.deepEqual(outputs[1]!.records, ['Grant admin', 'Note a note'])
  })

  test('that comes back from the write-ahead log makes none either', async () => {
    const root = await mkdtemp(join(tmpdir(), 'foreign-blocks-'))
    const seen: string[] = []
    const open = async (directory: string, startMs: number) => {
      const clock = new ManualClock(startMs)
      // The class of what was stored as objects is known to the second run, too, as it is named.
      const receiver = new BlockReceiver([Note])
      const ssc = await StreamingContext.getOrCreate(directory, () => {
        const conf = new SparkConf(false).setMaster('local[1]').setAppName('foreign')
        conf.set('spark.streaming.receiver.writeAheadLog.enable', true)
        const made = new StreamingContext(new SparkContext(conf), 1, { clock })
        made.receiverStream(receiver).foreachRDD(async (rdd) => {
          for (const kind of await rdd.map(kindOf).collect()) seen.push(kind)
        })
        return made
      })
      await ssc.start()
      return { ssc, clock, receiver }
    }
    try {
      const first = await open(join(root, 'first'), 0)
      await first.ssc.batchProcessed(new Time(0))
      await first.receiver.store(crafted(first.ssc.sparkContext, new Grant('guest')))
      await first.receiver.store([new Note()])
      cpSync(join(root, 'first'), join(root, 'second'), { recursive: true })
      await first.ssc.stop()
      assert.deepEqual(seen.splice(0), [])
      const second = await open(join(root, 'second'), 1000)
      second.clock.advance(1000)
      await second.ssc.batchProcessed(new Time(2000))
      await second.ssc.stop()
      assert.deepEqual(seen, ['Object admin', 'Note a note'])
    } finally {
      await rm(root, { recursive: true, force: true })
    }
  })

  test('needs classes that are classes', async () => {
    await using harness = new StreamingHarness()
    for (const classes of [Note, ['Note'], 'Note']) {
      assert.throws(() => harness.ssc.rawSocketStream('127.0.0.1', 1, undefined, { classes: classes as never }), {
        code: 'INVALID_CLASSES',
      })
    }
  })
})
