import { type Chunk, isPromise, type Reader } from '../reader.ts'
import type { TaskRuntime } from '../task-runtime.ts'

/** Runs a fused loop over each chunk; chunks that come out empty are passed over. */
export function mappedReader(
  input: Reader,
  loop: (chunk: Chunk) => void,
  out: { records: unknown[] },
  runtime: TaskRuntime,
): Reader {
  const map = (chunk: Chunk): unknown[] => {
    runtime.checkCancelled()
    out.records = []
    loop(chunk)
    const records = out.records
    out.records = []
    return records
  }
  const next = (): Chunk | null | Promise<Chunk | null> => {
    for (;;) {
      const chunk = input.next()
      if (isPromise(chunk)) return chunk.then(mapAndGoOn)
      if (chunk === null) return null
      const records = map(chunk)
      if (records.length > 0) return records
    }
  }
  const mapAndGoOn = (chunk: Chunk | null): Chunk | null | Promise<Chunk | null> => {
    if (chunk === null) return null
    const records = map(chunk)
    return records.length > 0 ? records : next()
  }
  return { isAsync: input.isAsync, next, close: () => input.close() }
}
