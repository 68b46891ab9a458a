import type { ModuleReference } from '../file-system-reference.ts'
import type { FetchWindow } from './fetch-window.ts'

/** A message from a worker to its fetching thread. */
export type ToFetcher =
  | {
      readonly kind: 'open'
      readonly id: number
      readonly path: string
      /** The first byte that is wanted. */
      readonly start: number
      /** Whether the file is unpacked by the codec that its name tells. */
      readonly unpacks: boolean
      /** How the path's file system is loaded; null for one that every thread has. */
      readonly reference: ModuleReference | null
      readonly window: FetchWindow
    }
  | { readonly kind: 'room'; readonly id: number }
  | { readonly kind: 'close'; readonly id: number }

/** Why a file could not be fetched; there before its window says that it failed. */
export interface FetchFailure {
  readonly id: number
  readonly name: string
  readonly code: string | null
  readonly message: string
  readonly stack: string | undefined
}
