import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { SparkContext, StatCounter, Time } from '../../src/index.ts'

/** A class of the program with a method that needs a package. */
class Reading {
  readonly at: number
  constructor(at: number) {
    this.at = at
  }
  time(): Time {
    return new Time(this.at)
  }
}

class Meter {
  #ticks = 0
  readonly name = 'meter'
  tick(): this {
    this.#ticks++
    return this
  }
  read(): number {
    return this.#ticks
  }
}

/** What became of an action, with the error of the task where one failed. */
function outcome(action: Promise<unknown>): Promise<unknown> {
  return action.catch((error: Error) => ((error.cause ?? error) as { code: string }).code)
}

let root = ''
before(() => {
  root = mkdtempSync(join(tmpdir(), 'millstream-record-classes-'))
})
after(() => rmSync(root, { recursive: true, force: true }))

/** Writes a package of one CommonJS module. @returns its exports and its file. */
function installed(name: string, text: string): { readonly exports: unknown; readonly file: string } {
  const folder = join(root, 'node_modules', name)
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'index.cjs')
  writeFileSync(file, text)
  return { exports: createRequire(import.meta.url)(file), file }
}

describe('classes of records', () => {
  test('a class whose method needs an import keeps its instances, before a function has used it and behind', async () => {
    await using sc = new SparkContext('local[2]', 'classes')
    for (let round = 0; round < 2; round++) {
      const times = sc.parallelize([new Reading(5), new Reading(6)], 2).map((reading) => reading.time().milliseconds)
      assert.deepEqual(await times.collect(), [5, 6])
      const [back] = await sc
        .parallelize([7], 1)
        .map((n) => new Reading(n))
        .collect()
      assert.ok(back instanceof Reading)
      assert.ok(back.time().equals(new Time(7)))
    }
  })

  test('a worker that never ran a function with the class has it when records of it come', async () => {
    await using sc = new SparkContext('local[4]', 'classes')
    const made = sc.range(0, 16, 1, 1).map((n) => new Reading(n))
    // Only one worker makes instances, all of them read some.
    const sums = made.repartition(8).mapPartitions(function* (readings) {
      let sum = 0
      for (const reading of readings) sum += reading.time().milliseconds
      yield sum
    })
    assert.equal(await sums.sum(), 120)
  })

  test('an instance of a class of a package is an instance of that class on workers and behind', async () => {
    const folder = join(root, 'node_modules', 'shapes')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    writeFileSync(
      join(folder, 'index.js'),
      'export default class { constructor(side) { this.side = side } area() { return this.side ** 2 } }',
    )
    const { default: Square } = (await import(pathToFileURL(join(folder, 'index.js')).href)) as {
      default: new (side: number) => { area(): number }
    }
    await using sc = new SparkContext('local[2]', 'classes')
    const areas = sc.parallelize([new Square(2), new Square(3)], 2).map((square) => [square.area(), square] as const)
    const found = await areas.collect()
    assert.deepEqual(
      found.map(([area, square]) => [area, square instanceof Square]),
      [
        [4, true],
        [9, true],
      ],
    )
    const times = await sc.parallelize([new Time(3)]).collect()
    assert.ok(times[0] instanceof Time)
    const total = await sc.parallelize([1, 2, 3], 2).aggregate(
      new StatCounter(),
      (counter, n) => counter.merge(n),
      (a, b) => a.mergeStats(b),
    )
    assert.equal(total.mean(), 2)
  })

  test('a class that workers cannot make fails the tasks that meet its instances, and nothing else', async () => {
    const starts = join(root, 'starts')
    writeFileSync(starts, '')
    const { exports } = installed(
      'main-only',
      `if (!require('node:worker_threads').isMainThread) {
        require('node:fs').appendFileSync(${JSON.stringify(starts)}, 'x')
        throw new Error('works on the main thread only')
      }
      exports.double = (n) => n * 2`,
    )
    const { double } = exports as { double: (n: number) => number }
    class Doubled {
      readonly n = 1
      twice(): number {
        return double(this.n)
      }
    }
    await using sc = new SparkContext('local[1]', 'classes')
    for (let round = 0; round < 2; round++) {
      await assert.rejects(sc.parallelize([new Doubled()], 1).count(), (error: Error) => {
        const { code, message } = error.cause as Error & { code: string }
        assert.equal(code, 'RECORD_CLASS_NOT_REBUILT')
        assert.match(message, /an instance of Doubled, .* works on the main thread only/)
        return true
      })
      assert.equal(await sc.parallelize([1, 2], 2).count(), 2)
      assert.equal(await sc.parallelize([new Reading(1)], 1).count(), 1)
    }
    assert.equal(readFileSync(starts, 'utf8'), 'x')
    await assert.rejects(
      sc
        .parallelize([1], 1)
        .map(() => new Doubled().twice())
        .collect(),
      /main thread only/,
    )
  })

  test('a class that cannot be sent is told of once, and its instances travel as plain objects', async (t) => {
    const { exports } = installed('live', `exports.answer = new (require('node:events'))()`)
    const { answer } = exports as { answer: object }
    const live = [new WeakRef(answer), setTimeout(() => {}, 0).unref()]
    class Held {
      readonly n = 1
      get(): unknown {
        return live
      }
    }
    const warned: string[] = []
    t.mock.method(process.stderr, 'write', (text: string) => {
      warned.push(text)
      return true
    })
    await using sc = new SparkContext('local[1]', 'classes')
    for (let round = 0; round < 2; round++) {
      const [record] = await sc.parallelize([new Held()], 1).collect()
      assert.ok(!(record instanceof Held))
    }
    assert.equal(warned.filter((text) => text.includes('Instances of Held travel as plain objects')).length, 1)
  })

  test('classes that one function makes again and again have identities of their own', async () => {
    await using sc = new SparkContext('local[2]', 'classes')
    const scaled = (factor: number) =>
      class Scaled {
        readonly n: number
        constructor(n: number) {
          this.n = n
        }
        value(): number {
          return this.n * factor
        }
      }
    const classes = [1, 10, 100].map(scaled)
    const records = classes.map((Scaled) => new Scaled(2))
    const found = await sc
      .parallelize(records, 3)
      .map((record) => [record.value(), record] as const)
      .collect()
    assert.deepEqual(
      found.map(([value, record]) => [value, classes.findIndex((one) => record instanceof one)]),
      [
        [2, 0],
        [20, 1],
        [200, 2],
      ],
    )
  })
})

describe('instances with private members', () => {
  test('are refused by name as records, wherever they are met, and travel in functions and broadcasts', async () => {
    await using sc = new SparkContext('local[2]', 'private')
    const one = sc.parallelize([1], 1)
    const actions: [string, () => Promise<unknown>][] = [
      ['parallelize', () => sc.parallelize([new Meter().tick()], 1).collect()],
      ['collect', () => one.map(() => new Meter().tick()).collect()],
      [
        'shuffle',
        () =>
          one
            .map(() => new Meter().tick())
            .repartition(2)
            .count(),
      ],
      ['a field', () => one.map(() => ({ meter: new Meter() })).collect()],
      [
        'many',
        () =>
          sc
            .range(0, 100, 1, 1)
            .map(() => new Meter())
            .collect(),
      ],
      [
        'a zero value',
        () =>
          one.aggregate(
            new Meter(),
            (meter) => meter.tick(),
            (meter) => meter,
          ),
      ],
    ]
    for (const [what, action] of actions) assert.equal(await outcome(action()), 'RECORD_NOT_SERIALIZABLE', what)
    const meter = new Meter().tick().tick()
    const shipped = sc.broadcast(meter)
    assert.deepEqual(await one.map(() => [meter.read(), shipped.value.read()]).collect(), [[2, 2]])
  })
})
