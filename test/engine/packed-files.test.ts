import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { deflateSync, gzipSync } from 'node:zlib'
import { SparkConf, SparkContext } from '../../src/index.ts'

/** Lines that take four times the workers' heap of 32 MiB as strings. */
const LINES = 1_500_000

describe('packed files', () => {
  let root: string
  let sc: SparkContext
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'packed-files-'))
    const members: Buffer[] = []
    for (let i = 0; i < LINES; i += 10_000) {
      let text = ''
      for (let k = i; k < i + 10_000; k++) text += `line ${k} with some text behind it, as lines have\n`
      members.push(gzipSync(text, { level: 1 }))
    }
    writeFileSync(join(root, 'large.gz'), Buffer.concat(members))
    const conf = new SparkConf().setMaster('local[2]').setAppName('packed files').set('spark.executor.memory', '32m')
    sc = new SparkContext(conf)
    sc.setLogLevel('OFF')
  })
  after(async () => {
    await sc.stop()
    rmSync(root, { recursive: true, force: true })
  })

  const large = () => sc.textFile(join(root, 'large.gz'), 1)
  const lengthOf = (lines: Iterable<unknown>) => {
    let count = 0
    for (const _ of lines) count++
    return count
  }

  test('larger than the heap go through every operation over whole partitions', async () => {
    assert.deepEqual(
      await large()
        .mapPartitions((lines) => [lengthOf(lines)])
        .collect(),
      [LINES],
    )
    assert.deepEqual(
      await large()
        .mapPartitionsWithIndex((_, lines) => [lengthOf(lines)])
        .collect(),
      [LINES],
    )
    const seen = sc.longAccumulator('lines')
    await large().foreachPartition((lines) => seen.add(lengthOf(lines)))
    assert.equal(seen.value, LINES)
    const zipped = large().zipPartitions(large(), (a, b) => [lengthOf(a), lengthOf(b)])
    assert.deepEqual(await zipped.collect(), [LINES, LINES])
    assert.equal(
      await large()
        .cartesian(sc.parallelize(['x'], 1))
        .count(),
      LINES,
    )
    assert.deepEqual(
      await large()
        .pipe('wc -l')
        .map((line) => Number(line))
        .collect(),
      [LINES],
    )
    assert.equal(
      await large()
        .union(large())
        .mapPartitions((lines) => lines)
        .count(),
      2 * LINES,
    )
    let first = ''
    for await (const line of large()
      .filter((line) => line.startsWith('line 1499999 '))
      .toLocalIterator())
      first = line
    assert.match(first, /^line 1499999 /)
  })

  test('.deflate files are read by line and whole', async () => {
    const folder = mkdtempSync(join(root, 'deflate-'))
    writeFileSync(join(folder, 'lines.deflate'), deflateSync('one\ntwo\n'))
    assert.deepEqual(await sc.textFile(folder).collect(), ['one', 'two'])
    const [[path, content]] = (await sc.wholeTextFiles(folder).collect()) as [[string, string]]
    assert.equal(path, `file:${folder}/lines.deflate`)
    assert.equal(content, 'one\ntwo\n')
    const [[, bytes]] = (await sc.binaryFiles(folder).collect()) as [[string, Buffer]]
    assert(bytes.equals(deflateSync('one\ntwo\n')), 'binaryFiles gives the bytes as they are')
  })

  test('what is saved with a codec is read again', async () => {
    for (const [codec, extension] of [
      ['gzip', '.gz'],
      ['deflate', '.deflate'],
      ['org.apache.hadoop.io.compress.DefaultCodec', '.deflate'],
    ] as const) {
      const folder = join(root, `saved-${codec}`)
      await sc.parallelize(['a', 'b', 'c'], 2).saveAsTextFile(folder, codec)
      assert.deepEqual(await sc.textFile(`${folder}/part-*${extension}`).collect(), ['a', 'b', 'c'])
    }
    await assert.rejects(sc.parallelize(['a'], 1).saveAsTextFile(join(root, 'saved-bzip2'), 'bzip2'), {
      code: 'UNSUPPORTED_COMPRESSION',
    })
  })

  test('a file that is cut off fails the job, with its path', async () => {
    writeFileSync(join(root, 'torn.gz'), gzipSync('some text\n'.repeat(1000)).subarray(0, 40))
    for (const job of [
      () => sc.textFile(join(root, 'torn.gz')).count(),
      () => sc.wholeTextFiles(join(root, 'torn.gz')).count(),
      () =>
        sc
          .textFile(join(root, 'torn.gz'))
          .mapPartitions((lines) => [lengthOf(lines)])
          .collect(),
    ]) {
      await assert.rejects(job, (error: Error & { cause?: { code?: string } }) => {
        assert.equal(error.cause?.code, 'CORRUPT_COMPRESSED_FILE')
        assert.match(error.message, /torn\.gz/)
        return true
      })
    }
  })

  test('damage in a file of any codec, and in an object file, is told with its path', async () => {
    writeFileSync(join(root, 'torn.deflate'), deflateSync('some text\n'.repeat(1000)).subarray(0, 40))
    for (const name of ['other.bz2', 'other.zst', 'other.gz']) writeFileSync(join(root, name), 'not packed at all')
    for (const name of ['torn.deflate', 'other.bz2', 'other.zst', 'other.gz']) {
      await assert.rejects(sc.textFile(join(root, name)).count(), (error: Error & { cause?: { code?: string } }) => {
        assert.equal(error.cause?.code, 'CORRUPT_COMPRESSED_FILE', name)
        assert(error.message.includes(join(root, name)), error.message)
        return true
      })
    }
    const output = join(root, 'objects')
    await sc.parallelize(['a', 'b'], 1).saveAsObjectFile(output)
    const part = join(output, 'part-00000')
    writeFileSync(part, readFileSync(part).subarray(0, -1))
    await assert.rejects(sc.objectFile(output).collect(), (error: Error & { cause?: { code?: string } }) => {
      assert.equal(error.cause?.code, 'CORRUPT_BLOCK')
      assert(error.message.includes(part), error.message)
      return true
    })
  })
})
