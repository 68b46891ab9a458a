import type { Chunk } from '../reader.ts'
import type { ShuffleOutput } from '../shuffle/bucket-writer.ts'

/** The output of a task: encoded records, a value, or a map output. */
export type TaskOutput =
  | { readonly kind: 'records'; readonly bytes: Uint8Array }
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'shuffle'; readonly output: ShuffleOutput }

/** Takes a reader's chunks until it returns true, then makes the output. */
export interface ChunkSink {
  /** @returns true when no more chunks are wanted. */
  take(chunk: Chunk): boolean | undefined
  finish(): TaskOutput
  /** Frees what a failed task holds. */
  discard?(): void
}
