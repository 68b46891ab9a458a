import { MillstreamError } from '../../errors.ts'

/** A record holds a value that has no meaning outside its process: a function, a promise, a socket, a local symbol. */
export class RecordNotSerializableError extends MillstreamError {
  /** Where the value stands, from the record on: `record.user.send`. */
  readonly path: string
  /** What the value is: `function 'send'`, `Promise`, `Socket`. */
  readonly kind: string

  constructor(path: string, kind: string, options?: { cause?: unknown }) {
    super(
      'RECORD_NOT_SERIALIZABLE',
      `cannot turn a record into bytes: ${path} is ${kind}. ` +
        (kind === 'a Promise'
          ? 'A record is not awaited: use mapPartitions with an async function, and await there. '
          : '') +
        'Keep plain data in records (map the field away before a shuffle, a cache in serialised form, a spill or a collect), ' +
        'and make such a value where it is used, for instance inside mapPartitions.',
      options,
    )
    this.path = path
    this.kind = kind
  }
}

/** Bytes that should hold records are cut short, damaged, or written by another format version. */
export class CorruptBlockError extends MillstreamError {
  constructor(detail: string, options?: { cause?: unknown }) {
    super(
      'CORRUPT_BLOCK',
      `cannot read records from a block: ${detail}. The bytes are damaged, incomplete or of another version of Millstream; ` +
        'recompute the block, or remove the file that holds it.',
      options,
    )
  }
}
