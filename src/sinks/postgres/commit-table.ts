import { IllegalArgumentException } from '../../errors.ts'
import type { PostgresClient } from './postgres-client.ts'

/** The permanent key of a partition's output. */
export interface CommitKey {
  readonly sink: string
  readonly batchTimeMs: number
  readonly partition: number
  /** Partitions of the batch: a batch that runs again must have as many. */
  readonly partitions: number
}

/** The table's answer for a key that is about to be written. */
export interface Claim {
  /** Whether the key was not there, and is now: within the transaction that asked. */
  readonly isNew: boolean
  /** The number of partitions of the batch in an earlier run, when that was another number; null otherwise. */
  readonly other: { readonly partitions: number; readonly written: number } | null
}

const NAME = /^[A-Za-z_][\w$]*(?:\.[A-Za-z_][\w$]*)?$/

/** The table that remembers which partitions were committed, one row for each. Its rows live and die with the output's own transactions. */
export class CommitTable {
  readonly name: string
  readonly #quoted: string

  /** @param name may have a schema in front. @throws IllegalArgumentException for what is no name. */
  constructor(name: string) {
    if (!NAME.test(name)) {
      throw new IllegalArgumentException(
        'ILLEGAL_ARGUMENT',
        `commitTable is '${name}', which is no name of a table: it takes letters, digits and _, and may have a schema and a dot in front`,
      )
    }
    this.name = name
    this.#quoted = name.replaceAll(/[^.]+/g, '"$&"')
  }

  /** Makes the table where it is not there. A role that may not make tables can be given one that is. */
  async ensure(client: PostgresClient): Promise<void> {
    const { rows } = await client.query('select to_regclass($1) is not null as there', [this.#quoted])
    if (rows[0]?.there === true) return
    // `if not exists` alone does not keep two that come at the same time from getting in each other's way; statements sent as one are one transaction.
    await client.query(`
      select pg_advisory_xact_lock(hashtext('${this.name}'));
      create table if not exists ${this.#quoted} (
        sink text not null,
        batch_time_ms bigint not null,
        partition integer not null,
        partitions integer not null,
        committed_at timestamptz not null default now(),
        primary key (sink, batch_time_ms, partition)
      )`)
  }

  /**
   * Enters a key. Whoever else is about to enter the same one is waited for: a run before this one may have sent its commit and died, and the server
   * still be at it.
   */
  async claim(client: PostgresClient, key: CommitKey): Promise<Claim> {
    const { sink, batchTimeMs, partition, partitions } = key
    const { rows } = await client.query(
      `with claimed as (
        insert into ${this.#quoted} (sink, batch_time_ms, partition, partitions) values ($1, $2, $3, $4)
        on conflict do nothing returning 1
      )
      select (select count(*) from claimed)::int as claimed, max(partitions) as partitions, count(*)::int as written
      from ${this.#quoted} where sink = $1 and batch_time_ms = $2 and partitions <> $4`,
      [sink, batchTimeMs, partition, partitions],
    )
    const [row = {}] = rows
    const other = row.partitions === null ? null : { partitions: Number(row.partitions), written: Number(row.written) }
    return { isNew: row.claimed === 1, other }
  }

  /** Removes a sink's keys of batches before `beforeMs`. */
  async prune(client: PostgresClient, sink: string, beforeMs: number): Promise<void> {
    await client.query(`delete from ${this.#quoted} where sink = $1 and batch_time_ms < $2`, [sink, beforeMs])
  }
}
