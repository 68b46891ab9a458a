import type { CommitTable } from './commit-table.ts'
import type { PoolClass, PooledClient, PostgresConnection, PostgresPool } from './postgres-client.ts'

const CONNECTION_TIMEOUT_MS = 10_000

/**
 * A worker's connections to one database, made when they are first needed and kept from batch to batch. They end with the worker, which takes its
 * sockets along.
 */
export class WorkerConnections {
  /** One pool for each database that this worker writes to. */
  static readonly #pools = new Map<string, WorkerConnections>()

  readonly #pool: PostgresPool
  /** Commit tables that are known to be there. */
  readonly #ready = new Set<string>()

  private constructor(pool: PostgresPool) {
    this.#pool = pool
    // pg has removed a connection that breaks while it is idle; the pool makes a new one when it needs one.
    pool.on('error', () => {})
  }

  /** This worker's pool for a database. */
  static of(Pool: PoolClass, connection: PostgresConnection): WorkerConnections {
    const settings = typeof connection === 'string' ? { connectionString: connection } : connection
    const key = JSON.stringify(settings)
    let pool = WorkerConnections.#pools.get(key)
    if (pool === undefined) {
      pool = new WorkerConnections(new Pool({ max: 1, connectionTimeoutMillis: CONNECTION_TIMEOUT_MS, ...settings }))
      WorkerConnections.#pools.set(key, pool)
    }
    return pool
  }

  /**
   * Runs `body` with a connection. It goes back to the pool when all went well; after an error it is closed, which also ends whatever transaction
   * was open.
   * @param table is made first where it is not there.
   */
  async withClient<R>(table: CommitTable, body: (client: PooledClient) => Promise<R>): Promise<R> {
    const client = await this.#pool.connect()
    try {
      if (!this.#ready.has(table.name)) {
        await table.ensure(client)
        this.#ready.add(table.name)
      }
      const result = await body(client)
      client.release()
      return result
    } catch (error) {
      client.release(true)
      throw error
    }
  }
}
