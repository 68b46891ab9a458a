import type { StoredBytes, TaskInput } from '../../../task/input.ts'
import type { LeafInput } from '../command.ts'
import type { TaskRows } from './task-rows.ts'

/** Puts the bytes that a task was given into the leaves of its input tree. */
export function taskInput(given: LeafInput, target: number, rows: TaskRows): TaskInput {
  switch (given.kind) {
    case 'range':
    case 'files':
      return given
    case 'choice':
      return { ...given, input: taskInput(given.input, target, rows) }
    case 'many':
      return { ...given, inputs: given.inputs.map((input) => taskInput(input, target, rows)) }
    case 'segments':
      return {
        kind: 'segments',
        partition: given.partition,
        segments: rows.joinedBySource(target, given.leaf.leaf),
      }
    case 'data': {
      const { partition, format } = given
      const { leaf, encoding } = given.bytes
      if (encoding === 'bytes') return { kind: 'data', partition, format, bytes: rows.joined(target, leaf) }
      return linesInput(partition, rows.lines(target, leaf))
    }
  }
}

/** Lines in memory are read as a block is, lines in a file as a text file, a piece at a time. */
function linesInput(partition: number, bytes: StoredBytes): TaskInput {
  if (bytes instanceof Uint8Array) return { kind: 'data', partition, format: 'lines', bytes }
  const splits = [{ path: bytes.path, start: bytes.offset, length: bytes.length, isCompressed: false }]
  return { kind: 'files', partition, format: 'text', splits, recordLength: 0 }
}
