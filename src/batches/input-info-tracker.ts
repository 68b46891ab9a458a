import { IllegalStateException } from '../errors.ts'
import type { Time } from './time.ts'

/** The number of records that an input stream brought into one batch, and their metadata (Spark's `StreamInputInfo`). */
export interface StreamInputInfo {
  /** The id of the input stream. */
  readonly inputStreamId: number
  /** Records in the batch; 0 where the source does not know, as file streams. */
  readonly numRecords: number
  /** `Description`, if there, is shown to people; the rest is the source's own: files, offsets. */
  readonly metadata: ReadonlyMap<string, unknown>
}

const NO_INFO: ReadonlyMap<number, StreamInputInfo> = new Map()

/** Keeps what the input streams report about each batch until the ledger forgets the batch (Spark's `InputInfoTracker`). */
export class InputInfoTracker {
  readonly #infoByTime = new Map<number, Map<number, StreamInputInfo>>()

  /** @throws IllegalStateException when the stream has reported for this batch already. */
  reportInfo(batchTime: Time, info: StreamInputInfo): void {
    const infos = this.#infoByTime.get(batchTime.milliseconds) ?? new Map<number, StreamInputInfo>()
    if (infos.has(info.inputStreamId)) {
      throw new IllegalStateException(
        'INPUT_INFO_ALREADY_REPORTED',
        `Input stream ${info.inputStreamId} for batch ${batchTime} is already added into InputInfoTracker, this is an illegal state`,
      )
    }
    infos.set(info.inputStreamId, info)
    this.#infoByTime.set(batchTime.milliseconds, infos)
  }

  /** The reports of a batch, by the input stream's id; empty when no stream reported. */
  getInfo(batchTime: Time): ReadonlyMap<number, StreamInputInfo> {
    return this.#infoByTime.get(batchTime.milliseconds) ?? NO_INFO
  }

  /** Forgets the batch at `time`, milliseconds since the epoch. */
  forget(time: number): void {
    this.#infoByTime.delete(time)
  }
}
