import { ByteSink } from '../codec/index.ts'
import type { Chunk } from '../reader.ts'
import type { TaskRuntime } from '../task-runtime.ts'
import type { ChunkSink, TaskOutput } from './task-output.ts'

/** Gives all records, encoded as they come, so that no more than a chunk is held as objects. */
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

/** Gives the first `count` records and asks for no more than it needs. */
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
