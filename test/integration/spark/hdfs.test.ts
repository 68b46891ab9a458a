import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { SparkContext } from '../../../src/context/spark-context.ts'
import { STREAMING_BATCH_TIME } from '../../../src/events/job-events.ts'
import { FileAlreadyExistsException, InvalidInputException, IOException } from '../../../src/files/errors.ts'
import { checkpointFile } from '../../../src/rdd/saving/checkpoint-file.ts'
import { SparkConf } from '../../../src/settings/spark-conf.ts'
import { HashPartitioner } from '../../../src/task/partitioner.ts'
import { StreamingHarness } from '../../../src/testing/streaming-harness.ts'
import { HdfsServer } from './hdfs-server.ts'
import { type SparkServer, startSparkServer } from './spark-server.ts'

/** Who the cluster works as: not the one who owns the file system, to whom every permission is given. */
const USER = 'millstream'

let hdfs: HdfsServer
let server: SparkServer
let sc: SparkContext

before(async () => {
  hdfs = await HdfsServer.start()
  await hdfs.mkdirs('/data')
  await hdfs.mkdirs(`/user/${USER}`)
  process.env.HADOOP_USER_NAME = USER
  server = await startSparkServer({
    'spark.hadoop.fs.defaultFS': hdfs.uri,
    'spark.hadoop.dfs.replication': '1',
    'spark.driver.memory': '3g',
  })
  const conf = new SparkConf(false).setMaster(server.url).setAppName('hdfs')
  // A server that is gone fails the tests behind, one by one, and soon.
  sc = new SparkContext(conf.set('spark.millstream.reconnectTimeout', '20s'))
})

after(async () => {
  await sc?.stop()
  await server?.[Symbol.asyncDispose]()
  await hdfs?.[Symbol.asyncDispose]()
})

async function write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  await Promise.all(Object.entries(files).map(([path, content]) => hdfs.write(path, content)))
}

test('text: patterns, lists, directories, empty and packed files, all ends of lines, equal names in two folders', async () => {
  await write({
    '/data/text/a/same.txt': 'one\r\ntwo\n\nfour',
    '/data/text/b/same.txt': 'other\n',
    '/data/text/b/empty.txt': '',
    '/data/text/b/_hidden': 'no\n',
    '/data/text/c/packed.gz': gzipSync('é\rpacked\n'),
    '/data/text/c/nothing.gz': gzipSync(''),
    '/data/text/c/we[i]rd %41+é,{x} *.txt': 'named\n',
  })
  assert.deepEqual(await sc.textFile(`${hdfs.uri}/data/text/{a,b}`).glom().collect(), [
    ['one', 'two', '', 'four'],
    ['other'],
  ])
  assert.deepEqual(await sc.textFile('hdfs:///data/text/b,/data/text/?/same*').collect(), [
    'other',
    'one',
    'two',
    '',
    'four',
    'other',
  ])
  assert.deepEqual(await sc.textFile('/data/text/c').glom().collect(), [[], ['é', 'packed'], ['named']])
  assert.equal(await sc.textFile('/data/text/b/empty.txt').count(), 0)
  assert.deepEqual(await sc.textFile('/data/text/*').take(2), ['one', 'two'])
})

test('the same file twice in one job, by itself and with other data', async () => {
  await write({ '/data/twice.txt': 'a b\nb c\n' })
  const text = sc.textFile('/data/twice.txt,/data/twice.txt')
  assert.deepEqual(await text.collect(), ['a b', 'b c', 'a b', 'b c'])
  const words = text.flatMap((line) => line.split(' ')).map((word): [string, number] => [word, 1])
  const counts = words.reduceByKey((a, b) => a + b).join(sc.parallelize<[string, string]>([['b', 'B']]))
  assert.deepEqual(await counts.collect(), [['b', [4, 'B']]])
  assert.deepEqual(
    await text
      .union(sc.parallelize(['z'], 1))
      .coalesce(1)
      .count(),
    5,
  )
})

test('many small files, each a partition, in the order of their names', async () => {
  const names = Array.from({ length: 40 }, (_, i) => `${String(i).padStart(3, '0')}`)
  await write(Object.fromEntries(names.map((name, i) => [`/data/many/${name}`, `${name}\n`.repeat((i * 7) % 5)])))
  const expected = names
    .map((name, i) => Array.from({ length: (i * 7) % 5 }, () => name))
    .filter(({ length }) => length)
  assert.deepEqual(await sc.textFile('/data/many').glom().collect(), expected)
})

test('a piece of a file in which no line begins is an empty partition', async () => {
  await write({ '/data/long.txt': Buffer.concat([Buffer.from('a\n'), Buffer.alloc(70 << 20, 'b'), Buffer.from('\n')]) })
  const lengths = sc.textFile('/data/long.txt').map((line) => line.length)
  assert.deepEqual(await lengths.glom().collect(), [[1, 70 << 20], [], []])
  assert.deepEqual(
    await lengths
      .mapPartitions((records) => [[...records].length])
      .repartition(1)
      .sum(),
    2,
  )
})

test('whole files, as text and as bytes, are put together in partitions as on one machine', async () => {
  const packed = gzipSync('packed')
  await write({ '/data/whole/a': 'a\nb', '/data/whole/b.gz': packed, '/data/whole/c': '', '/data/whole/d/e': 'deep' })
  const [a, b, c] = ['a', 'b.gz', 'c'].map((name) => `${hdfs.uri}/data/whole/${name}`)
  assert.deepEqual(await sc.wholeTextFiles('/data/whole', 1).glom().collect(), [
    [
      [a, 'a\nb'],
      [b, 'packed'],
    ],
    [[c, '']],
  ])
  const bytes = await sc
    .binaryFiles('/data/whole')
    .mapValues((content) => content.toString('base64'))
    .collect()
  assert.deepEqual(bytes, [
    [a, Buffer.from('a\nb').toString('base64')],
    [b, packed.toString('base64')],
    [c, ''],
  ])
  assert.deepEqual(await sc.wholeTextFiles('/data/whole/c').collect(), [[c, '']])
  assert.equal(
    await sc
      .wholeTextFiles('/data/whole')
      .cartesian(sc.parallelize([1, 2]))
      .count(),
    6,
  )
})

test('records of one length, in pieces of a large file', async () => {
  const content = Buffer.alloc(33 << 20)
  for (let at = 0; at < content.length; at += 4) content.writeUInt32BE(at / 4, at)
  await write({ '/data/records': content })
  const numbers = sc.binaryRecords('/data/records', 4).map((record) => record.readUInt32BE(0))
  assert.equal(await numbers.getNumPartitions(), 2)
  assert.deepEqual(
    await numbers
      .zipWithIndex()
      .filter(([number, index]) => number !== index)
      .count(),
    0,
  )
  assert.equal(await numbers.count(), content.length / 4)
  await assert.rejects(sc.binaryRecords('/data/records', 5).count(), { code: 'JOB_ABORTED' })
})

test('saved text is read back in the same partitions, packed or not', async () => {
  const lines = Array.from({ length: 1000 }, (_, i) => `line ${i} é`)
  await sc.parallelize([...lines, ''], 7).saveAsTextFile('/data/saved')
  const names = await hdfs.list('/data/saved')
  assert.deepEqual(names.map((name) => name.replace(/-[^.]*/, '')).sort(), ['_SUCCESS', ...Array(7).fill('part.txt')])
  assert.deepEqual(
    await sc.textFile('/data/saved').glom().collect(),
    await sc
      .parallelize([...lines, ''], 7)
      .glom()
      .collect(),
  )
  // Read and written as they stand, with no shuffle between.
  await sc
    .textFile('/data/saved')
    .map((line) => line.toUpperCase())
    .saveAsTextFile('saved.gz', 'gzip')
  assert.equal((await hdfs.list(`/user/${USER}/saved.gz`)).filter((name) => name.endsWith('.txt.gz')).length, 7)
  assert.deepEqual(
    await sc.textFile('saved.gz').collect(),
    [...lines, ''].map((line) => line.toUpperCase()),
  )
  await sc.emptyRDD<string>().saveAsTextFile('/data/saved-nothing')
  assert.equal(await sc.textFile('/data/saved-nothing').count(), 0)
})

test('an output directory that exists is refused, and what tasks counted is there once', async () => {
  const counted = sc.longAccumulator('counted')
  const count = (value: number): number => {
    counted.add(1)
    return value
  }
  await sc.parallelize([1, 2, 3], 2).map(count).saveAsTextFile('/data/exists')
  assert.equal(counted.value, 3)
  await assert.rejects(sc.parallelize([4]).saveAsTextFile('/data/exists'), (error) => {
    assert(error instanceof FileAlreadyExistsException)
    assert.match(error.message, /hdfs:\/\/127\.0\.0\.1:\d+\/data\/exists already exists/)
    return true
  })
  assert.deepEqual(await sc.textFile('/data/exists').collect(), ['1', '2', '3'])
})

test('a function that throws fails the save, with its error and no file', async () => {
  const fails = sc.parallelize([1, 2], 2).map((value) => {
    if (value === 2) throw new RangeError('two')
    return value
  })
  await assert.rejects(fails.saveAsTextFile('/data/failed'), (error) => {
    assert(error instanceof Error && error.cause instanceof RangeError)
    return true
  })
  await assert.rejects(sc.textFile('/data/failed/part-*').count(), InvalidInputException)
})

test('object files keep records and partitions', async () => {
  const records = [{ a: 1n }, new Date(5), [new Map([['k', '\n\r']])], 'x'.repeat(3_000_000)]
  await sc.parallelize(records, 6).saveAsObjectFile('/data/objects')
  const read = sc.objectFile<unknown>('/data/objects')
  assert.deepEqual(await read.glom().collect(), await sc.parallelize(records, 6).glom().collect())
  assert.equal(await read.getNumPartitions(), 6)
})

test('a checkpoint is written to the cluster and read again, with its partitioner', async () => {
  sc.setCheckpointDir('checkpoints')
  const pairs = sc.textFile('/data/saved').map((line): [number, number] => [line.length, 1])
  const sums = pairs.reduceByKey((a, b) => a + b, 5)
  sums.checkpoint()
  const expected = await sums.collect()
  assert.match(sc.getCheckpointDir() ?? '', new RegExp(`^${hdfs.uri}/user/${USER}/checkpoints/`))
  const directory = sums.getCheckpointFile() ?? ''
  assert.equal(sums.isCheckpointed(), true)
  assert.deepEqual(await sums.collect(), expected)
  const again = checkpointFile<[number, number]>(sc, directory)
  assert.deepEqual(await again.collect(), expected)
  const partitioner = (await again.resolve()).partitioner
  assert(partitioner?.equals(new HashPartitioner(5) as never))
})

test('what is not there, may not be read, or may not be written, is said', async () => {
  await assert.rejects(sc.textFile('/data/nowhere,/data/no*').count(), (error) => {
    assert(error instanceof InvalidInputException)
    assert.match(
      error.message,
      /Input path does not exist: hdfs:\S+\/data\/nowhere\nInput Pattern hdfs:\S+\/data\/no\* matches 0 files/,
    )
    return true
  })
  await assert.rejects(sc.textFile('/data/text').count(), (error) => {
    assert(error instanceof IOException)
    assert.equal(error.code, 'INPUT_IS_A_DIRECTORY')
    return true
  })
  await write({ '/data/closed/file': 'secret\n' })
  await hdfs.setPermission('/data/closed/file', '600')
  await assert.rejects(sc.textFile('/data/closed').count(), /Permission denied: user=millstream/)
  await hdfs.mkdirs('/data/closed', '700')
  await assert.rejects(sc.textFile('/data/closed/file').count(), /Permission denied: user=millstream/)
  await assert.rejects(sc.parallelize([1]).saveAsTextFile('/data/closed/out'), /Permission denied: user=millstream/)
})

test('file: stays the machine’s own', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'millstream-hdfs-local-'))
  t.after(() => rm(directory, { recursive: true, force: true }))
  await writeFile(join(directory, 'in.txt'), 'a\nb\n')
  await sc.textFile(`file://${directory}/in.txt`, 2).saveAsTextFile(`file:${directory}/out`)
  assert.deepEqual(await sc.textFile(`file:${directory}/out`).collect(), ['a', 'b'])
})

test('a stream reads the files that newly appear in directories, and saves what its batches give', async () => {
  const start = 1_000_000
  const put = async (path: string, content: string, seconds: number): Promise<void> => {
    await hdfs.write(path, content)
    await hdfs.setTime(path, start + seconds * 1000)
  }
  await put('/data/in/x/old', 'old\n', -0.5)
  await put('/data/in/not in a directory', 'no\n', 0.5)
  await using harness = new StreamingHarness({ sparkContext: sc, startTime: start })
  const lines = harness.ssc.textFileStream(`${hdfs.uri}/data/in/*`)
  lines.saveAsTextFiles('/data/streamed/batch')
  const output = harness.collect(lines)
  await harness.ssc.start()
  await put('/data/in/x/new', 'new\nlines\n', 0.5)
  await put('/data/in/x/deep/er', 'no\n', 0.5)
  await put('/data/in/x/later', 'later\n', 1.5)
  await harness.advance()
  await put('/data/in/y/other', 'other\n', 1.75)
  await harness.advance(2)
  assert.deepEqual(output.batches, [['new', 'lines'], ['later', 'other'], []])
  assert.deepEqual(await sc.textFile(`/data/streamed/batch-${start + 2000}`).collect(), ['later', 'other'])
})

test('a batch that runs again replaces what it wrote, and nothing else', async () => {
  const save = (values: number[], path: string) =>
    sc.withLocalProperties({ [STREAMING_BATCH_TIME]: '1000' }, () => sc.parallelize(values, 2).saveAsTextFile(path))
  await save([1, 2], '/data/again')
  await save([3], '/data/again')
  assert.deepEqual(await sc.textFile('/data/again').collect(), ['3'])
  await hdfs.write('/data/again/mine', 'of somebody else')
  await assert.rejects(save([4], '/data/again'), (error) => {
    assert(error instanceof FileAlreadyExistsException)
    assert.match(error.message, /holds hdfs:\S+\/data\/again\/mine/)
    return true
  })
})
