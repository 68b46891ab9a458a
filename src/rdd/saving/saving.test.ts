import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { onEachEngine } from '../../../test/model/on-each-engine.ts'
import { STREAMING_BATCH_TIME } from '../../events/job-events.ts'

onEachEngine((context) => {
  let directory = ''
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'millstream-saving-'))
  })
  after(() => rm(directory, { recursive: true }))

  const text = (path: string) => readFile(path, 'utf8')

  test('text goes to a file per partition, and _SUCCESS tells that all are there', async () => {
    const output = join(directory, 'text')
    await context().parallelize(['a', 'b', 'c'], 2).saveAsTextFile(output)
    assert.deepEqual((await readdir(output)).sort(), ['_SUCCESS', 'part-00000', 'part-00001'])
    assert.equal(await text(join(output, 'part-00000')), 'a\n')
    assert.equal(await text(join(output, 'part-00001')), 'b\nc\n')
    assert.equal(await text(join(output, '_SUCCESS')), '')
    assert.deepEqual(await context().textFile(output, 1).collect(), ['a', 'b', 'c'])
  })

  test('a record’s text is what Scala prints', async () => {
    const output = join(directory, 'records')
    const records: unknown[] = [['a', 1], null, new Map([['a', 1]]), new Set([1, 2]), 1.5, { a: 1 }, Buffer.from('é')]
    await context().parallelize(records, 1).saveAsTextFile(output)
    const lines = ['(a,1)', 'null', 'Map(a -> 1)', 'Set(1, 2)', '1.5', '{"a":1}', 'é', '']
    assert.equal(await text(join(output, 'part-00000')), lines.join('\n'))
  })

  test('an existing output directory is refused and left alone', async () => {
    const output = join(directory, 'there')
    await mkdir(output)
    const rdd = context().parallelize([1], 1)
    await assert.rejects(rdd.saveAsTextFile(output), {
      name: 'FileAlreadyExistsException',
      message: new RegExp(
        `^Output directory file:${output} already exists: saveAsTextFile at saving\\.test\\.ts:\\d+:\\d+`,
      ),
    })
    assert.deepEqual(await readdir(output), [])
  })

  test('a streaming batch that runs again writes over what it saved before', async () => {
    const output = join(directory, 'again')
    await context().parallelize(['old', 'old'], 2).saveAsTextFile(output)
    const batch = { [STREAMING_BATCH_TIME]: '1000' }
    await context().withLocalProperties(batch, () => context().parallelize(['new', 'new'], 2).saveAsTextFile(output))
    assert.deepEqual(await context().textFile(output).collect(), ['new', 'new'])
    assert.deepEqual((await readdir(output)).sort(), ['_SUCCESS', 'part-00000', 'part-00001'])
  })

  test('a batch that runs again in fewer partitions, or packed otherwise, leaves no part of its first try', async () => {
    const output = join(directory, 'fewer')
    const batch = { [STREAMING_BATCH_TIME]: '1000' }
    const save = (slices: number, codec?: 'gzip') =>
      context().withLocalProperties(batch, () => context().parallelize([1, 2, 3], slices).saveAsTextFile(output, codec))
    await save(3)
    await save(2, 'gzip')
    assert.deepEqual((await readdir(output)).sort(), ['_SUCCESS', 'part-00000.gz', 'part-00001.gz'])
    await save(1)
    assert.deepEqual((await readdir(output)).sort(), ['_SUCCESS', 'part-00000'])
    assert.deepEqual(await context().textFile(output).collect(), ['1', '2', '3'])
    const objects = (slices: number) =>
      context().withLocalProperties(batch, () => context().parallelize([1, 2, 3], slices).saveAsObjectFile(output))
    await objects(3)
    await objects(2)
    assert.deepEqual(await context().objectFile(output).collect(), [1, 2, 3])
  })

  test('a save that fails leaves no part file and no _SUCCESS', async () => {
    const output = join(directory, 'failed')
    const rdd = context()
      .parallelize([1, 2, 3, 4], 4)
      .map((n) => {
        if (n === 3) throw new Error('three is refused')
        return n
      })
    await assert.rejects(rdd.saveAsTextFile(output), /three is refused/)
    assert.deepEqual(await readdir(output), [])
  })

  test('gzip packs each part, and textFile reads it back', async () => {
    const output = join(directory, 'packed')
    await context().parallelize(['x', 'y'], 1).saveAsTextFile(output, 'gzip')
    assert.equal(gunzipSync(await readFile(join(output, 'part-00000.gz'))).toString(), 'x\ny\n')
    assert.deepEqual(await context().textFile(output).collect(), ['x', 'y'])
    await assert.rejects(
      async () =>
        context()
          .parallelize([1], 1)
          .saveAsTextFile(join(directory, 'no'), 'lzo' as never),
      /Compression codec lzo was not found/,
    )
  })

  test('object files keep records as they are', async () => {
    const output = join(directory, 'objects')
    const records = [[1, 'a'], { date: new Date(3), set: new Set([1]) }, null, 12n]
    await context().parallelize<unknown>(records, 3).saveAsObjectFile(output)
    assert.deepEqual(await context().objectFile(output).collect(), records)
  })

  test('an RDD without partitions leaves an empty directory with _SUCCESS', async () => {
    const output = join(directory, 'none')
    await context().emptyRDD().saveAsTextFile(output)
    assert.deepEqual(await readdir(output), ['_SUCCESS'])
  })

  test('a file system that workers cannot write to is named', async () => {
    await writeFile(join(directory, 'plain'), '')
    await assert.rejects(context().parallelize([1], 1).saveAsTextFile('nowhere://host/x'), /nowhere/)
  })
})
