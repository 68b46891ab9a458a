import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshSeed, SeededRandom } from './random.ts'

const floats = (random: SeededRandom, count: number) => Array.from({ length: count }, () => random.nextFloat())
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length

test('seed and stream decide the numbers', () => {
  assert.deepEqual(floats(new SeededRandom(42, 3), 5), floats(new SeededRandom(42, 3), 5))
  const first = (seed: number, stream: number) => new SeededRandom(seed, stream).nextUint32()
  const firsts = [first(1, 0), first(1, 1), first(2, 0), first(-1, 0), first(0.5, 0), first(2 ** 40, 0), first(0, 0)]
  assert.equal(new Set(firsts).size, firsts.length)
  assert.notEqual(freshSeed(), freshSeed())
})

test('numbers are spread evenly', () => {
  const values = floats(new SeededRandom(7), 100_000)
  assert(values.every((value) => value >= 0 && value < 1))
  const counts = new Array<number>(20).fill(0)
  for (const value of values) counts[Math.floor(value * 20)]!++
  // Chi squared with 19 degrees of freedom exceeds 43.8 once in a thousand times.
  const chiSquared = counts.reduce((sum, count) => sum + (count - 5000) ** 2 / 5000, 0)
  assert(chiSquared < 43.8, `chi squared ${chiSquared}`)
  const neighbours = values.slice(1).map((value, i) => (value - 0.5) * (values[i]! - 0.5))
  assert(Math.abs(mean(neighbours)) < 0.002)
})

test('Poisson numbers have the mean and the variance asked for', () => {
  for (const wanted of [0, 0.3, 4, 100]) {
    const random = new SeededRandom(11)
    const values = Array.from({ length: 20_000 }, () => random.nextPoisson(wanted))
    const average = mean(values)
    const variance = mean(values.map((value) => (value - average) ** 2))
    assert(Math.abs(average - wanted) <= wanted * 0.05, `mean ${average} of ${wanted}`)
    assert(Math.abs(variance - wanted) <= wanted * 0.1, `variance ${variance} of ${wanted}`)
  }
})

test('shuffling keeps every item', () => {
  const items = Array.from({ length: 100 }, (_, i) => i)
  const shuffled = [...items]
  new SeededRandom(1).shuffle(shuffled)
  assert.notDeepEqual(shuffled, items)
  assert.deepEqual(
    shuffled.sort((a, b) => a - b),
    items,
  )
})
