/** Where a persisted partition is kept, and in which form (Spark's `StorageLevel`). Replication counts on a cluster only. */
export class StorageLevel {
  /** Whether partitions may be kept in files. */
  readonly useDisk: boolean
  /** Whether partitions may be kept in memory. */
  readonly useMemory: boolean
  /** Whether memory outside of the heap was asked for, where bytes are kept anyway. */
  readonly useOffHeap: boolean
  /** Whether they are kept as objects, not as bytes. */
  readonly deserialized: boolean
  /** How many copies were asked for; within one process there is one. */
  readonly replication: number

  private constructor(
    useDisk: boolean,
    useMemory: boolean,
    useOffHeap: boolean,
    deserialized: boolean,
    replication = 1,
  ) {
    this.useDisk = useDisk
    this.useMemory = useMemory
    this.useOffHeap = useOffHeap
    this.deserialized = deserialized
    this.replication = replication
  }

  /** Not kept. */
  static readonly NONE = new StorageLevel(false, false, false, false)
  /** In files. */
  static readonly DISK_ONLY = new StorageLevel(true, false, false, false)
  /** As `DISK_ONLY`. */
  static readonly DISK_ONLY_2 = new StorageLevel(true, false, false, false, 2)
  /** As `DISK_ONLY`. */
  static readonly DISK_ONLY_3 = new StorageLevel(true, false, false, false, 3)
  /** As objects in the worker that made them; what finds no room is computed again. */
  static readonly MEMORY_ONLY = new StorageLevel(false, true, false, true)
  /** As `MEMORY_ONLY`. */
  static readonly MEMORY_ONLY_2 = new StorageLevel(false, true, false, true, 2)
  /** As bytes in memory; what finds no room is computed again. */
  static readonly MEMORY_ONLY_SER = new StorageLevel(false, true, false, false)
  /** As `MEMORY_ONLY_SER`. */
  static readonly MEMORY_ONLY_SER_2 = new StorageLevel(false, true, false, false, 2)
  /** As objects in the worker that made them; what finds no room goes to files. */
  static readonly MEMORY_AND_DISK = new StorageLevel(true, true, false, true)
  /** As `MEMORY_AND_DISK`. */
  static readonly MEMORY_AND_DISK_2 = new StorageLevel(true, true, false, true, 2)
  /** As bytes in memory; what finds no room goes to files. */
  static readonly MEMORY_AND_DISK_SER = new StorageLevel(true, true, false, false)
  /** As `MEMORY_AND_DISK_SER`. */
  static readonly MEMORY_AND_DISK_SER_2 = new StorageLevel(true, true, false, false, 2)
  /** As `MEMORY_AND_DISK_SER`, whose bytes are outside of the heap here too. */
  static readonly OFF_HEAP = new StorageLevel(true, true, true, false)

  /** Whether both keep partitions in the same way, copies included. */
  equals(other: StorageLevel): boolean {
    return (
      other instanceof StorageLevel &&
      other.useDisk === this.useDisk &&
      other.useMemory === this.useMemory &&
      other.useOffHeap === this.useOffHeap &&
      other.deserialized === this.deserialized &&
      other.replication === this.replication
    )
  }

  /** Spark's long form, as `toDebugString` and the storage page print it. */
  get description(): string {
    const parts: string[] = []
    if (this.useDisk) parts.push('Disk')
    if (this.useMemory) parts.push(this.useOffHeap ? 'Memory (off heap)' : 'Memory')
    parts.push(this.deserialized ? 'Deserialized' : 'Serialized')
    parts.push(`${this.replication}x Replicated`)
    return parts.join(' ')
  }

  /** Where partitions are kept, in Spark's words. */
  toString(): string {
    const kind = this.deserialized ? 'deserialized, ' : ''
    const places = [this.useDisk && 'disk', this.useMemory && 'memory', this.useOffHeap && 'offheap']
      .filter(Boolean)
      .join(', ')
    return `StorageLevel(${places}${places && ', '}${kind}${this.replication} replicas)`
  }

  /** What `console.log` prints. @internal */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}
