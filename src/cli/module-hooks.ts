import type { InitializeHook, ResolveFnOutput, ResolveHook, ResolveHookContext } from 'node:module'
import { fileURLToPath } from 'node:url'
import { announceProgram, isOfProgram } from '../closure/driver/program-package.ts'
import { moduleFormatOf } from './module-format.ts'

const OWN_NAME = /^millstream(?:\/|$)/
const PROGRAM_FILE = /\.[jt]sx?$/

/** Tells Node's loader thread, which has globals of its own, which file is run. */
export const initialize: InitializeHook<string> = announceProgram

/** A resolve hook for `module.registerHooks()`, which runs on the thread that imports. */
export type SyncResolveHook = (
  specifier: string,
  context: ResolveHookContext,
  nextResolve: (specifier: string, context?: Partial<ResolveHookContext>) => ResolveFnOutput,
) => ResolveFnOutput

/**
 * Module resolution for programs where Node has `module.register()` only: this hook runs on Node's loader thread. A file that is an ES module
 * by its syntax is loaded as an ES module whatever package.json says, and `millstream` is this package where the program's folder has no
 * `millstream` of its own, as under `npx`.
 */
export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  try {
    return withSyntaxFormat(await nextResolve(specifier, context))
  } catch (error) {
    if (!isMissingOwnPackage(specifier, error)) throw error
    return nextResolve(specifier, { ...context, parentURL: import.meta.url })
  }
}

/** The same resolution for `module.registerHooks()`. `require` calls reach this hook too and are resolved as Node resolves them. */
export const resolveSync: SyncResolveHook = (specifier, context, nextResolve) => {
  if (context.conditions.includes('require')) return nextResolve(specifier, context)
  try {
    return withSyntaxFormat(nextResolve(specifier, context))
  } catch (error) {
    if (!isMissingOwnPackage(specifier, error)) throw error
    return nextResolve(specifier, { ...context, parentURL: import.meta.url })
  }
}

function withSyntaxFormat(resolved: ResolveFnOutput): ResolveFnOutput {
  if (resolved.format === 'module' || !resolved.url.startsWith('file:')) return resolved
  const file = fileURLToPath(resolved.url)
  if (!PROGRAM_FILE.test(file) || (file.includes('/node_modules/') && !isOfProgram(resolved.url))) return resolved
  return moduleFormatOf(file) === 'module' ? { ...resolved, format: 'module' } : resolved
}

function isMissingOwnPackage(specifier: string, error: unknown): boolean {
  return OWN_NAME.test(specifier) && (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND'
}
