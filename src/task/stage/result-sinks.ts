import { ByteSink } from '../codec/index.ts'
import type { Chunk } from '../reader.ts'
import type { TaskRuntime } from '../task-runtime.ts'
import type { ChunkSink, TaskOutput } from './task-output.ts'

/** Returns all records. They are encoded as they arrive, so that only one chunk is held as objects. */
export function collectSink(runtime: TaskRuntime): ChunkSink {
  const sink = new ByteSink()
  return {
    take(chunk) {
      runtime.codec.encodeInto(chunk, sink)
      return undefined
    },
    finish: () => encoded(sink),
  }
}

/** Returns the first `count` records, and reads no chunk beyond them. */
export function takeSink(count: number, runtime: TaskRuntime): ChunkSink {
  const sink = new ByteSink()
  let wanted = count
  return {
    take(chunk: Chunk) {
      if (wanted > 0) runtime.codec.encodeInto(chunk.length <= wanted ? chunk : chunk.slice(0, wanted), sink)
      wanted -= chunk.length
      return wanted <= 0
    },
    finish: () => encoded(sink),
  }
}

function encoded(sink: ByteSink): TaskOutput {
  return { kind: 'records', bytes: sink.take() }
}
