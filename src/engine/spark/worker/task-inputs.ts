import type { StoredBytes, TaskInput } from '../../../task/input.ts'
import type { LeafInput } from '../command.ts'
import type { TaskRows } from './task-rows.ts'

const NO_BYTES = new Uint8Array(0)

/** Puts the bytes that a task was given into the leaves of its input tree. */
export function taskInput(given: LeafInput, target: number, rows: TaskRows): TaskInput {
  switch (given.kind) {
    case 'range':
      return given
    case 'files': {
      const { leaf, ...input } = given
      if (leaf === undefined) return input
      const content = rows.joinedBySource(target, leaf.leaf)
      return { ...input, splits: given.splits.map((split, i) => ({ ...split, content: content.get(i) ?? NO_BYTES })) }
    }
    case 'choice':
      return { ...given, input: taskInput(given.input, target, rows) }
    case 'many':
      return { ...given, inputs: given.inputs.map((input) => taskInput(input, target, rows)) }
    case 'segments':
      return {
        kind: 'segments',
        partition: given.partition,
        segments: [...rows.joinedBySource(target, given.leaf.leaf).values()].filter(({ length }) => length > 0),
      }
    case 'data': {
      const bytes = rows.joined(target, given.bytes.leaf)
      return given.format === 'lines' ? linesInput(given.partition, bytes) : { ...given, bytes }
    }
  }
}

/** Lines in memory are read as a block is, lines in a file as a text file, a piece at a time. */
function linesInput(partition: number, bytes: StoredBytes): TaskInput {
  if (bytes instanceof Uint8Array) return { kind: 'data', partition, format: 'lines', bytes }
  const splits = [{ path: bytes.path, start: 0, length: bytes.length, isCompressed: false, content: bytes }]
  return { kind: 'files', partition, format: 'text', splits, recordLength: 0 }
}
