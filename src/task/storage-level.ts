/** Where a persisted partition is kept, and in which form (Spark's `StorageLevel`). Replication is accepted and ignored: there is one process. */
export class StorageLevel {
  readonly useDisk: boolean
  readonly useMemory: boolean
  readonly useOffHeap: boolean
  readonly deserialized: boolean
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

  static readonly NONE = new StorageLevel(false, false, false, false)
  static readonly DISK_ONLY = new StorageLevel(true, false, false, false)
  static readonly DISK_ONLY_2 = new StorageLevel(true, false, false, false, 2)
  static readonly DISK_ONLY_3 = new StorageLevel(true, false, false, false, 3)
  static readonly MEMORY_ONLY = new StorageLevel(false, true, false, true)
  static readonly MEMORY_ONLY_2 = new StorageLevel(false, true, false, true, 2)
  static readonly MEMORY_ONLY_SER = new StorageLevel(false, true, false, false)
  static readonly MEMORY_ONLY_SER_2 = new StorageLevel(false, true, false, false, 2)
  static readonly MEMORY_AND_DISK = new StorageLevel(true, true, false, true)
  static readonly MEMORY_AND_DISK_2 = new StorageLevel(true, true, false, true, 2)
  static readonly MEMORY_AND_DISK_SER = new StorageLevel(true, true, false, false)
  static readonly MEMORY_AND_DISK_SER_2 = new StorageLevel(true, true, false, false, 2)
  static readonly OFF_HEAP = new StorageLevel(true, true, true, false)

  equals(other: StorageLevel): boolean {
    return (
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

  toString(): string {
    const kind = this.deserialized ? 'deserialized, ' : ''
    const places = [this.useDisk && 'disk', this.useMemory && 'memory', this.useOffHeap && 'offheap']
      .filter(Boolean)
      .join(', ')
    return `StorageLevel(${places}${places && ', '}${kind}${this.replication} replicas)`
  }
}
