import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { IllegalArgumentException } from '../errors.ts'
import type { StreamingListener } from './streaming-listener.ts'

/**
 * The listeners that `spark.streaming.extraListeners` names: modules, separated by commas, whose default export is a class of listeners that can be
 * made without arguments. Paths and packages are found as from the working directory.
 * @throws IllegalArgumentException for a module that cannot be loaded, or whose default export is no class.
 */
export async function loadExtraListeners(setting: string | undefined): Promise<StreamingListener[]> {
  const specifiers = (setting ?? '').split(',').map((specifier) => specifier.trim())
  const listeners: StreamingListener[] = []
  for (const specifier of specifiers) if (specifier !== '') listeners.push(await loadListener(specifier))
  return listeners
}

async function loadListener(specifier: string): Promise<StreamingListener> {
  try {
    const file = createRequire(join(process.cwd(), 'package.json')).resolve(specifier)
    const { default: Listener } = (await import(pathToFileURL(file).href)) as { default: new () => StreamingListener }
    return new Listener()
  } catch (cause) {
    throw new IllegalArgumentException(
      'INVALID_SETTING',
      `spark.streaming.extraListeners names ${specifier}, which cannot be used: it must be a module whose default export is a class of listeners`,
      { cause },
    )
  }
}
