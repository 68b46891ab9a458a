import { readFileSync } from 'node:fs'
import type { DStream } from '../../../src/index.ts'
import {
  BinarySample,
  type DecayTimeUnit,
  LabeledPoint,
  StreamingKMeans,
  StreamingLinearRegressionWithSGD,
  StreamingLogisticRegressionWithSGD,
  type Vector,
  Vectors,
} from '../../../src/mllib/index.ts'

interface RunBase {
  readonly name: string
  readonly seed: number
  readonly size: number
  readonly partitions: number
  readonly sparse?: boolean
  /** Of each batch. */
  readonly rows: readonly number[]
}

interface ClusterRun extends RunBase {
  readonly kind: 'kmeans'
  readonly k: number
  readonly decay?: number
  readonly halfLife?: number
  readonly unit: DecayTimeUnit
  readonly weights: readonly number[]
  /** A centre that lies far from all points. */
  readonly far?: number
}

interface DescentRun extends RunBase {
  readonly kind: 'linear' | 'logistic'
  readonly step: number
  readonly iterations: number
  readonly fraction: number
  readonly tolerance: number
  readonly reg?: number
}

/** A model with its settings, and batches of random data for it: record.py makes the same of runs.json. */
export type ModelRun = ClusterRun | DescentRun

/** What is recorded after a batch. */
export interface ModelState {
  readonly centers?: readonly (readonly number[])[]
  readonly weights: readonly number[]
}

/** A model that is to be trained on a stream. */
export interface TrainedModel {
  trainOn(stream: DStream<never>): void
  state(): ModelState
}

export function modelRuns(): readonly ModelRun[] {
  return JSON.parse(readFileSync(new URL('runs.json', import.meta.url), 'utf8')) as ModelRun[]
}

/** The batches of a run, and its model before them. */
export function setUpRun(run: ModelRun): { readonly batches: readonly unknown[][]; readonly model: TrainedModel } {
  const numbers = new Numbers(run.seed)
  const centers = run.kind === 'kmeans' ? centersFor(run, numbers) : []
  const batches = run.kind === 'kmeans' ? clusteredBatches(run, numbers, centers) : labeledBatches(run, numbers)
  return { batches, model: run.kind === 'kmeans' ? clusters(run, centers) : descent(run) }
}

/** Whole numbers and doubles only, so that the same come in Python. */
class Numbers {
  #state: number

  constructor(seed: number) {
    this.#state = seed * 7919 + 17
  }
  uniform(): number {
    this.#state = (Math.imul(this.#state, 1103515245) + 12345) & 0x7fffffff
    return this.#state / 2147483648
  }
  normal(): number {
    return (this.uniform() + this.uniform() + this.uniform() - 1.5) * 2
  }
}

function vector(run: ModelRun, numbers: Numbers, around: readonly number[]): { dense: number[]; features: Vector } {
  const values = around.map((center) => numbers.normal() + center)
  if (!run.sparse) return { dense: values, features: Vectors.dense(values) }
  const kept: [number, number][] = []
  values.forEach((value, i) => {
    if (numbers.uniform() < 0.3) kept.push([i, value])
  })
  const dense = values.map(() => 0)
  for (const [i, value] of kept) dense[i] = value
  return { dense, features: Vectors.sparse(values.length, kept) }
}

function centersFor(run: ClusterRun, numbers: Numbers): number[][] {
  return Array.from({ length: run.k }, () => Array.from({ length: run.size }, () => numbers.normal() * 3))
}

function clusteredBatches(run: ClusterRun, numbers: Numbers, centers: readonly number[][]): Vector[][] {
  const used = run.k - (run.far === undefined ? 0 : 1)
  // record.py draws the weights of a linear model here, which it needs for the other runs.
  for (let i = 0; i < run.size; i++) numbers.normal()
  return run.rows.map((rows) =>
    Array.from({ length: rows }, (_, row) => vector(run, numbers, centers[row % used]!).features),
  )
}

function labeledBatches(run: DescentRun, numbers: Numbers): LabeledPoint[][] {
  const model = Array.from({ length: run.size }, () => numbers.normal())
  const origin = model.map(() => 0)
  return run.rows.map((rows) =>
    Array.from({ length: rows }, () => {
      const { dense, features } = vector(run, numbers, origin)
      const margin = dense.reduce((sum, x, i) => sum + model[i]! * x, 0) + numbers.normal() * 0.1
      return new LabeledPoint(run.kind === 'linear' ? margin : margin > 0 ? 1 : 0, features)
    }),
  )
}

function clusters(run: ClusterRun, centers: readonly number[][]): TrainedModel {
  const model = new StreamingKMeans(run.k, 1, run.unit)
  if (run.halfLife !== undefined) model.setHalfLife(run.halfLife, run.unit)
  else model.setDecayFactor(run.decay!)
  const begin = centers.map((center, c) => (c === run.far ? center.map(() => 1000) : center))
  model.setInitialCenters(begin, run.weights)
  return {
    trainOn: (stream) => model.trainOn(stream),
    state: () => {
      const { clusterCenters, clusterWeights } = model.latestModel()
      return { centers: clusterCenters.map((center) => center.toArray()), weights: clusterWeights }
    },
  }
}

function descent(run: DescentRun): TrainedModel {
  const model =
    run.kind === 'linear'
      ? new StreamingLinearRegressionWithSGD(run.step, run.iterations, run.fraction)
      : new StreamingLogisticRegressionWithSGD(run.step, run.iterations, run.fraction, run.reg)
  model.setConvergenceTol(run.tolerance).setInitialWeights(Vectors.zeros(run.size))
  return {
    trainOn: (stream) => model.trainOn(stream),
    state: () => ({ weights: model.latestModel().weights.values }),
  }
}

/** Points around random places, as `points` of record.scala makes them. */
export function clusteredPoints(seed: number, rows: number, size: number, clusters: number): Vector[] {
  const numbers = new Numbers(seed)
  const centers = Array.from({ length: clusters }, () => Array.from({ length: size }, () => numbers.normal() * 3))
  return Array.from({ length: rows }, (_, row) =>
    Vectors.dense(centers[row % clusters]!.map((center) => numbers.normal() + center)),
  )
}

/** Labelled points of a random model with noise, as `labelled` of record.scala makes them. */
export function labeledPoints(seed: number, rows: number, size: number, isBinary: boolean): LabeledPoint[] {
  const numbers = new Numbers(seed)
  const model = Array.from({ length: size }, () => numbers.normal())
  return Array.from({ length: rows }, () => {
    const values = Array.from({ length: size }, () => numbers.normal())
    const margin = values.reduce((sum, value, i) => sum + model[i]! * value, 0) + numbers.normal() * 0.1
    return new LabeledPoint(isBinary ? (margin > 0 ? 1 : 0) : margin, values)
  })
}

/** Samples of two groups, as `samples` of record.scala makes them. */
export function binarySamples(seed: number, batches: number): BinarySample[][] {
  const numbers = new Numbers(seed)
  return Array.from({ length: batches }, () =>
    Array.from({ length: 20 }, (_, i) => new BinarySample(i % 3 === 0, numbers.normal() * 2 + (i % 3 === 0 ? 0.5 : 0))),
  )
}
