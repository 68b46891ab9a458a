import type { BatchGraph } from '../batches/batch-graph.ts'
import type { BatchInput } from '../batches/batch-input.ts'
import type { Duration } from '../batches/duration.ts'
import type { Job } from '../batches/job.ts'
import type { StateFloor } from '../batches/ledger/needed-batches.ts'
import { type MaybePromise, mapInOrder, whenReady } from '../batches/maybe-promise.ts'
import type { Time } from '../batches/time.ts'
import { IllegalArgumentException, IllegalStateException } from '../errors.ts'
import type { DStreamNode } from './dstream-node.ts'
import { operatorIds } from './operator-ids.ts'
import type { OutputOperation } from './output-operation.ts'
import { ReadTimes } from './read-times.ts'
import type { InputNode, StreamRegistry } from './stream-runtime.ts'
import { checkUserFunctions } from './user-functions.ts'

const NO_FLOORS: readonly StateFloor[] = []

/** All streams and output operations of one context (Spark's `DStreamGraph`). */
export class DStreamGraph implements BatchGraph, StreamRegistry {
  readonly batchDuration: Duration
  /** Parents before children, as they were made. */
  readonly #streams: DStreamNode<unknown>[] = []
  readonly #inputStreams: InputNode[] = []
  readonly #outputs: OutputOperation<unknown>[] = []
  readonly #names = new Map<string, DStreamNode<unknown>>()
  #rememberDuration: Duration | null = null
  #zeroTime: Time | null = null
  /** The streams that some output operation needs; set at start. */
  #active: readonly DStreamNode<unknown>[] = []
  #inputs: readonly BatchInput[] = []
  #readTimes: ReadTimes | null = null
  readonly #floors: StateFloor[] = []
  readonly #floorsOfStreams = new Map<DStreamNode<unknown>, StateFloor[]>()
  #ids: ReadonlyMap<DStreamNode<unknown>, string> | null = null

  constructor(batchDuration: Duration) {
    this.batchDuration = batchDuration
  }

  get streams(): readonly DStreamNode<unknown>[] {
    return this.#streams
  }
  get inputStreams(): readonly InputNode[] {
    return this.#inputStreams
  }
  get outputOperations(): readonly OutputOperation<unknown>[] {
    return this.#outputs
  }
  /** The batch before the first one; null until the graph is started. */
  get zeroTime(): Time | null {
    return this.#zeroTime
  }
  get inputs(): readonly BatchInput[] {
    return this.#inputs
  }
  /** Whether a batch builds on the one before, so that it cannot come right before that one has. */
  get isStateful(): boolean {
    return this.#active.some((stream) => stream.mustCheckpoint)
  }

  stateFloors(): readonly StateFloor[] {
    return this.#floors
  }

  floorsOf(stream: DStreamNode<unknown>): readonly StateFloor[] {
    return this.#floorsOfStreams.get(stream) ?? NO_FLOORS
  }

  isRead(stream: DStreamNode<unknown>, time: Time): boolean {
    return this.#readTimes!.includes(stream, time.milliseconds)
  }

  /** Finds the states of the program, and of which streams each is made. */
  #findStates(): void {
    for (const state of this.#active.filter((stream) => stream.mustCheckpoint)) {
      const outputsReachMs = this.#outputsReachMs(state)
      const floor: StateFloor = {
        rememberMs: state.rememberDuration.milliseconds,
        newestWritten: (atOrBefore) => state.newestWritten(atOrBefore - outputsReachMs),
      }
      this.#floors.push(floor)
      for (const stream of withAncestors(state)) {
        const floors = this.#floorsOfStreams.get(stream) ?? []
        floors.push(floor)
        this.#floorsOfStreams.set(stream, floors)
      }
    }
  }

  /** How far back outputs of a state's batches are read: they are computed again from a state that is older than all of them. */
  #outputsReachMs(state: DStreamNode<unknown>): number {
    return this.#active
      .filter(({ outputsOf }) => outputsOf === state)
      .reduce((longest, { rememberDuration }) => Math.max(longest, rememberDuration.milliseconds), 0)
  }

  get rememberDuration(): Duration | null {
    return this.#rememberDuration
  }

  addStream(stream: DStreamNode<unknown>): void {
    this.#streams.push(stream)
    this.#ids = null
  }

  /** @returns the stream's number among the input streams, from 0. */
  addInputStream(stream: InputNode): number {
    return this.#inputStreams.push(stream) - 1
  }

  addOutputOperation<T>(output: OutputOperation<T>): void {
    this.#outputs.push(output as OutputOperation<unknown>)
  }

  /** @throws IllegalArgumentException when another stream has the name. */
  reserveName(name: string, stream: DStreamNode<unknown>): void {
    const owner = this.#names.get(name)
    if (owner !== undefined && owner !== stream) {
      throw new IllegalArgumentException('STREAM_NAME_TAKEN', `the name '${name}' of ${stream} belongs to ${owner}`)
    }
    this.#names.set(name, stream)
    this.#ids = null
  }

  /** The id by which another run of the program finds the stream again. */
  operatorId(stream: DStreamNode<unknown>): string {
    this.#ids ??= operatorIds(this.#streams)
    return this.#ids.get(stream)!
  }

  /** @throws IllegalArgumentException when it was set before. */
  remember(duration: Duration): void {
    if (this.#rememberDuration !== null) {
      throw new IllegalArgumentException(
        'ILLEGAL_ARGUMENT',
        `requirement failed: Remember duration already set as ${this.#rememberDuration}. Cannot set it again.`,
      )
    }
    this.#rememberDuration = duration
  }

  /** @throws IllegalArgumentException when there is nothing to do. */
  validate(): void {
    if (this.#outputs.length > 0) return
    throw new IllegalArgumentException(
      'NO_OUTPUT_OPERATION',
      'requirement failed: No output operations registered, so nothing to execute',
    )
  }

  /**
   * Finds out whether the functions of all streams that are needed can be sent to workers.
   * @throws ClosureError which names the operation and the user's line.
   */
  checkFunctions(): MaybePromise<void> {
    const needed = this.#outputs.flatMap(({ parent }) => [...withAncestors(parent)])
    return checkUserFunctions(new Set(needed))
  }

  /**
   * Gives every stream that is needed its place in time and its remember duration, checks them, and starts the input streams.
   * @throws IllegalArgumentException when a stream's settings do not fit together.
   */
  start(zeroTime: Time): MaybePromise<void> {
    if (this.#zeroTime !== null) {
      throw new IllegalStateException('GRAPH_STARTED', 'DStream graph computation already started')
    }
    this.#zeroTime = zeroTime
    for (const { parent } of this.#outputs) parent.initialize(zeroTime)
    for (const { parent } of this.#outputs) parent.remember(this.#rememberDuration)
    this.#active = this.#streams.filter((stream) => stream.isInitialized)
    this.#inputs = this.#inputStreams.flatMap((stream) => (stream.isInitialized ? (stream.batchInput ?? []) : []))
    for (const stream of this.#active) stream.validateAtStart()
    const putOut = new Set(this.#outputs.map(({ parent }) => parent))
    this.#readTimes = new ReadTimes(zeroTime.milliseconds, this.#active, putOut)
    this.#findStates()
    return whenReady(
      mapInOrder(this.#inputStreams, (stream) => stream.start()),
      () => undefined,
    )
  }

  /** Stops every input stream, also when one of them fails. @throws the first failure. */
  async stop(): Promise<void> {
    const results = await Promise.allSettled(this.#inputStreams.map(async (stream) => stream.stop()))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  /** The jobs of the batch at `time`, in the order in which their operations were defined. */
  generateJobs(time: Time): MaybePromise<Job[]> {
    const jobs = mapInOrder(this.#outputs, (output, outputOpId) => output.generateJob(time, outputOpId))
    return whenReady(jobs, (all) => all.filter((job) => job !== null))
  }

  /** Makes every stream forget the RDDs that are not needed any more, after the batch at `time` is done. */
  clearMetadata(time: Time, isUnpersisting: boolean): void {
    for (const stream of this.#active) stream.clearMetadata(time, isUnpersisting)
  }

  /** The longest time for which an input stream must remember its records, in milliseconds. */
  get maxInputStreamRememberDuration(): Duration {
    return this.#inputStreams
      .filter((stream) => stream.isInitialized)
      .map((stream) => stream.rememberDuration)
      .reduce((longest, duration) => longest.max(duration), this.batchDuration)
  }
}

/** A stream and all that it is made of. */
function withAncestors(stream: DStreamNode<unknown>): Set<DStreamNode<unknown>> {
  const found = new Set<DStreamNode<unknown>>([stream])
  for (const one of found) for (const parent of one.dependencies) found.add(parent)
  return found
}
