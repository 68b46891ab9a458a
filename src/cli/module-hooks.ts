import type { ResolveHook } from 'node:module'
import { fileURLToPath } from 'node:url'
import { moduleFormatOf } from './module-format.ts'

const OWN_NAME = /^millstream(?:\/|$)/
const PROGRAM_FILE = /\.[jt]sx?$/

/**
 * Module resolution for programs, on Node's loader thread: a file that is an ES module by its syntax is taken as one whatever package.json
 * says, and `millstream` is this package where the program's folder has none of its own, as under `npx`.
 */
export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  const resolved = await resolveOrOwn(specifier, context, nextResolve)
  if (resolved.format === 'module' || !resolved.url.startsWith('file:')) return resolved
  const file = fileURLToPath(resolved.url)
  if (!PROGRAM_FILE.test(file) || file.includes('/node_modules/')) return resolved
  return moduleFormatOf(file) === 'module' ? { ...resolved, format: 'module' } : resolved
}

const resolveOrOwn: ResolveHook = async (specifier, context, nextResolve) => {
  try {
    return await nextResolve(specifier, context)
  } catch (error) {
    if (!OWN_NAME.test(specifier) || (error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    return nextResolve(specifier, { ...context, parentURL: import.meta.url })
  }
}
