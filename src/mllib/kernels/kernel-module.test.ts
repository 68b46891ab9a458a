import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { CENTER_GROUP, CLOSEST_FIELDS, ROW_GROUP, ROW_STEP } from './kernel-module.ts'
import { WorkerKernels } from './worker-kernels.ts'

/** Whole numbers, whose sums are exact in every order. */
const number = fc.integer({ min: -50, max: 50 })
const shape = fc.record({ rows: fc.integer({ min: 1, max: 11 }), size: fc.integer({ min: 1, max: 9 }) })
const matrix = (rows: number, size: number) =>
  fc.array(fc.array(number, { minLength: size, maxLength: size }), { minLength: rows, maxLength: rows })

const roundUp = (value: number, step: number) => Math.ceil(value / step) * step
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0)

/** Rows in the kernels' memory, padded as the kernels want them. */
class Rows {
  readonly kernels = new WorkerKernels()
  readonly stride: number
  constructor(size: number) {
    this.stride = roundUp(size, ROW_STEP)
  }
  /** @returns the position of the rows. */
  put(rows: readonly (readonly number[])[], group: number): number {
    const at = this.kernels.reserve(roundUp(rows.length, group) * this.stride * 8)
    rows.forEach((row, r) => {
      this.kernels.doubles.set(row, at / 8 + r * this.stride)
    })
    return at
  }
  read(at: number, count: number): number[] {
    return [...this.kernels.doubles.subarray(at / 8, at / 8 + count)]
  }
}

describe('the kernels give what loops give', () => {
  test('dot products, and rows times their factors', () => {
    const cases = shape.chain(({ rows, size }) => fc.tuple(matrix(rows, size), matrix(1, size), matrix(1, rows)))
    fc.assert(
      fc.property(cases, ([rows, [weights = []], [factors = []]]) => {
        const memory = new Rows(weights.length)
        const rowBytes = memory.stride * 8
        const at = memory.put(rows, ROW_GROUP)
        const weightsAt = memory.put([weights], 1)
        const padded = roundUp(rows.length, ROW_GROUP)
        const out = memory.kernels.reserve(padded * 8)
        const sum = memory.kernels.reserve(rowBytes)
        memory.kernels.run.dots(at, rows.length, rowBytes, weightsAt, out)
        assert.deepEqual(
          memory.read(out, rows.length),
          rows.map((row) => dot(row, weights)),
        )
        memory.kernels.doubles.fill(0, out / 8, out / 8 + padded)
        memory.kernels.doubles.set(factors, out / 8)
        memory.kernels.run.accumulate(at, rows.length, rowBytes, out, sum)
        assert.deepEqual(
          memory.read(sum, weights.length),
          weights.map((_, i) =>
            dot(
              factors,
              rows.map((row) => row[i]!),
            ),
          ),
        )
      }),
    )
  })

  test('the nearest centre, the second nearest, and the sums of each centre', () => {
    const cases = fc
      .record({
        rows: fc.integer({ min: 1, max: 9 }),
        size: fc.integer({ min: 1, max: 9 }),
        k: fc.integer({ min: 1, max: 9 }),
      })
      .chain(({ rows, size, k }) => fc.tuple(matrix(rows, size), matrix(k, size)))
    fc.assert(
      fc.property(cases, ([rows, centers]) => {
        const size = centers[0]!.length
        const memory = new Rows(size)
        const rowBytes = memory.stride * 8
        const count = roundUp(centers.length, CENTER_GROUP)
        const at = memory.put(rows, ROW_GROUP)
        const centersAt = memory.put(centers, CENTER_GROUP)
        const squaresAt = memory.kernels.reserve(count * 8)
        const out = memory.kernels.reserve(roundUp(rows.length, ROW_GROUP) * CLOSEST_FIELDS * 8)
        const sums = memory.kernels.reserve(count * rowBytes)
        memory.kernels.doubles.fill(Number.POSITIVE_INFINITY, squaresAt / 8, squaresAt / 8 + count)
        memory.kernels.doubles.set(
          centers.map((center) => dot(center, center)),
          squaresAt / 8,
        )
        memory.kernels.run.closest(at, rows.length, rowBytes, centersAt, count, squaresAt, out)
        memory.kernels.run.addRows(at, rows.length, rowBytes, out, sums)
        const expectedSums = centers.map((center) => center.map(() => 0))
        rows.forEach((row, r) => {
          const scores = centers.map((center) => dot(center, center) - 2 * dot(row, center))
          const ordered = [...scores].sort((a, b) => a - b)
          const index = scores.indexOf(ordered[0]!)
          const [best, second, found, square] = memory.read(out + r * CLOSEST_FIELDS * 8, CLOSEST_FIELDS)
          assert.deepEqual([best, found, square], [ordered[0], index, dot(row, row)])
          assert.equal(second, ordered[1] ?? Number.POSITIVE_INFINITY)
          row.forEach((value, i) => {
            expectedSums[index]![i]! += value
          })
        })
        for (const [c, sum] of expectedSums.entries()) assert.deepEqual(memory.read(sums + c * rowBytes, size), sum)
      }),
    )
  })

  test('sparse rows, empty ones among them', () => {
    const row = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 19 }), number), { selector: ([index]) => index })
    const cases = fc.tuple(fc.array(row, { minLength: 1, maxLength: 6 }), matrix(1, 20), matrix(1, 6))
    fc.assert(
      fc.property(cases, ([rows, [weights = []], [factors = []]]) => {
        const kernels = new WorkerKernels()
        const flat = rows.flat()
        const weightsAt = kernels.reserve(20 * 8)
        const sum = kernels.reserve(20 * 8)
        const out = kernels.reserve(rows.length * 8)
        const startsAt = kernels.reserve((rows.length + 1) * 4)
        const valuesAt = kernels.reserve(flat.length * 8)
        const indicesAt = kernels.reserve(flat.length * 4)
        kernels.doubles.set(weights, weightsAt / 8)
        kernels.doubles.set(
          flat.map(([, value]) => value),
          valuesAt / 8,
        )
        kernels.integers.set(
          flat.map(([index]) => index),
          indicesAt / 4,
        )
        let start = 0
        kernels.integers.set([0, ...rows.map((one) => (start += one.length))], startsAt / 4)
        kernels.run.sparseDots(startsAt, rows.length, indicesAt, valuesAt, weightsAt, out)
        const products = rows.map((one) => one.reduce((total, [index, value]) => total + value * weights[index]!, 0))
        assert.deepEqual([...kernels.doubles.subarray(out / 8, out / 8 + rows.length)], products)
        kernels.doubles.set(factors.slice(0, rows.length), out / 8)
        kernels.run.sparseAccumulate(startsAt, rows.length, indicesAt, valuesAt, out, sum)
        const sums = new Float64Array(20)
        rows.forEach((one, r) => {
          for (const [index, value] of one) sums[index]! += value * factors[r]!
        })
        assert.deepEqual(kernels.doubles.slice(sum / 8, sum / 8 + 20), sums)
      }),
    )
  })

  test('memory that grows keeps what it held', () => {
    const kernels = new WorkerKernels()
    const first = kernels.reserve(8)
    kernels.doubles[first / 8] = 7
    const second = kernels.reserve(50 * 1024 * 1024)
    kernels.doubles[second / 8] = 8
    assert.deepEqual([kernels.doubles[first / 8], kernels.doubles[second / 8]], [7, 8])
  })
})
