import type { RDD } from '../../rdd/rdd.ts'
import { StorageLevel } from '../../task/storage-level.ts'
import { rowOfBlock, type VectorBlock } from '../columns/vector-block.ts'
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

/** At most `count` points, each drawn once and all equally likely. */
export async function randomCenters(columns: RDD<VectorBlock>, count: number, seed: number): Promise<DenseVector[]> {
  const rowsOfPartitions = await columns.mapPartitions((blocks) => [[...blocks].map(({ rows }) => rows)]).collect()
  const partitionRows = rowsOfPartitions.map((rows) => rows.reduce((sum, n) => sum + n, 0))
  const total = partitionRows.reduce((sum, n) => sum + n, 0)
  const random = new JavaRandom(seed)
  const chosen = new Set<number>()
  while (chosen.size < Math.min(count, total)) chosen.add(random.nextInt(total))
  const starts = partitionRows.map((_, p) => partitionRows.slice(0, p).reduce((sum, n) => sum + n, 0))
  const places = [...chosen].sort((a, b) => a - b)
  const drawn = await columns
    .mapPartitionsWithIndex((partition, blocks) => rowsAt(blocks, starts[partition]!, places))
    .collect()
  // In the order in which they were drawn.
  return [...chosen].map((place) => drawn[places.indexOf(place)]!.toDense())
}

/** Rows by their places in the whole data set, ascending; the partition begins at `start`. */
function* rowsAt(blocks: Iterable<VectorBlock>, start: number, places: readonly number[]): Generator<Vector> {
  let first = start
  for (const block of blocks) {
    for (const place of places) if (place >= first && place < first + block.rows) yield rowOfBlock(block, place - first)
    first += block.rows
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
      const factor = (2 * k) / total
      const stepSeed = seed ^ (step << 16)
      const chosen = await costed
        .mapPartitionsWithIndex((partition, blocks) => drawRows(blocks, stepSeed ^ partition, factor))
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

function* drawRows(blocks: Iterable<CostedBlock>, seed: number, factor: number): Generator<Vector> {
  const random = new XORShiftRandom(seed)
  for (const { block, costs } of blocks) {
    for (let row = 0; row < block.rows; row++) {
      if (random.nextDouble() < factor * costs[row]!) yield rowOfBlock(block, row)
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
