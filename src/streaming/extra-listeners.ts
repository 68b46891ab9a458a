import { loadClass } from '../batches/load-class.ts'
import type { StreamingListener } from '../batches/streaming-listener.ts'
import { EXTRA_LISTENERS } from '../settings/streaming.ts'

/**
 * The listeners that `spark.streaming.extraListeners` names: modules, separated by commas, whose default export is a class of listeners that can be
 * made without arguments.
 * @throws IllegalArgumentException for a module that cannot be loaded, or whose default export is no class.
 */
export async function loadExtraListeners(setting: string | undefined): Promise<StreamingListener[]> {
  const specifiers = (setting ?? '').split(',').map((specifier) => specifier.trim())
  const listeners: StreamingListener[] = []
  for (const specifier of specifiers) {
    if (specifier === '') continue
    const make = (Listener: new () => StreamingListener) => new Listener()
    listeners.push(await loadClass(EXTRA_LISTENERS.key, specifier, 'a class of listeners', make))
  }
  return listeners
}
