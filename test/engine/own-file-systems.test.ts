import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { ManualClock } from '../../src/batches/manual-clock.ts'
import {
  type FileSystem,
  Receiver,
  registerFileSystem,
  SparkConf,
  SparkContext,
  StreamingContext,
  Time,
} from '../../src/index.ts'
import { Collector } from '../../src/testing/collector.ts'
import { folderFileSystem } from '../fixtures/folder-file-system.ts'

const MODULE = new URL('../fixtures/folder-file-system.ts', import.meta.url)
const root = mkdtempSync(join(tmpdir(), 'own-file-systems-'))
after(() => rmSync(root, { recursive: true, force: true }))

function register(scheme: string, atomicRename: boolean): void {
  const options = { root, scheme, atomicRename }
  registerFileSystem(scheme, { module: MODULE, exportName: 'folderFileSystem', options })
}

/** Writes a file of the folder of an authority. */
function put(authority: string, path: string, content: string | Uint8Array): void {
  const file = join(root, authority, path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, content)
}

const numbers = Array.from({ length: 5000 }, (_, i) => `line ${i}`)

for (const [scheme, atomicRename] of [
  ['folder', true],
  ['store', false],
] as const) {
  describe(`a file system of the program, registered as a module (${atomicRename ? 'renames are one step' : 'renames are copies'})`, () => {
    let sc: SparkContext
    before(() => {
      sc = new SparkContext('local[2]', 'own file systems')
      sc.setLogLevel('OFF')
      // After the workers have started, as a program may.
      register(scheme, atomicRename)
    })
    after(() => sc.stop())
    const at = (path: string) => `${scheme}://${scheme}-host/${path}`

    test('files are read in every format, in pieces and packed', async () => {
      put(`${scheme}-host`, 'in/lines.txt', `${numbers.join('\n')}\n`)
      put(`${scheme}-host`, 'in/packed.gz', gzipSync('packed\n'))
      assert.deepEqual(await sc.textFile(at('in/lines.txt'), 7).collect(), numbers)
      assert.equal(
        await sc
          .textFile(at('in/lines.txt'), 3)
          .mapPartitions((lines) => [[...lines].length])
          .sum(),
        5000,
      )
      assert.deepEqual(await sc.textFile(at('in/*.gz')).collect(), ['packed'])
      const whole = await sc.wholeTextFiles(at('in')).collect()
      assert.deepEqual(
        whole.map(([path, text]) => [path, text.length]),
        [
          [at('in/lines.txt'), numbers.join('\n').length + 1],
          [at('in/packed.gz'), 7],
        ],
      )
      const [[, bytes]] = (await sc.binaryFiles(at('in/packed.gz')).collect()) as [[string, Buffer]]
      assert(bytes.equals(gzipSync('packed\n')))
      put(`${scheme}-host`, 'records', 'abcdefghi')
      const records = await sc
        .binaryRecords(at('records'), 3)
        .map((record) => record.toString())
        .collect()
      assert.deepEqual(records, ['abc', 'def', 'ghi'])
    })

    test('data is saved and read again, and an existing directory is refused', async () => {
      const values = sc.parallelize(numbers, 3)
      await values.saveAsTextFile(at('out/text'), 'gzip')
      assert.deepEqual(readdirSync(join(root, `${scheme}-host`, 'out/text')).sort(), [
        '_SUCCESS',
        'part-00000.gz',
        'part-00001.gz',
        'part-00002.gz',
      ])
      assert.deepEqual((await sc.textFile(at('out/text')).collect()).sort(), [...numbers].sort())
      await assert.rejects(values.saveAsTextFile(at('out/text')), { code: 'FILE_ALREADY_EXISTS' })
      const objects = [[1, 'a'], { date: new Date(3) }, 12n]
      await sc.parallelize<unknown>(objects, 2).saveAsObjectFile(at('out/objects'))
      assert.deepEqual(await sc.objectFile(at('out/objects')).collect(), objects)
    })

    test('a failed save leaves no part', async () => {
      const failing = sc.parallelize([1, 2, 3, 4], 4).map((n) => {
        if (n === 3) throw new Error('three is refused')
        return n
      })
      await assert.rejects(failing.saveAsTextFile(at('out/failed')), /three is refused/)
      assert.deepEqual(readdirSync(join(root, `${scheme}-host`, 'out/failed')), [])
    })

    test('an RDD is checkpointed to it', async () => {
      sc.setCheckpointDir(at('checkpoints'))
      const pairs = sc
        .parallelize(numbers, 2)
        .map((line): [string, number] => [line.slice(-1), 1])
        .reduceByKey((a, b) => a + b, 2)
      pairs.checkpoint()
      const before = (await pairs.collect()).sort()
      assert(pairs.isCheckpointed())
      assert.match(String(pairs.getCheckpointFile()), new RegExp(`^${scheme}://${scheme}-host/checkpoints/`))
      assert.deepEqual((await pairs.collect()).sort(), before)
    })

    test('a stream reads its files, keeps its state and its receiver’s log there, and goes on after a stop', async () => {
      await sc.stop()
      const folder = `${scheme}-stream`
      mkdirSync(join(root, folder, 'in'), { recursive: true })
      const place = (path: string) => `${scheme}://${folder}/${path}`
      const run = async (startMs: number) => {
        const clock = new ManualClock(startMs)
        const receiver = new Stored()
        let lines!: Collector<string>
        let totals!: Collector<[string, number]>
        const ssc = await StreamingContext.getOrCreate(place('checkpoints'), () => {
          const conf = new SparkConf(false)
            .setMaster('local[2]')
            .setAppName('own')
            .set('spark.streaming.receiver.writeAheadLog.enable', 'true')
          const made = new StreamingContext(new SparkContext(conf), 1, { clock })
          lines = new Collector(made.textFileStream(place('in')))
          totals = new Collector(
            made
              .receiverStream(receiver)
              .map((n) => ['sum', n])
              .updateStateByKey<string, number, number>((values, sum = 0) => values.reduce((a, b) => a + b, sum), 1),
          )
          made.sparkContext.setLogLevel('OFF')
          return made
        })
        await ssc.start()
        await ssc.batchProcessed(new Time(startMs))
        const advance = async () => {
          clock.advance(1000)
          await ssc.batchProcessed(new Time(clock.now()))
        }
        return { ssc, receiver, advance, lines, totals }
      }
      const first = await run(1_000_000)
      put(folder, 'in/a', 'one\ntwo\n')
      utimesSync(join(root, folder, 'in/a'), 1000.5, 1000.5)
      await first.receiver.store([1, 2, 3])
      await first.advance()
      assert.deepEqual(first.lines.records, ['one', 'two'])
      assert.deepEqual(first.totals.records.at(-1), ['sum', 6])
      await first.receiver.store([4])
      await first.ssc.stop({ stopSparkContext: true, stopGracefully: false })
      const second = await run(1_001_000)
      await second.advance()
      assert.deepEqual(second.totals.records.at(-1), ['sum', 10])
      await second.ssc.stop()
    })
  })
}

class Stored extends Receiver<number> {
  override onStart(): void {}
  override onStop(): void {}
}

describe('a file system that only the driver has', () => {
  let sc: SparkContext
  before(() => {
    registerFileSystem(
      'mine',
      (authority): FileSystem => folderFileSystem(authority, { root, scheme: 'mine', atomicRename: true }),
    )
    put('here', 'notes.txt', 'one\n')
    sc = new SparkContext('local[1]', 'driver alone')
    sc.setLogLevel('OFF')
  })
  after(() => sc.stop())

  const refusal = {
    name: 'UnsupportedFileSystemException',
    code: 'UNSUPPORTED_FILE_SYSTEM',
    message:
      /'mine:\/\/here.*mine: was registered as a function, which workers cannot load\. Register a module reference/,
  }

  test('is refused, by name, by whatever workers would read', async () => {
    for (const read of [
      sc.textFile('mine://here/notes.txt'),
      sc.wholeTextFiles('mine://here'),
      sc.binaryFiles('mine://here'),
      sc.binaryRecords('mine://here/notes.txt', 4),
      sc.objectFile('mine://here/notes.txt'),
    ]) {
      await assert.rejects(read.collect(), refusal)
    }
    const ssc = new StreamingContext(sc, 1)
    assert.throws(() => ssc.textFileStream('mine://here'), refusal)
    await ssc.stop({ stopSparkContext: false })
  })

  test('is refused, by name, by whatever workers would write', async () => {
    const values = sc.parallelize([1], 1)
    await assert.rejects(values.saveAsTextFile('mine://here/out'), refusal)
    await assert.rejects(values.saveAsObjectFile('mine://here/out'), refusal)
    assert.throws(() => sc.setCheckpointDir('mine://here/checkpoints'), refusal)
    assert.deepEqual(readdirSync(join(root, 'here')), ['notes.txt'])
  })

  test('works on once it is registered as a module', async () => {
    register('mine', true)
    assert.deepEqual(await sc.textFile('mine://here/notes.txt').collect(), ['one'])
    registerFileSystem('mine', {
      module: MODULE,
      exportName: 'folderFileSystem',
      options: { root: join(root, 'here'), scheme: 'mine', atomicRename: true },
    })
    put('here/other', 'notes.txt', 'of another root\n')
    assert.deepEqual(await sc.textFile('mine://other/notes.txt').collect(), ['of another root'])
  })
})

describe('a reference that leads nowhere', () => {
  test('is refused where it is registered', () => {
    assert.throws(() => registerFileSystem('bad', { module: './here.ts' }), {
      code: 'BAD_FILE_SYSTEM_REFERENCE',
      message: /give new URL\('\.\/here\.ts', import\.meta\.url\)/,
    })
    assert.throws(() => registerFileSystem('bad', { module: MODULE, options: { open: () => {} } }), {
      code: 'BAD_FILE_SYSTEM_REFERENCE',
    })
  })

  test('is an error of what uses it, which says why', async () => {
    await using sc = new SparkContext('local[1]', 'nowhere')
    sc.setLogLevel('OFF')
    registerFileSystem('bad', { module: new URL('./no-such-module.ts', import.meta.url) })
    await assert.rejects(sc.textFile('bad://a/b').collect(), {
      code: 'UNSUPPORTED_FILE_SYSTEM',
      message: /no-such-module/,
    })
    registerFileSystem('bad', { module: MODULE, exportName: 'missing' })
    await assert.rejects(sc.textFile('bad://a/b').collect(), {
      code: 'UNSUPPORTED_FILE_SYSTEM',
      message: /no function 'missing'/,
    })
  })
})
