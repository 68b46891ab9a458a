import { randomUUID } from 'node:crypto'
import { create } from '@bufbuild/protobuf'
import { GrpcCode, isServiceError } from './errors.ts'
import {
  ExecutePlanRequestSchema,
  type ExecutePlanResponse,
  type Plan,
  ReattachExecuteRequestSchema,
  ReleaseExecuteRequestSchema,
} from './gen/spark_connect_pb.ts'
import { Backoff, isTransient } from './retry.ts'
import type { ConnectSession } from './session.ts'

/** How a plan is run. */
export interface ExecuteOptions {
  /** Ends the operation when aborted. */
  readonly signal?: AbortSignal | undefined
  /** Names under which `interrupt` finds the operation. */
  readonly tags?: readonly string[]
}

/** The server keeps sent responses until the client releases them. The client releases this many responses at a time. */
const RELEASE_EVERY = 8
/** The server's words when an operation never reached it, or when its session is gone. */
const NOT_FOUND = /INVALID_HANDLE\.(?:OPERATION|SESSION)_NOT_FOUND/

/** Why {@link execute} ended before the result was complete: its signal. */
export class ExecutionCancelled extends Error {}

/**
 * Runs a plan and returns the server's responses in order, each once. When the connection is cut, or the server ends the stream before the
 * result is complete, the generator reattaches and continues after the last response. A caller that stops early, or cancels, ends the operation on the server too.
 */
export async function* execute(
  session: ConnectSession,
  plan: Plan,
  { signal, tags = [] }: ExecuteOptions = {},
): AsyncGenerator<ExecutePlanResponse, void, undefined> {
  const execution = new Execution(session, plan, tags)
  const cancel = (): void => execution.cancel()
  signal?.addEventListener('abort', cancel, { once: true })
  try {
    if (signal?.aborted) throw new ExecutionCancelled()
    for (;;) {
      const response = await execution.next(signal)
      if (response === null) return
      yield response
    }
  } finally {
    signal?.removeEventListener('abort', cancel)
    execution.end()
  }
}

class Execution {
  readonly #session: ConnectSession
  readonly #plan: Plan
  readonly #tags: readonly string[]
  readonly #operationId = randomUUID()
  readonly #backoff: Backoff
  #stream: ResponseStream | null = null
  #hasStarted = false
  #lastResponseId: string | null = null
  #unreleased = 0
  #isCancelled = false
  /** Whether the operation came to its end on the server, well or not. */
  #isOver = false

  constructor(session: ConnectSession, plan: Plan, tags: readonly string[]) {
    this.#session = session
    this.#plan = plan
    this.#tags = tags
    this.#backoff = new Backoff(session.retry, session.wait)
  }

  /** The next response, or null behind the last one. */
  async next(signal: AbortSignal | undefined): Promise<ExecutePlanResponse | null> {
    for (;;) {
      try {
        this.#stream ??= this.#open()
        const response = await this.#stream.next()
        if (this.#isCancelled) throw new ExecutionCancelled()
        if (response === null) {
          // The server ends long streams. The rest of the result comes with another stream.
          this.#stream = null
          continue
        }
        this.#backoff.reset()
        this.#session.observe(response)
        this.#lastResponseId = response.responseId
        if (response.responseType.case === 'resultComplete') {
          this.#isOver = true
          return null
        }
        this.#unreleased += 1
        if (this.#unreleased >= RELEASE_EVERY) this.#release(response.responseId)
        return response
      } catch (error) {
        this.#stream = null
        if (this.#isCancelled) throw new ExecutionCancelled()
        await this.#recover(error, signal)
      }
    }
  }

  /** Ends the operation on the server; a failure to do so is the server's to clean up. */
  end(): void {
    this.#stream?.cancel()
    if (!this.#hasStarted) return
    if (!this.#isOver && !this.#isCancelled) this.#interrupt()
    this.#release(null)
  }

  cancel(): void {
    this.#isCancelled = true
    if (this.#hasStarted) this.#interrupt()
    this.#stream?.cancel()
  }

  #open(): ResponseStream {
    const { channel } = this.#session
    const head = this.#session.head()
    if (this.#hasStarted) {
      const request = create(ReattachExecuteRequestSchema, { ...head, operationId: this.#operationId })
      if (this.#lastResponseId !== null) request.lastResponseId = this.#lastResponseId
      return new ResponseStream(channel.stream('reattachExecute', request))
    }
    this.#hasStarted = true
    const request = create(ExecutePlanRequestSchema, {
      ...head,
      operationId: this.#operationId,
      plan: this.#plan,
      tags: [...this.#tags],
      requestOptions: [
        { requestOption: { case: 'reattachOptions', value: { reattachable: true } } },
        { requestOption: { case: 'resultChunkingOptions', value: { allowArrowBatchChunking: true } } },
      ],
    })
    return new ResponseStream(channel.stream('executePlan', request))
  }

  async #recover(error: unknown, signal: AbortSignal | undefined): Promise<void> {
    if (isServiceError(error)) {
      if (NOT_FOUND.test(error.details) && this.#lastResponseId === null && error.code !== GrpcCode.CANCELLED) {
        // The request itself got lost on its way: it is sent again.
        this.#hasStarted = false
        return this.#backoff.before(error, signal)
      }
      if (isTransient(error)) return this.#backoff.before(error, signal)
    }
    this.#isOver = true
    throw await this.#session.errorOf(error)
  }

  #release(untilResponseId: string | null): void {
    this.#unreleased = 0
    const request = create(ReleaseExecuteRequestSchema, {
      ...this.#session.head(),
      operationId: this.#operationId,
      release:
        untilResponseId === null
          ? { case: 'releaseAll', value: {} }
          : { case: 'releaseUntil', value: { responseId: untilResponseId } },
    })
    this.#session.inBackground(this.#session.channel.unary('releaseExecute', request))
  }

  #interrupt(): void {
    this.#session.inBackground(this.#session.interrupt({ kind: 'operation', operationId: this.#operationId }))
  }
}

/** Reads a gRPC stream one message at a time. No more messages are taken from the network than the reader asks for. */
class ResponseStream {
  readonly #call: { cancel(): void }
  readonly #messages: AsyncIterator<ExecutePlanResponse>

  constructor(
    call: AsyncIterable<ExecutePlanResponse> & { cancel(): void; on(event: 'error', f: () => void): unknown },
  ) {
    this.#call = call
    // An error that arrives between reads must not end the process. The next read throws the error.
    call.on('error', () => {})
    this.#messages = call[Symbol.asyncIterator]()
  }

  async next(): Promise<ExecutePlanResponse | null> {
    const step = await this.#messages.next()
    return step.done ? null : step.value
  }

  cancel(): void {
    this.#call.cancel()
  }
}
