import { setTimeout as sleep } from 'node:timers/promises'
import { CommitTable } from './commit-table.ts'
import { PostgresSinkError, type PostgresSinkErrorCode } from './errors.ts'
import { type FailureKind, failureKind } from './failures.ts'
import type { PoolClass, PooledClient, PostgresClient, PostgresConnection } from './postgres-client.ts'
import { WorkerConnections } from './worker-connections.ts'

/** The arguments of a sink's function beside the records. */
export interface PartitionToWrite {
  /** The batch's time in milliseconds since 1970. */
  readonly batchTimeMs: number
  /** The number of the partition, from 0. The number and the batch's time are the permanent name of the partition's output. */
  readonly partition: number
}

/** Puts a partition's records into the database, through the connection that it is given. */
export type WriteRecords<T> = (client: PostgresClient, records: readonly T[], partition: PartitionToWrite) => unknown

/** Isolation of a sink's transactions, by PostgreSQL's names. */
export type IsolationLevel = 'read committed' | 'repeatable read' | 'serializable'

/** The part of a sink that is the same for every batch. */
export interface SinkProgram<T> {
  readonly name: string
  readonly connection: PostgresConnection | (() => PostgresConnection)
  readonly write: WriteRecords<T>
  readonly commitTable: string
  readonly isolation: IsolationLevel
  readonly maxAttempts: number
  /** pg's class of pools. It travels by its place in the package, so that the package goes wherever the worker runs. */
  readonly Pool: PoolClass
}

/** The part of a sink that differs from batch to batch. */
export interface SinkBatch {
  readonly batchTimeMs: number
  readonly partitions: number
  /** Keys of earlier batches are not needed any more. */
  readonly pruneBeforeMs: number
}

/** Whether a partition's records went into the database, or were there already. */
export type PartitionOutcome = 'written' | 'skipped'

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5000

/**
 * Writes one partition in one transaction, with its key. Runs on a worker. What failed for a passing reason is tried again; as the key is in the
 * transaction, that is safe even where nobody knows whether a commit got through.
 * @throws PostgresSinkError
 */
export async function writePartition<T>(
  records: Iterable<T>,
  partition: number,
  batch: SinkBatch,
  program: SinkProgram<T>,
): Promise<PartitionOutcome> {
  const transaction = new PartitionTransaction([...records], partition, batch, program)
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction.run()
    } catch (error) {
      if (error instanceof PostgresSinkError) throw error
      const kind = failureKind(error)
      if (kind === 'final' || attempt >= program.maxAttempts) throw transaction.failure(kind, attempt, error)
      await sleep(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1)))
    }
  }
}

class PartitionTransaction<T> {
  readonly #records: readonly T[]
  readonly #partition: number
  readonly #batch: SinkBatch
  readonly #program: SinkProgram<T>
  readonly #table: CommitTable

  constructor(records: readonly T[], partition: number, batch: SinkBatch, program: SinkProgram<T>) {
    this.#records = records
    this.#partition = partition
    this.#batch = batch
    this.#program = program
    this.#table = new CommitTable(program.commitTable)
  }

  async run(): Promise<PartitionOutcome> {
    const { connection, Pool } = this.#program
    const pool = WorkerConnections.of(Pool, typeof connection === 'function' ? connection() : connection)
    return pool.withClient(this.#table, (client) => this.#runWith(client))
  }

  async #runWith(client: PooledClient): Promise<PartitionOutcome> {
    const { name, write, isolation } = this.#program
    const { batchTimeMs, partitions, pruneBeforeMs } = this.#batch
    const partition = this.#partition
    await client.query(isolation === 'read committed' ? 'BEGIN' : `BEGIN ISOLATION LEVEL ${isolation}`)
    // The key first: of two that come with the same one, the second waits for how the first ends.
    const claim = await this.#table.claim(client, { sink: name, batchTimeMs, partition, partitions })
    if (claim.other !== null) this.#assertWhole(claim.other)
    if (!claim.isNew || claim.other !== null) {
      await client.query('ROLLBACK')
      return 'skipped'
    }
    if (this.#records.length > 0) await write(client, this.#records, { batchTimeMs, partition })
    if (partition === 0) await this.#table.prune(client, name, pruneBeforeMs)
    const { command } = await client.query('COMMIT')
    if (command !== 'COMMIT') {
      throw this.#sinkError(
        'POSTGRES_WRITE_FAILED',
        'the transaction was rolled back at its end, as one of its statements had failed and write() went on',
      )
    }
    return 'written'
  }

  /** A batch that was written whole needs nothing more, however it is cut now; one that was not must be cut as before. */
  #assertWhole({ partitions, written }: { readonly partitions: number; readonly written: number }): void {
    if (written === partitions) return
    throw this.#sinkError(
      'SINK_PARTITIONS_CHANGED',
      `when the batch ran before it had ${partitions} partitions, of which ${written} were written, and now it has ${this.#batch.partitions}: ` +
        'which records are there cannot be told. Run it with as many partitions as before (spark.default.parallelism, the numbers given to ' +
        'operations), or remove the keys of this batch from ' +
        `${this.#table.name} together with what was written under them`,
    )
  }

  failure(kind: FailureKind, attempts: number, cause: unknown): PostgresSinkError {
    const reason = (cause as { readonly message?: unknown }).message || (cause as { readonly code?: unknown }).code
    const times = attempts === 1 ? 'once' : `${attempts} times`
    switch (kind) {
      case 'unavailable':
        return this.#sinkError(
          'POSTGRES_UNAVAILABLE',
          `the database cannot be reached, tried ${times}: ${reason}. Nothing is lost: the batch stays pending, and runs again when the program ` +
            'is started from its checkpoint',
          cause,
        )
      case 'conflict':
        return this.#sinkError(
          'POSTGRES_CONFLICT',
          `transactions get in each other's way, tried ${times}: ${reason}`,
          cause,
        )
      case 'final':
        return this.#sinkError('POSTGRES_WRITE_FAILED', `the records cannot be written: ${reason}`, cause)
    }
  }

  #sinkError(code: PostgresSinkErrorCode, what: string, cause?: unknown): PostgresSinkError {
    const place = `sink '${this.#program.name}', batch ${this.#batch.batchTimeMs} ms, partition ${this.#partition}`
    return new PostgresSinkError(code, `${place}: ${what}`, cause === undefined ? undefined : { cause })
  }
}
