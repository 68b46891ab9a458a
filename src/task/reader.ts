import { HELPED_ITERATOR_PROTOTYPE } from './iterator-helpers.ts'

/** Records per chunk where nothing else decides. Large enough to amortise a call, small enough to stay in a core's cache. */
export const CHUNK_RECORDS = 4096

export type Chunk = readonly unknown[]

/**
 * Hands out a partition's records in chunks, `null` at the end. The caller may keep a chunk and must not change it:
 * cached partitions hand out their own arrays. A promise is returned only by a reader whose `isAsync` is true.
 */
export interface Reader {
  readonly isAsync: boolean
  next(): Chunk | null | Promise<Chunk | null>
  /** Frees what the reader holds (a file, a child process, a user's generator); safe to call twice. */
  close(): void | Promise<void>
}

/** A reader of no records. */
export const EMPTY_READER: Reader = { isAsync: false, next: () => null, close: () => {} }

/** A reader over chunks that are in memory already. */
export function chunksReader(chunks: readonly Chunk[]): Reader {
  let position = 0
  return {
    isAsync: false,
    next() {
      const chunk = chunks[position]
      position += 1
      return chunk ?? null
    },
    close() {},
  }
}

/** Reads several readers one after another. Each is opened when its turn comes, so that only one holds a file open. */
export function concatReaders(opens: readonly (() => Reader)[], isAsync: boolean): Reader {
  let index = 0
  let current: Reader | null = null
  const next = (): Chunk | null | Promise<Chunk | null> => {
    for (;;) {
      if (current === null) {
        const open = opens[index]
        if (open === undefined) return null
        index += 1
        current = open()
      }
      const chunk = current.next()
      if (isPromise(chunk)) {
        return chunk.then((settled) => {
          if (settled !== null) return settled
          current = null
          return next()
        })
      }
      if (chunk !== null) return chunk
      current = null
    }
  }
  return {
    isAsync,
    next,
    close: () => {
      const open = current
      current = null
      index = opens.length
      return open?.close()
    },
  }
}

/**
 * Hands every chunk to `take` until there is none left, or until `take` returns true.
 * @returns a promise only once the reader gave one: what is synchronous stays so.
 */
export function forEachChunk(reader: Reader, take: (chunk: Chunk) => boolean | undefined): void | Promise<void> {
  for (;;) {
    const next = reader.next()
    if (isPromise(next)) return forEachChunkFrom(next, reader, take)
    if (next === null || take(next) === true) return
  }
}

async function forEachChunkFrom(
  first: Promise<Chunk | null>,
  reader: Reader,
  take: (chunk: Chunk) => boolean | undefined,
): Promise<void> {
  for (let chunk = await first; chunk !== null; chunk = await reader.next()) {
    if (take(chunk) === true) return
  }
}

/** The iterator that a user's partition function sees. It pulls chunks as it goes and never runs ahead. */
export class ChunkIterator implements IterableIterator<unknown> {
  readonly #reader: Reader
  #chunk: Chunk = []
  #index = 0
  #done = false

  /** @param reader one that is not asynchronous. */
  constructor(reader: Reader) {
    this.#reader = reader
  }

  next(): IteratorResult<unknown> {
    while (this.#index >= this.#chunk.length) {
      if (this.#done) return { value: undefined, done: true }
      const chunk = this.#reader.next() as Chunk | null
      if (chunk === null) {
        this.#done = true
        this.#chunk = []
        return { value: undefined, done: true }
      }
      this.#chunk = chunk
      this.#index = 0
    }
    const value = this.#chunk[this.#index]
    this.#index += 1
    return { value, done: false }
  }

  return(): IteratorResult<unknown> {
    this.#done = true
    this.#chunk = []
    this.#index = 0
    void this.#reader.close()
    return { value: undefined, done: true }
  }

  [Symbol.iterator](): IterableIterator<unknown> {
    return this
  }
}

// The user's iterator has map, filter, take and so on whatever Node this is.
Object.setPrototypeOf(ChunkIterator.prototype, HELPED_ITERATOR_PROTOTYPE)

export function isPromise<T>(value: T | PromiseLike<T>): value is Promise<T> {
  return typeof (value as PromiseLike<T> | null)?.then === 'function'
}

/**
 * A reader over what a user's partition function returned. The first chunks are short and grow, so that `take(1)` over a lazy or
 * endless generator pulls little more than it needs.
 */
export function iterableReader(result: Iterable<unknown> | AsyncIterable<unknown>, source: Reader): Reader {
  if (Array.isArray(result)) return singleArrayReader(result, source)
  if (Symbol.asyncIterator in Object(result)) return asyncIterableReader(result as AsyncIterable<unknown>, source)
  const iterator = (result as Iterable<unknown>)[Symbol.iterator]()
  let size = 1
  let finished = false
  return {
    isAsync: false,
    next() {
      if (finished) return null
      const chunk: unknown[] = []
      while (chunk.length < size) {
        const step = iterator.next()
        if (step.done) {
          finished = true
          break
        }
        chunk.push(step.value)
      }
      if (size < CHUNK_RECORDS) size *= 4
      return chunk.length === 0 ? null : chunk
    },
    close() {
      if (!finished) {
        finished = true
        iterator.return?.()
      }
      return source.close()
    },
  }
}

function singleArrayReader(records: unknown[], source: Reader): Reader {
  let isDone = records.length === 0
  return {
    isAsync: false,
    next() {
      if (isDone) return null
      isDone = true
      return records
    },
    close: () => source.close(),
  }
}

function asyncIterableReader(result: AsyncIterable<unknown>, source: Reader): Reader {
  const iterator = result[Symbol.asyncIterator]()
  let size = 1
  let finished = false
  return {
    isAsync: true,
    async next() {
      if (finished) return null
      const chunk: unknown[] = []
      while (chunk.length < size) {
        const step = await iterator.next()
        if (step.done) {
          finished = true
          break
        }
        chunk.push(step.value)
      }
      if (size < CHUNK_RECORDS) size *= 4
      return chunk.length === 0 ? null : chunk
    },
    async close() {
      if (!finished) {
        finished = true
        await iterator.return?.()
      }
      await source.close()
    },
  }
}
