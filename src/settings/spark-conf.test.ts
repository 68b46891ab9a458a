import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { IllegalArgumentException, MillstreamError } from '../errors.ts'
import { SparkConf } from './spark-conf.ts'

afterEach(() => {
  delete process.env.MILLSTREAM_MASTER
  delete process.env.MILLSTREAM_CONF
})

test('settings are kept as text and come back sorted in the debug string', () => {
  const conf = new SparkConf(false).set('spark.b', 2).set('spark.a', true).setAll({ 'spark.c': 'x' })
  assert.equal(conf.toDebugString(), 'spark.a=true\nspark.b=2\nspark.c=x')
  assert.deepEqual(conf.getAll(), [
    ['spark.b', '2'],
    ['spark.a', 'true'],
    ['spark.c', 'x'],
  ])
  assert.equal(conf.remove('spark.b').contains('spark.b'), false)
})

test('setIfMissing leaves a set value alone', () => {
  const conf = new SparkConf(false).set('k', 'first').setIfMissing('k', 'second').setIfMissing('l', 'third')
  assert.deepEqual([conf.get('k'), conf.get('l')], ['first', 'third'])
})

test('a setting that is not set is an error, or the default', () => {
  const conf = new SparkConf(false)
  assert.throws(() => conf.get('spark.zz'), { code: 'NO_SUCH_SETTING', message: /spark\.zz/ })
  assert.equal(conf.get('spark.zz', 'fallback'), 'fallback')
  assert.equal(conf.get('spark.zz', undefined), undefined)
  assert.throws(() => conf.get('spark.zz'), MillstreamError)
})

test('what the command line gave is there, and what the program sets wins', () => {
  process.env.MILLSTREAM_MASTER = 'local[7]'
  process.env.MILLSTREAM_CONF = '{"spark.a":"1","spark.n":2}'
  const conf = new SparkConf()
  assert.deepEqual([conf.get('spark.master'), conf.get('spark.a'), conf.get('spark.n')], ['local[7]', '1', '2'])
  assert.equal(conf.setMaster('local').get('spark.master'), 'local')
  assert.deepEqual(new SparkConf(false).getAll(), [])
})

test('MILLSTREAM_CONF must be a JSON object of plain values', () => {
  for (const conf of ['nonsense', '[1]', '{"a":{}}', 'null', '3']) {
    process.env.MILLSTREAM_CONF = conf
    assert.throws(() => new SparkConf(), IllegalArgumentException, conf)
  }
})

test('typed reads parse and refuse', () => {
  const conf = new SparkConf(false).setAll({
    flag: 'TRUE',
    n: '12',
    d: '1.5',
    t: '200ms',
    m: '5min',
    s: '64m',
    bad: 'x',
  })
  assert.equal(conf.getBoolean('flag', false), true)
  assert.equal(conf.getInt('n', 0), 12)
  assert.equal(conf.getInt('absent', 7), 7)
  assert.equal(conf.getDouble('d', 0), 1.5)
  assert.equal(conf.getTimeAsMs('t', '0'), 200)
  assert.equal(conf.getTimeAsMs('m', '0'), 300_000)
  assert.equal(conf.getTimeAsMs('absent', '10', 's'), 10_000)
  assert.equal(conf.getSizeAsBytes('s', '0'), 64 * 1024 * 1024)
  for (const read of [
    () => conf.getBoolean('bad', true),
    () => conf.getInt('d', 1),
    () => conf.getDouble('bad', 1),
    () => conf.getTimeAsMs('bad', '1'),
    () => conf.getSizeAsBytes('bad', '1'),
  ]) {
    assert.throws(read, { code: 'INVALID_SETTING' })
  }
})

test('a clone changes on its own', () => {
  const conf = new SparkConf(false).set('k', 1)
  conf.clone().set('k', 2)
  assert.equal(conf.get('k'), '1')
})
