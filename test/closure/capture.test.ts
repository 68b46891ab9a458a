import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import fs, { readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import * as path from 'node:path'
import { after, describe, test } from 'node:test'
import { parse } from 'acorn'
import * as fastCheck from 'fast-check'
import { callSite, captureClosures, classById, classIdOf, functionLocation } from '../../src/closure/driver/index.ts'
import { SHIP } from '../../src/closure/wire/index.ts'
import { ClosureRebuilder } from '../../src/closure/worker/index.ts'
import Scale, * as counting from '../fixtures/closure/counter.ts'
import { bump, counter } from '../fixtures/closure/counter.ts'
import { getPool } from '../fixtures/closure/pool.ts'
import { ClosureWorker } from './closure-worker.ts'

declare const millstreamTest: { a: number }
const readGlobal = () => millstreamTest.a

const worker = new ClosureWorker()
after(() => worker[Symbol.asyncDispose]())

let moduleLevel = 'before'
class ConnectionPool {
  readonly name = 'pool'
  static made = 0
  static #pool: { id: number } | undefined
  static get(): { id: number } {
    ConnectionPool.#pool ??= { id: ++ConnectionPool.made }
    return ConnectionPool.#pool
  }
}
const pools = new Map<string, { id: number }>()
const poolFor = (host: string): { id: number } => {
  if (!pools.has(host)) pools.set(host, { id: pools.size + 1 })
  return pools.get(host)!
}
let lazily: { id: number } | undefined
let lazilyMade = 0
const getLazily = (): { id: number } => {
  lazily ??= { id: ++lazilyMade }
  return lazily
}

describe('what a function closes over travels by value', () => {
  test('locals and parameters', async () => {
    const make = (a: number, { b }: { b: number }) => {
      const c = a + b
      return (x: number) => [a, b, c, x]
    }
    assert.deepEqual(await worker.call(make(1, { b: 2 }), 4), [1, 2, 3, 4])
  })

  test('loop variables, one per turn', async () => {
    const functions: (() => number)[] = []
    for (let i = 0; i < 3; i++) functions.push(() => i)
    assert.deepEqual(await worker.call(() => functions.map((fn) => fn())), [0, 1, 2])
  })

  test('a module-level variable has the value of the moment of submission', async () => {
    const read = () => moduleLevel
    assert.equal(await worker.call(read), 'before')
    moduleLevel = 'after'
    assert.equal(await worker.call(read), 'after')
  })

  test("imports of the user's own modules: named, default and namespace", async () => {
    const fn = () => [bump() > 100, new Scale(3).times(2), counting.bump() > 100]
    assert.deepEqual(await worker.call(fn), [true, 6, true])
  })

  test('an imported variable and the function that changes it are one variable', async () => {
    const fn = () => {
      const before = counter
      bump()
      return counter - before
    }
    assert.equal(await worker.call(fn), 1)
  })

  test('of a namespace only the members that are used travel', async () => {
    // The module also exports an object with a stream in it, which could not travel.
    assert.equal(typeof (await worker.call(() => counting.bump())), 'number')
  })

  test('built-in modules and packages go by reference', async () => {
    const fn = (file: string) => [
      path.basename(file),
      typeof readFileSync(file, 'utf8'),
      fs.existsSync(file),
      parse('1+1', { ecmaVersion: 2020 }).type,
      typeof fastCheck.integer,
      new EventEmitter() instanceof EventEmitter,
    ]
    const expected = ['package.json', 'string', true, 'Program', 'function', true]
    assert.deepEqual(await worker.call(fn, 'package.json'), expected)
  })

  test('functions that call functions that call functions, and each other', async () => {
    const c = (x: number) => x + 1
    const b = (x: number) => c(x) * 2
    const a = (x: number) => b(x) - 3
    function even(n: number): boolean {
      return n === 0 || odd(n - 1)
    }
    function odd(n: number): boolean {
      return n !== 0 && even(n - 1)
    }
    const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1))
    assert.deepEqual(await worker.call(() => [a(4), even(10), odd(7), factorial(5)]), [7, true, true, 120])
  })

  test('generators, async functions and async generators', async () => {
    function* numbers(n: number) {
      for (let i = 0; i < n; i++) yield i
    }
    const later = async (x: number) => x * 2
    async function* doubled(n: number) {
      for (const x of numbers(n)) yield await later(x)
    }
    const fn = async () => {
      const all: number[] = []
      for await (const x of doubled(3)) all.push(x)
      return all
    }
    assert.deepEqual(await worker.call(fn), [0, 2, 4])
  })

  test('getters, setters, symbols, hidden and frozen properties', async () => {
    const local = Symbol('local')
    const frozen = Object.freeze({ x: 1 })
    const object = {
      stored: 1,
      get twice() {
        return this.stored * 2
      },
      set twice(value: number) {
        this.stored = value / 2
      },
      [local]: 'mine',
      [Symbol.for('shared')]: 'shared',
      *[Symbol.iterator]() {
        yield this.stored
      },
    }
    Object.defineProperty(object, 'hidden', { value: 7, enumerable: false })
    const fn = () => {
      object.twice = 10
      return [
        object.stored,
        object.twice,
        object[local],
        object[Symbol.for('shared') as unknown as typeof local],
        [...object],
        Object.keys(object),
        (object as unknown as { hidden: number }).hidden,
        Object.isFrozen(frozen),
      ]
    }
    assert.deepEqual(await worker.call(fn), [5, 10, 'mine', 'shared', [5], ['stored', 'twice'], 7, true])
  })

  test('Map, Set, Date, RegExp, typed arrays, Buffer, BigInt, boxed values, URL and errors', async () => {
    const map = new Map<unknown, unknown>([[{ k: 1 }, 'v']])
    const set = new Set(['a', 1n])
    const date = new Date(86_400_000)
    const expression = /a(b)/gi
    expression.lastIndex = 3
    const floats = new Float64Array([1.5, Number.NaN, -0])
    const shared = new Uint8Array(floats.buffer, 8, 8)
    const buffer = Buffer.from('bytes')
    const big = 2n ** 70n
    const boxed = Object(5)
    const url = new URL('http://host/path?q=1')
    const error = new TypeError('bad', { cause: 'why' })
    const holes = [1, 2, 3]
    delete holes[1]
    const bare = Object.assign(Object.create(null), { z: 1 })
    const fn = () => [
      [...map.values()],
      [...map.keys()],
      set.has(1n),
      date.getTime(),
      [expression.source, expression.flags, expression.lastIndex],
      Object.is(floats[2], -0),
      shared.buffer === floats.buffer,
      buffer.toString(),
      big,
      typeof boxed === 'object' && boxed + 1,
      url.searchParams.get('q'),
      [error instanceof TypeError, error.message, error.cause],
      1 in holes,
      holes.length,
      Object.getPrototypeOf(bare) === null && bare.z,
    ]
    assert.deepEqual(await worker.call(fn), fn())
  })

  test('the stack of an error, and of an object with a captured stack, travels as text', async () => {
    const error = new RangeError('far')
    const captured: { stack?: string } = {}
    Error.captureStackTrace(captured)
    const own = {
      get stack() {
        return 'mine'
      },
    }
    const fn = () => [error.stack, captured.stack, Object.keys(captured), own.stack, 'value' in stackOf(own)]
    const stackOf = (object: object) => Object.getOwnPropertyDescriptor(object, 'stack')!
    assert.match(error.stack!, /capture\.test\.ts/)
    assert.deepEqual(await worker.call(fn), [error.stack, captured.stack, [], 'mine', false])
  })

  test('cycles and shared identity', async () => {
    const node: { self?: unknown; list: unknown[] } = { list: [] }
    node.self = node
    node.list.push(node, node.list)
    const other = { node }
    const fn = () => [node.self === node, node.list[0] === node, node.list[1] === node.list, other.node === node]
    assert.deepEqual(await worker.call(fn), [true, true, true, true])
  })

  test('weak collections keep the entries whose keys travel', async () => {
    const key = {}
    const absent = {}
    const map = new WeakMap<object, unknown>([
      [key, 'found'],
      [absent, 'never asked for'],
    ])
    const set = new WeakSet([key])
    assert.deepEqual(await worker.call(() => [map.get(key), set.has(key), map.has({})]), ['found', true, false])
  })

  test('bound functions', async () => {
    function add(this: { base: number }, a: number, b: number) {
      return this.base + a + b
    }
    const bound = add.bind({ base: 100 }, 10)
    assert.equal(await worker.call(() => bound(1)), 111)
  })

  test('properties of functions, and constructor functions with prototypes', async () => {
    function Legacy(this: { x: number }, x: number) {
      this.x = x
    }
    Legacy.prototype.twice = function () {
      return this.x * 2
    }
    Legacy.version = 3
    const instance = new (Legacy as unknown as new (x: number) => { twice(): number })(21)
    const fn = () => [instance.twice(), Legacy.version, instance instanceof Legacy, Legacy.name]
    assert.deepEqual(await worker.call(fn), [42, 3, true, 'Legacy'])
  })

  test('methods of all kinds, computed names and super in an object', async () => {
    const parent = {
      greet() {
        return 'parent'
      },
    }
    const object = {
      __proto__: parent,
      base: 2,
      async plus(x: number) {
        return x + this.base
      },
      *[Symbol.iterator]() {
        yield this.base
      },
      [`com${'puted'}`](x: number) {
        return x * 2
      },
      greet(): string {
        return `child of ${super.greet()}`
      },
    }
    const computed = object.computed as (x: number) => number
    const fn = async () => [await object.plus(1), [...object], computed(4), object.greet()]
    assert.deepEqual(await worker.call(fn), [3, [2], 8, 'child of parent'])
  })

  test('natives taken from where they live, and globals of the user', async () => {
    const { max } = Math
    const { push } = Array.prototype
    const log = console.log.bind(console)
    const globals = globalThis as unknown as { millstreamTest?: { a: number } }
    globals.millstreamTest = { a: 5 }
    const fn = () => [
      max(1, 5),
      push.call([], 1),
      typeof log,
      (globalThis as typeof globals).millstreamTest,
      readGlobal(),
    ]
    assert.deepEqual(await worker.call(fn), [5, 1, 'function', undefined, 5])
    delete globals.millstreamTest
  })

  test('arguments, tagged templates and named function expressions', async () => {
    function outer(..._: unknown[]) {
      // biome-ignore lint/complexity/noArguments: what is tested
      return Array.from(arguments).map((x) => () => arguments.length + (x as number))
    }
    const functions = outer(1, 2)
    const taken = (function take(..._: unknown[]) {
      // biome-ignore lint/complexity/noArguments: what is tested
      return arguments
    })(7, 8)
    const tag = (strings: TemplateStringsArray, ...values: unknown[]) => strings.raw.join('|') + values
    const memo = new Map<number, number>()
    const fibonacci = function fib(n: number): number {
      if (n < 2) return n
      if (!memo.has(n)) memo.set(n, fib(n - 1) + fib(n - 2))
      return memo.get(n)!
    }
    const fn = () => [functions.map((one) => one()), tag`a${1}b`, fibonacci(50), [...taken]]
    assert.deepEqual(await worker.call(fn), [[3, 4], 'a|b1', 12_586_269_025, [7, 8]])
  })

  test('a list of twenty thousand links', async () => {
    type Link = { next: Link | undefined; read?: () => number }
    let list: Link | undefined
    for (let count = 0; count < 20_000; count++) list = { next: list, ...(count === 0 ? { read: () => 7 } : {}) }
    const head = list
    const fn = () => {
      let length = 0
      let last = head
      for (let at = head; at !== undefined; at = at.next) {
        length++
        last = at
      }
      return [length, last?.read?.()]
    }
    assert.deepEqual(await worker.call(fn), [20_000, 7])
  })

  test('an object that says how it is shipped is revived on the worker', async () => {
    const shipped = { [SHIP]: () => ({ kind: 'test box', data: [1, 2] }) }
    assert.deepEqual(await worker.call(() => shipped as unknown), { box: [1, 2] })
  })
})

describe('classes', () => {
  let initialised = 0
  class Base {
    #secret = ++initialised
    get secret() {
      return this.#secret
    }
    bump() {
      this.#secret++
      return this
    }
  }
  class Derived extends Base {
    static count = 5
    static #hidden = 'h'
    static reveal() {
      return Derived.#hidden
    }
    #method() {
      return `${super.secret}`
    }
    readonly list: number[] = [++initialised]
    constructor({ tag = 't' }: { tag?: string }) {
      super()
      this.tag = tag
    }
    tag: string
    describe() {
      return `${this.tag}:${this.#method()}:${this.list.join()}:${Derived.count}:${Derived.reveal()}`
    }
  }

  test('an instance arrives with its class, private members and prototype chain, and nothing runs twice', async () => {
    const instance = new Derived({ tag: 'x' })
    instance.bump()
    const before = initialised
    const fn = () => [instance.describe(), instance instanceof Base, instance.constructor === Derived, initialised]
    assert.deepEqual(await worker.call(fn), [instance.describe(), true, true, before])
  })

  test('a class is constructed on the worker', async () => {
    const fn = () => new Derived({}).bump().describe().split(':')[0]
    assert.equal(await worker.call(fn), 't')
  })

  test('classes that extend Map, Array, Error and a class of a package', async () => {
    class Counts extends Map<string, number> {
      #total = 0
      add(key: string) {
        this.#total++
        this.set(key, (this.get(key) ?? 0) + 1)
        return this.#total
      }
    }
    class Stack extends Array<number> {
      top() {
        return this.at(-1)
      }
    }
    class BadRecord extends Error {
      readonly code = 'BAD'
    }
    class Emitter extends EventEmitter {
      readonly label = 'e'
    }
    const counts = new Counts()
    counts.add('a')
    const stack = Stack.from([1, 2]) as Stack
    const error = new BadRecord('oops')
    const emitter = new Emitter()
    const fn = () => {
      let heard = 0
      emitter.on('x', () => heard++)
      emitter.emit('x')
      return [
        counts.add('a'),
        counts.get('a'),
        stack.top(),
        stack.length,
        error instanceof BadRecord && error instanceof Error,
        error.message,
        error.code,
        heard,
        emitter.label,
      ]
    }
    assert.deepEqual(await worker.call(fn), [2, 2, 2, 2, true, 'oops', 'BAD', 1, 'e'])
  })

  test('an arrow function takes `this` along, and private members through it', async () => {
    let ran = 0
    class Model {
      readonly factor = 3
      #bias = 1
      scaled() {
        return (x = ran++, { y = 1 } = { y: ran++ }) => {
          ran++
          return x * this.factor + y
        }
      }
      biased() {
        return async (x: number) => x + this.#bias + this.#twice()
      }
      #twice() {
        return this.#bias * 2
      }
    }
    const model = new Model()
    assert.equal(await worker.call(model.scaled(), 5, { y: 2 }), 17)
    assert.equal(await worker.call(model.biased(), 5), 8)
    assert.equal(ran, 0)
  })

  test('mixins and what was put on a prototype later', async () => {
    // biome-ignore lint/suspicious/noExplicitAny: TypeScript's mixins take exactly this
    const Sized = <T extends new (...args: any[]) => object>(Parent: T) =>
      class extends Parent {
        size = 9
      }
    class Plain {}
    class Mixed extends Sized(Plain) {}
    ;(Mixed.prototype as unknown as { extra: () => string }).extra = () => 'added'
    const fn = () => {
      const made = new Mixed() as Mixed & { extra(): string }
      return [made.size, made.extra(), made instanceof Plain]
    }
    assert.deepEqual(await worker.call(fn), [9, 'added', true])
  })
})

describe('shared variables', () => {
  test('two functions that share a variable share it on the worker', async () => {
    let total = 0
    const add = (x: number) => {
      total += x
    }
    const read = () => total
    const fn = () => {
      add(2)
      add(3)
      return read()
    }
    assert.equal(await worker.call(fn), 5)
    assert.equal(total, 0)
  })

  test('two calls of one function have variables of their own', async () => {
    const makeCounter = () => {
      let count = 0
      return { next: () => ++count, peek: () => count }
    }
    const a = makeCounter()
    const b = makeCounter()
    assert.deepEqual(await worker.call(() => [a.next(), a.next(), b.next(), a.peek(), b.peek()]), [1, 2, 1, 2, 1])
  })

  test('every way of assigning reaches the shared variable', async () => {
    let a = 1
    let b = 2
    let c: string[] = []
    let last: unknown
    const call = () => a
    const fn = () => {
      ;[a, b] = [b, a]
      ;({ a, b = 5 } = { a: a + 1 } as { a: number; b?: number })
      a++
      a **= 2
      for (last of [1, 2]);
      for (c[0] of ['x']);
      const tag = (strings: TemplateStringsArray) => strings[0]
      const shorthand = { a, b }
      return [shorthand, typeof a, call(), last, c, tag`t`]
    }
    assert.deepEqual(await worker.call(fn), [{ a: 16, b: 5 }, 'number', 16, 2, ['x'], 't'])
    c = []
  })

  test('a value made on first use lives as long as the worker, in the main file and in a module of its own', async () => {
    assert.equal(await worker.call(() => getLazily().id), 1)
    assert.equal(await worker.call((x: number) => getLazily().id + x, 10), 11)
    assert.equal(await worker.call(() => getPool().id), 1)
    assert.equal(await worker.call((x: number) => getPool().id + x, 10), 11)
  })

  test('a value made on first use on the driver as well, and which cannot travel, is made anew on the worker', async () => {
    let client: { socket?: Socket; id: number } | undefined
    let connections = 0
    const connect = () => ({ socket: new Socket(), id: ++connections })
    const getClient = () => {
      client ??= connect()
      return client
    }
    const use = () => client?.id
    assert.equal(getClient().id, 1)
    connections = 10
    const fn = () => [getClient().id, use()]
    assert.deepEqual(await worker.call(fn), [11, 11])
    assert.deepEqual(await worker.call(fn), [11, 11])
  })

  test('static members and module-level objects live as long as the worker, whatever else a job captures', async () => {
    const ids: unknown[] = []
    for (const batch of [1, 2, 3]) {
      ids.push(await worker.call(() => [batch, ConnectionPool.get().id, poolFor(`h${batch % 2}`).id, pools.size]))
    }
    assert.deepEqual(ids, [
      [1, 1, 1, 1],
      [2, 1, 2, 2],
      [3, 1, 1, 2],
    ])
    pools.set('driver', { id: 77 })
    assert.deepEqual(await worker.call(() => [...pools.keys()]), ['driver'])
  })

  test("the driver's value replaces the worker's only when it has changed", async () => {
    let state = 1
    const next = () => ++state
    assert.equal(await worker.call(next), 2)
    assert.equal(await worker.call(next), 3)
    state = 50
    assert.equal(await worker.call(next), 51)
    assert.equal(await worker.call(next), 52)
  })
})

describe('payloads', () => {
  test('equal programs over equal values have equal digests, and rebuild to the same object', async () => {
    const factor = 2
    const fn = (x: number) => x * factor
    const [first, second] = [await captureClosures({ fn }), await captureClosures({ fn })]
    assert.equal(first.digest, second.digest)
    const rebuilder = new ClosureRebuilder()
    assert.equal(await rebuilder.rebuild(first), await rebuilder.rebuild(second))
  })

  test('a class and its rebuilt form have one identity, under which instances can travel', async () => {
    class Reading {
      readonly value = 1
    }
    const payload = await captureClosures(() => Reading)
    const id = classIdOf(Reading)
    assert.ok(id !== undefined)
    assert.equal(classById(id), Reading)
    const rebuilder = new ClosureRebuilder()
    const rebuilt = ((await rebuilder.rebuild(payload)) as () => typeof Reading)()
    assert.equal(rebuilder.classById(id), rebuilt)
    assert.equal(rebuilder.classIdOf(rebuilt), id)
  })

  test('functions and call sites are placed in the source', () => {
    const fn = () => 1
    const here = callSite()
    const location = functionLocation(fn)
    assert.match(location!.url, /capture\.test\.ts$/)
    assert.equal(here, `capture.test.ts:${location!.line + 1}:18`)
  })
})
