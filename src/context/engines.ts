import type { Engine, EngineOptions } from '../engine/engine.ts'
import { createLocalEngine } from '../engine/local/index.ts'
import { createSparkEngine } from '../engine/spark/index.ts'
import { type Master, parseMasterUrl } from './master-url.ts'
import { PACKAGE_VERSION } from './package-version.ts'

/** Makes engines for a kind of master URL that only it knows, as Spark's `ExternalClusterManager`. */
export interface EngineProvider {
  canCreate(masterUrl: string): boolean
  create(masterUrl: string, options: EngineOptions): Engine
}

const providers = new Set<EngineProvider>()

/**
 * Puts a further engine in front of the built-in ones.
 * @returns a function that removes it.
 */
export function addEngineProvider(provider: EngineProvider): () => void {
  providers.add(provider)
  return () => {
    providers.delete(provider)
  }
}

/**
 * The engine that a master URL names: the one place where they are chosen.
 * @throws SparkException when the URL cannot be read.
 */
export function createEngine(masterUrl: string, options: EngineOptions): Engine {
  for (const provider of providers) {
    if (provider.canCreate(masterUrl)) return provider.create(masterUrl, options)
  }
  return createBuiltIn(parseMasterUrl(masterUrl), options)
}

function createBuiltIn(master: Master, options: EngineOptions): Engine {
  switch (master.kind) {
    case 'local':
      return createLocalEngine({ ...options, workers: master.threads, maxTaskFailures: master.maxTaskFailures })
    case 'spark':
      return createSparkEngine({ ...options, masterUrl: master.url, version: PACKAGE_VERSION })
  }
}
