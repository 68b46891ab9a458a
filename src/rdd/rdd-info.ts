import type { StorageLevel } from '../task/storage-level.ts'

/** What is kept of a persisted RDD (Spark's `RDDInfo`). */
export class RDDInfo {
  /** The id of the RDD. */
  readonly id: number
  /** The name that `setName` gave, or the class of the RDD. */
  readonly name: string
  /** How many partitions the RDD has. */
  readonly numPartitions: number
  /** Where partitions are kept. */
  readonly storageLevel: StorageLevel
  /** Partitions that are kept. */
  readonly numCachedPartitions: number
  /** Bytes in memory; estimated where records are kept as objects. */
  readonly memSize: number
  /** Bytes in files. */
  readonly diskSize: number

  /** Made by a SparkContext only. @internal */
  constructor(info: Omit<RDDInfo, 'isCached' | 'toString'>) {
    this.id = info.id
    this.name = info.name
    this.numPartitions = info.numPartitions
    this.storageLevel = info.storageLevel
    this.numCachedPartitions = info.numCachedPartitions
    this.memSize = info.memSize
    this.diskSize = info.diskSize
  }

  /** Whether anything is kept. */
  get isCached(): boolean {
    return this.memSize + this.diskSize > 0 && this.numCachedPartitions > 0
  }

  /** All figures in one line, as Spark prints them. */
  toString(): string {
    const partitions = `CachedPartitions: ${this.numCachedPartitions}; TotalPartitions: ${this.numPartitions}`
    const sizes = `MemorySize: ${bytesText(this.memSize)}; DiskSize: ${bytesText(this.diskSize)}`
    return `RDD "${this.name}" (${this.id}) StorageLevel: ${this.storageLevel}; ${partitions}; ${sizes}`
  }

  /** What `console.log` prints. @internal */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const

/** As Spark prints sizes: the largest unit of which there are two at least. */
function bytesText(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 2048 && unit < UNITS.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${value.toFixed(1)} ${UNITS[unit]}`
}
