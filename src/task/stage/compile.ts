import { cogroupReader } from '../aggregation/cogroup-reader.ts'
import { cachingReader } from '../cache/caching-reader.ts'
import { LostBlockError } from '../cache/lost-block.ts'
import { countedInput, inputBytesOf } from '../counted-reader.ts'
import type { TaskInput } from '../input.ts'
import type { Program } from '../program.ts'
import { chunksReader, concatReaders, type Reader } from '../reader.ts'
import { stateUpdate } from '../state/state-operations.ts'
import type { TaskRuntime } from '../task-runtime.ts'
import { cartesianReader } from './cartesian-reader.ts'
import { collectTail, type ElementOp, fuseLoop, isElementOp } from './fused-loop.ts'
import { mappedReader } from './mapped-reader.ts'
import type { Open } from './open.ts'
import { segmentsReader, sourceReader } from './open-source.ts'
import { compilePartitionWise, zippedReader } from './partition-wise.ts'
import { compileShuffleRead } from './shuffle-read.ts'

/** A program split at its end: the reader below, and the element-wise operations that fuse with whatever takes the records. */
export interface OpenTail {
  readonly open: Open
  readonly ops: readonly ElementOp[]
}

/** Compiles a program once; the result serves any number of tasks, one after another. */
export function compileProgram(program: Program, runtime: TaskRuntime): Open {
  const { open, ops } = compileBelow(program, runtime)
  if (ops.length === 0) return open
  const out = { records: [] as unknown[] }
  const loop = fuseLoop(ops, collectTail(out))
  return (input) => mappedReader(open(input), loop, out, runtime)
}

/** Compiles a program but for its last element-wise operations, for a caller that fuses them with its own loop. */
export function compileBelow(program: Program, runtime: TaskRuntime): OpenTail {
  const ops: ElementOp[] = []
  let below = program
  while (below.kind === 'narrow' && isElementOp(below.op)) {
    ops.unshift(below.op)
    below = below.input
  }
  return { open: compileNode(below, runtime), ops }
}

function compileNode(program: Program, runtime: TaskRuntime): Open {
  switch (program.kind) {
    case 'source':
      return (input) => countedInput(sourceReader(input, runtime), () => inputBytesOf(input))
    case 'absent':
      return (input) => {
        const { rddId, partition } = expectKind(input, 'absent')
        throw new LostBlockError(rddId, partition)
      }
    case 'narrow':
      return compilePartitionWise(program.op, compileProgram(program.input, runtime), runtime)
    case 'choice': {
      const branches = program.branches.map((branch) => compileProgram(branch, runtime))
      return (input) => {
        const chosen = expectKind(input, 'choice')
        const branch = branches[chosen.branch]
        if (branch === undefined) throw new RangeError(`the program has no branch ${chosen.branch}`)
        return branch(chosen.input)
      }
    }
    case 'concat': {
      const open = compileProgram(program.body, runtime)
      const isAsync = mayBeAsync(program.body)
      return (input) =>
        concatReaders(
          expectKind(input, 'many').inputs.map((part) => () => open(part)),
          isAsync,
        )
    }
    case 'cached': {
      const open = compileProgram(program.body, runtime)
      return (input) => cachedReader(expectKind(input, 'cached'), open, runtime)
    }
    case 'cartesian': {
      const left = compileProgram(program.left, runtime)
      const right = compileProgram(program.right, runtime)
      return (input) => {
        const [first, second] = expectKind(input, 'many').inputs as [TaskInput, TaskInput]
        return cartesianReader(left(first), right(second), runtime)
      }
    }
    case 'zipPartitions': {
      const opens = program.inputs.map((input) => compileProgram(input, runtime))
      const update = stateUpdate(program.fn, runtime)
      return (input) => {
        const { inputs, partition } = expectKind(input, 'many')
        const readers = opens.map((open, i) => open(inputs[i] as TaskInput))
        return update === null ? zippedReader(readers, program.fn, partition, runtime) : update(readers)
      }
    }
    case 'shuffleRead':
      return compileShuffleRead(program, runtime)
    case 'cogroup': {
      const opens = program.inputs.map((input) => compileProgram(input, runtime))
      return (input) =>
        cogroupReader(
          expectKind(input, 'many').inputs.map((part, i) => (opens[i] as Open)(part)),
          runtime,
        )
    }
  }
}

function cachedReader(input: Extract<TaskInput, { kind: 'cached' }>, open: Open, runtime: TaskRuntime): Reader {
  const { rddId, partition, level, stored } = input
  const here = runtime.blocks.get(rddId, partition)
  if (here !== undefined) return countedInput(chunksReader(here), () => 0)
  if (stored !== null) {
    const segments = segmentsReader({ kind: 'segments', partition, segments: [stored] }, runtime)
    return countedInput(segments, () => stored.length)
  }
  return cachingReader(open(input.input), rddId, partition, level, runtime)
}

function expectKind<K extends TaskInput['kind']>(input: TaskInput, kind: K): Extract<TaskInput, { kind: K }> {
  if (input.kind !== kind) throw new Error(`the program expects ${kind} input and was given ${input.kind}`)
  return input as Extract<TaskInput, { kind: K }>
}

/** Whether readers of a program may turn out asynchronous: only partition-wise operations are, by what the user's function returns. */
function mayBeAsync(program: Program): boolean {
  switch (program.kind) {
    case 'source':
    case 'absent':
    case 'shuffleRead':
      return false
    case 'narrow':
      return program.op.kind === 'mapPartitions' || program.op.kind === 'builtin' || mayBeAsync(program.input)
    case 'choice':
      return program.branches.some(mayBeAsync)
    case 'concat':
    case 'cached':
      return mayBeAsync(program.body)
    case 'cartesian':
      return mayBeAsync(program.left) || mayBeAsync(program.right)
    case 'zipPartitions':
      return true
    case 'cogroup':
      return program.inputs.some(mayBeAsync)
  }
}
