/**
 * What it takes to go on from a checkpoint: `recovery.js PHASE KEYS UPDATES CHECKPOINT_DIR`. `build` gives every key a state, changes UPDATES
 * of them in each of the batches that follow, and ends without stopping, so that a snapshot and changes are left. `recover` goes on from there,
 * and reports the seconds until its first batch was done, whose records need the states, and the count of states.
 */
import {
  InputDStream,
  type MapWithStateDStream,
  type RDD,
  SparkContext,
  type State,
  StateSpec,
  StreamingContext,
  type Time,
} from 'millstream'
import { ManualClock } from 'millstream/testing'
import { ManualBatches } from './manual-batches.ts'
import { argument, peakRssBytes, report } from './report.ts'

/** The first has every key. States are written with the tenth and the twentieth. */
const BATCHES = 20
const BATCH_MS = 1000

const isBuilding = argument(0) === 'build'
const keys = Number(argument(1))
const updates = Number(argument(2))

/** Each batch's records are made of its time: what a source gives that can be asked again. */
class Updates extends InputDStream<[string, number]> {
  override compute(time: Time): RDD<[string, number]> {
    const batch = time.milliseconds / BATCH_MS
    const from = batch === 1 ? 0 : keys + (batch - 2) * updates
    const all = keys
    return this.context.sparkContext
      .range(from, from + (batch === 1 ? keys : updates), 1, 2)
      .map((n): [string, number] => [`key-${(n * 7919) % all}`, 1])
  }
}

const clock = new ManualClock(isBuilding ? 0 : (BATCHES + 1) * BATCH_MS)
let done = 0
let states!: MapWithStateDStream<string, number, number>
let countOfStates = 0
const startedAt = performance.now()
const ssc = await StreamingContext.getOrCreate(argument(3), () => {
  const made = new StreamingContext(new SparkContext('local[2]', 'recovery'), 1, { clock })
  states = new Updates(made).mapWithState(
    StateSpec.function((_key: string, one: number | undefined, state: State<number>) => {
      const sum = (state.getOption() ?? 0) + (one ?? 0)
      state.update(sum)
      return sum
    }),
  )
  states.foreachRDD(async (rdd) => {
    await rdd.count()
    done = performance.now()
  })
  if (!isBuilding) {
    states.stateSnapshots().foreachRDD(async (rdd) => {
      countOfStates = await rdd.count()
    })
  }
  return made
})
const readAt = performance.now()
const recovered = new Promise<void>((resolve) => {
  ssc.addStreamingListener({ onBatchCompleted: () => resolve() })
})
await ssc.start()
if (isBuilding) {
  const batches = new ManualBatches(ssc, clock, BATCH_MS)
  for (let batch = 1; batch <= BATCHES; batch++) await batches.next()
  report({})
} else {
  await Promise.race([recovered, ssc.awaitTermination()])
  const { user, system } = process.cpuUsage()
  report({
    countOfStates,
    seconds: (done - startedAt) / 1000,
    secondsFromProcessStart: done / 1000,
    secondsReading: (readAt - startedAt) / 1000,
    cpuSeconds: (user + system) / 1e6,
    peakRssBytes: peakRssBytes(),
  })
}
// Without a word to anybody, as a crash would.
process.exit(0)
