/** Encoded bytes in memory that every thread of the process can read, or a stretch of a file. */
export type StoredBytes = Uint8Array | { readonly path: string; readonly offset: number; readonly length: number }

/** A piece of one input file; see engine/lineage.ts, whose splits have this shape. */
export interface InputSplit {
  readonly path: string
  readonly start: number
  readonly length: number
  readonly isCompressed: boolean
  /** The bytes of the piece where somebody else has read them; the task itself reads it else. */
  readonly content?: StoredBytes
}

/**
 * The part of a task that changes from task to task: which data the leaves of its {@link Program} read. The tree has the
 * program's shape; `partition` is the partition's index in the RDD that the node stands for.
 */
export type TaskInput =
  | {
      readonly kind: 'data'
      readonly partition: number
      readonly format: 'records' | 'lines' | 'frames' | 'foreign'
      readonly bytes: StoredBytes
      /** Ids of the classes that instances in `foreign` bytes may have; none unless given. */
      readonly classes?: readonly string[]
    }
  | {
      readonly kind: 'range'
      readonly partition: number
      readonly start: number
      readonly step: number
      readonly count: number
    }
  | {
      readonly kind: 'files'
      readonly partition: number
      readonly format: 'text' | 'wholeText' | 'binary' | 'binaryRecords' | 'records' | 'sequence'
      readonly splits: readonly InputSplit[]
      readonly recordLength: number
    }
  | { readonly kind: 'choice'; readonly partition: number; readonly branch: number; readonly input: TaskInput }
  | { readonly kind: 'many'; readonly partition: number; readonly inputs: readonly TaskInput[] }
  | {
      readonly kind: 'cached'
      readonly partition: number
      readonly rddId: number
      readonly level: CacheLevel
      /** The serialised partition when it is already kept outside a worker's heap. */
      readonly stored: StoredBytes | null
      readonly input: TaskInput
    }
  /** No input: the partition above is persisted somewhere, so the input of its computation was left out. */
  | { readonly kind: 'absent'; readonly partition: number; readonly rddId: number }
  | { readonly kind: 'segments'; readonly partition: number; readonly segments: readonly StoredBytes[] }

/** How a partition is kept: the storage level's flags, without its class. */
export interface CacheLevel {
  readonly useDisk: boolean
  readonly useMemory: boolean
  readonly deserialized: boolean
}
