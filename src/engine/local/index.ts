import type { Engine } from '../engine.ts'
import { LocalEngine, type LocalEngineOptions } from './local-engine.ts'

export type { LocalEngineOptions } from './local-engine.ts'

/** Starts the embedded engine: `workers` threads, a task tried `maxTaskFailures` times. */
export function createLocalEngine(options: LocalEngineOptions): Engine {
  return new LocalEngine(options)
}
