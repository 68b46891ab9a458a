import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { IllegalArgumentException } from '../errors.ts'

/**
 * The class that is a module's default export. Paths and packages are found as from the working directory.
 * @param setting that names the module. @param what the class must be, for the error.
 * @throws IllegalArgumentException when `use` of the class fails, or there is none.
 */
export async function loadClass<C, T>(
  setting: string,
  specifier: string,
  what: string,
  use: (loaded: C) => T,
): Promise<T> {
  try {
    const file = createRequire(join(process.cwd(), 'package.json')).resolve(specifier)
    const { default: loaded } = (await import(pathToFileURL(file).href)) as { default: C }
    return use(loaded)
  } catch (cause) {
    throw new IllegalArgumentException(
      'INVALID_SETTING',
      `${setting} names ${specifier}, which cannot be used: it must be a module whose default export is ${what}`,
      { cause },
    )
  }
}
