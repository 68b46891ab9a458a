import { CombineTable } from '../aggregation/combine-table.ts'
import { mergeOfValues } from '../aggregation/merge.ts'
import type { TaskInput } from '../input.ts'
import { isNoPairCode } from '../pair.ts'
import {
  checkedPartition,
  FunctionPartitioner,
  HashPartitioner,
  type Partitioner,
  RangePartitioner,
} from '../partitioner.ts'
import type { Sink, StageProgram } from '../program.ts'
import { type Chunk, forEachChunk, isPromise, type Reader } from '../reader.ts'
import { refusePendingCode } from '../settled.ts'
import { BucketWriter } from '../shuffle/bucket-writer.ts'
import type { TaskRuntime } from '../task-runtime.ts'
import { combineTail } from './combine-tail.ts'
import { compileBelow, compileProgram } from './compile.ts'
import { fuseLoop, type LoopTail } from './fused-loop.ts'
import type { Open } from './open.ts'
import { partitionSink } from './partition-sinks.ts'
import { collectSink, takeSink } from './result-sinks.ts'
import type { ChunkSink, TaskOutput } from './task-output.ts'

/** Numbers that the driver gives along with each task. */
export interface TaskLimits {
  /** Bytes of shuffle output that this task may leave in memory; the rest goes to a file. */
  readonly shuffleMemoryBytes: number
}

/** A stage made ready to run on this worker; holds compiled code and nothing of any task. */
export interface CompiledStage {
  run(input: TaskInput, limits: TaskLimits): TaskOutput | Promise<TaskOutput>
}

/** Compiles a stage's program once for all its tasks on this worker. */
export function compileStage({ root, sink }: StageProgram, runtime: TaskRuntime): CompiledStage {
  switch (sink.kind) {
    case 'collect':
    case 'take': {
      const open = compileProgram(root, runtime)
      return {
        run: (input) =>
          consume(
            () => open(input),
            sink.kind === 'take' ? takeSink(sink.count, runtime) : collectSink(runtime),
            runtime,
          ),
      }
    }
    case 'count':
    case 'reduce':
    case 'aggregate':
      return compileFold(root, sink, runtime)
    case 'shuffleWrite':
      return compileShuffleWrite(root, sink, runtime)
    case 'foreach':
    case 'foreachPartition':
    case 'partition':
    case 'builtin': {
      const open: Open = compileProgram(root, runtime)
      const call = partitionSink(sink, runtime)
      return {
        run(input) {
          const reader = open(input)
          const value = finishing(reader, () => call(reader, input.partition))
          return isPromise(value)
            ? value.then((settled) => ({ kind: 'value', value: settled }))
            : { kind: 'value', value }
        },
      }
    }
  }
}

/** Runs all chunks of a reader through a sink and closes the reader, whatever happens. */
function consume(open: () => Reader, sink: ChunkSink, runtime: TaskRuntime): TaskOutput | Promise<TaskOutput> {
  const reader = open()
  const take = (chunk: Chunk): boolean | undefined => {
    runtime.checkCancelled()
    return sink.take(chunk)
  }
  const run = (): TaskOutput | Promise<TaskOutput> => {
    const taken = forEachChunk(reader, take)
    return isPromise(taken) ? taken.then(() => sink.finish()) : sink.finish()
  }
  return finishing(reader, run, () => sink.discard?.())
}

/** Runs `body`, then closes the reader; after an error `onError` first. */
function finishing<T>(reader: Reader, body: () => T | Promise<T>, onError: () => void = () => {}): T | Promise<T> {
  const close = async (): Promise<void> => {
    await reader.close()
  }
  const fail = (error: unknown): Promise<never> => {
    onError()
    return close().then(
      () => Promise.reject(error),
      () => Promise.reject(error),
    )
  }
  let result: T | Promise<T>
  try {
    result = body()
  } catch (error) {
    return fail(error)
  }
  if (isPromise(result)) return result.then((value) => close().then(() => value), fail)
  const closed = reader.close()
  const value = result
  return isPromise(closed) ? closed.then(() => value) : value
}

type FoldSink = Extract<Sink, { kind: 'count' | 'reduce' | 'aggregate' }>

/** Sinks that keep one running value: fused into the loop, whose code is kept from task to task. */
function compileFold(root: StageProgram['root'], sink: FoldSink, runtime: TaskRuntime): CompiledStage {
  const { open, ops } = compileBelow(root, runtime)
  const state = { has: false, value: undefined as unknown }
  const tail = foldTail(sink, state)
  const loop = sink.kind === 'count' && ops.length === 0 ? null : fuseLoop(ops, tail)
  return {
    run(input) {
      state.has = false
      state.value = sink.kind === 'count' ? 0 : sink.kind === 'aggregate' ? copyOf(sink.zero, runtime) : undefined
      return consume(
        () => open(input),
        {
          take(chunk) {
            if (loop === null) state.value = (state.value as number) + chunk.length
            else loop(chunk)
            return undefined
          },
          finish() {
            const value = sink.kind === 'reduce' ? (state.has ? [state.value] : []) : state.value
            state.value = undefined
            return { kind: 'value', value }
          },
        },
        runtime,
      )
    },
  }
}

function foldTail(sink: FoldSink, state: { has: boolean; value: unknown }): LoopTail {
  switch (sink.kind) {
    case 'count':
      return { code: () => 'state.value++', bindings: { state } }
    case 'reduce':
      return {
        code: (v) =>
          `if (state.has) {
  const merged = combine(state.value, ${v})
  ${refusePendingCode('merged', 'reduce')}state.value = merged
} else { state.has = true; state.value = ${v} }`,
        bindings: { state, combine: sink.fn },
        callsUser: true,
      }
    case 'aggregate':
      return {
        code: (v) => `const merged = combine(state.value, ${v})
${refusePendingCode('merged', 'an operation that merges records')}state.value = merged`,
        bindings: { state, combine: sink.seqOp },
        callsUser: true,
      }
  }
}

/** Each partition folds into a copy of the zero value, so that a function may change it in place. */
function copyOf(zero: unknown, runtime: TaskRuntime): unknown {
  if (typeof zero !== 'object' || zero === null) return zero
  return runtime.codec.decode(runtime.codec.encode([zero]))[0]
}

/** What a partitioner says of a key. The library's own need no check. */
function partitionOfKey(partitioner: Partitioner<never>): (key: unknown) => number {
  const getPartition = partitioner.getPartition.bind(partitioner) as (key: unknown) => number
  const isOwn = [HashPartitioner, RangePartitioner, FunctionPartitioner].some((kind) => partitioner instanceof kind)
  return isOwn ? getPartition : (key) => checkedPartition(getPartition(key), partitioner.numPartitions)
}

/** The map side of a shuffle. The loop and its table are made once and serve one task after another. */
function compileShuffleWrite(
  root: StageProgram['root'],
  { partitioner, aggregator }: Extract<Sink, { kind: 'shuffleWrite' }>,
  runtime: TaskRuntime,
): CompiledStage {
  const { open, ops } = compileBelow(root, runtime)
  const getPartition = partitionOfKey(partitioner)
  const out = { writer: null as BucketWriter | null }
  const write = (partition: number, record: unknown): void => out.writer?.add(partition, record)
  const table = aggregator === null ? null : new CombineTable(mergeOfValues(aggregator), runtime.memory)
  // A table that outgrows memory is written out as it is, and a new table begins. The reduce side combines the parts.
  const flush = (): void => {
    if (table === null) return
    for (let i = 0; i < table.size; i++) write(getPartition(table.keys[i]), [table.keys[i], table.values[i]])
    table.clear()
  }
  if (table !== null) {
    table.onShort = () => {
      flush()
      runtime.memory.afterSpill()
    }
  }
  const loop = fuseLoop(ops, aggregator !== null && table !== null ? combineTail(aggregator, table) : writeTail())
  return {
    run(input, limits) {
      const writer = new BucketWriter(partitioner.numPartitions, limits.shuffleMemoryBytes, runtime)
      out.writer = writer
      const sink: ChunkSink = {
        take: loop,
        finish() {
          flush()
          return { kind: 'shuffle', output: writer.finish() }
        },
        discard() {
          table?.clear()
          writer.discard()
        },
      }
      return consume(() => open(input), sink, runtime)
    },
  }

  function writeTail(): LoopTail {
    return {
      code: (v, isPair) =>
        `${isPair ? '' : `if (${isNoPairCode(v)}) throw notAPair(${v})\n`}write(getPartition(${v}[0]), ${v})`,
      bindings: { write, getPartition },
    }
  }
}
