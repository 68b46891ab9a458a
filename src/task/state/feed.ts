import { type Chunk, isPromise, type Reader } from '../reader.ts'

/** Records in chunks, null at their end. */
export type Feed = () => Chunk | null

/** The records of readers as feeds; a promise only where a reader is asynchronous, whose records are gathered first. */
export function feedsOf(readers: readonly Reader[]): Feed[] | Promise<Feed[]> {
  if (!readers.some((reader) => reader.isAsync)) return readers.map((reader) => () => reader.next() as Chunk | null)
  return Promise.all(readers.map(gathered))
}

async function gathered(reader: Reader): Promise<Feed> {
  const chunks: Chunk[] = []
  for (;;) {
    const next = reader.next()
    const chunk = isPromise(next) ? await next : next
    if (chunk === null) return () => chunks.shift() ?? null
    chunks.push(chunk)
  }
}

/** An iterator's records as one feed. */
export function feedOfIterator(records: Iterable<unknown>): Feed {
  let all: unknown[] | null = [...records]
  return () => {
    const chunk = all
    all = null
    return chunk
  }
}
