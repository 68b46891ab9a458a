/**
 * Runs a job with state, windows, a join, checkpoints and a write-ahead log for a while, with broadcasts and accumulators made in each batch, and tells
 * whether memory, threads, files and delays level off.
 *
 *   npm run soak -- [--minutes 10 | --batches 400] [--interval 50] [--rate 2000] [--leak heap,files] [--churn broadcasts,closures]
 *
 * `--interval` is in milliseconds, `--rate` in events per second; `--leak` plants defects that the run must find. With `--batches`
 * the clock moves on as batches are done, however long they take: delays mean nothing then. `--churn` names what each batch makes anew, `none` for nothing.
 * Ends with 1 when something grows.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Time } from '../../src/index.ts'
import { ManualClock } from '../../src/testing/index.ts'
import { CHURN, type Churn, DEFAULT_CHURN } from './churn.ts'
import { type SoakJob, soakJob } from './job.ts'
import { LEAKS, type Leak } from './leaks.ts'
import { type Sample, takeSample } from './sampler.ts'
import { tableOf, trendsOf } from './verdict.ts'

/** Samples of a run, however long it is. */
const SAMPLES = 60
const SHORTEST_PERIOD_S = 1
const START_MS = 1_700_000_000_000
/** How far back windows and states reach at the most, and in a short run, so that they are full by the end of the warm-up. */
const REACH_BATCHES = 100
const REACH_OF_RUN = 0.1

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    batches: { type: 'string' },
    interval: { type: 'string', default: '50' },
    rate: { type: 'string', default: '2000' },
    leak: { type: 'string' },
    churn: { type: 'string', default: DEFAULT_CHURN.join() },
  },
})
const seconds = Number(values.minutes) * 60
const leaks = (values.leak?.split(',') ?? []) as Leak[]
if (!(seconds > 0) || !(Number(values.interval) > 0) || !(Number(values.rate) > 0)) throw new Error('not above zero')
const churn = (values.churn === 'none' ? [] : values.churn.split(',')) as Churn[]
if (churn.some((kind) => !CHURN.includes(kind))) throw new Error(`--churn takes ${CHURN.join(', ')} or none`)
if (leaks.some((leak) => !LEAKS.includes(leak))) throw new Error(`--leak takes ${LEAKS.join(', ')}`)

const directory = await mkdtemp(join(tmpdir(), 'millstream-soak-'))
try {
  process.exitCode = await soak(directory)
} finally {
  await rm(directory, { recursive: true, force: true })
}

async function soak(directory: string): Promise<number> {
  const intervalMs = Number(values.interval)
  const wanted = values.batches === undefined ? (seconds * 1000) / intervalMs : Number(values.batches)
  const clock = values.batches === undefined ? null : new ManualClock(START_MS)
  const reach = Math.ceil(Math.min(REACH_BATCHES, REACH_OF_RUN * wanted))
  const job = soakJob({ directory, intervalMs, reach, eventsPerSecond: Number(values.rate), clock, leaks, churn })
  await using ssc = job.ssc
  await ssc.start()
  const samples: Sample[] = []
  const start = performance.now()
  const elapsedS = () => (performance.now() - start) / 1000
  while (clock === null ? elapsedS() < seconds : job.batches() < wanted) {
    if (clock === null) await sleep(1000 * Math.max(SHORTEST_PERIOD_S, seconds / SAMPLES))
    else await runBatches(job, clock, intervalMs, Math.ceil(wanted / SAMPLES))
    // The first error of a batch ends the soak.
    await ssc.awaitTerminationOrTimeout(0)
    const sample = await takeSample(job, elapsedS())
    if (sample === null) continue
    samples.push(sample)
    console.log(lineOf(sample))
  }
  const trends = trendsOf(samples)
  const growing = trends.filter(({ isLevel }) => !isLevel).map(({ measure }) => measure)
  const { user, system } = process.cpuUsage()
  console.log(`\n${tableOf(trends)}\n`)
  console.log(
    `${job.events()} events in ${job.batches()} batches of ${intervalMs} ms, ${Math.round(elapsedS())} s, ` +
      `${((user + system) / 1e6).toFixed(0)} s of processor time, load ${loadavg()[0]!.toFixed(1)}`,
  )
  console.log(growing.length === 0 ? 'everything is level' : `growing: ${growing.join(', ')}`)
  return growing.length === 0 ? 0 : 1
}

/** Runs batches one after another, each as soon as the one before is done. */
async function runBatches(job: SoakJob, clock: ManualClock, intervalMs: number, count: number): Promise<void> {
  for (let batch = 0; batch < count; batch++) {
    await job.receiver.deliver()
    await job.receiver.deliver()
    clock.advance(intervalMs)
    await job.ssc.batchProcessed(new Time(clock.now()))
  }
}

function lineOf({ atS, values }: Sample): string {
  const numbers = Object.entries(values).map(([measure, value]) => `${measure} ${Math.round(value * 10) / 10}`)
  return `${atS.toFixed(0).padStart(4)} s: ${numbers.join(', ')}`
}
