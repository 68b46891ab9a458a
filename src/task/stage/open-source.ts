import { CorruptBlockError, type RecordCodec } from '../codec/index.ts'
import { framesReader } from '../frames.ts'
import type { InputSplit, TaskInput } from '../input.ts'
import { type Chunk, concatReaders, EMPTY_READER, type Reader } from '../reader.ts'
import { lineBlockReader } from '../sources/line-block-source.ts'
import { rangeReader } from '../sources/range-source.ts'
import { sequenceReader } from '../sources/sequence-source.ts'
import { readStored } from '../sources/stored-bytes.ts'
import { streamedTextReader } from '../sources/streamed-text-source.ts'
import { storedTextReader, textFileReader } from '../sources/text-file-source.ts'
import { fixedLengthReader, wholeFileReader } from '../sources/whole-file-source.ts'
import { isLocalFile, taskFiles } from '../task-files.ts'
import type { TaskRuntime } from '../task-runtime.ts'

/** Opens the data that a leaf of a program reads. */
export function sourceReader(input: TaskInput, runtime: TaskRuntime): Reader {
  switch (input.kind) {
    case 'data':
      return dataReader(input, runtime)
    case 'range':
      return rangeReader(input.start, input.step, input.count)
    case 'files':
      return filesReader(input, runtime)
    default:
      throw new Error(`a source cannot read ${input.kind} input`)
  }
}

/** Reads the segments of a shuffle's map outputs, or one stored partition. */
export function segmentsReader(input: TaskInput, runtime: TaskRuntime): Reader {
  if (input.kind !== 'segments') throw new Error(`a shuffle cannot read ${input.kind} input`)
  return concatReaders(
    input.segments.map((segment) => () => framesReader(segment, runtime.codec)),
    false,
  )
}

type DataInput = Extract<TaskInput, { kind: 'data' }>

function dataReader(
  { format, bytes, classes = [] }: Omit<DataInput, 'kind' | 'partition'>,
  runtime: TaskRuntime,
): Reader {
  const content = readStored(bytes)
  if (content.length === 0) return EMPTY_READER
  switch (format) {
    case 'lines':
      return lineBlockReader(content)
    case 'frames':
      return framesReader(content, runtime.codec)
    case 'records':
      return recordsReader(content, runtime.codec)
    case 'foreign':
      return recordsReader(content, runtime.codec.limitedTo(classes))
  }
}

function recordsReader(bytes: Uint8Array, codec: RecordCodec): Reader {
  const chunks = codec.chunks(bytes)[Symbol.iterator]()
  return {
    isAsync: false,
    next() {
      const step = chunks.next()
      return step.done ? null : (step.value as Chunk)
    },
    close() {},
  }
}

function textSplitReader(split: InputSplit): Reader {
  if (split.content instanceof Uint8Array) return lineBlockReader(split.content)
  if (split.content !== undefined) return storedTextReader(split.content)
  const { path, start, length, isCompressed } = split
  if (isCompressed) {
    return streamedTextReader(taskFiles().open(path, 0, true), {
      skipsFirst: false,
      lastStart: Number.POSITIVE_INFINITY,
    })
  }
  if (isLocalFile(path)) return textFileReader(split)
  return streamedTextReader(taskFiles().open(path, start, false), { skipsFirst: start > 0, lastStart: length })
}

function filesReader(input: Extract<TaskInput, { kind: 'files' }>, runtime: TaskRuntime): Reader {
  const { format, splits, recordLength } = input
  switch (format) {
    case 'text':
      return concatReaders(
        splits.map((split) => () => textSplitReader(split)),
        false,
      )
    case 'wholeText':
    case 'binary':
      return wholeFileReader(splits, format === 'wholeText')
    case 'binaryRecords':
      return concatReaders(
        splits.map((split) => () => fixedLengthReader(split, recordLength)),
        false,
      )
    case 'sequence':
      return concatReaders(
        splits.map((split) => () => sequenceReader(split)),
        false,
      )
    case 'records':
      return concatReaders(
        splits.map((split) => () => {
          const bytes = split.content ?? { path: split.path, offset: split.start, length: split.length }
          return namingFile(dataReader({ format: 'records', bytes }, runtime), split.path)
        }),
        false,
      )
  }
}

/** The same reader, whose error for damaged bytes names the file. */
function namingFile(reader: Reader, path: string): Reader {
  return {
    isAsync: reader.isAsync,
    next() {
      try {
        return reader.next()
      } catch (cause) {
        if (!(cause instanceof CorruptBlockError)) throw cause
        throw new CorruptBlockError(`${path}: ${cause.detail}`, { cause })
      }
    },
    close: () => reader.close(),
  }
}
