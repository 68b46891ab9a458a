import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/**
 * Loads the library before the loader for TypeScript is registered, which would ask another thread about each of its modules: this halves the
 * time until a program starts. A program that has a copy of the library of its own loads that copy itself.
 *
 * @param program the program's file
 * @returns when the library is loaded, or at once where this module is no part of a build
 */
export async function preloadLibrary(program: string): Promise<void> {
  if (import.meta.url.endsWith('.ts')) return
  // A package may import itself by its name.
  const library = import.meta.resolve('millstream')
  const found = resolveLibrary(program)
  if (found === undefined || found === realpathSync(fileURLToPath(library))) await import(library)
}

/** The file that `import 'millstream'` gives to the program; undefined where it has no copy installed, and so gets this one. */
function resolveLibrary(program: string): string | undefined {
  try {
    return createRequire(program).resolve('millstream')
  } catch {
    return undefined
  }
}
