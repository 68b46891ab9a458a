import type { Import } from './imports.ts'

/** The small files at the root of src/, the checks of arguments and the settings, which everything may use. */
const FOUNDATION = ['stack-frames.ts', 'errors.ts', 'arguments', 'system-clock.ts', 'log.ts', 'settings'] as const
const CLOSURE = ['closure/driver', 'closure/wire', 'closure/worker'] as const
const BELOW_ENGINE = [...FOUNDATION, ...CLOSURE, 'events', 'files', 'task'] as const
const BELOW_RDD = [...BELOW_ENGINE, 'engine', 'status', 'shared-variables'] as const
const BELOW_BATCHES = [...BELOW_RDD, 'rdd', 'context'] as const
const BELOW_DSTREAM = [...BELOW_BATCHES, 'batches'] as const
const BELOW_SOURCES = [...BELOW_DSTREAM, 'dstream'] as const
const BELOW_STREAMING = [...BELOW_SOURCES, 'sources'] as const
const BELOW_CLI = [...BELOW_STREAMING, 'streaming', 'sinks', 'mllib', 'mllib/records', 'sql'] as const

/**
 * Which layers each layer may import besides itself: the order of the folders under src/. A layer is a folder, or a file at the root;
 * `engine/local` and `engine/spark` are layers of their own, beside the interface that they implement, and so are the three parts of `closure/`, and
 * `mllib/records`, the classes of this package whose instances are users' records.
 */
const MAY_IMPORT = {
  'stack-frames.ts': [],
  'errors.ts': ['stack-frames.ts'],
  arguments: ['errors.ts'],
  'system-clock.ts': [],
  'log.ts': ['errors.ts', 'system-clock.ts', 'arguments'],
  settings: ['errors.ts', 'arguments'],
  'closure/wire': ['errors.ts'],
  'closure/driver': ['stack-frames.ts', 'errors.ts', 'closure/wire'],
  'closure/worker': ['errors.ts', 'closure/wire'],
  files: ['errors.ts', 'arguments'],
  'mllib/records': ['errors.ts'],
  task: ['errors.ts', 'arguments', 'closure/wire', 'closure/worker', 'mllib/records'],
  arrow: FOUNDATION,
  connect: [...FOUNDATION, 'arrow'],
  engine: BELOW_ENGINE,
  'engine/local': [...BELOW_ENGINE, 'engine'],
  'engine/spark': [...BELOW_ENGINE, 'engine', 'connect', 'arrow'],
  events: FOUNDATION,
  status: [...FOUNDATION, 'settings', 'events'],
  'shared-variables': [...BELOW_ENGINE, 'engine'],
  rdd: BELOW_RDD,
  context: [...BELOW_RDD, 'engine/local', 'engine/spark', 'rdd'],
  batches: BELOW_BATCHES,
  dstream: BELOW_DSTREAM,
  sources: BELOW_SOURCES,
  streaming: BELOW_STREAMING,
  sinks: [...BELOW_STREAMING, 'streaming'],
  mllib: [...BELOW_STREAMING, 'streaming', 'mllib/records'],
  sql: [...BELOW_STREAMING, 'streaming'],
  testing: BELOW_CLI,
  cli: BELOW_CLI,
  'index.ts': BELOW_CLI,
} as const satisfies Record<string, readonly string[]>

const rules: Readonly<Record<string, readonly string[]>> = MAY_IMPORT

/** The layer of a file under src/, for instance `engine/local` of `engine/local/worker.ts`. */
export function layerOf(file: string): string {
  const [first = '', second = ''] = file.split('/')
  const nested = `${first}/${second}`
  return nested in rules ? nested : first
}

/** What breaks the layer rule, one line each. */
export function layerViolations(imports: readonly Import[]): string[] {
  return imports.flatMap((one) => {
    const violation = violationOf(one)
    return violation === undefined ? [] : [`${one.from} imports ${one.to}: ${violation}`]
  })
}

function violationOf({ from, to, isRelative }: Import): string | undefined {
  const isTest = (file: string) => /\.test\.[cm]?[jt]s$/.test(file)
  if (isTest(to)) return 'a test is imported by nobody'
  if (!isRelative)
    return to === 'millstream' || to.startsWith('millstream/') ? 'the package does not import itself' : undefined
  const layer = layerOf(from)
  const allowed = rules[layer]
  if (allowed === undefined) return `${layer} is no layer`
  // A unit test may use what it likes of the sources, and the models under test/.
  if (isTest(from)) return undefined
  if (to.startsWith('../')) return to === '../package.json' ? undefined : 'it lies outside of src/'
  const target = layerOf(to)
  return target === layer || allowed.includes(target) ? undefined : `${layer} may not know ${target}`
}
