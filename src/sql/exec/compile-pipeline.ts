import * as runtime from '../functions/runtime/index.ts'
import type { ColumnBatch } from './column-batch.ts'
import type { StageCode } from './row-function.ts'

/** Runs a pipeline over a batch; `out` takes each row's values. */
export type Pipeline = (columns: ColumnBatch['columns'], length: number, out: (...values: never[]) => void) => void

type Factory = (rt: typeof runtime, k: readonly unknown[]) => Pipeline
const factories = new Map<string, Factory>()
/** So much generated code is remembered per thread; at the limit all is forgotten. */
const MAX_FACTORIES = 1000

/** The function of generated code; code of the same text is compiled once per thread. */
export function compilePipeline({ text, constants }: StageCode): Pipeline {
  let factory = factories.get(text)
  if (factory === undefined) {
    if (factories.size >= MAX_FACTORIES) factories.clear()
    factory = new Function('rt', 'k', `'use strict'\n${text}`) as Factory
    factories.set(text, factory)
  }
  return factory(runtime, constants)
}
