import { HashPartitioner, Seconds, type Time } from '../../../src/index.ts'
import { checkpointed, type Pair, type Program, sum } from './bench.ts'

const three = new HashPartitioner(3)
const initial: Pair[] = [
  ['a', 100],
  ['z', 200],
]

type Update = [key: string, values: number[], state: number | undefined]

function* sumEach(updates: Iterable<Update>): Iterable<Pair> {
  for (const [key, values, state] of updates) yield [key, sum(values, state)]
}
function* sumFresh(updates: Iterable<Update>): Iterable<Pair> {
  for (const [key, values, state] of updates) if (values.length > 0) yield [key, sum(values, state)]
}
function* sumRenamed(updates: Iterable<Update>): Iterable<Pair> {
  for (const [key, values, state] of updates) yield [key.length < 3 ? `${key}!` : key, sum(values, state)]
}

/** States by updateStateByKey. */
export const STATES: Readonly<Record<string, Program>> = {
  updateStateByKey: checkpointed((b) => b.placed(b.pairs.updateStateByKey(sum))),
  'updateStateByKey into 3': checkpointed((b) => b.placed(b.pairs.updateStateByKey(sum, 3))),
  'updateStateByKey by a partitioner': checkpointed((b) => b.placed(b.pairs.updateStateByKey(sum, three))),
  'updateStateByKey with an initial state': checkpointed((b) =>
    b.placed(b.pairs.updateStateByKey(sum, three, b.batch<Pair>(2, ...initial))),
  ),
  'updateStateByKey with an initial state that is partitioned alike': checkpointed((b) =>
    b.placed(b.pairs.updateStateByKey(sum, three, b.batch<Pair>(2, ...initial).partitionBy(three))),
  ),
  'updateStateByKey with an initial state of doubles of a key': checkpointed((b) =>
    b.placed(b.pairs.updateStateByKey(sum, three, b.batch<Pair>(1, ['a', 100], ['a', 500], ['z', 200]))),
  ),
  'updateStateByKey of partitions': checkpointed((b) => b.placed(b.pairs.updateStateByKey(sumEach, three, true))),
  'updateStateByKey of partitions with an initial state': checkpointed((b) =>
    b.placed(b.pairs.updateStateByKey(sumEach, three, true, b.batch<Pair>(2, ...initial))),
  ),
  'updateStateByKey of partitions that drops and adds': checkpointed((b) =>
    b.placed(b.pairs.updateStateByKey(sumFresh, three, true)),
  ),
  'updateStateByKey of partitions that changes keys': checkpointed((b) => {
    b.batches = 4
    const states = b.pairs.updateStateByKey(sumRenamed, three, false)
    b.out(states)
    b.parted(states)
  }),
  'updateStateByKey with the time': checkpointed((b) =>
    b.placed(
      b.pairs.updateStateByKey(
        (time: Time, key: string, values: number[], state: string[] | undefined) =>
          values.length === 0
            ? state
            : [...(state ?? []), `${key}@${time.milliseconds}:${values.reduce((x, y) => x + y)}`],
        three,
        true,
      ),
    ),
  ),
  'updateStateByKey with the time and an initial state': checkpointed((b) =>
    b.placed(
      b.pairs.updateStateByKey(
        (time: Time, _key: string, values: number[], state: number | undefined) =>
          values.length === 0 ? (state ?? 0) : time.milliseconds,
        three,
        true,
        b.batch<Pair>(2, ['a', 7], ['z', 8]),
      ),
    ),
  ),
  'updateStateByKey sees no values but state': checkpointed((b) =>
    b.out(
      b.pairs.updateStateByKey(
        (values, state: string | undefined) => `${state ?? '-'}(${values.sort((x, y) => x - y).join(' ')})`,
      ),
    ),
  ),
  'updateStateByKey forgets a key': checkpointed((b) =>
    b.out(
      b.pairs.updateStateByKey((values, state: number | undefined) =>
        values.length === 0 ? undefined : values.reduce((x, y) => x + y, state ?? 0),
      ),
    ),
  ),
  'updateStateByKey forgets every key': checkpointed((b) =>
    b.out(
      b.pairs.updateStateByKey((values, state: number | undefined) =>
        values.includes(5) || (state ?? 0) > 10 ? null : values.reduce((x, y) => x + y, state ?? 0),
      ),
    ),
  ),
  'updateStateByKey of nothing ever': checkpointed((b) => b.placed(b.queue<Pair>().updateStateByKey(sum))),
  'updateStateByKey of nothing but an initial state': checkpointed((b) =>
    b.placed(b.queue<Pair>().updateStateByKey(sum, three, b.batch<Pair>(2, ['a', 1], ['b', 2]))),
  ),
  'updateStateByKey of one key': checkpointed((b) =>
    b.placed(b.numbers.map((n): Pair => ['all', n]).updateStateByKey(sum)),
  ),
  'updateStateByKey of many keys': checkpointed((b) =>
    b.placed(
      b.numbers
        .flatMap((n) => Array.from({ length: 20 }, (_, i): [number, number] => [n * (i + 1), 1]))
        .updateStateByKey(sum, 4),
    ),
  ),
  'updateStateByKey past its checkpoints': checkpointed((b) => {
    b.batches = 24
    b.out(
      b.pairs.updateStateByKey((values, state: number | undefined) => values.reduce((x, y) => x + y, state ?? 0) + 1),
    )
  }),
  'updateStateByKey checkpointed every batch': checkpointed((b) => {
    const states = b.pairs.updateStateByKey(sum)
    states.checkpoint(Seconds(1))
    b.placed(states)
  }),
  'updateStateByKey of a window': checkpointed((b) => b.out(b.pairs.window(3, 2).updateStateByKey(sum))),
  'window of updateStateByKey': checkpointed((b) => b.out(b.pairs.updateStateByKey(sum).window(2, 2))),
  'updateStateByKey keeps the partitioner': checkpointed((b) => {
    const states = b.pairs.updateStateByKey(sum)
    b.parted(states)
    b.placed(states.join(b.others))
  }),
  "updateStateByKey with the SparkContext's checkpoint directory alone": (b) => {
    b.batches = 2
    b.sc.setCheckpointDir(b.files)
    b.out(b.pairs.updateStateByKey(sum))
  },
  'updateStateByKey without a checkpoint directory': (b) => b.out(b.pairs.updateStateByKey(sum)),
}
