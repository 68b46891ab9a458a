import { pairsOf } from '../pair.ts'
import { type SequenceOptions, sequenceFileBytes } from '../sequence/sequence-writer.ts'
import { writableOf } from '../sequence/writables.ts'
import { countWritten, noteBytesWritten } from '../task-counters.ts'
import { partName, writePart } from './saving.ts'

/** Writes the partition's pairs as a SequenceFile, which stands under its name only when it is whole. @returns the file's name. */
export function savePartitionAsSequence(
  records: Iterable<unknown>,
  partition: number,
  directory: string,
  options: SequenceOptions,
): Promise<string> {
  const name = partName(partition)
  // The file is packed inside, and is none of a codec's files.
  return writePart(directory, name, counted(sequenceFileBytes(pairsOf(countWritten(records)), options, name)), 'none')
}

/** The Writables of the first pair, where the caller has not said which: none for an empty partition. */
export function writablesOfFirst(records: Iterable<unknown>): readonly [keyClass: string, valueClass: string] | null {
  for (const [key, value] of pairsOf(records)) return [writableOf(key), writableOf(value)]
  return null
}

function* counted(parts: Iterable<Buffer>): Generator<Buffer> {
  for (const part of parts) {
    noteBytesWritten(part.length)
    yield part
  }
}
