import type { RDD } from '../../rdd/rdd.ts'
import { StorageLevel } from '../../task/storage-level.ts'
import { rowOfBlock, type VectorBlock } from '../columns/vector-block.ts'
import { BernoulliSampler, partitionSeeds } from '../random/bernoulli-sampler.ts'
import { JavaRandom } from '../random/java-random.ts'
import { XORShiftRandom } from '../random/xor-shift-random.ts'
import type { DenseVector, Vector } from '../records/vector.ts'
import { CenterSearch } from './center-search.ts'
import { localKMeans } from './local-k-means.ts'

/** How k-means|| draws. */
export interface ParallelInitialization {
  readonly k: number
  readonly steps: number
  readonly seed: number
}

/** Spark lets a sample be too small this often, and draws again. */
const TOO_SMALL = 1e-4
const LEAST_FRACTION = 1e-10

/** At most `count` points, each drawn once and all equally likely: those that Spark's `takeSample` draws from the same partitions with this seed. */
export async function randomCenters(columns: RDD<VectorBlock>, count: number, seed: number): Promise<DenseVector[]> {
  const total = await columns.map(({ rows }) => rows).fold(0, (a, b) => a + b)
  if (total === 0) return []
  const random = new JavaRandom(seed)
  const drawn =
    count >= total
      ? await drawnPoints(columns, 1, 0)
      : await enoughPoints(columns, count, random, fractionFor(count, total))
  for (let i = drawn.length - 1; i > 0; i--) {
    const j = random.nextInt(i + 1)
    const moved = drawn[j]!
    drawn[j] = drawn[i]!
    drawn[i] = moved
  }
  return drawn.slice(0, count).map((point) => point.toDense())
}

/** The part of the points to draw so that there are hardly ever fewer than `count`. */
function fractionFor(count: number, total: number): number {
  const fraction = count / total
  const gamma = -Math.log(TOO_SMALL) / total
  return Math.min(1, Math.max(LEAST_FRACTION, fraction + gamma + Math.sqrt(gamma * gamma + 2 * gamma * fraction)))
}

async function enoughPoints(
  columns: RDD<VectorBlock>,
  count: number,
  random: JavaRandom,
  fraction: number,
): Promise<Vector[]> {
  for (;;) {
    const drawn = await drawnPoints(columns, fraction, random.nextInt())
    if (drawn.length >= count) return drawn
  }
}

async function drawnPoints(columns: RDD<VectorBlock>, fraction: number, seed: number): Promise<Vector[]> {
  const seeds = partitionSeeds(seed, await columns.getNumPartitions())
  return columns
    .mapPartitionsWithIndex((partition, blocks) =>
      sampledRows(blocks, new BernoulliSampler(fraction, seeds[partition]!)),
    )
    .collect()
}

function* sampledRows(blocks: Iterable<VectorBlock>, sampler: BernoulliSampler): Generator<Vector> {
  for (const block of blocks) {
    for (let row = 0; row < block.rows; row++) if (sampler.takesNext()) yield rowOfBlock(block, row)
  }
}

/** A block with the squared distance of each row from the nearest centre that was drawn until now. */
interface CostedBlock {
  readonly block: VectorBlock
  readonly costs: Float64Array
}

/**
 * Centres by k-means|| (Bahmani and others, Scalable K-Means++): each step draws about 2k points, the likelier the farther they lie from those drawn
 * before; of the points drawn, weighted by the points that are nearest to them, k-means++ makes k.
 */
export async function parallelCenters(
  columns: RDD<VectorBlock>,
  { k, steps, seed }: ParallelInitialization,
): Promise<readonly DenseVector[]> {
  let fresh = await randomCenters(columns, 1, seed)
  const drawn = [...fresh]
  let costed: RDD<CostedBlock> | null = null
  try {
    for (let step = 0; step < steps && fresh.length > 0; step++) {
      const next: RDD<CostedBlock> = costs(columns, costed, fresh).persist(StorageLevel.MEMORY_AND_DISK)
      const total = await next.map(({ costs }) => costs.reduce((sum, cost) => sum + cost, 0)).fold(0, (a, b) => a + b)
      await costed?.unpersist()
      costed = next
      const stepSeed = seed ^ (step << 16)
      const chosen = await costed
        .mapPartitionsWithIndex((partition, blocks) => drawRows(blocks, stepSeed ^ partition, { k, total }))
        .collect()
      fresh = chosen.map((vector) => vector.toDense())
      for (const center of fresh) drawn.push(center)
    }
  } finally {
    await costed?.unpersist()
  }
  const distinct = [...new Map(drawn.map((center) => [String(center.values), center])).values()]
  if (distinct.length <= k) return distinct
  return localKMeans(distinct, await countNearest(columns, distinct), k)
}

function costs(
  columns: RDD<VectorBlock>,
  before: RDD<CostedBlock> | null,
  centers: readonly DenseVector[],
): RDD<CostedBlock> {
  if (before === null) {
    return columns.mapPartitionsWithIndex((partition, blocks) => costedBlocks(blocks, partition, centers))
  }
  return before.mapPartitionsWithIndex((partition, blocks) => cheaperBlocks(blocks, partition, centers))
}

function* costedBlocks(
  blocks: Iterable<VectorBlock>,
  partition: number,
  centers: readonly DenseVector[],
): Generator<CostedBlock> {
  const search = new CenterSearch(centers)
  for (const block of blocks) {
    const costs = new Float64Array(block.rows)
    search.assign(block, partition, null, (row, _, distance) => {
      costs[row] = distance
    })
    yield { block, costs }
  }
}

function* cheaperBlocks(
  blocks: Iterable<CostedBlock>,
  partition: number,
  centers: readonly DenseVector[],
): Generator<CostedBlock> {
  const search = new CenterSearch(centers)
  for (const { block, costs: before } of blocks) {
    const costs = before.slice()
    search.assign(block, partition, null, (row, _, distance) => {
      costs[row] = Math.min(costs[row]!, distance)
    })
    yield { block, costs }
  }
}

/** What the chance of a point is made of. */
interface DrawChance {
  readonly k: number
  /** The sum of all costs. */
  readonly total: number
}

function* drawRows(blocks: Iterable<CostedBlock>, seed: number, { k, total }: DrawChance): Generator<Vector> {
  const random = new XORShiftRandom(seed)
  for (const { block, costs } of blocks) {
    for (let row = 0; row < block.rows; row++) {
      if (random.nextDouble() < (2 * costs[row]! * k) / total) yield rowOfBlock(block, row)
    }
  }
}

/** How many points are nearest to each centre. */
async function countNearest(columns: RDD<VectorBlock>, centers: readonly DenseVector[]): Promise<number[]> {
  const counts = await columns
    .mapPartitionsWithIndex((partition, blocks) => {
      const search = new CenterSearch(centers)
      const counts = new Float64Array(centers.length)
      for (const block of blocks) {
        search.assign(block, partition, null, (_, index) => {
          counts[index]!++
        })
      }
      return [counts]
    })
    .treeAggregate<Float64Array>(new Float64Array(centers.length), addCounts, addCounts)
  return [...counts]
}

function addCounts(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((count, i) => count + b[i]!)
}
