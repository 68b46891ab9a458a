import type { Engine, EngineOptions, JobRequest } from '../../src/engine/engine.ts'
import { cancelReason, JobCancelledException } from '../../src/engine/job-cancelled.ts'
import { effectiveNode, type LineageNode } from '../../src/engine/lineage.ts'
import { ProgramFiles } from '../../src/engine/program-files.ts'
import { SparkException } from '../../src/errors.ts'
import { NO_EVENTS } from '../../src/events/event-bus.ts'
import { RunningWork } from '../../src/events/running-work.ts'
import { WorkerFiles } from '../../src/files/worker/worker-files.ts'
import type { Aggregator } from '../../src/task/aggregator.ts'
import { RecordCodec } from '../../src/task/codec/index.ts'
import { partitionFunction } from '../../src/task/partition-functions.ts'
import type { Partitioner } from '../../src/task/partitioner.ts'
import type { NarrowOp, ResultSink } from '../../src/task/program.ts'
import { setTaskFiles } from '../../src/task/task-files.ts'
import { copyValue } from './copy-value.ts'
import { keyIdentity } from './key-identity.ts'
import { readFiles } from './read-files.ts'

type Pair = [key: unknown, value: unknown]
type Node<K extends LineageNode['kind']> = Extract<LineageNode, { kind: K }>
// biome-ignore lint/suspicious/noExplicitAny: the types of user functions are gone by the time lineage holds them
type AnyFunction = (...args: any[]) => any

/** Settings of a reference engine; everything may be left out. */
export type ReferenceEngineOptions = Partial<EngineOptions> & { readonly defaultParallelism?: number }

/**
 * The model that real engines are compared with: computes lineage in this thread with arrays, one node after another, sharing
 * nothing with them but the partition functions. No closure is shipped, so what functions capture is shared with the driver.
 */
export function createReferenceEngine(options: ReferenceEngineOptions = {}): Engine {
  return new ReferenceEngine(options)
}

class ReferenceEngine implements Engine {
  readonly files = new ProgramFiles()
  readonly applicationId = null
  readonly defaultParallelism: number
  /** Nothing is encoded but what tests store in receivers, as plain objects. */
  readonly recordClasses = { idOf: () => undefined, byId: () => undefined }
  readonly capabilities = { keepsObjects: true, keepsLocalCheckpoints: false }
  readonly control = null
  readonly #work: RunningWork
  /** Persisted partitions by node id and partition. */
  readonly #cache = new Map<number, Map<number, unknown[]>>()
  #nextJobId = 0
  #nextStageId = 0

  constructor(options: ReferenceEngineOptions) {
    this.defaultParallelism = options.defaultParallelism ?? 2
    this.#work = options.work ?? new RunningWork(NO_EVENTS)
    setTaskFiles(new WorkerFiles())
  }

  async addFile(): Promise<void> {}
  hadoopSettingChanged(): void {}

  async runJob(request: JobRequest): Promise<unknown[]> {
    const jobId = this.#nextJobId++
    const stageId = this.#nextStageId++
    const { node, properties, signal } = request
    const partitions = request.partitions ?? Array.from({ length: node.numPartitions }, (_, i) => i)
    this.#work.jobStarted(jobId, properties)
    request.onStarted?.(jobId)
    const head = { jobId, stageId, attempt: 0, name: properties.callSite, numTasks: partitions.length }
    this.#work.stageSubmitted({ ...head, stageKind: 'result' }, () => ({ parentIds: [], rddIds: [node.id] }))
    let failure: unknown
    try {
      const job = new Job(this.#cache)
      const results: unknown[] = []
      for (const [index, partition] of partitions.entries()) {
        if (signal?.aborted) throw new JobCancelledException(jobId, cancelReason(signal))
        const value = await runTask(partition, stageId, async () =>
          runSink(request.sink, await job.partition(node, partition), partition),
        )
        results.push(value)
        request.onResult?.(index, value)
        this.#work.stageProgress(stageId, index + 1, 0)
      }
      return results
    } catch (error) {
      failure = error
      throw error
    } finally {
      this.#work.stageCompleted(stageId, failure === undefined ? null : String(failure))
      this.#work.jobEnded(jobId, failure)
    }
  }

  async checkpointLocally(): Promise<void> {
    throw new Error('the driver keeps the local checkpoints of this engine')
  }

  async unpersist(node: LineageNode): Promise<void> {
    this.#cache.delete(node.id)
  }

  forget(nodeIds: readonly number[]): void {
    for (const id of nodeIds) this.#cache.delete(id)
  }

  broadcast(): void {}

  unbroadcast(): void {}

  async stop(): Promise<void> {
    this.#cache.clear()
  }
}

async function runTask<T>(partition: number, stageId: number, body: () => Promise<T>): Promise<T> {
  try {
    return await body()
  } catch (cause) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
    throw new SparkException(
      'JOB_ABORTED',
      `Job aborted due to stage failure: Task ${partition} in stage ${stageId}.0 failed 1 times, most recent failure: ${reason}`,
      { cause },
    )
  }
}

/** One job's memory: shuffles are made once per job. */
class Job {
  readonly #cache: Map<number, Map<number, unknown[]>>
  readonly #shuffles = new Map<LineageNode, Map<Partitioner<never>, Promise<Pair[][][]>>>()

  constructor(cache: Map<number, Map<number, unknown[]>>) {
    this.#cache = cache
  }

  /** The records of one partition, as a fresh array. */
  async partition(node: LineageNode, index: number): Promise<unknown[]> {
    const { level } = node.storage
    if (!level.useMemory && !level.useDisk) return this.#compute(effectiveNode(node), index)
    let partitions = this.#cache.get(node.id)
    if (partitions === undefined) {
      partitions = new Map()
      this.#cache.set(node.id, partitions)
    }
    let records = partitions.get(index)
    if (records === undefined) {
      records = await this.#compute(effectiveNode(node), index)
      partitions.set(index, records)
    }
    return [...records]
  }

  async #compute(node: LineageNode, index: number): Promise<unknown[]> {
    switch (node.kind) {
      case 'parallelize':
        return copyValue([...(node.slices[index] ?? [])])
      case 'range': {
        const from = Math.floor((index * node.count) / node.numPartitions)
        const to = Math.floor(((index + 1) * node.count) / node.numPartitions)
        return Array.from({ length: to - from }, (_, k) => node.start + node.step * (from + k))
      }
      case 'blocks':
        return recordsOfBlock(node, index)
      case 'files':
        return readFiles(node, index)
      case 'localCheckpoint':
        throw new Error('local checkpoints of this engine are blocks')
      case 'narrow':
        return applyNarrow(node.op, await this.partition(node.parent, index), index)
      case 'union': {
        let at = index
        for (const parent of node.parents) {
          if (at < parent.numPartitions) return this.partition(parent, at)
          at -= parent.numPartitions
        }
        throw new RangeError(`a union has no partition ${index}`)
      }
      case 'alignedUnion': {
        const records: unknown[] = []
        for (const parent of node.parents) records.push(...(await this.partition(parent, index)))
        return records
      }
      case 'coalesce': {
        const records: unknown[] = []
        for (const from of node.groups[index] ?? []) records.push(...(await this.partition(node.parent, from)))
        return records
      }
      case 'prune':
        return this.partition(node.parent, node.partitions[index] as number)
      case 'cartesian': {
        const left = await this.partition(node.left, Math.floor(index / node.right.numPartitions))
        const right = await this.partition(node.right, index % node.right.numPartitions)
        return left.flatMap((a) => right.map((b) => [a, b]))
      }
      case 'zipPartitions':
        return this.#zip(node, index)
      case 'shuffle':
        return this.#readShuffle(node, index)
      case 'cogroup':
        return this.#cogroup(node, index)
    }
  }

  async #zip(node: Node<'zipPartitions'>, index: number): Promise<unknown[]> {
    const inputs: IterableIterator<unknown>[] = []
    for (const parent of node.parents) inputs.push((await this.partition(parent, index)).values())
    const { fn } = node
    if (fn.kind === 'user') return toArray((fn.fn as AnyFunction)(...inputs, index))
    return toArray((partitionFunction(fn.name) as AnyFunction)(inputs, index, ...fn.args))
  }

  async #readShuffle(node: Node<'shuffle'>, index: number): Promise<unknown[]> {
    const { aggregator } = node
    const maps = await this.#shuffle(node.parent, node.partitioner)
    let pairs: Pair[]
    if (aggregator === null) pairs = maps.flatMap((buckets) => buckets[index] as Pair[])
    else if (node.mapSideCombine) {
      pairs = mergeCombined(
        aggregator,
        maps.map((buckets) => combine(aggregator, buckets[index] as Pair[])),
      )
    } else {
      pairs = combine(
        aggregator,
        maps.flatMap((buckets) => buckets[index] as Pair[]),
      )
    }
    if (node.ordering !== null) pairs.sort((a, b) => node.ordering!(a[0] as never, b[0] as never))
    return pairs
  }

  async #cogroup(node: Node<'cogroup'>, index: number): Promise<unknown[]> {
    const groups = new Map<string, [key: unknown, values: unknown[][]]>()
    for (const [side, parent] of node.parents.entries()) {
      const isAligned = parent.partitioner?.equals(node.partitioner) ?? false
      const pairs = isAligned
        ? ((await this.partition(parent, index)) as Pair[])
        : (await this.#shuffle(parent, node.partitioner)).flatMap((buckets) => buckets[index] as Pair[])
      for (const [key, value] of pairs) {
        const identity = keyIdentity(key)
        let group = groups.get(identity)
        if (group === undefined) {
          group = [key, node.parents.map(() => [])]
          groups.set(identity, group)
        }
        group[1][side]?.push(value)
      }
    }
    return [...groups.values()]
  }

  /** Pairs by map partition and reduce partition. */
  #shuffle(parent: LineageNode, partitioner: Partitioner<never>): Promise<Pair[][][]> {
    let byPartitioner = this.#shuffles.get(parent)
    if (byPartitioner === undefined) {
      byPartitioner = new Map()
      this.#shuffles.set(parent, byPartitioner)
    }
    let maps = byPartitioner.get(partitioner)
    if (maps === undefined) {
      maps = this.#writeShuffle(parent, partitioner)
      byPartitioner.set(partitioner, maps)
    }
    return maps
  }

  async #writeShuffle(parent: LineageNode, partitioner: Partitioner<never>): Promise<Pair[][][]> {
    const maps: Pair[][][] = []
    for (let i = 0; i < parent.numPartitions; i++) {
      const buckets: Pair[][] = Array.from({ length: partitioner.numPartitions }, () => [])
      for (const [key, value] of (await this.partition(parent, i)) as Pair[]) {
        const bucket = buckets[partitioner.getPartition(key as never)]
        if (bucket === undefined) throw new RangeError(`the partitioner gave no partition to the key ${String(key)}`)
        bucket.push(copyValue([key, value]))
      }
      maps.push(buckets)
    }
    return maps
  }
}

/** Pairs of [key, combiner], in the order in which keys were first met. */
function combine(aggregator: Aggregator, pairs: readonly Pair[]): Pair[] {
  const combined = new Map<string, Pair>()
  for (const [key, value] of pairs) {
    const identity = keyIdentity(key)
    const known = combined.get(identity)
    if (known === undefined) combined.set(identity, [key, createCombiner(aggregator, value)])
    else known[1] = mergeValue(aggregator, known[1], value)
  }
  return [...combined.values()]
}

function mergeCombined(aggregator: Aggregator, parts: readonly (readonly Pair[])[]): Pair[] {
  const merged = new Map<string, Pair>()
  for (const [key, combiner] of parts.flat()) {
    const identity = keyIdentity(key)
    const known = merged.get(identity)
    if (known === undefined) merged.set(identity, [key, combiner])
    else known[1] = mergeCombiners(aggregator, known[1], combiner)
  }
  return [...merged.values()]
}

function createCombiner(aggregator: Aggregator, value: unknown): unknown {
  switch (aggregator.kind) {
    case 'reduce':
      return value
    case 'combine':
      return (aggregator.createCombiner as AnyFunction)(value)
    case 'group':
      return [value]
  }
}

function mergeValue(aggregator: Aggregator, combiner: unknown, value: unknown): unknown {
  switch (aggregator.kind) {
    case 'reduce':
      return (aggregator.merge as AnyFunction)(combiner, value)
    case 'combine':
      return (aggregator.mergeValue as AnyFunction)(combiner, value)
    case 'group':
      return [...(combiner as unknown[]), value]
  }
}

function mergeCombiners(aggregator: Aggregator, a: unknown, b: unknown): unknown {
  switch (aggregator.kind) {
    case 'reduce':
      return (aggregator.merge as AnyFunction)(a, b)
    case 'combine':
      return (aggregator.mergeCombiners as AnyFunction)(a, b)
    case 'group':
      return [...(a as unknown[]), ...(b as unknown[])]
  }
}

async function applyNarrow(op: NarrowOp, records: unknown[], partition: number): Promise<unknown[]> {
  switch (op.kind) {
    case 'map':
      return records.map((record) => (op.fn as AnyFunction)(record))
    case 'filter':
      return records.filter((record) => (op.fn as AnyFunction)(record))
    case 'flatMap':
      return records.flatMap((record) => [...(op.fn as AnyFunction)(record)])
    case 'mapValues':
      return (records as Pair[]).map(([key, value]) => [key, (op.fn as AnyFunction)(value)])
    case 'flatMapValues':
      return (records as Pair[]).flatMap(([key, value]) =>
        [...(op.fn as AnyFunction)(value)].map((item) => [key, item]),
      )
    case 'keyBy':
      return records.map((record) => [(op.fn as AnyFunction)(record), record])
    case 'keys':
      return (records as Pair[]).map((pair) => pair[0])
    case 'values':
      return (records as Pair[]).map((pair) => pair[1])
    case 'glom':
      return [records]
    case 'mapPartitions':
      return toArray((op.fn as AnyFunction)(records.values(), partition))
    case 'builtin':
      return toArray((partitionFunction(op.name) as AnyFunction)(records.values(), partition, ...op.args))
  }
}

async function runSink(sink: ResultSink, records: unknown[], partition: number): Promise<unknown> {
  switch (sink.kind) {
    case 'collect':
      return copyValue(records)
    case 'take':
      return copyValue(records.slice(0, sink.count))
    case 'count':
      return records.length
    case 'foreach':
      for (const record of records) await (sink.fn as AnyFunction)(record)
      return undefined
    case 'foreachPartition':
      await (sink.fn as AnyFunction)(records.values())
      return undefined
    case 'reduce':
      return records.length === 0 ? [] : copyValue([records.reduce((a, b) => (sink.fn as AnyFunction)(a, b))])
    case 'aggregate': {
      const fold = (a: unknown, b: unknown) => (sink.seqOp as AnyFunction)(a, b)
      return copyValue(records.reduce(fold, copyValue(sink.zero)))
    }
    case 'partition':
      return copyValue(await (sink.fn as AnyFunction)(records.values(), partition))
    case 'builtin':
      return copyValue(await (partitionFunction(sink.name) as AnyFunction)(records.values(), partition, ...sink.args))
  }
}

function recordsOfBlock(node: Node<'blocks'>, index: number): unknown[] {
  const block = node.blocks[index]
  if (!(block?.bytes instanceof Uint8Array)) throw new TypeError('the reference engine reads blocks in memory only')
  if (block.format === 'records') return new RecordCodec().decode(block.bytes)
  const lines = Buffer.from(block.bytes).toString('utf8').split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** All records of what a partition function returned: an iterable, an asynchronous one, or a promise of either. */
async function toArray(result: unknown): Promise<unknown[]> {
  const iterable = (await result) as Iterable<unknown> | AsyncIterable<unknown>
  if (!(Symbol.asyncIterator in iterable)) return [...iterable]
  const records: unknown[] = []
  for await (const record of iterable) records.push(record)
  return records
}
