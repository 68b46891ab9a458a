import { HashPartitioner, Milliseconds, StorageLevel } from '../../../src/index.ts'
import { add, type Pair, type Program, subtract, WINDOWS } from './bench.ts'

const three = new HashPartitioner(3)

/** The same program for every length and slide of window. */
const ofEveryWindow: Record<string, Program> = {}
for (const { label, window, slide } of WINDOWS) {
  Object.assign(ofEveryWindow, {
    [`window${label}`]: (b) => b.out(b.words.window(window, slide)),
    [`countByWindow${label}`]: (b) => {
      b.checkpoint()
      b.out(b.words.countByWindow(window, slide))
    },
    [`reduceByWindow${label}`]: (b) => b.out(b.numbers.reduceByWindow(add, window, slide)),
    [`reduceByWindow${label} with an inverse`]: (b) => {
      b.checkpoint()
      b.out(b.numbers.reduceByWindow(add, subtract, window, slide))
    },
    [`reduceByKeyAndWindow${label}`]: (b) => b.placed(b.pairs.reduceByKeyAndWindow(add, window, slide)),
    [`reduceByKeyAndWindow${label} with an inverse`]: (b) => {
      b.checkpoint()
      b.batches = 12
      b.placed(b.pairs.reduceByKeyAndWindow(add, subtract, window, slide))
    },
    [`reduceByKeyAndWindow${label} with a filter`]: (b) => {
      b.checkpoint()
      b.batches = 12
      b.placed(b.pairs.reduceByKeyAndWindow(add, subtract, window, slide, 3, ([, value]) => value !== 0))
    },
    [`groupByKeyAndWindow${label}`]: (b) => b.groups(b.pairs.groupByKeyAndWindow(window, slide)),
    [`countByValueAndWindow${label}`]: (b) => {
      b.checkpoint()
      b.placed(b.words.countByValueAndWindow(window, slide))
    },
  } satisfies Record<string, Program>)
}

/** Operations on windows. */
export const WINDOWED: Readonly<Record<string, Program>> = {
  ...ofEveryWindow,
  'window slides with its stream unless told': (b) => b.out(b.words.window(2)),
  "window's partitions are those of its batches": (b) => b.glom(b.words.window(3)),
  'window of a window': (b) => b.out(b.numbers.window(2, 2).window(4, 4)),
  'window of a mapped and persisted stream': (b) => {
    const mapped = b.numbers.map((n) => n * 2)
    mapped.persist(StorageLevel.MEMORY_ONLY)
    b.out(mapped.window(3).persist(StorageLevel.MEMORY_ONLY))
    b.out(mapped)
  },
  'operations on a window': (b) =>
    b.placed(
      b.words
        .window(3, 2)
        .map((word) => [word, 1])
        .reduceByKey(add),
    ),
  'count of a window': (b) => b.out(b.words.window(3, 2).count()),
  'transform of a window with the time': (b) =>
    b.out(
      b.words
        .window(2, 2)
        .transform((rdd, { milliseconds }) => rdd.map((word): [string, number] => [word, milliseconds])),
    ),
  'join of windows': (b) => b.placed(b.pairs.window(3, 2).join(b.others.window(4, 2))),
  'outer join of windows': (b) => b.placed(b.pairs.window(2).fullOuterJoin(b.others.window(3))),
  'cogroup of windows': (b) => b.cogroups(b.pairs.window(2).cogroup(b.others.window(3), 3)),
  'union of windows': (b) => b.out(b.words.window(3).union(b.words.window(2))),
  'two windows of one stream': (b) => {
    const { words } = b
    b.out(words.window(2))
    b.out(words.window(3, 3))
  },
  'countByWindow of a window': (b) => {
    b.checkpoint()
    b.out(b.words.window(2, 2).countByWindow(4, 4))
  },
  'countByWindow of nothing ever': (b) => {
    b.checkpoint()
    b.out(b.queue<string>().countByWindow(3, 1))
  },
  'countByWindow without a checkpoint directory': (b) => b.out(b.words.countByWindow(3, 1)),
  'reduceByWindow of nothing ever': (b) => b.out(b.queue<number>().reduceByWindow(add, 3, 1)),
  'reduceByKeyAndWindow slides with its stream unless told': (b) => b.placed(b.pairs.reduceByKeyAndWindow(add, 2)),
  'reduceByKeyAndWindow into 3': (b) => b.placed(b.pairs.reduceByKeyAndWindow(add, 2, 2, 3)),
  'reduceByKeyAndWindow by a partitioner': (b) => b.placed(b.pairs.reduceByKeyAndWindow(add, 2, 1, three)),
  'reduceByKeyAndWindow with an inverse slides with its stream unless told': (b) => {
    b.checkpoint()
    b.placed(b.pairs.reduceByKeyAndWindow(add, subtract, 2))
  },
  'reduceByKeyAndWindow with an inverse into 3': (b) => {
    b.checkpoint()
    b.placed(b.pairs.reduceByKeyAndWindow(add, subtract, 2, 1, 3))
  },
  'reduceByKeyAndWindow with an inverse by a partitioner and with a filter': (b) => {
    b.checkpoint()
    b.placed(b.pairs.reduceByKeyAndWindow(add, subtract, 2, 1, three, ([, value]) => value > 5))
  },
  'reduceByKeyAndWindow with an inverse without a checkpoint directory': (b) =>
    b.out(b.pairs.reduceByKeyAndWindow(add, subtract, 2)),
  'reduceByKeyAndWindow with an inverse past its checkpoints': (b) => {
    b.checkpoint()
    b.batches = 24
    b.out(b.pairs.reduceByKeyAndWindow(add, subtract, 15, 1))
  },
  'reduceByKeyAndWindow of a slower stream': (b) => {
    b.checkpoint()
    b.batches = 12
    b.out(b.pairs.window(2, 2).reduceByKeyAndWindow(add, subtract, 6, 4))
  },
  'a key that was filtered out while it was in the window': (b) => {
    b.checkpoint()
    b.batches = 5
    const pairs = b.queue(b.batch<Pair>(1, ['a', 1]), b.batch<Pair>(1, ['b', 9]))
    b.out(pairs.reduceByKeyAndWindow(add, subtract, 2, 1, 1, ([, value]) => value > 5))
  },
  'groupByKeyAndWindow slides with its stream unless told': (b) => b.groups(b.pairs.groupByKeyAndWindow(2)),
  'groupByKeyAndWindow into 3': (b) => b.groups(b.pairs.groupByKeyAndWindow(3, 1, 3)),
  'groupByKeyAndWindow by a partitioner': (b) => b.groups(b.pairs.groupByKeyAndWindow(3, 1, three)),
  'countByValueAndWindow into 3': (b) => {
    b.checkpoint()
    b.placed(b.words.countByValueAndWindow(3, 1, 3))
  },
  'window that is no multiple': (b) => b.out(b.words.window(1.5)),
  'slide that is no multiple': (b) => b.out(b.words.window(2, 1.5)),
  'incremental window that is no multiple': (b) => {
    b.checkpoint()
    b.out(b.pairs.reduceByKeyAndWindow(add, subtract, Milliseconds(1500)))
  },
  'incremental slide that is no multiple': (b) => {
    b.checkpoint()
    b.out(b.pairs.reduceByKeyAndWindow(add, subtract, 2, Milliseconds(1500)))
  },
  "window that is no multiple of its window's slide": (b) => b.out(b.words.window(2, 2).window(3)),
}
