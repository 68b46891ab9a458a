import { SparkException } from '../../errors.ts'
import type { LineageNode } from '../lineage.ts'

/** Spark's words when an executor is gone that held partitions of a local checkpoint. */
const BLOCK_GONE = /CHECKPOINT_RDD_BLOCK_ID_NOT_FOUND|Checkpoint block rdd_\d+_\d+ not found/

/** Whether a job failed because it read something kept of which an executor took partitions along. */
export function isBlockGone(error: unknown): boolean {
  return error instanceof SparkException && (BLOCK_GONE.test(error.code) || BLOCK_GONE.test(error.message))
}

/** The error of a job that reads a local checkpoint which is not whole any more. */
export function lostCheckpoint({ className, id, callSite }: LineageNode): SparkException {
  return new SparkException(
    'CHECKPOINT_RDD_BLOCK_ID_NOT_FOUND',
    `The local checkpoint of ${className}[${id}] (${callSite}) is lost: an executor that held a part of it is gone, or the server was restarted. Its lineage was cut off, so it cannot be computed again. Use checkpoint(), which writes files, where executors may be lost, or persist() with a level of two copies.`,
  )
}
