import assert from 'node:assert/strict'
import { test } from 'node:test'
import { projectFiles } from './project-files.ts'
import { spreadCallsOf } from './spread-arguments.ts'

/** Arrays that cannot be long, by file and by what is called, with what bounds their length. */
const SHORT_ARRAYS: Readonly<Record<string, readonly [callee: string, bound: string][]>> = {
  'src/closure/worker/class-restore.ts': [['Reflect.construct', 'the arguments of a constructor that takes none']],
  'src/closure/worker/rebuild.ts': [
    ['this.#demand(node.target).bind', 'arguments that the driver gave to bind one by one'],
    ['factory', 'names in the source text of one function'],
    ['set', 'names in the source text of one function'],
  ],
  'src/dstream/state/state-rdd.ts': [['builtin', 'the parameters of restoreState, a tuple']],
  'src/task/codec/value-reader.ts': [['Reflect.construct', 'the arguments of a constructor of the language']],
  'src/task/stage/fused-loop.ts': [
    ['Function', 'the names that one sink binds'],
    ['make', 'the names that one sink binds'],
  ],
  'src/task/stage/partition-sinks.ts': [['fn', 'the parameters of a partition function of ours']],
  'src/task/stage/partition-wise.ts': [
    ['fn', 'the parameters of a partition function of ours'],
    ['fn.fn', 'the RDDs that were passed to zipPartitions one by one'],
    ['builtin', 'the parameters of a partition function of ours'],
  ],
}

test('no call takes the elements of an array of unknown length as its arguments', () => {
  const unexpected: string[] = []
  const unused = new Set(
    Object.entries(SHORT_ARRAYS).flatMap(([file, calls]) => calls.map(([callee]) => `${file} ${callee}`)),
  )
  for (const [name, text] of projectFiles('src')) {
    if (!name.endsWith('.ts') || name.endsWith('.test.ts') || name.endsWith('.d.ts')) continue
    const file = `src/${name}`
    for (const { callee, array } of spreadCallsOf(text)) {
      unused.delete(`${file} ${callee}`)
      if (SHORT_ARRAYS[file]?.some(([short]) => short === callee)) continue
      unexpected.push(`${file}: ${callee}(...${array})`)
    }
  }
  assert.deepEqual(unexpected, [], 'loop over the array, or reduce it: 130,000 arguments overflow the stack')
  assert.deepEqual([...unused], [], 'these calls are gone: take them off the list')
})

test('planted calls are found, those of a fixed number of arguments are not', () => {
  const planted = `
    export function add(all: number[], more: number[], ...rest: number[]): void {
      all.push(...more)
      all.push(...rest)
      all.push(...[1, 2])
      all.splice(0, 0, ...more.map((n: number): number => n + 1))
      new Set(...more)
      Math.max.apply(null, more)
      Reflect.apply(all.push, all, more)
      Reflect.construct(Array, more)
      const inner = (rest: number[]) => all.push(...rest)
      const literal = [...more, ...rest], object = { ...all }
      all.map((one, ...two) => inner.call(null, ...two))
    }`
  assert.deepEqual(
    spreadCallsOf(planted).map(({ callee, array }) => `${callee} ${array}`),
    [
      'all.push more',
      'all.splice more.map((n) => n + 1)',
      'Set more',
      'Math.max.apply more',
      'Reflect.apply more',
      'Reflect.construct more',
      'all.push rest2',
    ],
  )
})
