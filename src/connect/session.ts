import { randomUUID } from 'node:crypto'
import os from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { SparkException } from '../errors.ts'
import type { ConnectChannel } from './channel.ts'
import { detailsOf, type FunctionErrors, isServiceError, messageError, sparkErrorOf } from './errors.ts'
import {
  AnalyzePlanRequestSchema,
  FetchErrorDetailsRequestSchema,
  type FetchErrorDetailsResponse,
  InterruptRequestSchema,
  ReleaseSessionRequestSchema,
  type UserContext,
  UserContextSchema,
} from './gen/spark_connect_pb.ts'
import { PlanAnalysis } from './plan-analysis.ts'
import { DEFAULT_RETRY_POLICY, type RetryPolicy, realWait, retrying, type Wait } from './retry.ts'
import type { RequestHead, SessionCalls } from './session-calls.ts'
import { SessionConfig } from './session-config.ts'
import type { ConnectUrl } from './url.ts'

/** How long the end of a session waits for calls that run in the background, in milliseconds. */
const BACKGROUND_WAIT_MS = 1000
/** `InterruptRequest.interrupt_type` */
const InterruptType = { ALL: 1, TAG: 2, OPERATION_ID: 3 } as const

/** The settings of a session. */
export interface SessionOptions {
  readonly version: string
  readonly retry?: RetryPolicy
  readonly wait?: Wait
  /** Session settings that {@link ConnectSession.applySettings} sets. */
  readonly settings?: Readonly<Record<string, string>>
  /** Rebuilds the errors of user functions; without it they stay Spark's texts. */
  readonly functionErrors?: FunctionErrors
}

/** The operations to interrupt: all operations of the session, those with a tag, or a single one. */
export type InterruptTarget =
  | { readonly kind: 'all' }
  | { readonly kind: 'tag'; readonly tag: string }
  | { readonly kind: 'operation'; readonly operationId: string }

/**
 * A session on a Spark Connect server. It exists on the server from its first call on, and until `release`. A server that was restarted is
 * noticed by its other session id: calls then fail, since what the session had there is gone.
 */
export class ConnectSession implements SessionCalls {
  readonly channel: ConnectChannel
  readonly id: string
  readonly retry: RetryPolicy
  readonly wait: Wait
  /** The session's settings on the server. */
  readonly config: SessionConfig = new SessionConfig(this)
  /** Asks the server about plans. */
  readonly analysis: PlanAnalysis = new PlanAnalysis(this)
  readonly #settings: Readonly<Record<string, string>>
  readonly #functionErrors: FunctionErrors | undefined
  readonly #userContext: UserContext
  readonly #clientType: string
  readonly #background = new Set<Promise<unknown>>()
  #serverSideId: string | null = null

  constructor(channel: ConnectChannel, url: ConnectUrl, options: SessionOptions) {
    this.channel = channel
    this.id = url.sessionId ?? randomUUID()
    this.retry = options.retry ?? DEFAULT_RETRY_POLICY
    this.wait = options.wait ?? realWait
    this.#settings = options.settings ?? {}
    this.#functionErrors = options.functionErrors
    const user = url.userId ?? userName()
    this.#userContext = create(UserContextSchema, { userId: user, userName: user })
    const agent = url.userAgent === null ? [] : [url.userAgent]
    this.#clientType = [
      ...agent,
      `millstream/${options.version}`,
      `os/${os.platform()}`,
      `node/${process.versions.node}`,
    ].join(' ')
  }

  head(): RequestHead {
    const head = { sessionId: this.id, userContext: this.#userContext, clientType: this.#clientType }
    return this.#serverSideId === null ? head : { ...head, clientObservedServerSideSessionId: this.#serverSideId }
  }

  /** Remembers the server's own id of the session. @throws SparkException when the server now has another one. */
  observe(response: { readonly serverSideSessionId: string }): void {
    const { serverSideSessionId } = response
    if (serverSideSessionId === '') return
    if (this.#serverSideId !== null && this.#serverSideId !== serverSideSessionId) {
      throw new SparkException(
        'INVALID_HANDLE.SESSION_CHANGED',
        'The Spark Connect server was restarted: the session and what it kept there are gone',
      )
    }
    this.#serverSideId = serverSideSessionId
  }

  /**
   * The first call of a session: asks for the version of Spark, once. @param deadline milliseconds since the epoch.
   * @throws ServiceError as gRPC gave it, from which it can be told why the server cannot be reached
   */
  async greet(deadline: number): Promise<string> {
    const request = create(AnalyzePlanRequestSchema, {
      ...this.head(),
      analyze: { case: 'sparkVersion', value: {} },
    })
    const response = await this.channel.unary('analyzePlan', request, { deadline })
    this.observe(response)
    if (response.result.case !== 'sparkVersion') throw new Error('the server gave no version of Spark')
    return response.result.value.version
  }

  /** Sets {@link SessionOptions.settings} on the server. Those that the server does not let a session set are passed over. */
  async applySettings(): Promise<void> {
    await this.config.set(this.#settings, { silent: true })
  }

  /** Ends operations that run on the server. @returns the ids of those that were ended */
  async interrupt(target: InterruptTarget): Promise<readonly string[]> {
    const request = create(InterruptRequestSchema, { ...this.head(), ...interruptOf(target) })
    const response = await this.call(() => this.channel.unary('interrupt', request))
    this.observe(response)
    return response.interruptedIds
  }

  /** Runs a call in the background. Only the end of the session waits for the call, and its failure is ignored. */
  inBackground(call: Promise<unknown>): void {
    const ended = call.catch(() => {}).finally(() => this.#background.delete(ended))
    this.#background.add(ended)
  }

  /** Ends the session on the server: its settings, artifacts and cached relations. Tried once. @param deadline milliseconds since the epoch. */
  async release(deadline: number): Promise<void> {
    const request = create(ReleaseSessionRequestSchema, {
      sessionId: this.id,
      userContext: this.#userContext,
      clientType: this.#clientType,
    })
    // The calls are short. When one of them hangs, the server cleans the session up by itself.
    await Promise.race([Promise.all(this.#background), sleep(BACKGROUND_WAIT_MS, undefined, { ref: false })])
    await this.channel.unary('releaseSession', request, { deadline })
  }

  /** Makes a unary call, tries it again for passing reasons, and gives its errors as Spark's. */
  async call<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      return await retrying(call, this.retry, signal === undefined ? { wait: this.wait } : { wait: this.wait, signal })
    } catch (error) {
      throw await this.errorOf(error)
    }
  }

  /** Spark's error of what a call failed with; anything else as it is. */
  async errorOf(error: unknown): Promise<unknown> {
    if (!isServiceError(error)) return error
    const { errorId } = detailsOf(error)
    const tooLarge = messageError(error)
    if (tooLarge !== null) return tooLarge
    return sparkErrorOf(error, errorId === null ? null : await this.errorDetails(errorId), this.#functionErrors)
  }

  /** Fetches the whole error by the id that a failed call gives; null when the server does not have the error any more. */
  async errorDetails(errorId: string): Promise<FetchErrorDetailsResponse | null> {
    try {
      return await this.channel.unary(
        'fetchErrorDetails',
        create(FetchErrorDetailsRequestSchema, { ...this.head(), errorId }),
      )
    } catch {
      // The details are an addition: the error itself is reported without them.
      return null
    }
  }
}

function interruptOf(
  target: InterruptTarget,
): Pick<MessageInitShape<typeof InterruptRequestSchema>, 'interruptType' | 'interrupt'> {
  switch (target.kind) {
    case 'all':
      return { interruptType: InterruptType.ALL }
    case 'tag':
      return { interruptType: InterruptType.TAG, interrupt: { case: 'operationTag', value: target.tag } }
    case 'operation':
      return {
        interruptType: InterruptType.OPERATION_ID,
        interrupt: { case: 'operationId', value: target.operationId },
      }
    default:
      return target satisfies never
  }
}

function userName(): string {
  try {
    return os.userInfo().username
  } catch {
    return 'millstream'
  }
}
