import { statSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { register as registerCommonJs } from 'tsx/cjs/api'
import { register as registerModules } from 'tsx/esm/api'
import { describeFailure, wasLogged, whatFailed } from '../batches/describe-error.ts'
import { announceProgram } from '../closure/driver/program-package.ts'
import { MillstreamError } from '../errors.ts'
import { endOnClosedPipe } from './closed-pipe.ts'
import { type RunCommand, UsageError } from './command-line.ts'
import { moduleFormatOf } from './module-format.ts'
import { resolveSync, type SyncResolveHook } from './module-hooks.ts'
import { endWithNpm } from './parent-watch.ts'
import { preloadLibrary } from './preload-library.ts'
import { fileSettings } from './properties-file.ts'

/** `registerHooks` came with Node 22.15; Node 26 warns of `register`. */
const { Module, register, registerHooks } = nodeModule as typeof nodeModule & {
  readonly registerHooks?: (hooks: { resolve: SyncResolveHook }) => void
}

/**
 * Runs a program in this process, so that signals, the exit code, standard input and workers are the program's own: `process.argv` is
 * `[node, app, ...args]`, and the options' master and settings reach each new SparkConf through MILLSTREAM_MASTER and MILLSTREAM_CONF.
 *
 * @returns when the program's module has run; what it started may go on
 * @throws UsageError with exit code 1 when there is no such file; whatever the program throws
 */
export async function runApp({ app, appArgs, master, conf, propertiesFile }: RunCommand): Promise<void> {
  const file = resolve(app)
  const stats = statSync(file, { throwIfNoEntry: false })
  if (stats === undefined) throw new UsageError('APP_NOT_FOUND', `cannot find the program '${app}' (${file})`, 1)
  if (!stats.isFile()) throw new UsageError('APP_NOT_A_FILE', `the program '${app}' is not a file`, 1)

  if (master !== undefined) process.env.MILLSTREAM_MASTER = master
  const settings = { ...fileSettings(propertiesFile), ...conf }
  if (Object.keys(settings).length > 0) process.env.MILLSTREAM_CONF = JSON.stringify(settings)
  process.argv = [process.argv[0]!, file, ...appArgs]
  announceProgram(file)
  endOnClosedPipe()
  endWithNpm()

  await preloadLibrary(file)
  registerCommonJs()
  registerModules()
  // Node asks the hooks that were registered last first. The file's extension differs between the sources and the build.
  if (registerHooks !== undefined) registerHooks({ resolve: resolveSync })
  else register(new URL(`./module-hooks${extname(import.meta.url)}`, import.meta.url), { data: file })
  if (moduleFormatOf(file) === 'module') await import(pathToFileURL(file).href).catch(endWithFailure)
  // As `node app.cjs` does it: `require.main` is the program's module.
  else Module.runMain(file)
}

/**
 * Ends the program as Node ends one whose module throws, but shows a failure of a job as the log does: the user's error and lines first. An error that
 * the log has told of already is not told again.
 */
function endWithFailure(error: unknown): never {
  const during = whatFailed(error)
  const isOurs = during !== undefined || error instanceof MillstreamError
  if (!isOurs || process.listenerCount('uncaughtException') > 0) throw error
  const text = during === undefined ? describeFailure(error) : `${describeFailure(error)}\n  ${during}`
  if (!wasLogged(error)) process.stderr.write(`${text}\n`)
  process.exit(1)
}
