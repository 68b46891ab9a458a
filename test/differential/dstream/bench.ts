import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DStream, RDD, SparkContext, StreamingContext, Time } from '../../../src/index.ts'
import { Milliseconds, Seconds } from '../../../src/index.ts'
import { StreamingHarness } from '../../../src/testing/index.ts'
import { rootMessage, sorted, sortedGroups } from '../answers.ts'

export type Pair = [string, number]

/** What came out: a batch's time and what it held, an error, or what was added at the end. */
export type LogEntry = [timeMs: number, value: unknown] | { readonly error: string } | unknown

export type Program = (bench: Bench) => unknown

/** What a program is given, as bench.scala gives it on Spark: a context on a manual clock, shared input, and a log of what comes out. */
export class Bench {
  /** Set these before anything else is used. */
  intervalMs = 1000
  batches = 8
  readonly sc: SparkContext
  /** An empty directory. */
  readonly files: string
  readonly #log: LogEntry[] = []
  readonly #finals: (() => unknown)[] = []
  #harness: StreamingHarness | null = null

  constructor(sc: SparkContext, files: string) {
    this.sc = sc
    // The context that all programs share has no directory of the program before.
    sc.setCheckpointDir(null)
    this.files = files
  }

  get #running(): StreamingHarness {
    if (this.#harness !== null) return this.#harness
    const directory = this.sc.checkpointDir
    this.#harness = new StreamingHarness({ sparkContext: this.sc, interval: Milliseconds(this.intervalMs) })
    // A program has the directory that it sets itself, not the one that the harness brings.
    this.sc.setCheckpointDir(directory)
    return this.#harness
  }
  get ssc(): StreamingContext {
    return this.#running.ssc
  }
  get printedText(): string {
    return this.#running.output.text
  }
  checkpoint(): void {
    this.ssc.checkpoint(`${this.files}/checkpoint`)
  }

  none<T>(): RDD<T> {
    return this.sc.emptyRDD<T>()
  }
  batch<T>(slices: number, ...records: T[]): RDD<T> {
    return this.sc.parallelize<T>(records, slices)
  }
  /** One RDD a batch, then empty partitions. */
  queue<T>(...rdds: RDD<T>[]): DStream<T> {
    return this.ssc.queueStream<T>(rdds, true)
  }
  get words(): DStream<string> {
    return this.queue(
      this.batch(2, 'a', 'b', 'a', 'c'),
      this.batch(3, 'b', 'b', 'd'),
      this.batch<string>(1),
      this.batch(1, 'a'),
      this.none<string>(),
      this.batch(4, 'c', 'a', 'e', 'e', 'e', 'b'),
    )
  }
  get numbers(): DStream<number> {
    return this.queue(
      this.batch(2, 1, 2, 3, 4, 5, 6),
      this.batch(3, 7, 8),
      this.batch<number>(2),
      this.batch(1, 5),
      this.none<number>(),
      this.batch(2, -3, 0, 10, 10),
    )
  }
  get pairs(): DStream<Pair> {
    return this.queue(
      this.batch<Pair>(2, ['a', 1], ['b', 2], ['a', 3]),
      this.batch<Pair>(2, ['b', 4], ['c', 5]),
      this.batch<Pair>(1),
      this.batch<Pair>(3, ['a', 6], ['a', 7], ['d', 8]),
      this.none<Pair>(),
      this.batch<Pair>(1, ['c', 9]),
    )
  }
  get others(): DStream<[string, string]> {
    return this.queue(
      this.batch<[string, string]>(2, ['a', 'x'], ['c', 'y'], ['a', 'w']),
      this.batch<[string, string]>(1),
      this.batch<[string, string]>(1, ['a', 'z']),
      this.batch<[string, string]>(2, ['d', 'u'], ['a', 'v'], ['e', 't']),
      this.none<[string, string]>(),
      this.batch<[string, string]>(2, ['c', 's'], ['b', 'r']),
    )
  }

  /** Adds to the log. */
  add(time: Time, value: unknown): void {
    this.#log.push([time.milliseconds, value])
  }
  /** Logs each batch's records, which have no order. */
  out<T>(stream: DStream<T>): void {
    this.#logEach(stream, async (rdd) => sorted(await rdd.collect()))
  }
  /** Logs records by partition in their order. */
  glom<T>(stream: DStream<T>): void {
    this.#logEach(stream, (rdd) => rdd.glom().collect())
  }
  /** Logs records by partition without order inside. */
  placed<T>(stream: DStream<T>): void {
    this.#logEach(stream, async (rdd) => (await rdd.glom().collect()).map(sorted))
  }
  /** The same, where the values of a pair are a group. */
  groups<K, V>(stream: DStream<[K, V[]]>): void {
    this.#groups(stream, 'one')
  }
  /** The same, where the values of a pair are the groups of two sides. */
  cogroups<K, V, W>(stream: DStream<[K, [V[], W[]]]>): void {
    this.#groups(stream, 'several')
  }
  #groups<K>(stream: DStream<[K, unknown[]]>, sides: 'one' | 'several'): void {
    this.#logEach(stream, async (rdd) =>
      (await rdd.glom().collect()).map((records) => sorted(records.map((pair) => sortedGroups(pair, sides)))),
    )
  }
  /** Logs how many partitions there are, and all records without order. */
  count<T>(stream: DStream<T>): void {
    this.#logEach(stream, async (rdd) => [await rdd.getNumPartitions(), sorted(await rdd.collect())])
  }
  /** Logs whether the RDDs have a partitioner. */
  parted<T>(stream: DStream<T>): void {
    this.#logEach(stream, async (rdd) => (await rdd.getPartitioner()) !== null)
  }
  /** Adds something to the log when all is done. */
  atEnd(value: () => unknown): void {
    this.#finals.push(value)
  }
  #logEach<T>(stream: DStream<T>, value: (rdd: RDD<T>) => Promise<unknown>): void {
    stream.foreachRDD(async (rdd, time) => this.add(time, await value(rdd)))
  }

  /** The files of each directory that the program wrote, with their content. */
  content(): unknown {
    return this.listing('').map((directory) => [
      directory,
      this.listing(directory).map((name) => [name, readFileSync(join(this.files, directory, name), 'utf8')]),
    ])
  }
  listing(directory: string): string[] {
    return readdirSync(join(this.files, directory))
      .filter((name) => !name.startsWith('.') && name !== 'checkpoint')
      .sort()
  }

  /** Runs a program, and gives its log. */
  async run(define: Program): Promise<LogEntry[]> {
    try {
      await define(this)
      this.ssc.queueStream<number>([]).foreachRDD(() => {})
      await this.ssc.start()
      await this.#running.advance(this.batches)
      await this.ssc.awaitTerminationOrTimeout(0)
    } catch (error) {
      this.#log.push({ error: rootMessage(error as Error) })
    }
    for (const value of this.#finals) this.#log.push(await value())
    await this.#harness?.[Symbol.asyncDispose]()
    return this.#log
  }
}

/** A program that has a checkpoint directory. */
export const checkpointed =
  (program: Program): Program =>
  (b) => {
    b.checkpoint()
    return program(b)
  }

export const add = (a: number, b: number) => a + b
export const subtract = (a: number, b: number) => a - b
export const sum = (values: number[], state: number | undefined) => values.reduce(add, state ?? 0)

/** The windows that every windowed operation is tried with: length and slide in seconds. */
export const WINDOWS = (
  [
    [1, 1],
    [2, 2],
    [3, 1],
    [3, 2],
    [2, 3],
    [4, 2],
    [6, 1],
    [1, 3],
  ] as const
).map(([w, s]) => ({ label: `(${w}, ${s})`, window: Seconds(w), slide: Seconds(s) }))
