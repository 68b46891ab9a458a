import type { DStreamContext } from '../../dstream/dstream.ts'
import { IllegalArgumentException } from '../../errors.ts'
import { UnsupportedFileSystemException } from '../../files/errors.ts'
import { parsePath } from '../../files/path.ts'
import { FILE_STREAM_MIN_REMEMBER_DURATION } from '../../settings/streaming.ts'
import { DirectInputDStream } from '../direct-input-dstream.ts'
import { tailEncoding } from './tail-encoding.ts'
import { type TailPositions, TailSource } from './tail-source.ts'

/** How files are tailed. */
export interface TailStreamOptions {
  /**
   * Where the stream begins when it is started for the first time: behind the last whole line of the files that are there (`end`), or at their beginning.
   * Files that come later are read from their beginning. `end` unless given.
   */
  readonly from?: 'beginning' | 'end'
  /** Any encoding that `TextDecoder` knows: `utf-8` unless given. */
  readonly encoding?: string
  /** Bytes of each file that a batch reads at most, up to the end of a line; 268,435,456 (256 MiB) unless given. */
  readonly maxBytesPerFile?: number
  /**
   * Whether a batch fails whose lines cannot be read any more, because the file was truncated or deleted after the batch had been given them; otherwise they
   * are left out, and the log says so. True unless given.
   */
  readonly failOnDataLoss?: boolean
}

const DEFAULT_MAX_BYTES_PER_FILE = 256 * 1024 * 1024

/** The stream of the lines that are appended to files: see {@link TailSource}. Spark has none. */
export class TailInputDStream extends DirectInputDStream<string, TailPositions> {
  /** @throws IllegalArgumentException for an empty path, or options out of range. @throws UnsupportedFileSystemException for files that are not the machine's. */
  constructor(context: DStreamContext, path: string, options: TailStreamOptions = {}) {
    const { from = 'end', encoding = 'utf-8', failOnDataLoss = true } = options
    const { maxBytesPerFile = DEFAULT_MAX_BYTES_PER_FILE } = options
    const { scheme } = parsePath(path)
    if (scheme !== undefined && scheme !== 'file') {
      throw new UnsupportedFileSystemException(
        'UNSUPPORTED_FILE_SYSTEM',
        `tailStream follows files of the machine (file:), not ${path}: only there does a file have a number that stays when the file is renamed`,
      )
    }
    if (from !== 'beginning' && from !== 'end')
      throw badOption(`from must be 'beginning' or 'end', not ${String(from)}`)
    if (!(Number.isInteger(maxBytesPerFile) && maxBytesPerFile > 0)) {
      throw badOption(`maxBytesPerFile must be a whole number of bytes above 0, not ${maxBytesPerFile}`)
    }
    const source = new TailSource({
      path,
      encoding: tailEncoding(encoding),
      fromBeginning: from === 'beginning',
      maxBytesPerFile,
      failOnDataLoss,
      clock: context.clock,
      rememberMs: context.sparkContext.getConf().readSetting(FILE_STREAM_MIN_REMEMBER_DURATION),
    })
    super(context, source, 'tailStream')
  }
}

function badOption(what: string): IllegalArgumentException {
  return new IllegalArgumentException('ILLEGAL_ARGUMENT', `requirement failed: tailStream: ${what}`)
}
