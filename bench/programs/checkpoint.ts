/**
 * What a checkpoint of a state costs by what changed: `checkpoint.js KEYS CHECKPOINT_DIR CHANGED…`. A state of KEYS is written as a whole first,
 * then three times with each number of keys changed since the time before. Reports bytes, and the time that a batch with a checkpoint
 * takes beyond the batches without.
 */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Seconds, SparkContext, type State, StateSpec, StreamingContext } from 'millstream'
import { ManualClock } from 'millstream/testing'
import { ManualBatches } from './manual-batches.ts'
import { argument, report } from './report.ts'

const BATCHES_PER_CHECKPOINT = 5
const CHECKPOINTS = 3

const keys = Number(argument(0))
const directory = argument(1)
const changed = process.argv.slice(4).map(Number)

const clock = new ManualClock()
const sc = new SparkContext('local[2]', 'checkpoint')
const ssc = new StreamingContext(sc, 1, { clock })
ssc.checkpoint(directory)
const sizes = [
  keys,
  ...Array.from({ length: BATCHES_PER_CHECKPOINT - 1 }, () => 0),
  ...changed.flatMap((count) =>
    Array.from({ length: CHECKPOINTS * BATCHES_PER_CHECKPOINT }, () => count / BATCHES_PER_CHECKPOINT),
  ),
]
let from = 0
const queue = sizes.map((size) => {
  const start = from
  from += size
  return sc.range(start, from, 1, 2).map((n): [string, number] => [`key-${(n * 7919) % keys}`, 1])
})
const states = ssc.queueStream(queue).mapWithState(
  StateSpec.function((_key: string, one: number | undefined, state: State<number>) => {
    state.update((state.getOption() ?? 0) + (one ?? 0))
  }),
)
states.checkpoint(Seconds(BATCHES_PER_CHECKPOINT))
states.foreachRDD(async (rdd) => {
  await rdd.count()
})

/** Bytes of each directory that checkpoints have written, by its name. */
function written(): Map<string, number> {
  const bytes = new Map<string, number>()
  for (const operator of readdirSync(join(directory, 'operators'))) {
    for (const name of readdirSync(join(directory, 'operators', operator))) {
      const path = join(directory, 'operators', operator, name)
      bytes.set(
        name,
        readdirSync(path).reduce((sum, part) => sum + statSync(join(path, part)).size, 0),
      )
    }
  }
  return bytes
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN

await ssc.start()
const batches = new ManualBatches(ssc, clock, 1000)
const known = new Set<string>()
/** The batches up to the next checkpoint, and what that one has cost. */
async function checkpoint() {
  const costs = []
  for (let batch = 0; batch < BATCHES_PER_CHECKPOINT; batch++) costs.push(await batches.next())
  const last = costs.pop()!
  const fresh = [...written()].filter(([name]) => !known.has(name))
  for (const [name] of fresh) known.add(name)
  return {
    bytes: fresh.reduce((sum, [, bytes]) => sum + bytes, 0),
    ms: last.ms - median(costs.map(({ ms }) => ms)),
    cpuMs: last.cpuMs - median(costs.map(({ cpuMs }) => cpuMs)),
  }
}

const whole = await checkpoint()
const costs = []
for (const count of changed) {
  const samples = []
  for (let i = 0; i < CHECKPOINTS; i++) samples.push(await checkpoint())
  costs.push({
    changed: count,
    bytes: median(samples.map(({ bytes }) => bytes)),
    ms: median(samples.map(({ ms }) => ms)),
    cpuMs: median(samples.map(({ cpuMs }) => cpuMs)),
  })
}
report({ whole: { changed: keys, ...whole }, costs })
await ssc.stop()
