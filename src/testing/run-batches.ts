import { aFunction, anArray, anObject } from '../arguments/argument.ts'
import { checkArguments } from '../arguments/check-arguments.ts'
import type { DStream } from '../dstream/dstream.ts'
import { StreamingHarness, type StreamingHarnessOptions } from './streaming-harness.ts'

/** How to run {@link runBatches}. */
export interface RunBatchesOptions extends StreamingHarnessOptions {
  /** Batches to run: as many as the input has unless given. */
  readonly batches?: number
  /** Partitions of each input batch; the default parallelism unless given. */
  readonly inputPartitions?: number
}

const ARGUMENTS = [
  anArray('input', 'arrays of records', Array.isArray),
  aFunction('operation'),
  anObject('options', 'an object of options'),
]

/**
 * Runs what `operation` makes of a stream of scripted batches, and gives what came out, batch by batch. Windows and states work, with a checkpoint
 * directory of the run's own. Runs that are begun together come one after another.
 * @param input the records of each batch.
 * @param operation is called once. A window that slides by several batches gives something in every so many batches only.
 * @throws the first error of a batch.
 *
 * @example
 * const lengths = await runBatches([['a', 'bb'], ['ccc']], (words) => words.map((word) => word.length))
 * assert.deepEqual(lengths, [[1, 2], [3]])
 */
export async function runBatches<T, U>(
  input: readonly (readonly T[])[],
  operation: (stream: DStream<T>) => DStream<U>,
  options: RunBatchesOptions = {},
): Promise<U[][]> {
  checkArguments('runBatches', ARGUMENTS, [input, operation, options])
  const run = earlier.then(() => runNow(input, operation, options))
  earlier = run.then(
    () => {},
    () => {},
  )
  return run
}

/** The runs so far. A process has one running StreamingContext at most, so runs that a test begins together come one after another. */
let earlier: Promise<void> = Promise.resolve()

async function runNow<T, U>(
  input: readonly (readonly T[])[],
  operation: (stream: DStream<T>) => DStream<U>,
  options: RunBatchesOptions,
): Promise<U[][]> {
  await using harness = new StreamingHarness(options)
  const output = harness.collect(operation(harness.input<T>(input, options.inputPartitions)))
  await harness.ssc.start()
  await harness.advance(options.batches ?? input.length)
  await harness.ssc.awaitTerminationOrTimeout(0)
  return output.batches
}
