import { HashPartitioner, Seconds, type State, StateSpec, type Time } from '../../../src/index.ts'
import { type Bench, checkpointed, type Pair, type Program } from './bench.ts'

type Stream = Bench['pairs']

const three = new HashPartitioner(3)

function total(key: string, value: number | undefined, state: State<number>): Pair {
  const n = (value ?? 0) + (state.getOption() ?? 0)
  state.update(n)
  return [key, n]
}

function idle(key: string, value: number | undefined, state: State<number>): string {
  if (state.isTimingOut()) return `${key} out at ${state.get()}`
  state.update(value! + (state.getOption() ?? 0))
  return `${key} ${state.get()}`
}

/** Logs what a spec gives, and the states behind it; checkpointed every batch, which is when Spark looks for keys that are due. */
function both<U>(
  b: Bench,
  stream: Stream,
  spec: StateSpec<string, number, number, U>,
  log: 'out' | 'placed' = 'out',
  everyBatch = false,
): void {
  const mapped = stream.mapWithState(spec)
  if (everyBatch) mapped.checkpoint(Seconds(1))
  b[log](mapped)
  b[log](mapped.stateSnapshots())
}

function failing(f: (state: State<number>) => number): Program {
  return checkpointed((b) => {
    b.batches = 1
    const spec = StateSpec.function((_key: string, _value: number | undefined, state: State<number>) => f(state))
    b.out(b.queue(b.batch<Pair>(1, ['a', 1])).mapWithState(spec))
  })
}

function failingAtTimeout(f: (state: State<number>) => void): Program {
  return checkpointed((b) => {
    b.batches = 4
    const spec = StateSpec.function((_key: string, _value: number | undefined, state: State<number>) => {
      if (state.isTimingOut()) f(state)
      else state.update(1)
      return 0
    })
    b.out(
      b
        .queue(b.batch<Pair>(1, ['a', 1]))
        .mapWithState(spec.timeout(1))
        .checkpoint(1),
    )
  })
}

/** States by mapWithState. */
export const MAPPED_STATES: Readonly<Record<string, Program>> = {
  mapWithState: checkpointed((b) => b.out(b.pairs.mapWithState(StateSpec.function(total)))),
  "mapWithState's partitions and snapshots": checkpointed((b) =>
    both(
      b,
      b.pairs.reduceByKey((x, y) => x + y),
      StateSpec.function(total).numPartitions(3),
      'placed',
    ),
  ),
  'mapWithState by a partitioner': checkpointed((b) =>
    both(b, b.pairs, StateSpec.function(total).partitioner(three), 'placed'),
  ),
  'mapWithState with an initial state': checkpointed((b) =>
    both(b, b.pairs, StateSpec.function(total).initialState(b.batch<Pair>(2, ['a', 100], ['z', 200]))),
  ),
  'mapWithState with the time and perhaps no output': checkpointed((b) =>
    both(
      b,
      b.pairs,
      StateSpec.function((time: Time, key: string, value: number | undefined, state: State<number>) => {
        state.update(time.milliseconds)
        return value! % 2 === 0 ? `${key}${value}@${time.milliseconds}` : undefined
      }),
    ),
  ),
  'mapWithState that removes': checkpointed((b) =>
    both(
      b,
      b.pairs,
      StateSpec.function((key: string, value: number | undefined, state: State<number>) => {
        const had = state.exists()
        if (had) state.remove()
        else state.update(value!)
        return [key, had, state.exists()]
      }),
    ),
  ),
  'mapWithState that never updates': checkpointed((b) =>
    both(
      b,
      b.pairs,
      StateSpec.function((key: string, _value: number | undefined, state: State<number>) => [
        key,
        state.exists(),
        state.getOption(),
      ]),
    ),
  ),
  'mapWithState of nothing ever': checkpointed((b) => both(b, b.queue<Pair>(), StateSpec.function(total))),
  'mapWithState past its checkpoints': checkpointed((b) => {
    b.batches = 24
    both(b, b.pairs, StateSpec.function(total))
  }),
  'mapWithState with a timeout, checkpointed every batch': checkpointed((b) => {
    b.batches = 12
    both(b, b.pairs, StateSpec.function(idle).timeout(2), 'out', true)
  }),
  'mapWithState with a timeout that new values defer': checkpointed((b) => {
    b.batches = 10
    const input = b.queue(
      b.batch<Pair>(1, ['a', 1], ['b', 1]),
      b.batch<Pair>(1, ['a', 2]),
      b.batch<Pair>(1, ['a', 3]),
      b.batch<Pair>(1, ['a', 4]),
    )
    both(b, input, StateSpec.function(idle).timeout(2), 'out', true)
  }),
  'mapWithState with a timeout and an initial state': checkpointed((b) => {
    b.batches = 6
    const spec = StateSpec.function(idle)
      .timeout(3)
      .initialState(b.batch<Pair>(1, ['z', 200]))
    both(b, b.pairs, spec, 'out', true)
  }),
  'mapWithState with a timeout that values without an update defer': checkpointed((b) => {
    const spec = StateSpec.function((key: string, value: number | undefined, state: State<number>) => {
      if (state.isTimingOut()) return `${key} out at ${state.get()}`
      if (!state.exists()) state.update(value!)
      return `${key} ${state.get()}`
    })
    const input = b.queue(b.batch<Pair>(1, ['a', 1]), b.batch<Pair>(1, ['a', 2]), b.batch<Pair>(1, ['a', 3]))
    both(b, input, spec.timeout(2), 'out', true)
  }),
  'mapWithState with a timeout, as it is': checkpointed((b) => {
    b.batches = 24
    both(b, b.pairs, StateSpec.function(idle).timeout(2))
  }),
  'mapWithState: a key that comes again in the batch in which it is due': checkpointed((b) => {
    const input = b.queue(b.batch<Pair>(1, ['a', 1]), b.batch<Pair>(1), b.batch<Pair>(1), b.batch<Pair>(1, ['a', 5]))
    both(b, input, StateSpec.function(idle).timeout(2), 'out', true)
  }),
  'mapWithState: get without a state': failing((state) => state.get()),
  'mapWithState: update after remove': failing((state) => {
    state.update(1)
    state.remove()
    state.update(2)
    return 0
  }),
  'mapWithState: remove twice': failing((state) => {
    state.update(1)
    state.remove()
    state.remove()
    return 0
  }),
  'mapWithState: remove without a state': failing((state) => {
    state.remove()
    return state.exists() ? 1 : 0
  }),
  'mapWithState: update to null': failing((state) => {
    state.update(null as never)
    return state.exists() ? 1 : 0
  }),
  'mapWithState: update while timing out': failingAtTimeout((state) => state.update(1)),
  'mapWithState: remove while timing out': failingAtTimeout((state) => state.remove()),
  'mapWithState without a checkpoint directory': (b) => b.out(b.pairs.mapWithState(StateSpec.function(total))),
}
