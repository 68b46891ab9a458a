import { MillstreamError } from '../../errors.ts'

/** The end of the kind's text for an instance that has private members. */
export const PRIVATE = 'only its class can read'

/** A record holds a value that has no meaning outside its process: a function, a promise, a socket, a local symbol. */
export class RecordNotSerializableError extends MillstreamError {
  /** Where the value stands, from the record on: `record.user.send`. */
  readonly path: string
  /** The kind of the value: `function 'send'`, `Promise`, `Socket`. */
  readonly kind: string

  constructor(path: string, kind: string, options?: { cause?: unknown }) {
    super(
      'RECORD_NOT_SERIALIZABLE',
      `cannot turn a record into bytes: ${path} is ${kind}. ` +
        (kind === 'a Promise'
          ? 'A record is not awaited: use mapPartitions with an async function, and await there. '
          : kind.endsWith(PRIVATE)
            ? 'Make the member public (`private` in TypeScript is), or map the instance to plain data. '
            : '') +
        'Keep plain data in records (map the field away before a shuffle, a cache in serialised form, a spill or a collect), ' +
        'and make such a value where it is used, for instance inside mapPartitions.',
      options,
    )
    this.path = path
    this.kind = kind
  }

  /** The same error with the place at which the records came into the program. */
  at(callSite: string): RecordNotSerializableError {
    const located = new RecordNotSerializableError(
      this.path,
      this.kind,
      this.cause === undefined ? {} : { cause: this.cause },
    )
    located.message = `${this.message} (${callSite})`
    return located
  }
}

/** Bytes that should hold records are cut short, damaged, or written by another format version. */
export class CorruptBlockError extends MillstreamError {
  /** What is wrong with the bytes. */
  readonly detail: string

  constructor(detail: string, options?: { cause?: unknown }) {
    super(
      'CORRUPT_BLOCK',
      `cannot read records from a block: ${detail}. The bytes are damaged, incomplete or of another version of Millstream; ` +
        'recompute the block, or remove the file that holds it.',
      options,
    )
    this.detail = detail
  }
}

/** The driver met an instance of a class that it can send to workers only after a module's names were loaded. */
export class ClassNotReadyError extends MillstreamError {
  /** Resolves once instances of the class can be encoded. It never rejects. */
  readonly ready: Promise<void>

  constructor(className: string, ready: Promise<void>) {
    super(
      'RECORD_CLASS_NOT_READY',
      `a record is an instance of ${className}, whose imports are still being looked at: it can be sent to workers in a moment, not yet`,
    )
    this.ready = ready
  }
}

/** A worker got records of a class that it could not make: the module that the class uses cannot be loaded there, for instance. */
export class ClassNotRebuiltError extends MillstreamError {
  constructor(className: string, cause: unknown) {
    super(
      'RECORD_CLASS_NOT_REBUILT',
      `a record is an instance of ${className}, a class that cannot be made on this worker: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
  }
}
