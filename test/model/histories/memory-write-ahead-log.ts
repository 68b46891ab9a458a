import { WriteAheadLog } from '../../../src/batches/wal/write-ahead-log.ts'
import type { RunLife } from './run-life.ts'

interface LogRecord {
  readonly time: number
  readonly bytes: Uint8Array
}

/** What the logs of a history hold, by their directories. It outlives the history's runs. */
export class LogDisk {
  readonly #logs = new Map<string, { next: number; readonly records: Map<number, LogRecord> }>()
  /** The run that may write now. */
  life: RunLife | null = null

  log(directory: string) {
    const log = this.#logs.get(directory) ?? { next: 0, records: new Map() }
    this.#logs.set(directory, log)
    return log
  }
}

let disk = new LogDisk()

/** Puts an empty disk under the logs that are made from now on. */
export function freshLogDisk(): LogDisk {
  disk = new LogDisk()
  return disk
}

/** A log of the user's own, as `spark.streaming.receiver.writeAheadLog.class` names it: in memory, where faults strike and crashes spare it. */
export default class MemoryWriteAheadLog extends WriteAheadLog {
  readonly #life: RunLife
  readonly #log: ReturnType<LogDisk['log']>

  constructor(_conf: unknown, directory: string) {
    super()
    this.#life = disk.life!
    this.#log = disk.log(directory)
  }

  write(record: Uint8Array, time: number): Promise<number> {
    // The engine may use the record's memory again.
    const bytes = Uint8Array.from(record)
    let isWritten = false
    const run = () => {
      const handle = this.#log.next++
      this.#log.records.set(handle, { time, bytes })
      isWritten = true
      return handle
    }
    return this.#life.pass('log append', { run }).catch((error) => {
      // Nobody can cut off what such a log has taken.
      if (isWritten) this.#life.noteDoubtfulWrite()
      throw error
    })
  }

  read(handle: number): Promise<Uint8Array> {
    return this.#life.unharmed(() => {
      const record = this.#log.records.get(handle)
      if (record === undefined) throw new Error(`the log has no record ${handle}`)
      return record.bytes
    })
  }

  *readAll(): Iterable<Uint8Array> {
    this.#life.assertAlive()
    for (const { bytes } of [...this.#log.records.values()]) yield bytes
  }

  clean(threshTime: number): Promise<void> {
    return this.#life.pass('checkpoint removal', {
      run: () => {
        for (const [handle, { time }] of this.#log.records) if (time < threshTime) this.#log.records.delete(handle)
      },
    })
  }

  close(): void {}
}
