import { randomUUID } from 'node:crypto'
import os from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { create } from '@bufbuild/protobuf'
import { SparkException } from '../errors.ts'
import type { ConnectChannel } from './channel.ts'
import { detailsOf, isServiceError, messageError, sparkErrorOf } from './errors.ts'
import {
  AnalyzePlanRequestSchema,
  ConfigRequestSchema,
  FetchErrorDetailsRequestSchema,
  type FetchErrorDetailsResponse,
  InterruptRequestSchema,
  PlanSchema,
  type Relation,
  ReleaseSessionRequestSchema,
  type UserContext,
  UserContextSchema,
} from './gen/spark_connect_pb.ts'
import { DEFAULT_RETRY_POLICY, type RetryPolicy, realWait, retrying, type Wait } from './retry.ts'
import type { ConnectUrl } from './url.ts'

/** How long the session's end waits for calls that nobody else waits for. */
const BACKGROUND_WAIT_MS = 1000
/** `InterruptRequest.interrupt_type`: one operation. */
const INTERRUPT_OPERATION_ID = 3

/** What a session needs beside its channel. */
export interface SessionOptions {
  readonly version: string
  readonly retry?: RetryPolicy
  readonly wait?: Wait
}

/** The fields with which every request starts. */
export interface RequestHead {
  readonly sessionId: string
  readonly userContext: UserContext
  readonly clientType: string
  readonly clientObservedServerSideSessionId?: string
}

/**
 * A session on a Spark Connect server. It exists on the server from its first call on, and until `release`. A server that was restarted is
 * noticed by its other session id: calls then fail, since what the session had there is gone.
 */
export class ConnectSession {
  readonly channel: ConnectChannel
  readonly id: string
  readonly retry: RetryPolicy
  readonly wait: Wait
  readonly #userContext: UserContext
  readonly #clientType: string
  readonly #background = new Set<Promise<unknown>>()
  #serverSideId: string | null = null

  constructor(channel: ConnectChannel, url: ConnectUrl, options: SessionOptions) {
    this.channel = channel
    this.id = url.sessionId ?? randomUUID()
    this.retry = options.retry ?? DEFAULT_RETRY_POLICY
    this.wait = options.wait ?? realWait
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

  /** The version of Spark, for instance `4.3.0`. @param deadline milliseconds since the epoch. */
  async sparkVersion(deadline: number): Promise<string> {
    const request = create(AnalyzePlanRequestSchema, {
      ...this.head(),
      analyze: { case: 'sparkVersion', value: {} },
    })
    const response = await this.channel.unary('analyzePlan', request, { deadline })
    this.observe(response)
    if (response.result.case !== 'sparkVersion') throw new Error('the server gave no version of Spark')
    return response.result.value.version
  }

  /**
   * Has the server look at a plan without running it.
   * @throws SparkException with what is wrong with the plan.
   */
  async analyze(root: Relation): Promise<void> {
    const plan = create(PlanSchema, { opType: { case: 'root', value: root } })
    const request = create(AnalyzePlanRequestSchema, { ...this.head(), analyze: { case: 'schema', value: { plan } } })
    this.observe(await this.call(() => this.channel.unary('analyzePlan', request)))
  }

  /** The files that a relation of files reads, percent-encoded, those without any byte too; nothing runs on the executors. */
  async inputFiles(root: Relation): Promise<string[]> {
    const plan = create(PlanSchema, { opType: { case: 'root', value: root } })
    const analyze = { case: 'inputFiles' as const, value: { plan } }
    const request = create(AnalyzePlanRequestSchema, { ...this.head(), analyze })
    const response = await this.call(() => this.channel.unary('analyzePlan', request))
    this.observe(response)
    return response.result.case === 'inputFiles' ? response.result.value.files : []
  }

  /** Sets session settings. `silent` passes over those that the server does not let a session set. */
  async setConfig(pairs: Readonly<Record<string, string>>, options: { silent?: boolean } = {}): Promise<void> {
    const operation = {
      opType: {
        case: 'set' as const,
        value: {
          pairs: Object.entries(pairs).map(([key, value]) => ({ key, value })),
          silent: options.silent ?? false,
        },
      },
    }
    const request = create(ConfigRequestSchema, { ...this.head(), operation })
    this.observe(await this.call(() => this.channel.unary('config', request)))
  }

  /** Reads settings; a key without a value is absent. */
  async getConfig(keys: readonly string[]): Promise<Map<string, string>> {
    const operation = { opType: { case: 'getOption' as const, value: { keys: [...keys] } } }
    const request = create(ConfigRequestSchema, { ...this.head(), operation })
    const response = await this.call(() => this.channel.unary('config', request))
    this.observe(response)
    return new Map(response.pairs.flatMap(({ key, value }) => (value === undefined ? [] : [[key, value]])))
  }

  /** Ends an operation that runs on the server. */
  async interrupt(operationId: string): Promise<void> {
    const request = create(InterruptRequestSchema, {
      ...this.head(),
      interruptType: INTERRUPT_OPERATION_ID,
      interrupt: { case: 'operationId', value: operationId },
    })
    await this.call(() => this.channel.unary('interrupt', request))
  }

  /** Lets a call go on that nobody waits for but the session's end; whether it succeeds is the server's affair. */
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
    // They are short; should one hang, the server cleans up behind it.
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
    return messageError(error) ?? sparkErrorOf(error, errorId === null ? null : await this.#fetchDetails(errorId))
  }

  async #fetchDetails(errorId: string): Promise<FetchErrorDetailsResponse | null> {
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

function userName(): string {
  try {
    return os.userInfo().username
  } catch {
    return 'millstream'
  }
}
