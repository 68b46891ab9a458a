import { CLOSEST_FIELDS } from '../../src/mllib/kernels/kernel-module.ts'
import { WorkerKernels } from '../../src/mllib/kernels/worker-kernels.ts'
import type { Benchmark, Measure } from '../benchmark.ts'

/** Rows that stay in the first cache, so that multiplying is all that is measured. */
const ROWS = 56
const SIZE = 52
const CENTERS = 20
const REPEATS = 20_000
const SAMPLES = 5
/** Far more than the caches hold. */
const COPIED_DOUBLES = 32 * 1024 * 1024

/** What the machine gives at most: multiplications with additions from the first cache, and bytes read from memory. On one core. */
export const mllibKernels: Benchmark = {
  name: 'mllib-kernels',
  title: 'the kernels of mllib on rows in the first cache, and a copy out of memory, one core',
  async run({ isSmoke }) {
    const kernels = new WorkerKernels()
    const rowBytes = SIZE * 8
    const rows = kernels.reserve(ROWS * rowBytes)
    const centers = kernels.reserve(CENTERS * rowBytes)
    const squares = kernels.reserve(CENTERS * 8)
    const out = kernels.reserve(ROWS * CLOSEST_FIELDS * 8)
    kernels.doubles.fill(0.5, 0, kernels.doubles.length)
    const repeats = isSmoke ? 10 : REPEATS
    const rate = (unit: number, work: () => void): number[] =>
      Array.from({ length: SAMPLES }, () => {
        const started = process.cpuUsage()
        for (let i = 0; i < repeats; i++) work()
        const { user, system } = process.cpuUsage(started)
        return (unit * repeats) / Math.max(1, user + system) / 1000
      })
    const measure = (name: string, samples: number[]): Measure => {
      return { name, unit: 'G multiply-adds/CPU s', isHigherBetter: true, millstream: samples, spark: [] }
    }
    const { run } = kernels
    const source = new Float64Array(isSmoke ? 1024 : COPIED_DOUBLES).fill(1)
    const piece = ROWS * SIZE
    const copies = Array.from({ length: SAMPLES }, () => {
      const started = process.cpuUsage()
      for (let at = 0; at + piece <= source.length; at += piece)
        kernels.doubles.set(source.subarray(at, at + piece), rows / 8)
      const { user, system } = process.cpuUsage(started)
      return (source.length * 8) / Math.max(1, user + system) / 1000
    })
    return [
      measure(
        'dot products',
        rate(ROWS * SIZE, () => run.dots(rows, ROWS, rowBytes, centers, out)),
      ),
      measure(
        'rows times factors',
        rate(ROWS * SIZE, () => run.accumulate(rows, ROWS, rowBytes, out, centers)),
      ),
      measure(
        'nearest of 20 centres',
        rate(ROWS * SIZE * CENTERS, () => run.closest(rows, ROWS, rowBytes, centers, CENTERS, squares, out)),
      ),
      { name: 'copied from memory', unit: 'GB/CPU s', isHigherBetter: true, millstream: copies, spark: [] },
    ]
  },
}
