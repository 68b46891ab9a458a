import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { SparkConf, SparkContext, Time } from '../../../src/index.ts'
import { type SparkServer, startSparkServer } from './spark-server.ts'

let server: SparkServer
let sc: SparkContext
let directory: string

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millstream-classes-'))
  server = await startSparkServer({})
  sc = new SparkContext(new SparkConf(false).setMaster(server.url).setAppName('classes'))
  sc.setLogLevel('OFF')
})
after(async () => {
  await sc?.stop()
  await server?.[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

class Reading {
  readonly at: number
  constructor(at: number) {
    this.at = at
  }
  time(): Time {
    return new Time(this.at)
  }
}

test('instances keep their class where it needs an import, through an exchange that no function with the class follows', async () => {
  const times = sc.parallelize([new Reading(5), new Reading(6)], 2).map((reading) => reading.time().milliseconds)
  assert.deepEqual(await times.collect(), [5, 6])
  const made = sc.range(0, 8, 1, 1).map((n) => new Reading(n))
  const sums = made.repartition(4).map((reading) => reading.time().milliseconds)
  assert.equal(await sums.sum(), 28)
  const [back] = await made.collect()
  assert.ok(back instanceof Reading)
  const [time] = await sc.parallelize([new Time(3)], 1).collect()
  assert.ok(time instanceof Time)
})

test('records that cannot be encoded, on the driver or on an executor, are refused by name', async () => {
  class Meter {
    #ticks = 0
    tick(): this {
      this.#ticks++
      return this
    }
    get count(): number {
      return this.#ticks
    }
  }
  await assert.rejects(sc.parallelize([1, () => 1] as unknown[], 2).collect(), { code: 'RECORD_NOT_SERIALIZABLE' })
  await assert.rejects(sc.parallelize([new Meter()], 1).collect(), { code: 'RECORD_NOT_SERIALIZABLE' })
  const made = sc.parallelize([1], 1).map(() => new Meter().tick())
  await assert.rejects(made.repartition(2).count(), (error: Error) => {
    assert.equal((error.cause as { code?: string }).code, 'RECORD_NOT_SERIALIZABLE')
    assert.match(error.message, /an instance of Meter, whose #ticks/)
    return true
  })
})

test('a class that executors cannot make fails the jobs that meet its instances, and no other', async () => {
  const folder = join(directory, 'node_modules', 'driver-only')
  mkdirSync(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), '{"name":"driver-only","version":"1.0.0","main":"index.cjs"}')
  await writeFile(
    join(folder, 'index.cjs'),
    `if (process.pid !== ${process.pid}) throw new Error('works on the driver only')\nexports.double = (n) => n * 2`,
  )
  const { double } = createRequire(import.meta.url)(join(folder, 'index.cjs')) as { double: (n: number) => number }
  class Doubled {
    readonly n = 1
    twice(): number {
      return double(this.n)
    }
  }
  for (let round = 0; round < 2; round++) {
    await assert.rejects(
      sc
        .parallelize([new Doubled()], 1)
        .map((record) => record.n)
        .collect(),
      /works on the driver only/,
    )
    assert.equal(await sc.parallelize([1, 2], 2).count(), 2)
  }
})

test('an error that no task awaits is the cause of the job’s error', async () => {
  const stray = sc.parallelize([1], 1).foreachPartition(async () => {
    setTimeout(() => {
      throw new RangeError('stray')
    }, 0)
    await new Promise((resolve) => setTimeout(resolve, 60_000))
  })
  await assert.rejects(stray, (error: Error) => {
    const { name, message, stack } = error.cause as Error
    assert.deepEqual([name, message], ['RangeError', 'stray'])
    assert.match(stack ?? '', /record-classes\.test\.ts/)
    return true
  })
})

test('classes that a function makes for each batch keep their instances', async () => {
  for (let batch = 0; batch < 20; batch++) {
    class Scaled {
      readonly n: number
      constructor(n: number) {
        this.n = n
      }
      value(): number {
        return this.n * batch
      }
    }
    const made = sc.parallelize([new Scaled(2)], 1).map((record) => new Scaled(record.value()))
    const [found] = await made.repartition(2).collect()
    assert.ok(found instanceof Scaled)
    assert.equal(found.n, 2 * batch)
  }
})
