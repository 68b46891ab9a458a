import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type DStream,
  type RDD,
  Seconds,
  type State,
  StateSpec,
  StreamingContext,
  type Time,
} from '../../../src/index.ts'
import type { ManualClock } from '../../../src/testing/index.ts'
import { KEYS } from '../ledger-model.ts'
import type { HistoryContext } from './history-context.ts'
import type { History, Operator } from './program.ts'
import type { RunLife } from './run-life.ts'
import { type DirectFeed, FeedSource, OwnInputDStream, type ScriptedReceiver } from './sources.ts'

/** Seconds between batches: what the settings of a history count in. */
export const INTERVAL_S = 1
/** Partitions of what is placed by key. */
const PARTITIONS = 2

/** Functions on workers fail while this file is there, those that update a state while the other one is. */
const POISON = join(tmpdir(), `millstream-history-${process.pid}.poison`)
const STATE_POISON = `${POISON}.state`

/** What a program of a history is made of, in one run. */
export interface ProgramParts {
  readonly sparkContext: HistoryContext
  readonly clock: ManualClock
  readonly history: History
  readonly life: RunLife
  readonly batchOf: (time: Time) => number
  readonly receivers: readonly (ScriptedReceiver | null)[]
  readonly feeds: readonly DirectFeed[]
  readonly directories: readonly string[]
  /** Takes what a batch put out; outputs are numbered from 0, those of the sources first. */
  readonly onOutput: (output: number, batch: number, rows: readonly unknown[]) => void
  /** Told when a source hears that a batch is completed for good. */
  readonly onCompleted: (source: number, batch: number) => void
  /** Told when the output operation of a batch has succeeded. */
  readonly onSuccess: (output: number, batch: number) => void
}

/** Makes the streams and output operations of a history's program. */
export function buildProgram(parts: ProgramParts): StreamingContext {
  const { sparkContext, clock, history } = parts
  const { remember, isSourceFirst, segmentSize } = history.settings
  const ssc = new StreamingContext(sparkContext, INTERVAL_S, { clock, ledgerSegmentSize: segmentSize })
  if (remember !== null) ssc.remember(remember * INTERVAL_S)
  const sources = history.sources.map((_, index) => source(ssc, index, parts))
  const all = (sources.length === 1 ? sources[0]! : ssc.union(sources)).map(toPair)
  const putOutSources = () => {
    for (const [index, stream] of sources.entries()) putOut(stream, index, parts)
  }
  if (isSourceFirst) putOutSources()
  for (const [index, operator] of history.operators.entries()) {
    putOut(derived(operator, sources, all, index), sources.length + index, parts)
  }
  if (!isSourceFirst) putOutSources()
  return ssc
}

function source(ssc: StreamingContext, index: number, parts: ProgramParts): DStream<number> {
  const { life, batchOf, receivers, feeds, directories } = parts
  const onCompleted = (batch: number) => parts.onCompleted(index, batch)
  const feedOptions = { feed: feeds[index]!, life, batchOf, onCompleted }
  const made = () => {
    switch (parts.history.sources[index]!) {
      case 'receiver':
        return ssc.receiverStream(receivers[index]!)
      case 'files':
        return ssc.textFileStream(directories[index]!).map(Number)
      case 'direct':
        return ssc.directStream(new FeedSource(feedOptions))
      case 'own':
        return new OwnInputDStream(ssc, feedOptions)
    }
  }
  return made()
    .transform((rdd, time) => life.pass('generation', { run: () => rdd, batch: batchOf(time) }))
    .map(unlessPoisoned)
}

function derived(
  operator: Operator,
  sources: readonly DStream<number>[],
  all: DStream<[number, number]>,
  index: number,
): DStream<unknown> {
  switch (operator.kind) {
    case 'state': {
      const states = all.updateStateByKey<number, number, number[]>(appended, PARTITIONS).name(`state ${index}`)
      states.checkpoint(Seconds(operator.checkpointEvery * INTERVAL_S))
      return states
    }
    case 'mapWithState':
    case 'snapshots': {
      const counted = all.mapWithState(StateSpec.function(counting).numPartitions(PARTITIONS))
      counted.name(`counted ${index}`)
      counted.checkpoint(Seconds(operator.checkpointEvery * INTERVAL_S))
      return operator.kind === 'mapWithState' ? counted : counted.stateSnapshots()
    }
    case 'sums': {
      const { length, slide, checkpointEvery } = operator
      const sums = all.reduceByKeyAndWindow(add, subtract, length * INTERVAL_S, slide * INTERVAL_S, PARTITIONS)
      sums.name(`sums ${index}`)
      sums.checkpoint(Seconds(checkpointEvery * INTERVAL_S))
      return sums
    }
    case 'window':
      return all.map(recordOf).window(operator.length * INTERVAL_S, operator.slide * INTERVAL_S)
    case 'join':
      return sources[0]!.map(toPair).join(sources.at(-1)!.map(toPair), PARTITIONS)
  }
}

function putOut<T>(stream: DStream<T>, output: number, { life, batchOf, onOutput, onSuccess }: ProgramParts): void {
  stream.foreachRDD(async (rdd, time) => {
    const batch = batchOf(time)
    await life.pass('output begins', { run: () => {}, batch })
    const rows = await collect(rdd, life, batch)
    onOutput(output, batch, rows)
    await life.pass('output done', { run: () => onSuccess(output, batch), batch })
  })
}

/** The records of a batch, unless a fault strikes a function on a worker meanwhile. */
async function collect<T>(rdd: RDD<T>, life: RunLife, batch: number): Promise<T[]> {
  const effect = life.strike('task', batch)
  if (effect === null) return life.unharmed(() => rdd.collect())
  const poison = effect === 'fail' ? POISON : STATE_POISON
  writeFileSync(poison, '')
  try {
    return await life.unharmed(() => rdd.collect())
  } finally {
    rmSync(poison, { force: true })
  }
}

// The functions that run on workers stand at the module's level: their code is the same in every history, so that a worker keeps it compiled.

function unlessPoisoned(record: number): number {
  if (existsSync(POISON)) throw new Error('a record that was to fail')
  return record
}

function toPair(record: number): [number, number] {
  return [record % KEYS, record]
}

function recordOf([, record]: [number, number]): number {
  return record
}

/** Fails, if it is to, behind the keys that were updated before. */
function failIfPoisoned(record: number): void {
  if (record % KEYS >= KEYS / 2 && existsSync(STATE_POISON)) throw new Error('a state that was to fail')
}

function appended(values: number[], records: number[] | undefined): number[] {
  for (const value of values) failIfPoisoned(value)
  return [...(records ?? []), ...values].sort((a, b) => a - b)
}

function counting(key: number, value: number | undefined, state: State<number[]>): [number, number] {
  failIfPoisoned(value!)
  const records = [...(state.getOption() ?? []), value!].sort((a, b) => a - b)
  state.update(records)
  return [key, records.length]
}

function add(a: number, b: number): number {
  return a + b
}

function subtract(a: number, b: number): number {
  return a - b
}
