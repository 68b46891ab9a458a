import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { inspect } from 'node:util'
import * as millstream from '../../src/index.ts'
import { Interval, Seconds, SparkConf, SparkContext, StatCounter, StorageLevel, Time } from '../../src/index.ts'
import { StreamingContext } from '../../src/streaming/streaming-context.ts'

describe('public objects print as Spark’s do, also within others', () => {
  const conf = new SparkConf(false).setMaster('local[2]').setAppName('printing').set('spark.my.password', 'x')
  const sc = new SparkContext(conf)
  after(() => sc.stop())

  test('an RDD: class, id and place, with its name first, at once also where files have to be listed', () => {
    const rdd = sc.parallelize([1], 1).map((x) => x)
    assert.match(inspect(rdd), /^MapPartitionsRDD\[1\] at map at printing\.test\.ts:14:\d+$/)
    assert.match(inspect({ rdd: rdd.setName('ones') }), /^\{ rdd: ones MapPartitionsRDD\[1\] at map at .* \}$/)
    assert.match(inspect(sc.textFile('/nowhere')), /^\/nowhere MapPartitionsRDD\[3\] at textFile at /)
    assert.match(inspect(rdd.sortBy((x) => x)), /^MapPartitionsRDD\[\d+\] at sortBy at /)
  })

  test('numbers, times and levels', () => {
    assert.equal(
      inspect(new StatCounter([1, 2.5])),
      '(count: 2, mean: 1.750000, stdev: 0.750000, max: 2.500000, min: 1.000000)',
    )
    assert.equal(inspect([Seconds(1), new Time(5)]), '[ 1000 ms, 5 ms ]')
    assert.equal(inspect(new Interval(new Time(1), new Time(2))), '[1 ms, 2 ms]')
    assert.equal(inspect(StorageLevel.MEMORY_AND_DISK), 'StorageLevel(disk, memory, deserialized, 1 replicas)')
  })

  test('shared variables', async () => {
    assert.match(inspect(sc.broadcast([1])), /^Broadcast\(\d+\)$/)
    const counter = sc.longAccumulator('x')
    const list = sc.collectionAccumulator<string>('y')
    const sum = sc.accumulator(0)
    const printed = await sc
      .parallelize([1], 1)
      .map((x) => {
        counter.add(3)
        list.add('a')
        sum.add(2)
        return x
      })
      .collect()
    assert.deepEqual(printed, [1])
    assert.match(inspect(counter), /^LongAccumulator\(id: \d+, name: Some\(x\), value: 3\)$/)
    assert.match(inspect(list), /^CollectionAccumulator\(id: \d+, name: Some\(y\), value: \[a\]\)$/)
    assert.match(inspect(sum), /^Accumulator<id=\d+, value=2>$/)
    assert.equal(String(sum), '2')
  })

  test('contexts and settings, without secrets', () => {
    assert.equal(inspect(sc), '<SparkContext master=local[2] appName=printing>')
    assert.equal(
      inspect(conf),
      'SparkConf(spark.app.name=printing, spark.master=local[2], spark.my.password=*********(redacted))',
    )
    const ssc = new StreamingContext(sc, Seconds(1))
    assert.equal(inspect(ssc), '<StreamingContext batchDuration=1000 ms state=INITIALIZED>')
    const lines = ssc.queueStream([sc.parallelize(['a'], 1)]).map((line) => line)
    assert.match(inspect(lines), /^MappedDStream \(map at printing\.test\.ts:\d+:\d+\)$/)
  })

  test('each public class that has a text of its own is printed by it', () => {
    const prints = Symbol.for('nodejs.util.inspect.custom')
    const silent = Object.entries(millstream).filter(([, exported]) => {
      if (typeof exported !== 'function' || exported.prototype === undefined) return false
      const { prototype } = exported
      if (prototype instanceof Error) return false
      return Object.hasOwn(prototype, 'toString') && !(prints in prototype)
    })
    assert.deepEqual(silent, [])
  })
})
