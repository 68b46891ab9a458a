import { SparkException } from '../errors.ts'

/** Arrow bytes that cannot be read: damaged, cut off, or with something that Spark never sends. */
export class ArrowStreamError extends SparkException {
  constructor(message: string, code: ArrowErrorCode = 'ARROW_STREAM_INVALID') {
    super(code, message)
  }
}

export type ArrowErrorCode = 'ARROW_STREAM_INVALID' | 'ARROW_TYPE_UNSUPPORTED' | 'ARROW_COMPRESSED'
