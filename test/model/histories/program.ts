import fc from 'fast-check'
import { EFFECTS, type Effect, type Fault, POINTS, type Point } from './faults.ts'

/**
 * Where a program's records come from: a receiver with a write-ahead log, a watched directory, a `BatchSource`, or an `InputDStream` of the program's own
 * that keeps its positions by itself.
 */
export type SourceKind = 'receiver' | 'files' | 'direct' | 'own'

/** What a program makes of its sources, beside putting out what each of them brought. Intervals and lengths are batches. */
export type Operator =
  /** Each key's records so far, all sources together. */
  | { readonly kind: 'state'; readonly checkpointEvery: number }
  /** How many records of its key came up to each record. */
  | { readonly kind: 'mapWithState'; readonly checkpointEvery: number }
  /** The states of `mapWithState`. */
  | { readonly kind: 'snapshots'; readonly checkpointEvery: number }
  /** The sum of each key in the last batches, kept up with an inverse function. */
  | { readonly kind: 'sums'; readonly length: number; readonly slide: number; readonly checkpointEvery: number }
  /** The records of the last batches. */
  | { readonly kind: 'window'; readonly length: number; readonly slide: number }
  /** The records of the first source and those of the last one with the same key. */
  | { readonly kind: 'join' }

/** One thing that happens while a program runs, or does not run. */
export type Step =
  /** New records for a source; those of a receiver with metadata that cannot be written if they are to be refused. */
  | { readonly kind: 'put'; readonly source: number; readonly records: number; readonly isRefused: boolean }
  /** Records that were refused are stored once more. */
  | { readonly kind: 'put again' }
  /** So many batches are due, one after another. */
  | { readonly kind: 'tick'; readonly batches: number }
  /** So many batches are due at once. */
  | { readonly kind: 'jump'; readonly batches: number }
  | { readonly kind: 'fault'; readonly fault: Fault }
  /** What waits goes on. */
  | { readonly kind: 'release' }
  /** What waits goes on, and no fault strikes any more. */
  | { readonly kind: 'heal' }
  /** The run is stopped, and so many batches pass before the next one. */
  | { readonly kind: 'stop'; readonly isGraceful: boolean; readonly missed: number }
  /** The run crashes between two steps, and so many batches pass before the next one. */
  | { readonly kind: 'crash'; readonly missed: number }

/** The settings of a program. Times are batches; null leaves a setting as it is by default. */
export interface ProgramSettings {
  readonly remember: number | null
  readonly rememberFiles: number
  readonly concurrentJobs: number
  readonly maxAttempts: number
  readonly retryDelay: number
  readonly maxWaiting: number | null
  readonly maxLogFailures: number
  readonly logRollsEvery: number
  readonly hasLogOfItsOwn: boolean
  readonly closesLogAfterWrite: boolean
  /** Finished batches that a checkpoint keeps together in a file. */
  readonly segmentSize: number
  /** Batches that pass between a crash within a step and the next run. */
  readonly missedAfterCrash: number
  /** Whether the last run is stopped gracefully, and another one after it has nothing left to do. */
  readonly endsGracefully: boolean
  /** Whether the outputs of the sources come before those of the operators. */
  readonly isSourceFirst: boolean
}

/** A program and all that happens to it. */
export interface History {
  readonly sources: readonly SourceKind[]
  readonly operators: readonly Operator[]
  readonly settings: ProgramSettings
  readonly steps: readonly Step[]
}

const batches = (min: number, max: number) => fc.integer({ min, max })
const often = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(usual, ...others) })

const operator: fc.Arbitrary<Operator> = fc.oneof(
  fc.record({ kind: fc.constant('state' as const), checkpointEvery: batches(1, 5) }),
  fc.record({ kind: fc.constant('mapWithState' as const), checkpointEvery: batches(1, 5) }),
  fc.record({ kind: fc.constant('snapshots' as const), checkpointEvery: batches(1, 5) }),
  fc
    .record({ length: batches(2, 4), slide: batches(1, 2), every: batches(1, 3) })
    .map(({ length, slide, every }) => ({ kind: 'sums' as const, length, slide, checkpointEvery: slide * every })),
  fc.record({ kind: fc.constant('window' as const), length: batches(2, 4), slide: batches(1, 2) }),
  fc.record({ kind: fc.constant('join' as const) }),
)

/** The effects that make sense at a point. */
function effectsAt(point: Point): readonly Effect[] {
  switch (point) {
    case 'task':
      return ['fail', 'fail half done']
    case 'output done':
      return ['fail', 'crash']
    case 'output begins':
      // What waits is overtaken by later batches where several jobs may run at once.
      return ['fail', 'crash', 'wait', 'wait']
    case 'generation':
      return ['fail', 'crash', 'wait']
    case 'plan':
      return ['fail', 'fail when done', 'crash', 'crash when done']
    case 'listing':
      return ['fail', 'crash', 'wait']
    case 'checkpoint write':
    case 'log append':
      return EFFECTS
    default:
      return ['fail', 'fail when done', 'crash', 'crash when done']
  }
}

/** The points that a program with these sources passes; those that are passed often, or decide much, come up more than once. */
function pointsOf(sources: readonly SourceKind[]): readonly Point[] {
  return POINTS.flatMap((point): Point[] => {
    if (point.startsWith('log'))
      return sources.includes('receiver') ? repeated(point, point === 'log append' ? 3 : 1) : []
    if (point === 'plan') return sources.some((kind) => kind === 'direct' || kind === 'own') ? repeated(point, 2) : []
    if (point === 'listing') return sources.includes('files') ? repeated(point, 2) : []
    return repeated(point, point === 'checkpoint removal' ? 1 : 3)
  })
}

const repeated = (point: Point, times: number): Point[] => Array.from({ length: times }, () => point)

/** A checkpoint is given up when it failed three times, a block of a log as the settings say. */
function timesAt(point: Point): fc.Arbitrary<number> {
  return point.startsWith('checkpoint') || point.startsWith('log') ? fc.constantFrom(1, 2, 3, 3, 6) : often(1, 2, 3, 6)
}

function faults(sources: readonly SourceKind[]): fc.Arbitrary<Fault> {
  return fc.constantFrom(...pointsOf(sources)).chain((point) =>
    fc.record({
      point: fc.constant(point),
      effect: fc.constantFrom(...effectsAt(point)),
      skip: often(0, 1, 2, 3, 5),
      times: timesAt(point),
      isLasting: fc.boolean(),
    }),
  )
}

function step(sources: readonly SourceKind[]): fc.Arbitrary<Step> {
  return fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({
        kind: fc.constant('put' as const),
        source: batches(0, 2),
        records: batches(1, 4),
        isRefused: often(false, true),
      }),
    },
    { weight: 1, arbitrary: fc.constant<Step>({ kind: 'put again' }) },
    { weight: 12, arbitrary: fc.record({ kind: fc.constant('tick' as const), batches: often(1, 2, 3, 8) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('jump' as const), batches: batches(2, 4) }) },
    { weight: 10, arbitrary: fc.record({ kind: fc.constant('fault' as const), fault: faults(sources) }) },
    { weight: 1, arbitrary: fc.constant<Step>({ kind: 'release' }) },
    { weight: 1, arbitrary: fc.constant<Step>({ kind: 'heal' }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('stop' as const), isGraceful: fc.boolean(), missed: often(0, 1, 3) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const), missed: often(0, 1, 3) }) },
  )
}

const settings: fc.Arbitrary<ProgramSettings> = fc.record({
  remember: often<number | null>(null, 2, 5),
  rememberFiles: often(1, 2, 60),
  concurrentJobs: fc.constantFrom(1, 1, 2, 3),
  maxAttempts: fc.constantFrom(1, 1, 2, 3),
  retryDelay: fc.constantFrom(0.1, 1, 2),
  maxWaiting: often<number | null>(null, 1, 3),
  maxLogFailures: fc.constantFrom(1, 2, 3),
  logRollsEvery: fc.constantFrom(1, 60),
  hasLogOfItsOwn: often(false, true),
  closesLogAfterWrite: often(false, true),
  segmentSize: fc.constantFrom(1, 2, 3, 128),
  missedAfterCrash: often(0, 1, 3),
  endsGracefully: often(false, true),
  isSourceFirst: fc.boolean(),
})

const sourceKind = fc.constantFrom<SourceKind>('receiver', 'receiver', 'files', 'files', 'direct', 'direct', 'own')

const sources = fc.oneof(
  { weight: 3, arbitrary: fc.array(sourceKind, { minLength: 1, maxLength: 1 }) },
  { weight: 1, arbitrary: fc.array(sourceKind, { minLength: 2, maxLength: 3 }) },
)
const operators = fc.oneof(
  { weight: 3, arbitrary: fc.array(operator, { minLength: 0, maxLength: 1 }) },
  { weight: 1, arbitrary: fc.array(operator, { minLength: 2, maxLength: 2 }) },
)

const history: fc.Arbitrary<History> = sources.chain((kinds) =>
  fc.record({
    sources: fc.constant(kinds),
    operators,
    settings,
    steps: fc.array(step(kinds), { minLength: 6, maxLength: 16, size: 'max' }),
  }),
)

/** The history that a seed stands for. */
export function historyOf(seed: number): History {
  return fc.sample(fc.noBias(history), { seed, numRuns: 1 })[0]!
}
