import { performance } from 'node:perf_hooks'
import { captureClosures } from '../src/closure/driver/index.ts'
import type { ClosurePayload } from '../src/closure/wire/index.ts'

/** What capturing costs, in microseconds: the median of fresh functions, of functions seen before, of those that close over nothing. */
const ROUNDS = 200

const rates = new Map([['EUR', 1.1]])
const helper = (x: number): number => x * 2
function scale(x: number): number {
  return helper(x) + rates.size
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}

async function time(
  make: () => unknown,
): Promise<{ readonly first: number; readonly median: number; readonly payload: ClosurePayload }> {
  const spans: number[] = []
  let payload: ClosurePayload | undefined
  for (let round = 0; round < ROUNDS; round++) {
    const value = make()
    const start = performance.now()
    const captured = captureClosures(value)
    payload = captured instanceof Promise ? await captured : captured
    spans.push((performance.now() - start) * 1000)
  }
  return { first: spans[0]!, median: median(spans), payload: payload! }
}

const makeFactor = (factor: number) => (x: number) => x * factor
const makeHelper = () => (x: number) => scale(x) + helper(x)
const makeNothing = () => (line: string) => line.split(' ')
const kept = makeFactor(3)
const keptHelper = makeHelper()
const keptNothing = makeNothing()
const table = Object.fromEntries(
  Array.from({ length: 10_000 }, (_, at) => [`key${at}`, { id: at, name: `name ${at}` }]),
)
const lookUp = (key: string) => table[key]
const stage = { steps: [keptNothing, kept, keptHelper, (x: number) => [x, 1]] }
let seen = 0
const counting = () => ++seen

const cases: [string, () => unknown][] = [
  ['warm-up: the first capture of the process', () => makeFactor(1)],
  ['a new closure over one variable', () => makeFactor(2)],
  ['a new closure over functions of its module', makeHelper],
  ['a new closure over nothing', makeNothing],
  ['seen before, over one variable', () => kept],
  ['seen before, over functions of its module', () => keptHelper],
  ['seen before, over nothing', () => keptNothing],
  ['seen before, with a shared variable', () => counting],
  ['seen before, a stage of four functions', () => stage],
  ['seen before, over a table of 10,000 objects', () => lookUp],
]

for (const [name, make] of cases) {
  const { first, median: typical, payload } = await time(make)
  console.log(
    `${name.padEnd(46)} first ${first.toFixed(0).padStart(7)} µs   median ${typical.toFixed(1).padStart(8)} µs   ${payload.bytes.length} bytes`,
  )
}
