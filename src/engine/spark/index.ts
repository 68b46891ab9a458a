import type { Engine } from '../engine.ts'
import { SparkEngine, type SparkEngineOptions } from './spark-engine.ts'

export type { SparkEngineOptions } from './spark-engine.ts'

/** Makes the engine that runs on Apache Spark through Spark Connect. @throws SparkException for a URL that cannot be read. */
export function createSparkEngine(options: SparkEngineOptions): Engine {
  return new SparkEngine(options)
}
