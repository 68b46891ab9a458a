import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { SparkContext } from '../../../src/context/spark-context.ts'
import { SparkConf } from '../../../src/settings/spark-conf.ts'
import { type SparkServer, startSparkServer } from './spark-server.ts'

/** A file system that only Spark knows: a view whose mount table stands in the server's settings. */
const MOUNT = 'spark.hadoop.fs.viewfs.mounttable.cluster.link./data'

let directory: string
let server: SparkServer
let sc: SparkContext

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millstream-cluster-files-'))
  await writeFile(join(directory, 'one.txt'), 'a b\nc\n\nd e f')
  await writeFile(join(directory, 'two words.gz'), gzipSync('x\r\ny\n'))
  await writeFile(join(directory, '_hidden.txt'), 'no\n')
  await mkdir(join(directory, 'large'))
  const lines = Array.from({ length: 4_000_000 }, (_, i) => `line ${i}`)
  await writeFile(join(directory, 'large', 'part'), `${lines.join('\n')}\n`)
  server = await startSparkServer({ [MOUNT]: `file://${directory}` })
  sc = new SparkContext(new SparkConf(false).setMaster(server.url).setAppName('files'))
})

after(async () => {
  await sc?.stop()
  await server?.[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

test('text of a file system that only the cluster knows is read by its own readers, a partition for each piece', async () => {
  const text = sc.textFile('viewfs://cluster/data/*{txt,gz}')
  assert.deepEqual(await text.glom().collect(), [
    ['a b', 'c', '', 'd e f'],
    ['x', 'y'],
  ])
  assert.deepEqual(await text.zipWithIndex().values().collect(), [0, 1, 2, 3, 4, 5])
})

test('such text is joined with other data and persisted as any other', async () => {
  const text = sc.textFile('viewfs://cluster/data/one.txt')
  assert.deepEqual(
    await text
      .union(sc.parallelize(['z'], 1))
      .coalesce(1)
      .glom()
      .collect(),
    [['a b', 'c', '', 'd e f', 'z']],
  )
  const kept = text.persist()
  assert.equal(await kept.count(), 4)
  assert.deepEqual(await kept.take(2), ['a b', 'c'])
  await kept.unpersist()
})

test('a large file is cut, and every line is in one piece, in its order', async () => {
  const text = sc.textFile('viewfs://cluster/data/large')
  assert.equal(await text.getNumPartitions(), 2)
  const isInOrder = (lines: Iterable<string>): [number, number, boolean][] => {
    const numbers = Array.from(lines, (line) => Number(line.slice(5)))
    const [first = -1, last = -1] = [numbers[0], numbers.at(-1)]
    return [[first, last, numbers.every((number, i) => number === first + i)]]
  }
  const pieces = await text.mapPartitions(isInOrder).collect()
  assert.deepEqual(
    pieces.map(([, , inOrder]) => inOrder),
    [true, true],
  )
  assert.equal(pieces[0]?.[0], 0)
  assert.equal(pieces[1]?.[0], (pieces[0]?.[1] ?? 0) + 1)
  assert.equal(pieces[1]?.[1], 3_999_999)
})

test('a path that does not exist is the error that it is on one machine', async () => {
  await assert.rejects(sc.textFile('viewfs://cluster/data/nowhere').count(), {
    code: 'INVALID_INPUT',
    message: /Input path does not exist: viewfs:\/\/cluster\/data\/nowhere/,
  })
})

test('whole files are read as they are on one machine', async () => {
  assert.deepEqual(await sc.wholeTextFiles('viewfs://cluster/data/*{txt,gz}').collect(), [
    ['viewfs://cluster/data/one.txt', 'a b\nc\n\nd e f'],
    ['viewfs://cluster/data/two words.gz', 'x\r\ny\n'],
  ])
})

test('a path without a scheme is the machine’s own where that is the cluster’s default', async () => {
  assert.deepEqual(await sc.textFile(join(directory, 'one.txt'), 1).collect(), ['a b', 'c', '', 'd e f'])
})
