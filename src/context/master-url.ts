import { availableParallelism } from 'node:os'
import { SparkException } from '../errors.ts'

/** A parsed master URL. */
export type Master =
  /** Worker threads in this process; a task that fails `maxTaskFailures` times fails its job. */
  | { readonly kind: 'local'; readonly threads: number; readonly maxTaskFailures: number }
  /** Apache Spark through Spark Connect. */
  | { readonly kind: 'spark'; readonly url: string }

const LOCAL = /^local(?:\[(?<threads>[0-9]+|\*)(?:\s*,\s*(?<failures>[0-9]+))?\])?$/

/**
 * Reads `local`, `local[N]`, `local[*]`, `local[N,F]`, `local[*,F]` (N threads, F failures of one task allowed before the job fails)
 * or `sc://host:port/;…`.
 * @throws SparkException for anything else, in Spark's words.
 */
export function parseMasterUrl(url: string): Master {
  if (url.startsWith('sc://')) return { kind: 'spark', url }
  const match = LOCAL.exec(url)
  if (match === null) {
    throw new SparkException(
      'INVALID_MASTER_URL',
      `Could not parse Master URL: '${url}'. It is local, local[N], local[*], local[N,F] or local[*,F], ` +
        'N worker threads and F failures allowed per task, or sc://host:port for Apache Spark.',
    )
  }
  const { threads: wanted = '1', failures = '1' } = match.groups ?? {}
  const threads = wanted === '*' ? availableParallelism() : Number(wanted)
  if (threads < 1) {
    throw new SparkException('INVALID_MASTER_URL', `Asked to run locally with ${threads} threads: '${url}'`)
  }
  return { kind: 'local', threads, maxTaskFailures: Math.max(1, Number(failures)) }
}
