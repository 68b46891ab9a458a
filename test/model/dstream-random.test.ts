import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { DStream, SparkContext } from '../../src/index.ts'
import { Milliseconds } from '../../src/index.ts'
import { StreamingHarness } from '../../src/testing/index.ts'
import { ModelStream } from './dstream-model.ts'
import { type Both, INTERVAL_MS, type InputBatch, inputBatch, type StreamStep, streamStep } from './dstream-programs.ts'
import { onEachEngine } from './on-each-engine.ts'
import type { Record_ } from './random-programs.ts'
import { recordText } from './record-text.ts'

/** More with MILLSTREAM_RANDOM_RUNS, for a search that takes its time; the same again with MILLSTREAM_RANDOM_SEED. */
const RUNS = Number(process.env.MILLSTREAM_RANDOM_RUNS ?? 200)
const SEED = Number(process.env.MILLSTREAM_RANDOM_SEED ?? randomInt(2 ** 31))
/** The local engine takes longer for a batch than the reference engine, by about this factor. */
const LOCAL_ENGINE_COST = 4

/** A step, and by numbers taken modulo how many there are, which streams it is applied to. */
interface PlacedStep {
  readonly step: StreamStep
  readonly from: number
  readonly other: number
}

interface Program {
  readonly inputs: readonly InputBatch[][]
  readonly batches: number
  readonly steps: readonly PlacedStep[]
}

const program: fc.Arbitrary<Program> = fc.record({
  inputs: fc.array(fc.array(inputBatch, { maxLength: 10 }), { minLength: 1, maxLength: 2 }),
  batches: fc.integer({ min: 1, max: 14 }),
  steps: fc.array(fc.record({ step: streamStep, from: fc.nat(), other: fc.nat() }), { minLength: 1, maxLength: 5 }),
})

/** A batch's records as sorted text, or null for a batch that did not come. */
type Batch = readonly string[] | null

const shown = (records: readonly Record_[]): string[] => records.map(recordText).sort()

function inputStream(harness: StreamingHarness, batches: readonly InputBatch[]): Both {
  const { sc, ssc } = harness
  const rdds = batches.map(({ records, slices }) =>
    slices === 0 ? sc.emptyRDD<Record_>() : sc.parallelize<Record_>(records, slices),
  )
  const real: DStream<Record_> = ssc.queueStream<Record_>(rdds)
  // Takes every batch from the queue in its own interval, also those that no window asks for.
  real.foreachRDD(() => {})
  return { real, model: new ModelStream(1, (time) => batches[time - 1]?.records ?? []) }
}

/** The streams that nothing is made of, and the input where there is nothing else: each with its report's name. */
function build(harness: StreamingHarness, { inputs, steps }: Program): { stream: Both; name: string }[] {
  const streams = inputs.map((batches, i) => ({ stream: inputStream(harness, batches), name: `input ${i}` }))
  const used = new Set<Both>()
  for (const { step, from, other } of steps) {
    const first = streams[from % streams.length]!
    const fitting = streams.filter(({ stream }) => stream.model.slide === first.stream.model.slide)
    const second = fitting[other % fitting.length]!
    used.add(first.stream).add(second.stream)
    streams.push({
      stream: step.apply(first.stream, second.stream, harness.sc),
      name: `${step.name} of [${first.name}] and [${second.name}]`,
    })
  }
  return streams.filter(({ stream }) => !used.has(stream)).slice(0, 3)
}

/** Runs a program, and compares every batch of what comes out with the model. */
async function check(
  sc: SparkContext,
  random: Program,
  defect: (records: string[]) => string[] = (records) => records,
) {
  await using harness = new StreamingHarness({ sparkContext: sc, interval: Milliseconds(INTERVAL_MS) })
  const outputs = build(harness, random).map(({ stream, name }) => {
    const batches: Batch[] = Array.from({ length: random.batches }, () => null)
    stream.real.foreachRDD(async (rdd, { milliseconds }) => {
      batches[milliseconds / INTERVAL_MS - 1] = shown(await rdd.collect())
    })
    return { model: stream.model, name, batches }
  })
  await harness.ssc.start()
  await harness.advance(random.batches)
  await harness.ssc.awaitTerminationOrTimeout(0)
  for (const { model, name, batches } of outputs) {
    const times = new Set(model.times(random.batches))
    const expected = batches.map((_, i) => (times.has(i + 1) ? defect(shown(model.at(i + 1))) : null))
    assert.deepEqual(batches, expected, name)
  }
}

onEachEngine((context, engine) => {
  const runs = Math.ceil(engine === 'local' ? RUNS / LOCAL_ENGINE_COST : RUNS)
  let directory = ''
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'millstream-random-'))
    context().setCheckpointDir(directory)
  })
  after(() => rm(directory, { recursive: true }))

  test('random DStream programs give the batches of the model', async (t) => {
    t.diagnostic(`${runs} programs with seed ${SEED}`)
    const property = fc.asyncProperty(program, (random) => check(context(), random))
    await fc.assert(property, { numRuns: runs, seed: SEED, includeErrorInReport: true })
  })

  test('a planted defect in the model is noticed', async () => {
    const property = fc.asyncProperty(program, (random) => check(context(), random, (records) => records.slice(0, 5)))
    await assert.rejects(fc.assert(property, { numRuns: 100, seed: SEED, endOnFailure: true }))
  })
})
