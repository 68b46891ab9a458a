import type { Time } from '../batches/time.ts'
import { log } from '../log.ts'
import type { RDD } from '../rdd/rdd.ts'
import { OutputOperation } from './output-operation.ts'
import { batchFrame, pythonTime } from './print/batch-frame.ts'
import { formatPython } from './print/python-format.ts'
import { formatScala } from './print/scala-format.ts'
import { StateOperations } from './state-operations.ts'

/** Records of each batch that `print` and `pprint` show unless told otherwise. */
const DEFAULT_PRINTED = 10

/** The operations of each context that save batches, by the name of what they write. */
const savesOfGraphs = new WeakMap<object, Map<string, string>>()

/** Operations that take batches out of the stream; a stream without one is never computed. */
export abstract class OutputOperations<T> extends StateOperations<T> {
  /**
   * Calls `f` with the RDD of every batch, on the driver. Only what `f` does with the RDD is computed: an action in it makes a job.
   * The batch is done once the promise that `f` returns is; an error that it throws fails the batch and stops nothing else.
   * @param f gets the RDD and the batch's time; may be async.
   */
  foreachRDD(f: (rdd: RDD<T>, time: Time) => unknown): void {
    this.#register('foreachRDD', f)
  }

  /**
   * Prints the first records of every batch as Spark does in Scala: `(word,3)`.
   * @param num how many records; 10 unless given.
   */
  print(num: number = DEFAULT_PRINTED): void {
    this.#register('print', async (rdd, time) => {
      const records = await rdd.take(num + 1)
      this.context.output.write(batchFrame(String(time), records, num, formatScala))
    })
  }

  /**
   * Prints the first records of every batch as PySpark does: `('word', 3)`.
   * @param num how many records; 10 unless given.
   */
  pprint(num: number = DEFAULT_PRINTED): void {
    this.#register('pprint', async (rdd, time) => {
      const records = await rdd.take(num + 1)
      this.context.output.write(batchFrame(pythonTime(time), records, num, formatPython))
    })
  }

  /**
   * Writes every batch, an empty one too, as text files into a directory of its own: `prefix-<time in ms>.suffix`. A batch that runs
   * again replaces what it wrote before.
   * @param suffix left out, with its dot, when empty.
   */
  saveAsTextFiles(prefix: string | null, suffix = ''): void {
    this.#noteSave('saveAsTextFiles', prefix, suffix)
    this.#register('saveAsTextFiles', (rdd, time) => rdd.saveAsTextFile(directoryOfBatch(prefix, suffix, time)))
  }

  /** {@link saveAsTextFiles} of the records as they are, for `SparkContext.objectFile`. */
  saveAsObjectFiles(prefix: string | null, suffix = ''): void {
    this.#noteSave('saveAsObjectFiles', prefix, suffix)
    this.#register('saveAsObjectFiles', (rdd, time) => rdd.saveAsObjectFile(directoryOfBatch(prefix, suffix, time)))
  }

  /** Warns where two output operations of a context write every batch to the same directory: the second replaces what the first wrote. */
  #noteSave(operation: string, prefix: string | null, suffix: string): void {
    const { graph } = this.context
    const site = this.context.callSiteOfNewStream(operation)
    const saves = savesOfGraphs.get(graph) ?? new Map<string, string>()
    savesOfGraphs.set(graph, saves)
    const name = `${prefix ?? ''}-<time>${suffix === '' ? '' : `.${suffix}`}`
    const other = saves.get(name)
    if (other === undefined) saves.set(name, site)
    else {
      log(
        'WARN',
        'DStream',
        `${site} saves to the same directories as ${other}, ${name}: in each batch the one that runs last replaces what the other wrote. Give them different prefixes.`,
      )
    }
  }

  #register(operation: string, run: (rdd: RDD<T>, time: Time) => unknown): void {
    this.context.graph.addOutputOperation(
      new OutputOperation<T>(this, this.context.callSiteOfNewStream(operation), run, operation === 'foreachRDD'),
    )
  }
}

/** Spark's name for what a batch writes: the prefix may be absent, as may the suffix. */
function directoryOfBatch(prefix: string | null, suffix: string, time: Time): string {
  const name = prefix ? `${prefix}-${time.milliseconds}` : String(time.milliseconds)
  return suffix === '' ? name : `${name}.${suffix}`
}
