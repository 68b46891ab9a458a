import { anObject } from '../../arguments/argument.ts'
import { checkArgument } from '../../arguments/check-arguments.ts'
import { type DurationLike, Minutes, toDuration } from '../../batches/duration.ts'
import type { Time } from '../../batches/time.ts'
import { IllegalArgumentException, MillstreamError } from '../../errors.ts'
import type { RDD } from '../../rdd/rdd.ts'
import { StreamingContext } from '../../streaming/streaming-context.ts'
import { TaskContext } from '../../task/task-context.ts'
import { CommitTable } from './commit-table.ts'
import { PostgresSinkError } from './errors.ts'
import type { PoolClass, PostgresConnection } from './postgres-client.ts'
import {
  type IsolationLevel,
  type SinkBatch,
  type SinkProgram,
  type WriteRecords,
  writePartition,
} from './write-partition.ts'

/** The settings of a {@link postgresSink}: the database, the name of the output and the function that writes. */
export interface PostgresSinkOptions<T> {
  /** Names the output for good: with a batch's time and a partition's number it is what a commit is known by. Every sink of a program has its own. */
  readonly name: string
  /** The database. As a function it is called on the workers, where secrets may be read from the environment; it must not give another database later. */
  readonly connection: PostgresConnection | (() => PostgresConnection)
  /**
   * Puts the records of one partition into the database, by the connection that it is given and nothing else; it may be async, and is called again
   * after a conflict or a lost connection. It runs on a worker, within the transaction that the sink begins and commits.
   */
  readonly write: WriteRecords<T>
  /** Where commits are noted: `millstream_commits` unless given. Made where it is not there. */
  readonly commitTable?: string
  /** `read committed` unless given. */
  readonly isolation?: IsolationLevel
  /** How often a partition is tried while the database is away or transactions conflict: 8 unless given, with pauses that add up to 11 s. */
  readonly maxAttempts?: number
  /** How long commits are remembered after a batch can have been done: an hour, or twenty batches if that is more, unless given. A number is seconds. */
  readonly retention?: DurationLike
}

/** The outcome of a batch: how many partitions were written, and how many were there already. */
export interface WrittenPartitions {
  /** How many partitions this run has written. */
  readonly written: number
  /** Partitions that an earlier run of the batch had committed. */
  readonly skipped: number
}

/** Writes a batch; what `foreachRDD` takes, and what its function may call. */
export type PostgresSink<T> = (rdd: RDD<T>, time: Time) => Promise<WrittenPartitions>

const COMMIT_TABLE = 'millstream_commits'
const MAX_ATTEMPTS = 8
const RETENTION = Minutes(60)
/** Checkpoints that are damaged give way to older ones, at most ten: so many batches may run again although they were done, twice over. */
const RETAINED_BATCHES = 20
/** The local property of a job that carries the data of its batch. So the captured program stays the same from batch to batch. */
const BATCH_PROPERTY = 'millstream.internal.postgresBatch'
/** Batches per sink name whose times are remembered, to find two outputs under one name. */
const MAX_REMEMBERED = 1000

/**
 * An output that is in PostgreSQL exactly once. Each partition is written in one transaction together with its key (sink, batch time, partition) in a
 * table of commits; a partition whose key is there is skipped. So a task that is tried again, and a batch that runs again after a crash, change nothing.
 *
 * The condition: a batch that runs again has the same partitions with the same records. With checkpoints and functions that depend on their input
 * alone it has, as long as numbers of partitions stay while a batch is pending; a batch that comes in other partitions is refused. See
 * `docs/exactly-once.md`.
 *
 * Needs the package `pg`. Connections are the workers' own: one each, made when it is first needed.
 *
 * @throws IllegalArgumentException for options that do not fit.
 * @throws PostgresSinkError from the sink, as the `cause` of the job's SparkException where a worker met it: `POSTGRES_UNAVAILABLE`, `POSTGRES_CONFLICT`,
 *   `POSTGRES_WRITE_FAILED`, `SINK_PARTITIONS_CHANGED`, `SINK_WRITTEN_TWICE`. The batch has failed then and stays pending.
 *
 * @example
 * counts.foreachRDD(
 *   postgresSink({
 *     name: 'word-counts',
 *     connection: 'postgres://localhost/words',
 *     async write(client, counts) {
 *       for (const [word, count] of counts) await client.query('insert into counts values ($1, $2)', [word, count])
 *     },
 *   }),
 * )
 */
export function postgresSink<T>(options: PostgresSinkOptions<T>): PostgresSink<T> {
  checkArgument('postgresSink', anObject('options', 'an object of options'), options)
  const { name, connection, write, commitTable = COMMIT_TABLE, isolation = 'read committed' } = options
  const { maxAttempts = MAX_ATTEMPTS } = options
  const retentionMs = toDuration(options.retention ?? RETENTION).milliseconds
  requireOption(typeof name === 'string' && name !== '', 'name must be a text that is not empty')
  requireOption(typeof write === 'function', 'write must be a function')
  requireOption(connection !== undefined, 'connection must be given')
  requireOption(ISOLATION_LEVELS.has(isolation), `isolation must be one of ${[...ISOLATION_LEVELS].join(', ')}`)
  requireOption(Number.isInteger(maxAttempts) && maxAttempts > 0, 'maxAttempts must be a whole number above 0')
  requireOption(retentionMs > 0, 'retention must be above 0')
  new CommitTable(commitTable)
  const settings = { name, connection, write, commitTable, isolation, maxAttempts }
  let program: SinkProgram<T> | null = null

  return async (rdd, time) => {
    program ??= { ...settings, Pool: await poolClass() }
    const partitions = await rdd.getNumPartitions()
    const giveBack = take(rdd, name, time)
    try {
      const batchTimeMs = time.milliseconds
      const outcomes = await submit(rdd, program, {
        batchTimeMs,
        partitions,
        pruneBeforeMs: pruneBefore(batchTimeMs, retentionMs),
      })
      const written = outcomes.filter((outcome) => outcome === 'written').length
      return { written, skipped: outcomes.length - written }
    } catch (error) {
      giveBack()
      throw error
    }
  }
}

const ISOLATION_LEVELS: ReadonlySet<IsolationLevel> = new Set(['read committed', 'repeatable read', 'serializable'])

function requireOption(holds: boolean, what: string): void {
  if (!holds) throw new IllegalArgumentException('ILLEGAL_ARGUMENT', `postgresSink: ${what}`)
}

async function poolClass(): Promise<PoolClass> {
  try {
    const { default: pg } = await import('pg')
    return pg.Pool as unknown as PoolClass
  } catch (cause) {
    throw new MillstreamError(
      'PACKAGE_NOT_INSTALLED',
      "a sink for PostgreSQL needs the package 'pg', which is not installed: npm install pg",
      { cause },
    )
  }
}

function submit<T>(rdd: RDD<T>, program: SinkProgram<T>, batch: SinkBatch) {
  const { sparkContext } = rdd
  const before = sparkContext.getLocalProperty(BATCH_PROPERTY)
  sparkContext.setLocalProperty(BATCH_PROPERTY, JSON.stringify(batch))
  try {
    return sparkContext.runJob(rdd, (records, partition) => {
      const told = TaskContext.get()!.getLocalProperty(BATCH_PROPERTY)!
      return writePartition(records, partition, JSON.parse(told) as SinkBatch, program)
    })
  } finally {
    sparkContext.setLocalProperty(BATCH_PROPERTY, before)
  }
}

/**
 * Keys of batches before this time can go. A batch that has not been completed, or that failed, will run again, however old it is; and if the newest
 * checkpoints are damaged, so will some that were completed.
 */
function pruneBefore(batchTimeMs: number, retentionMs: number): number {
  const active = StreamingContext.getActive()
  const intervalMs = active?.graph.batchDuration.milliseconds ?? 0
  const oldest = Math.min(active?.ledger.oldestUnfinished ?? batchTimeMs, batchTimeMs)
  return oldest - Math.max(retentionMs, RETAINED_BATCHES * intervalMs)
}

/** The batches that each name has been used for, by the program that uses it. */
const taken = new WeakMap<object, Map<string, Set<number>>>()

/**
 * Notes that a batch is written under a name. Of two outputs under one name the second would find the keys of the first, and be skipped.
 * @returns forgets it, so that the batch may be tried again. @throws PostgresSinkError
 */
function take(rdd: RDD<unknown>, name: string, time: Time): () => void {
  const names = taken.get(rdd.sparkContext) ?? new Map<string, Set<number>>()
  taken.set(rdd.sparkContext, names)
  const times = names.get(name) ?? new Set<number>()
  names.set(name, times)
  if (times.has(time.milliseconds)) {
    throw new PostgresSinkError(
      'SINK_WRITTEN_TWICE',
      `sink '${name}' is asked to write the batch of ${time} a second time: what a batch writes is known by its sink's name, so give every output a sink ` +
        'with a name of its own',
    )
  }
  times.add(time.milliseconds)
  for (const oldest of times) {
    if (times.size <= MAX_REMEMBERED) break
    times.delete(oldest)
  }
  return () => times.delete(time.milliseconds)
}
