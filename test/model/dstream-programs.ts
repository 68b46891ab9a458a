import fc from 'fast-check'
import {
  type DStream,
  HashPartitioner,
  type SparkContext,
  type State,
  StateSpec,
  StorageLevel,
  type Time,
} from '../../src/index.ts'
import { cogrouped, grouped, ModelStream, total, totals } from './dstream-model.ts'
import { keyIdentity } from './key-identity.ts'
import { type Key, key, type Record_ } from './random-programs.ts'

/** A stream, and what it must hold. */
export interface Both {
  readonly real: DStream<Record_>
  readonly model: ModelStream
}

/** One step of a random program: what it does, in words for the report, and how. */
export interface StreamStep {
  readonly name: string
  /** @param other a stream with the same slide, perhaps the same stream. */
  apply(stream: Both, other: Both, sc: SparkContext): Both
}

/** The batch interval of every random program. */
export const INTERVAL_MS = 1000
/** Streams slide by this many batches at most, so that something of them comes within a program's batches. */
const LONGEST_SLIDE = 6

/** A batch of input: its records, cut into slices; without any it may be without partitions too. */
export interface InputBatch {
  readonly records: Record_[]
  readonly slices: number
}

export const inputBatch: fc.Arbitrary<InputBatch> = fc
  .record({
    records: fc.array(fc.tuple(key, fc.integer({ min: -20, max: 20 })), { maxLength: 8 }),
    slices: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ records, slices }) => ({ records, slices: records.length === 0 ? slices : Math.max(1, slices) }))

const small = fc.integer({ min: 2, max: 5 })
const partitions = fc.integer({ min: 1, max: 4 })
const lengths = fc.record({ length: fc.integer({ min: 1, max: 5 }), every: fc.integer({ min: 1, max: 3 }) })

const add = (a: number, b: number) => a + b
const subtract = (a: number, b: number) => a - b
const largest = (a: number, b: number) => Math.max(a, b)
const hasValue = ([, value]: [unknown, number]) => value !== 0
const byIdentity = ([k, v]: Record_): [string, number] => [keyIdentity(k), v]
const withPositive = ([k, v]: Record_): Record_ => [k, Math.abs(v) + 1]
const sumOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)

type Real = DStream<Record_>
type Make<A> = (stream: Both, argument: A, other: Both, sc: SparkContext) => Both

function step<A>(name: string, argument: fc.Arbitrary<A>, make: Make<A>): fc.Arbitrary<StreamStep> {
  return argument.map((value) => ({
    name: value === null ? name : `${name}(${JSON.stringify(value)})`,
    apply: (stream, other, sc) => make(stream, value, other, sc),
  }))
}

/** An operation that looks at one batch at a time. */
const each = <A>(
  name: string,
  argument: fc.Arbitrary<A>,
  real: (stream: Real, argument: A) => Real,
  model: (records: Record_[], argument: A, timeMs: number) => Record_[],
) =>
  step(name, argument, ({ real: stream, model: expected }, value) => ({
    real: real(stream, value),
    model: expected.each((records, time) => model(records, value, time * INTERVAL_MS)),
  }))

/** An operation on two streams, batch by batch. */
const both = (
  name: string,
  real: (stream: Real, other: Real, sc: SparkContext) => Real,
  model: (records: Record_[], others: Record_[]) => Record_[],
) =>
  step(name, fc.constant(null), (stream, _, other, sc) => ({
    real: real(stream.real, other.real, sc),
    model: stream.model.with(other.model, model),
  }))

interface Window {
  readonly length: number
  readonly every: number
  readonly window: number
  readonly slide: number
}

/** An operation on windows: their length and slide come in batches of the stream, and in seconds. */
const windowed = (
  name: string,
  real: (stream: Real, window: Window) => Real,
  model: (stream: ModelStream, window: Window) => ModelStream,
) =>
  step(name, lengths, (stream, { length, every }) => {
    const { slide } = stream.model
    const fitting = slide * every > LONGEST_SLIDE ? 1 : every
    const seconds = (batches: number) => (batches * slide * INTERVAL_MS) / 1000
    const window = { length, every: fitting, window: seconds(length), slide: seconds(fitting) }
    return { real: real(stream.real, window), model: model(stream.model, window) }
  })

const stateless = [
  each(
    'map',
    small,
    (s, n) => s.map(([k, v]): Record_ => [k, v + n]),
    (rs, n) => rs.map(([k, v]) => [k, v + n]),
  ),
  each(
    'mapToKey',
    small,
    (s, n) => s.map(([, v]): Record_ => [v % n, v]),
    (rs, n) => rs.map(([, v]) => [v % n, v]),
  ),
  each(
    'filter',
    small,
    (s, n) => s.filter(([, v]) => v % n !== 0),
    (rs, n) => rs.filter(([, v]) => v % n !== 0),
  ),
  each(
    'flatMap',
    small,
    (s, n) =>
      s.flatMap(([k, v]): Record_[] =>
        v % n === 0
          ? []
          : [
              [k, v],
              [n, v],
            ],
      ),
    (rs, n) =>
      rs.flatMap(([k, v]): Record_[] =>
        v % n === 0
          ? []
          : [
              [k, v],
              [n, v],
            ],
      ),
  ),
  each(
    'mapPartitions',
    fc.boolean(),
    (s, keeps) => s.mapPartitions((records) => [...records].filter(([, v]) => v > 0), keeps),
    (rs) => rs.filter(([, v]) => v > 0),
  ),
  each(
    'glom',
    fc.constant(null),
    (s) => s.glom().flatMap((records) => [...records]),
    (rs) => rs,
  ),
  each(
    'repartition',
    partitions,
    (s, n) => s.repartition(n),
    (rs) => rs,
  ),
  each(
    'partitionBy',
    partitions,
    (s, n) => s.partitionBy(n),
    (rs) => rs,
  ),
  each(
    'mapValues',
    small,
    (s, n) => s.mapValues((v) => v * n),
    (rs, n) => rs.map(([k, v]) => [k, v * n]),
  ),
  each(
    'flatMapValues',
    small,
    (s, n) => s.flatMapValues((v) => (v % n === 0 ? [] : [v, -v])),
    (rs, n) =>
      rs.flatMap(([k, v]): Record_[] =>
        v % n === 0
          ? []
          : [
              [k, v],
              [k, -v],
            ],
      ),
  ),
  each(
    'count',
    fc.constant(null),
    (s) => s.count().map((n): Record_ => ['count', n]),
    (rs) => [['count', rs.length]],
  ),
  each(
    'reduce',
    fc.constant(null),
    (s) => s.reduce(([, a], [, b]): Record_ => ['all', a + b]).map(([, v]): Record_ => ['all', v]),
    (rs) => (rs.length === 0 ? [] : [['all', total(rs.map(([, v]) => v))]]),
  ),
  each(
    'countByValue',
    partitions,
    (s, n) =>
      s
        .map(([k]) => k)
        .countByValue(n)
        .map(([k, n]): Record_ => [k, n]),
    (rs) => grouped(rs).map(([k, vs]) => [k, vs.length]),
  ),
  each('reduceByKey', partitions, (s, n) => s.reduceByKey(add, n), totals),
  each(
    'groupByKey',
    partitions,
    (s, n) => s.groupByKey(new HashPartitioner(n)).mapValues((vs) => sumOf(vs) + vs.length),
    (rs) => grouped(rs).map(([k, vs]) => [k, total(vs) + vs.length]),
  ),
  each(
    'combineByKey',
    fc.boolean(),
    (s, combines) => s.combineByKey((v) => v, largest, largest, 2, combines),
    (rs) => grouped(rs).map(([k, vs]) => [k, Math.max(...vs)]),
  ),
  each(
    'transform with the time',
    fc.constant(null),
    (s) => s.transform((rdd, { milliseconds }) => rdd.mapValues((v) => v + milliseconds)),
    (rs, _, timeMs) => rs.map(([k, v]) => [k, v + timeMs]),
  ),
  each(
    'distinct',
    partitions,
    (s, n) => s.transform((rdd) => rdd.distinct(n)),
    (rs) => grouped(rs).flatMap(([k, vs]) => [...new Set(vs)].map((v): Record_ => [k, v])),
  ),
  each(
    'cached',
    fc.constant(null),
    (s) => s.map((pair): Record_ => pair).cache(),
    (rs) => rs,
  ),
  each(
    'persisted',
    fc.constant(null),
    (s) => s.map((pair): Record_ => pair).persist(StorageLevel.MEMORY_ONLY),
    (rs) => rs,
  ),
  step('checkpointed', small, ({ real, model }, n) => ({
    real: real.map((pair): Record_ => pair).checkpoint((model.slide * n * INTERVAL_MS) / 1000),
    model,
  })),
]

const together = [
  both(
    'union',
    (s, o) => s.union(o),
    (rs, os) => [...rs, ...os],
  ),
  both(
    'union of three',
    (s, o) => s.context.union([s, o, s]),
    (rs, os) => [...rs, ...os, ...rs],
  ),
  both(
    'transformWith',
    (s, o) => s.transformWith(o, (a, b) => a.subtractByKey(b)),
    (rs, os) => cogrouped(rs, os).flatMap(([k, a, b]) => (b.length > 0 ? [] : a.map((v): Record_ => [k, v]))),
  ),
  both(
    'ssc.transform',
    (s, o, sc) => s.context.transform([s, o], ([a, b]) => sc.union([a!, b!.mapValues((v) => -v)])),
    (rs, os) => [...rs, ...os.map(([k, v]): Record_ => [k, -v])],
  ),
  both(
    'join',
    (s, o) =>
      s
        .reduceByKey(add)
        .join(o)
        .mapValues(([a, b]) => a - b),
    (rs, os) =>
      cogrouped(rs, os).flatMap(([k, a, b]) => (a.length === 0 ? [] : b.map((v): Record_ => [k, total(a) - v]))),
  ),
  both(
    'leftOuterJoin',
    (s, o) => s.leftOuterJoin(o.reduceByKey(add), 3).mapValues(([a, b]) => a - (b ?? 1000)),
    (rs, os) =>
      cogrouped(rs, os).flatMap(([k, a, b]) => a.map((v): Record_ => [k, v - (b.length === 0 ? 1000 : total(b))])),
  ),
  both(
    'rightOuterJoin',
    (s, o) =>
      s
        .reduceByKey(add)
        .rightOuterJoin(o)
        .mapValues(([a, b]) => (a ?? 1000) - b),
    (rs, os) =>
      cogrouped(rs, os).flatMap(([k, a, b]) => b.map((v): Record_ => [k, (a.length === 0 ? 1000 : total(a)) - v])),
  ),
  both(
    'fullOuterJoin',
    (s, o) =>
      s
        .reduceByKey(add)
        .fullOuterJoin(o.reduceByKey(largest))
        .mapValues(([a, b]) => (a ?? 1000) - (b ?? 2000)),
    (rs, os) =>
      cogrouped(rs, os).map(([k, a, b]) => [
        k,
        (a.length === 0 ? 1000 : total(a)) - (b.length === 0 ? 2000 : Math.max(...b)),
      ]),
  ),
  both(
    'cogroup',
    (s, o) => s.cogroup(o, 2).mapValues(([a, b]) => a.length * 100 + sumOf(b)),
    (rs, os) => cogrouped(rs, os).map(([k, a, b]) => [k, a.length * 100 + total(b)]),
  ),
]

const windows = [
  windowed(
    'window',
    (s, w) => s.window(w.window, w.slide),
    (m, w) => m.window(w.length, w.every),
  ),
  windowed(
    'reduceByKeyAndWindow',
    (s, w) => s.reduceByKeyAndWindow(add, w.window, w.slide, 3),
    (m, w) => m.window(w.length, w.every).each(totals),
  ),
  windowed(
    'reduceByKeyAndWindow with an inverse',
    (s, w) => s.reduceByKeyAndWindow(add, subtract, w.window, w.slide),
    (m, w) => m.window(w.length, w.every).keepingKeys(),
  ),
  windowed(
    'reduceByKeyAndWindow with an inverse and a filter',
    (s, w) => s.map(withPositive).reduceByKeyAndWindow(add, subtract, w.window, w.slide, 2, hasValue),
    (m, w) =>
      m
        .each((rs) => rs.map(withPositive))
        .window(w.length, w.every)
        .each(totals),
  ),
  windowed(
    'reduceByWindow',
    (s, w) =>
      s
        .map(([, v]) => v)
        .reduceByWindow(largest, w.window, w.slide)
        .map((v): Record_ => ['largest', v]),
    (m, w) =>
      m
        .window(w.length, w.every)
        .each((rs) => (rs.length === 0 ? [] : [['largest', Math.max(...rs.map(([, v]) => v))]])),
  ),
  windowed(
    'countByWindow',
    (s, w) => s.countByWindow(w.window, w.slide).map((n): Record_ => ['count', n]),
    (m, w) =>
      m
        .each((rs) => rs.map((): Record_ => ['count', 1]))
        .window(w.length, w.every)
        .keepingKeys(),
  ),
  windowed(
    'countByValueAndWindow',
    (s, w) =>
      s
        .map(([k]) => k)
        .countByValueAndWindow(w.window, w.slide)
        .map(([k, n]): Record_ => [k, n]),
    (m, w) => m.window(w.length, w.every).each((rs) => grouped(rs).map(([k, vs]) => [k, vs.length])),
  ),
  windowed(
    'groupByKeyAndWindow',
    (s, w) => s.groupByKeyAndWindow(w.window, w.slide).mapValues((vs) => sumOf(vs) * 10 + vs.length),
    (m, w) => m.window(w.length, w.every).each((rs) => grouped(rs).map(([k, vs]) => [k, total(vs) * 10 + vs.length])),
  ),
]

const initial: Record_[] = [
  ['a', 100],
  ['never seen', 200],
  [1, 300],
]

const states = [
  step('updateStateByKey', partitions, ({ real, model }, n) => ({
    real: real.updateStateByKey((values, state: number | undefined) => sumOf(values) + (state ?? 0) + 1, n),
    model: model.states((values, state) => total(values) + (state ?? 0) + 1),
  })),
  step('updateStateByKey that forgets', small, ({ real, model }, n) => ({
    real: real.updateStateByKey((values, state: number | undefined) => {
      const sum = sumOf(values) + (state ?? 0)
      return values.length === 0 || sum % n === 0 ? undefined : sum
    }),
    model: model.states((values, state) => {
      const sum = total(values) + (state ?? 0)
      return values.length === 0 || sum % n === 0 ? undefined : sum
    }),
  })),
  step('updateStateByKey from an initial state', partitions, ({ real, model }, n, _, sc) => ({
    real: real.updateStateByKey(
      (values, state: number | undefined) => sumOf(values) + (state ?? 0),
      n,
      sc.parallelize<Key, number>(initial, 2),
    ),
    model: model.states((values, state) => total(values) + (state ?? 0), initial),
  })),
  step('updateStateByKey of partitions', fc.boolean(), ({ real, model }, isPartitioned) => ({
    real: real.updateStateByKey(
      (updates: Iterable<[Key, number[], number | undefined]>): Record_[] =>
        Array.from(updates, ([k, values, state]): Record_ => [k, Math.max(state ?? 0, values.length)]),
      new HashPartitioner(3),
      isPartitioned,
    ),
    model: model.states((values, state) => Math.max(state ?? 0, values.length)),
  })),
  step('updateStateByKey with the time', fc.constant(null), ({ real, model }) => ({
    real: real.updateStateByKey(
      (time: Time, _key: Key, values: number[], state: number | undefined) =>
        values.length > 0 ? time.milliseconds : state,
      2,
      true,
    ),
    model: model.states((values, state, time) => (values.length > 0 ? time * INTERVAL_MS : state)),
  })),
]

const updateOf = (state: number) => Math.round((state % 1) * 1000)

/** What they give and the states they leave, in one stream. */
const mappedStates = [
  step('mapWithState', partitions, ({ real, model }, n, _, sc) => {
    const spec = StateSpec.function((key: Key, value: number | undefined, state: State<number>): Record_ => {
      state.update((state.getOption() ?? 0) + value!)
      return [key, value!]
    })
    const mapped = real.mapWithState(spec.numPartitions(n).initialState(sc.parallelize<Key, number>(initial, 2)))
    const states = model.states((values, state) => (state ?? 0) + total(values), initial)
    return {
      real: mapped.union(mapped.stateSnapshots()),
      model: model.with(states, (records, others) => [...records, ...others]),
    }
  }),
  step('mapWithState that forgets', small, ({ real, model }, divisor) => {
    const spec = StateSpec.function((key: Key, value: number | undefined, state: State<number>): Record_ => {
      const sum = (state.getOption() ?? 0) + value!
      if (sum % divisor !== 0) state.update(sum)
      else if (state.exists()) state.remove()
      return [key, sum]
    })
    const mapped = real.reduceByKey(add).mapWithState(spec)
    const reduced = model.each(totals)
    const states = reduced.states((values, state) => {
      const sum = (state ?? 0) + total(values)
      return values.length > 0 && sum % divisor === 0 ? undefined : sum
    })
    const outputs = (time: number): Record_[] => {
      const before = new Map((time > model.slide ? states.at(time - model.slide) : []).map(byIdentity))
      return reduced.at(time).map(([key, value]) => [key, value + (before.get(keyIdentity(key)) ?? 0)])
    }
    return {
      real: mapped.union(mapped.stateSnapshots()),
      model: new ModelStream(model.slide, (time) => [...outputs(time), ...states.at(time)]),
    }
  }),
  step('mapWithState with a timeout', fc.integer({ min: 1, max: 4 }), ({ real, model }, batches) => {
    const timeout = (batches * model.slide * INTERVAL_MS) / 1000
    const spec = StateSpec.function(
      (time: Time, key: Key, value: number | undefined, state: State<number>): Record_ | undefined => {
        if (state.isTimingOut()) return [key, -state.get()]
        if (!state.exists() || value! % 2 === 0) state.update(time.milliseconds)
        return value! % 2 === 0 ? [key, value!] : undefined
      },
    )
    const mapped = real.mapWithState(spec.timeout(timeout))
    /** Of each key that is still known: when it had data last, in batches, and when its state was updated, in thousandths of that. */
    const known = model.states((values, state, time) => {
      if (values.length === 0) return time - Math.floor(state!) > batches * model.slide ? undefined : state
      const updated = state === undefined || values.some((value) => value % 2 === 0) ? time : updateOf(state)
      return time + updated / 1000
    })
    const timedOut = (time: number): Record_[] => {
      if (time <= model.slide) return []
      const still = new Set(known.at(time).map(([key]) => keyIdentity(key)))
      const left = known.at(time - model.slide).filter(([key]) => !still.has(keyIdentity(key)))
      return left.map(([key, state]) => [key, -updateOf(state) * INTERVAL_MS])
    }
    const states = known.each((records) => records.map(([key, state]) => [key, updateOf(state) * INTERVAL_MS]))
    return {
      real: mapped.union(mapped.stateSnapshots()),
      model: new ModelStream(model.slide, (time) => [
        ...model.at(time).filter(([, value]) => value % 2 === 0),
        ...timedOut(time),
        ...states.at(time),
      ]),
    }
  }),
]

/** Order within a batch is Spark's to choose, so no step's answer depends on it: sums and largest, never first or last. */
export const streamStep: fc.Arbitrary<StreamStep> = fc.oneof(
  { weight: 3, arbitrary: fc.oneof(...stateless) },
  { weight: 2, arbitrary: fc.oneof(...together) },
  { weight: 3, arbitrary: fc.oneof(...windows) },
  { weight: 2, arbitrary: fc.oneof(...states) },
  { weight: 2, arbitrary: fc.oneof(...mappedStates) },
)
