import type { SparkContext } from '../context/spark-context.ts'
import { RDD } from '../rdd/rdd.ts'
import { RDDLineage } from '../rdd/rdd-lineage.ts'
import type { FilePartition, PartitionReader, ReadPartition, SourcePartition } from './batch-source.ts'

/** The function that a worker runs over a partition with a single record, the data for a {@link PartitionReader}. */
type ReadFunction<T> = (data: IterableIterator<unknown>) => Iterable<T>

/** Makes the RDDs of a source's batches. */
export class SourceRDDs<T> {
  readonly #sparkContext: SparkContext
  readonly #operation: string
  /** The function over partitions by the source's own, so that the same one is shipped with every batch. */
  readonly #functions = new WeakMap<PartitionReader<T, never>, ReadFunction<T>>()

  /** @param operation names the RDDs in call sites. */
  constructor(sparkContext: SparkContext, operation: string) {
    this.#sparkContext = sparkContext
    this.#operation = operation
  }

  /** The RDD with these partitions, in their order. */
  of(partitions: readonly SourcePartition<T>[]): RDD<T> {
    const rdds = runsOf(partitions).map((run) => this.#ofRun(run))
    if (rdds.length === 0) return this.#sparkContext.emptyRDD<T>()
    return rdds.length === 1 ? rdds[0]! : this.#sparkContext.union(rdds)
  }

  #ofRun(run: Run<T>): RDD<T> {
    if (run.kind === 'file') return this.#ofFiles(run.partitions)
    const data = run.partitions.map((partition) => partition.data as unknown)
    return this.#sparkContext.parallelize(data, data.length).mapPartitions<T>(this.#functionOf(run.partitions[0]!.read))
  }

  #ofFiles(partitions: readonly FilePartition[]): RDD<T> {
    const { format, recordLength } = partitions[0]!
    const lineage = RDDLineage.ready(this.#sparkContext, this.#operation, {
      kind: 'files',
      className: 'UnionRDD',
      format,
      partitions: partitions.map(({ split }) => [split]),
      recordLength,
      numPartitions: partitions.length,
      partitioner: null,
    })
    return new RDD<T>(this.#sparkContext, lineage)
  }

  #functionOf(read: PartitionReader<T, never>): ReadFunction<T> {
    let over = this.#functions.get(read)
    if (over === undefined) {
      over = (data) => read(data.next().value as never) as Iterable<T>
      this.#functions.set(read, over)
    }
    return over
  }
}

/** Neighbouring partitions that one RDD can hold: read by the same function, or files of one format. */
type Run<T> =
  | { readonly kind: 'read'; readonly partitions: ReadPartition<T>[] }
  | { readonly kind: 'file'; readonly partitions: FilePartition[] }

function runsOf<T>(partitions: readonly SourcePartition<T>[]): Run<T>[] {
  const runs: Run<T>[] = []
  for (const partition of partitions) {
    const last = runs.at(-1)
    if (last?.kind === 'read' && partition.kind === 'read' && last.partitions[0]!.read === partition.read) {
      last.partitions.push(partition)
    } else if (last?.kind === 'file' && partition.kind === 'file' && isSameFormat(last.partitions[0]!, partition)) {
      last.partitions.push(partition)
    } else {
      runs.push({ kind: partition.kind, partitions: [partition] } as Run<T>)
    }
  }
  return runs
}

function isSameFormat(a: FilePartition, b: FilePartition): boolean {
  return a.format === b.format && a.recordLength === b.recordLength
}
