import { keysOf } from '../../arguments/argument.ts'
import type { PipeSettings } from '../../task/partition-functions/pipe.ts'
import { builtin } from '../../task/partition-functions.ts'
import type { RDDCore } from '../rdd-core.ts'
import { require } from '../requirement.ts'

/** How `pipe` runs its command; Scala's and PySpark's options together. */
export interface PipeOptions<T> {
  /** Variables on top of this process's own. */
  readonly env?: Readonly<Record<string, string>>
  /** Whether an exit status other than 0 fails the task, as on the JVM; true by default. */
  readonly checkCode?: boolean
  /** The text encoding of the command's input and output; UTF-8 by default. */
  readonly encoding?: BufferEncoding
  /** The command's working directory. */
  readonly workingDir?: string
  /** Prints lines before the first record. */
  readonly printPipeContext?: (print: (line: string) => void) => unknown
  /** Prints a record, in place of one line with its text. */
  readonly printRDDElement?: (record: T, print: (line: string) => void) => unknown
  /**
   * Whether each task's command runs in a new directory of its own, `tasks/<id>` in the working directory, which holds links to all that the
   * working directory holds. It is removed at the end. False by default.
   */
  readonly separateWorkingDir?: boolean
  /** Bytes of text that are gathered before they go to the command: 65536 by default, at least 1. */
  readonly bufferSize?: number
}

/** The names of all options of `pipe`. */
export const PIPE_OPTIONS = keysOf<PipeOptions<unknown>>({
  env: true,
  checkCode: true,
  encoding: true,
  workingDir: true,
  printPipeContext: true,
  printRDDElement: true,
  separateWorkingDir: true,
  bufferSize: true,
})

const DEFAULT_BUFFER_BYTES = 64 * 1024

/** Sends each partition through a command of its own. */
export function pipe<T>(
  rdd: RDDCore<T>,
  command: string | readonly string[],
  options: PipeOptions<T>,
): RDDCore<string> {
  const words = typeof command === 'string' ? command.trim().split(/\s+/).filter(Boolean) : [...command]
  require(words.length > 0, 'pipe needs a command')
  const { bufferSize = DEFAULT_BUFFER_BYTES } = options
  require(Number.isInteger(bufferSize) && bufferSize > 0, `bufferSize (${bufferSize}) must be a whole number above 0`)
  const settings: PipeSettings = {
    command: words,
    env: { ...options.env },
    encoding: options.encoding ?? 'utf8',
    printPipeContext: options.printPipeContext ?? null,
    printRDDElement: (options.printRDDElement as PipeSettings['printRDDElement']) ?? null,
    checkCode: options.checkCode ?? true,
    workingDir: options.workingDir ?? null,
    separateWorkingDir: options.separateWorkingDir ?? false,
    bufferSize,
  }
  return rdd.derive<string>(
    'pipe',
    [],
    ([parent]) => ({
      kind: 'narrow',
      className: 'PipedRDD',
      numPartitions: parent!.numPartitions,
      partitioner: null,
      parent: parent!,
      op: builtin('pipeThrough', settings),
    }),
    { className: 'PipedRDD' },
  )
}
