import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { ClosurePayload } from '../wire/index.ts'
import { captureClosures } from './index.ts'
import { Inspector } from './inspector.ts'

/** The identities of the variables that a function shares with others. */
function shared(fn: (...args: never[]) => unknown): readonly string[] {
  return (captureClosures(fn) as ClosurePayload).cells.map(({ id }) => id)
}

let collectGarbage: () => void
before(() => {
  setFlagsFromString('--expose-gc')
  collectGarbage = runInNewContext('gc') as () => void
})
after(() => setFlagsFromString('--no-expose-gc'))

/** Lets what the inspector holds for this turn go, and collects what nobody holds. */
async function collected(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  await new Promise((resolve) => setImmediate(resolve))
  collectGarbage()
}

describe('a variable of a function', () => {
  for (const collects of [false, true]) {
    test(`is one for all functions that a loop makes, ${collects ? 'each collected before the next' : 'all alive'}`, async () => {
      const loop = async (name: string): Promise<Set<string>> => {
        let made: object | undefined
        const found = new Set<string>()
        for (let turn = 0; turn < 6; turn++) {
          for (const id of shared(() => (made ??= { name }))) found.add(id)
          const inTurn = () => {
            if (turn >= 0) made ??= { name }
          }
          for (const id of shared(inTurn)) found.add(id)
          if (collects) await collected()
        }
        return found
      }
      const [a, b] = await Promise.all([loop('a'), loop('b')])
      assert.equal(a.size, 1)
      assert.equal(b.size, 1)
      assert.notDeepEqual(a, b)
    })
  }

  test('is another one in each call, though its value is the same', () => {
    const counter = () => {
      let count = 0
      return () => ++count
    }
    const [a, b] = [counter(), counter()]
    assert.notDeepEqual(shared(a), shared(b))
    assert.deepEqual(shared(a), shared(a))
  })

  test('is known again though its neighbours change', async () => {
    let made: object | undefined
    let turns = 0
    const found = new Set<string>()
    while (turns < 5) {
      const next = () => {
        if (turns >= 0) made ??= {}
        return made
      }
      for (const id of shared(next)) found.add(id)
      turns++
      await collected()
    }
    assert.equal(found.size, 1)
  })

  test('costs as many looks into functions after thousands of calls as after a few', async (t) => {
    const adder = (start: number) => {
      let sum = start
      return (n: number) => {
        sum += n
        return sum
      }
    }
    const inCallback = (start: number) => {
      let sum = start
      const [made] = [0].map(() => (n: number) => {
        sum += n
        return sum
      })
      return made as (n: number) => number
    }
    for (const make of [adder, inCallback]) {
      let looks = 0
      const look = Inspector.shared.inspectFunctions
      const counting = t.mock.method(Inspector.shared, 'inspectFunctions', (functions: readonly unknown[]) => {
        looks += functions.length
        return look.call(Inspector.shared, functions)
      })
      const looksFor = (count: number): number => {
        looks = 0
        for (let n = 0; n < count; n++) shared(make(n))
        return looks / count
      }
      looksFor(200)
      await collected()
      const early = looksFor(20)
      looksFor(1000)
      await collected()
      const late = looksFor(20)
      counting.mock.restore()
      assert.ok(late <= early + 1, `${early} looks for each at first, ${late} later`)
    }
  })
})
