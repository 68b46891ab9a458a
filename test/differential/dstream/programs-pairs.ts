import { HashPartitioner } from '../../../src/index.ts'
import { add, type Program } from './bench.ts'

const three = new HashPartitioner(3)
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)
const sumAndCount = [
  (value: number) => [value, 1],
  ([total, count]: number[], value: number) => [total! + value, count! + 1],
  ([a, b]: number[], [c, d]: number[]) => [a! + c!, b! + d!],
] as const

/** Operations on pairs within a batch. */
export const PAIRS: Readonly<Record<string, Program>> = {
  groupByKey: (b) => b.groups(b.pairs.groupByKey()),
  'groupByKey into 3': (b) => b.groups(b.pairs.groupByKey(3)),
  'groupByKey by a partitioner': (b) => b.groups(b.pairs.groupByKey(three)),
  reduceByKey: (b) => b.placed(b.pairs.reduceByKey(add)),
  'reduceByKey into 3': (b) => b.placed(b.pairs.reduceByKey(add, 3)),
  'reduceByKey by a partitioner': (b) => b.placed(b.pairs.reduceByKey(add, three)),
  'reduceByKey of one key': (b) => b.placed(b.numbers.map((n) => [0, n]).reduceByKey((x, y) => Math.max(x, y))),
  'reduceByKey of many keys': (b) =>
    b.placed(b.numbers.flatMap((n) => upTo(40).map((i): [number, number] => [n * i, 1])).reduceByKey(add, 4)),
  combineByKey: (b) => b.placed(b.pairs.combineByKey(...sumAndCount, three)),
  'combineByKey without map-side combining': (b) => b.placed(b.pairs.combineByKey(...sumAndCount, three, false)),
  mapValues: (b) => b.glom(b.pairs.mapValues((value) => value * 10)),
  flatMapValues: (b) => b.glom(b.pairs.flatMapValues((value) => upTo(value % 4))),
  'mapValues keeps the partitioner, map does not': (b) => {
    const keyed = b.pairs.reduceByKey(add)
    b.parted(keyed.mapValues((value) => value + 1))
    b.parted(keyed.flatMapValues((value) => [value]))
    b.parted(keyed.filter(() => true))
    b.parted(keyed.map((pair) => pair))
  },
  cogroup: (b) => b.cogroups(b.pairs.cogroup(b.others)),
  'cogroup into 3': (b) => b.cogroups(b.pairs.cogroup(b.others, 3)),
  'cogroup by a partitioner': (b) => b.cogroups(b.pairs.cogroup(b.others, three)),
  join: (b) => b.placed(b.pairs.join(b.others)),
  'join into 3': (b) => b.placed(b.pairs.join(b.others, 3)),
  'join by a partitioner': (b) => b.placed(b.pairs.join(b.others, three)),
  leftOuterJoin: (b) => b.placed(b.pairs.leftOuterJoin(b.others)),
  'leftOuterJoin into 3': (b) => b.placed(b.pairs.leftOuterJoin(b.others, 3)),
  'leftOuterJoin by a partitioner': (b) => b.placed(b.pairs.leftOuterJoin(b.others, three)),
  rightOuterJoin: (b) => b.placed(b.pairs.rightOuterJoin(b.others)),
  'rightOuterJoin into 3': (b) => b.placed(b.pairs.rightOuterJoin(b.others, 3)),
  'rightOuterJoin by a partitioner': (b) => b.placed(b.pairs.rightOuterJoin(b.others, three)),
  fullOuterJoin: (b) => b.placed(b.pairs.fullOuterJoin(b.others)),
  'fullOuterJoin into 3': (b) => b.placed(b.pairs.fullOuterJoin(b.others, 3)),
  'fullOuterJoin by a partitioner': (b) => b.placed(b.pairs.fullOuterJoin(b.others, three)),
  'join of a stream with itself': (b) => {
    const { pairs } = b
    b.placed(pairs.join(pairs))
  },
  'join of reduced streams': (b) =>
    b.placed(b.pairs.reduceByKey(add).join(b.others.groupByKey().mapValues((values) => values.length))),
  'join of different slides': (b) => b.out(b.pairs.join(b.others.window(2, 2))),
}
