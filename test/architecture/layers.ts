import type { Import } from './imports.ts'

/** Small files at the root of src/ that everything from the engine up may use. */
const FOUNDATION = ['errors.ts', 'system-clock.ts', 'log.ts'] as const
const BELOW_ENGINE = [...FOUNDATION, 'closure', 'io', 'task'] as const
const BELOW_RDD = [...BELOW_ENGINE, 'engine'] as const
const BELOW_DSTREAM = [...BELOW_RDD, 'rdd', 'context'] as const
const BELOW_CLI = [...BELOW_DSTREAM, 'dstream', 'sources', 'sinks', 'mllib'] as const

/**
 * Which layers each layer may import besides itself: the order of the folders under src/. A layer is a folder, or a file at the root;
 * `engine/local` and `engine/spark` are layers of their own, beside the interface that they implement.
 */
const MAY_IMPORT = {
  'errors.ts': [],
  'system-clock.ts': [],
  'log.ts': ['errors.ts', 'system-clock.ts'],
  closure: ['errors.ts'],
  io: ['errors.ts'],
  task: ['errors.ts', 'closure'],
  engine: BELOW_ENGINE,
  'engine/local': [...BELOW_ENGINE, 'engine'],
  'engine/spark': [...BELOW_ENGINE, 'engine'],
  rdd: [...BELOW_RDD, 'context'],
  context: [...BELOW_RDD, 'engine/local', 'engine/spark', 'rdd'],
  dstream: [...BELOW_DSTREAM, 'sources', 'mllib'],
  sources: [...BELOW_DSTREAM, 'dstream', 'mllib'],
  sinks: [...BELOW_DSTREAM, 'dstream'],
  mllib: [...BELOW_DSTREAM, 'dstream', 'sources'],
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
