/** The result of a query. */
export interface PostgresResult {
  /** The rows, by the names of their columns. */
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  /** Rows that the statement touched; null for a statement that touches none. */
  readonly rowCount: number | null
  /** The statement's name: `INSERT`, `COMMIT`. */
  readonly command: string
}

/** A connection within a transaction: the part of pg's `Client` that a sink needs. It is pg's own client, whose type has the rest. */
export interface PostgresClient {
  /** Runs one statement. @param values for `$1`, `$2` … in the statement. */
  query(statement: string, values?: readonly unknown[]): Promise<PostgresResult>
}

/** A URL such as `postgres://user@host:5432/database`, or pg's settings of a pool. */
export type PostgresConnection =
  | string
  | (Readonly<Record<string, unknown>> & {
      /** A URL, in place of the settings below. */
      readonly connectionString?: string
      /** The name or address of the server: `localhost` unless given. */
      readonly host?: string
      /** The port of the server: 5432 unless given. */
      readonly port?: number
      /** The name of the database: that of the user unless given. */
      readonly database?: string
      /** The name of the user: that of the process unless given. */
      readonly user?: string
      /** Connections that a worker may open; it needs one. */
      readonly max?: number
      /** How long to wait for a connection: 10 s unless given. */
      readonly connectionTimeoutMillis?: number
      /** After which a connection that nobody uses is closed: pg's 10 s unless given. */
      readonly idleTimeoutMillis?: number
    })

/** A connection that was taken from a pool. */
export interface PooledClient extends PostgresClient {
  /** Gives it back, or closes it. */
  release(close?: boolean): void
}

/** The part of pg's `Pool` that a sink needs. */
export interface PostgresPool {
  connect(): Promise<PooledClient>
  on(event: 'error', listener: (error: Error) => void): unknown
}

/** pg's class of pools. */
export type PoolClass = new (settings: object) => PostgresPool
