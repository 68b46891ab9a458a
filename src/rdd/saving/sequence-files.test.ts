import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { onEachEngine } from '../../../test/model/on-each-engine.ts'
import { IllegalArgumentException, UnsupportedOperationException } from '../../errors.ts'

const FIXTURES = new URL('../../../test/fixtures/sequence-files/', import.meta.url)

/** The error of a task, or the error itself. */
async function failureOf(action: Promise<unknown>): Promise<{ readonly code: string; readonly message: string }> {
  const error = await action.then(
    () => assert.fail('it should have failed'),
    (thrown: Error & { cause?: unknown }) => thrown,
  )
  return (error.cause ?? error) as { code: string; message: string }
}

onEachEngine((context) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'sequence-'))
  after(() => rmSync(directory, { recursive: true }))
  let count = 0
  const fresh = () => path.join(directory, `out-${++count}`)
  /** Files that Spark 4.3 wrote. */
  const recorded = (name: string) => `${FIXTURES.pathname}${name}-part-*.seq`
  const read = <K, V>(name: string) => context().sequenceFile<K, V>(recorded(name)).collect()

  test('files that Spark wrote are read, whatever their classes and compression', async () => {
    assert.deepEqual(await read('plain'), [
      [1, 'one'],
      [2, 'zwei é'],
      [-3, ''],
    ])
    const longs = await read<string, number | bigint>('gzip')
    assert.equal(longs.length, 5000)
    assert.deepEqual(longs[4999], ['k4999', 4999 * 1000000007])
    const doubles = await read('deflate')
    assert.deepEqual([doubles.length, doubles[4999]], [5000, ['k4999', 2499.5]])
    const floats = await read('bzip2')
    assert.deepEqual([floats.length, floats[499]], [500, [499, 249.5]])
    const bytes = await read<boolean, Buffer>('bytes')
    assert.deepEqual([bytes.length, bytes[3]], [500, [false, Buffer.from([3, 2, 3])]])
    assert.deepEqual((await read('null'))[9], [null, 'n9'])
    const records = await read('record')
    assert.deepEqual([records.length, records[499]], [500, [499, 'v499']])
  })

  test('a file is divided at its markers as Hadoop divides it', async () => {
    const input = fresh()
    mkdirSync(input)
    writeFileSync(path.join(input, 'part-00000'), gunzipSync(readFileSync(new URL('long-part-00000.seq.gz', FIXTURES))))
    const rdd = context().sequenceFile<number, string>(input, 4)
    const parts = await rdd.glom().collect()
    // Of Spark's own four partitions.
    assert.deepEqual(
      parts.map(({ length }) => length),
      [8950, 4311, 4267, 2472],
    )
    assert.deepEqual(parts.flat()[19_999], [19_999, 'value 19999'])
  })

  test('what is saved is read again: values of every class, plain and packed, in many blocks', async () => {
    const big = 2n ** 60n
    const pairs: [string, unknown, unknown][] = [
      ['Text', 'a', 'ä'.repeat(200)],
      ['IntWritable', -5, 2 ** 31 - 1],
      ['LongWritable', 2 ** 40, -(2 ** 40)],
      ['LongWritable', big, 1n],
      ['DoubleWritable', 0.1, Number.NaN],
      ['BooleanWritable', true, false],
      ['BytesWritable', Buffer.from([0, 255]), Buffer.alloc(0)],
      ['NullWritable', null, null],
    ]
    for (const [name, key, value] of pairs) {
      for (const [codec, compressionType] of [
        [null, 'BLOCK'],
        ['gzip', 'BLOCK'],
        ['deflate', 'RECORD'],
      ] as const) {
        const output = fresh()
        await context()
          .parallelize<unknown, unknown>([[key, value]], 1)
          .saveAsSequenceFile(output, codec, { compressionType })
        const header = readFileSync(path.join(output, 'part-00000')).subarray(0, 80).toString('latin1')
        assert.match(header, new RegExp(`^SEQ\\x06.org\\.apache\\.hadoop\\.io\\.${name}`, 's'))
        const [[k, v] = []] = await context().sequenceFile(output).collect()
        const plain = (one: unknown) =>
          typeof one === 'bigint' && Number.isSafeInteger(Number(one)) ? Number(one) : one
        assert.deepEqual([k, v], [key, plain(value)])
      }
    }
    const many = Array.from({ length: 60_000 }, (_, i): [number, string] => [i, `value ${i} ${'x'.repeat(i % 50)}`])
    for (const codec of [null, 'gzip'] as const) {
      const output = fresh()
      await context().parallelize(many, 1).saveAsSequenceFile(output, codec)
      const rdd = context().sequenceFile<number, string>(output, 8)
      if (codec === null) assert((await rdd.getNumPartitions()) > 4)
      assert.deepEqual(await rdd.collect(), many)
    }
  })

  test('the options say which classes are written; the first pair else', async () => {
    const numbers = context().parallelize<number, number>(
      [
        [1, 2],
        [3, 4.5],
      ],
      2,
    )
    const output = fresh()
    await numbers.saveAsSequenceFile(output, null, {
      keyClass: 'org.apache.hadoop.io.LongWritable',
      valueClass: 'FloatWritable',
    })
    assert.deepEqual(await context().sequenceFile(output, 'LongWritable', 'FloatWritable').collect(), [
      [1, 2],
      [3, 4.5],
    ])
    assert.deepEqual(
      readdirSync(output)
        .filter((name) => !name.startsWith('.'))
        .sort(),
      ['_SUCCESS', 'part-00000', 'part-00001'],
    )
    const mismatch = await failureOf(numbers.saveAsSequenceFile(fresh()))
    assert.equal(mismatch.code, 'WRITABLE_MISMATCH')
    assert.match(mismatch.message, /value class of the SequenceFile is IntWritable.*the number 4\.5.*DoubleWritable/s)
    const empty = fresh()
    await context().parallelize<number, number>([], 1).saveAsSequenceFile(empty)
    assert.deepEqual(await context().sequenceFile(empty).collect(), [])
  })

  test('what cannot be read or written is refused by name', async () => {
    const pairs = context().parallelize<number, unknown>([[1, new Map()]], 1)
    assert.equal((await failureOf(pairs.saveAsSequenceFile(fresh()))).code, 'UNSUPPORTED_WRITABLE')
    const numbers = context().parallelize<number, number>([[1, 1]], 1)
    await assert.rejects(
      numbers.saveAsSequenceFile(fresh(), null, { keyClass: 'MapWritable' }),
      IllegalArgumentException,
    )
    await assert.rejects(numbers.saveAsSequenceFile(fresh(), 'bzip2'), UnsupportedOperationException)
    assert.throws(() => context().sequenceFile('x', 'MapWritable', 'Text'), IllegalArgumentException)
    const notPairs = context().parallelize([1, 2], 1) as never as typeof numbers
    assert.equal((await failureOf(notPairs.saveAsSequenceFile(fresh()))).code, 'NOT_A_PAIR')

    const input = fresh()
    mkdirSync(input)
    const file = path.join(input, 'f')
    const failure = () => failureOf(context().sequenceFile(input).collect())
    writeFileSync(file, 'no sequence file at all')
    assert.equal((await failure()).code, 'CORRUPT_SEQUENCE_FILE')
    const whole = readFileSync(new URL('gzip-part-00000.seq', FIXTURES))
    writeFileSync(file, whole.subarray(0, 20_000))
    assert.equal((await failure()).code, 'CORRUPT_SEQUENCE_FILE')
    writeFileSync(file, Buffer.from(whole.toString('latin1').replace('io.LongWritable', 'io.VLonWritable'), 'latin1'))
    assert.equal((await failure()).code, 'UNSUPPORTED_WRITABLE')
    writeFileSync(file, Buffer.from(whole.toString('latin1').replace('GzipCodec', 'Lz4_Codec'), 'latin1'))
    assert.equal((await failure()).code, 'UNSUPPORTED_COMPRESSION')
  })
})
