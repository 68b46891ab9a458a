import { SparkConf, SparkContext } from '../../../src/index.ts'

/**
 * A SparkContext that many histories share, one after another, as starting workers would take most of their time. Each history gives it the streaming
 * settings of its program.
 */
export class HistoryContext extends SparkContext {
  /** What a StreamingContext that is made now sees. */
  settings: Readonly<Record<string, string | number | boolean>> = {}

  constructor() {
    super(new SparkConf(false).setMaster('local[2]').setAppName('histories'))
    this.setLogLevel('OFF')
  }

  override getConf(): SparkConf {
    return super.getConf().setAll(this.settings)
  }

  /** Frees what a run that is over has left persisted. */
  async unpersistAll(): Promise<void> {
    await Promise.all([...this.getPersistentRDDs().values()].map((rdd) => rdd.unpersist()))
  }
}
