import { addEngineProvider } from '../../src/context/engines.ts'
import { parseMasterUrl } from '../../src/context/master-url.ts'
import { createReferenceEngine } from './reference-engine.ts'

/**
 * From now on `local…` masters run on the reference engine.
 * @returns a function that ends that.
 */
export function useReferenceEngine(): () => void {
  return addEngineProvider({
    canCreate: (masterUrl) => masterUrl.startsWith('local'),
    create: (masterUrl, options) => {
      const master = parseMasterUrl(masterUrl)
      return createReferenceEngine({ ...options, defaultParallelism: master.kind === 'local' ? master.threads : 1 })
    },
  })
}
