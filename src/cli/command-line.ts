import { parseArgs } from 'node:util'
import { MillstreamError } from '../errors.ts'
import { APP_NAME } from '../settings/application.ts'
import { EXECUTOR_MEMORY } from '../settings/memory.ts'
import { REFUSED_OPTIONS } from './spark-submit-options.ts'

/** Runs a program: `millstream run app.ts`. */
export interface RunCommand {
  readonly kind: 'run'
  /** The program's file as it was given. */
  readonly app: string
  /** The arguments after the file, which belong to the program. */
  readonly appArgs: readonly string[]
  readonly master: string | undefined
  /** The settings of the options, which go before those of a file. */
  readonly conf: Readonly<Record<string, string>>
  /** The file of `--properties-file`. */
  readonly propertiesFile: string | undefined
}

/** A parsed command line. */
export type Command =
  | RunCommand
  | { readonly kind: 'help'; readonly topic: HelpTopic | undefined }
  | { readonly kind: 'version' }

/** The topics that have a help text of their own. */
export type HelpTopic = 'run'

/** The command line cannot be followed: printed without a stack, the process ends with `exitCode`. */
export class UsageError extends MillstreamError {
  readonly exitCode: number
  constructor(code: string, message: string, exitCode = 2) {
    super(code, message)
    this.exitCode = exitCode
  }
}

/**
 * Reads the arguments after `millstream`.
 * @throws UsageError for an unknown command or option, and for an option without its value.
 */
export function parseCommandLine(args: readonly string[]): Command {
  const [name, ...rest] = args
  switch (name) {
    case 'run':
      return parseRun(rest)
    case 'help':
      return parseHelp(rest)
    case '--help':
    case '-h':
      return { kind: 'help', topic: undefined }
    case 'version':
    case '--version':
    case '-v':
      return { kind: 'version' }
    case undefined:
      throw new UsageError('NO_COMMAND', `no command given\n${SEE_HELP}`)
    default: {
      const kind = name.startsWith('-') ? 'option' : 'command'
      throw new UsageError('UNKNOWN_COMMAND', `unknown ${kind} '${name}'\n${SEE_HELP}`)
    }
  }
}

const SEE_HELP = "'millstream --help' lists what there is."
const SEE_RUN_HELP = "'millstream help run' tells how it is used."

const RUN_OPTIONS = {
  master: { type: 'string' },
  remote: { type: 'string' },
  name: { type: 'string' },
  conf: { type: 'string', short: 'c', multiple: true },
  'properties-file': { type: 'string' },
  'executor-memory': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

function parseHelp([topic]: readonly string[]): Command {
  if (topic !== undefined && topic !== 'run') {
    throw new UsageError('UNKNOWN_HELP_TOPIC', `there is no help about '${topic}'\n${SEE_HELP}`)
  }
  return { kind: 'help', topic }
}

/** The first argument that is no option is the program; what follows is the program's own, options included. */
function parseRun(args: readonly string[]): Command {
  const { tokens } = parseArgs({
    args: [...args],
    options: RUN_OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const app = tokens.find((token) => token.kind === 'positional')
  const own = args.slice(0, app?.index)
  refuseForeignOptions(own)
  const options = parseOwnOptions(own)
  if (options.help === true) return { kind: 'help', topic: 'run' }
  if (app === undefined) throw new UsageError('NO_APP', `'run' needs the file of a program\n${SEE_RUN_HELP}`)
  return {
    kind: 'run',
    app: app.value,
    appArgs: args.slice(app.index + 1),
    master: options.master ?? options.remote,
    conf: settingsOf(options),
    propertiesFile: options['properties-file'],
  }
}

/** Options of spark-submit that mean nothing here are told what to write instead; some take a value, so they are looked for first. */
function refuseForeignOptions(args: readonly string[]): void {
  for (const arg of args) {
    const name = /^--([^=]+)/.exec(arg)?.[1]
    const instead = name !== undefined && Object.hasOwn(REFUSED_OPTIONS, name) ? REFUSED_OPTIONS[name] : undefined
    if (instead !== undefined) {
      throw new UsageError('SPARK_SUBMIT_OPTION', `--${name} of spark-submit is not taken: ${instead}\n${SEE_RUN_HELP}`)
    }
  }
}

function settingsOf(options: ReturnType<typeof parseOwnOptions>): Record<string, string> {
  const { name, conf = [], 'executor-memory': memory } = options
  return {
    ...Object.fromEntries(conf.map(parseSetting)),
    ...(name === undefined ? {} : { [APP_NAME.key]: name }),
    ...(memory === undefined ? {} : { [EXECUTOR_MEMORY.key]: memory }),
  }
}

function parseOwnOptions(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: RUN_OPTIONS, allowPositionals: false }).values
  } catch (error) {
    // Node's own messages name the option; what they advise about positional arguments does not fit here.
    const reason = (error as Error).message.split('. To specify')[0]
    throw new UsageError('BAD_OPTION', `${reason}\n${SEE_RUN_HELP}`)
  }
}

function parseSetting(setting: string): [key: string, value: string] {
  const equals = setting.indexOf('=')
  if (equals <= 0) {
    throw new UsageError('BAD_CONF', `--conf needs key=value, not '${setting}'\n${SEE_RUN_HELP}`)
  }
  return [setting.slice(0, equals), setting.slice(equals + 1)]
}
