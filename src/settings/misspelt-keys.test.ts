import assert from 'node:assert/strict'
import { test } from 'node:test'
import { misspeltKeys } from './misspelt-keys.ts'
import { SETTINGS } from './registry.ts'

test('a key with a letter missing, added, wrong or swapped is told with the setting that was meant', () => {
  const blockInterval = 'spark.streaming.blockInterval'
  for (const key of [
    'spark.streaming.blockIntervall',
    'spark.streaming.blockIntrval',
    'spark.streaming.blockIntervel',
    'spark.streaming.blokcInterval',
    'spark.streaming.blockinterval',
    'spark.streaming.BLOCKINTERVAL',
    'spark.streaming.block.interval',
  ]) {
    assert.deepEqual(misspeltKeys([key]), [{ key, nearest: blockInterval }])
  }
  assert.deepEqual(misspeltKeys(['millstream.streaming.receiver.maxBlocksSize']), [
    { key: 'millstream.streaming.receiver.maxBlocksSize', nearest: 'millstream.streaming.receiver.maxBlockSize' },
  ])
})

test('keys of every setting are compared', () => {
  for (const [key, nearest] of [
    ['spark.default.paralelism', 'spark.default.parallelism'],
    ['spark.app.nmae', 'spark.app.name'],
    ['spark.millstream.conectTimeout', 'spark.millstream.connectTimeout'],
  ] as const) {
    assert.deepEqual(misspeltKeys([key]), [{ key, nearest }])
  }
})

test('the nearest of several settings is named', () => {
  const key = 'spark.streaming.backpressure.pid.intergal'
  assert.deepEqual(misspeltKeys([key]), [{ key, nearest: 'spark.streaming.backpressure.pid.integral' }])
})

test('known keys, keys that resemble none and keys of others are left alone', () => {
  assert.deepEqual(misspeltKeys(SETTINGS.flatMap(({ key, olderKeys }) => [key, ...olderKeys])), [])
  const others = [
    'spark.streaming.kafka.maxRatePerPartition',
    'spark.streaming.ui.retainedBatches',
    'spark.streaming.driver.writeAheadLog.class',
    'spark.executor.memory',
    'spark.sql.shuffle.partitions',
    'spark.eventLog.enabled',
    'my.key',
  ]
  assert.deepEqual(misspeltKeys(others), [])
})
