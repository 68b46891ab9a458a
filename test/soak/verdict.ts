import { MEASURES, type Measure, median, type Sample } from './sampler.ts'

/** What one measure did after the warm-up. */
export interface Trend {
  readonly measure: Measure
  /** The typical value. */
  readonly level: number
  /** What the line through the samples rises by, from the end of the warm-up to the last sample. */
  readonly growth: number
  /** The growth from which on the measure counts as growing. */
  readonly limit: number
  readonly isLevel: boolean
}

/** The first part of a soak, in which code is compiled and caches and windows fill. */
const WARM_UP = 1 / 3

/** What a measure may rise by, at least, and as a part of its level: noise, not growth. */
const ALLOWED: Readonly<Record<Measure, readonly [least: number, part: number]>> = {
  'resident memory': [48, 0.15],
  'driver heap': [4, 0.1],
  'driver buffers': [4, 0.1],
  'worker heaps': [6, 0.1],
  'worker buffers': [4, 0.1],
  threads: [1, 0],
  descriptors: [4, 0],
  'checkpoint files': [20, 0.1],
  'checkpoint MiB': [0.5, 0.2],
  'local files': [20, 0.1],
  'local MiB': [2, 0.1],
  'scheduling delay': [1000, 0],
  'processing delay': [50, 0.5],
}

/**
 * How each measure went. A measure that rises by more than its limit grows, as does one whose values cannot be told.
 * @param samples in their order; those of the warm-up are left out.
 */
export function trendsOf(samples: readonly Sample[]): Trend[] {
  const measured = samples.slice(Math.ceil(samples.length * WARM_UP))
  return MEASURES.map((measure) => {
    const points = measured.map(({ atS, values }): Point => [atS, values[measure]])
    const level = median(points.map(([, value]) => value))
    const [least, part] = ALLOWED[measure]
    const limit = Math.max(least, part * level)
    const growth = slopeOf(points) * ((points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0))
    return { measure, level, growth, limit, isLevel: growth <= limit }
  })
}

type Point = readonly [x: number, y: number]

/** The median of the slopes between all pairs of points: outliers do not tilt it (Theil and Sen). */
export function slopeOf(points: readonly Point[]): number {
  const slopes = points.flatMap(([x, y], index) => points.slice(index + 1).map(([x2, y2]) => (y2 - y) / (x2 - x)))
  return median(slopes)
}

/** The trends as a table for people. */
export function tableOf(trends: readonly Trend[]): string {
  const number = (value: number) => value.toFixed(1).padStart(10)
  const rows = trends.map(({ measure, level, growth, limit, isLevel }) => {
    return `${measure.padEnd(18)}${number(level)}${number(growth)}${number(limit)}   ${isLevel ? 'level' : 'GROWS'}`
  })
  return [
    `${'measure'.padEnd(18)}${'level'.padStart(10)}${'growth'.padStart(10)}${'limit'.padStart(10)}`,
    ...rows,
  ].join('\n')
}
