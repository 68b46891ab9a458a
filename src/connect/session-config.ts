import { create, type MessageInitShape } from '@bufbuild/protobuf'
import {
  type ConfigRequest_OperationSchema,
  ConfigRequestSchema,
  type ConfigResponse,
  type KeyValue,
} from './gen/spark_connect_pb.ts'
import type { SessionCalls } from './session-calls.ts'

type Operation = NonNullable<MessageInitShape<typeof ConfigRequest_OperationSchema>['opType']>

/** The settings of a session on the server: Spark's `spark.conf`. */
export class SessionConfig {
  readonly #session: SessionCalls

  constructor(session: SessionCalls) {
    this.#session = session
  }

  /**
   * Sets settings. `silent` passes over those that the server does not let a session set.
   * @returns the server's warnings, of settings that are deprecated for instance
   */
  async set(pairs: Readonly<Record<string, string>>, options: { silent?: boolean } = {}): Promise<readonly string[]> {
    const value = { pairs: pairsOf(pairs), silent: options.silent ?? false }
    return (await this.#ask({ case: 'set', value })).warnings
  }

  /** Reads settings. @throws SparkConnectException `SQL_CONF_NOT_FOUND` for one that is neither set nor known to Spark */
  async get(keys: readonly string[]): Promise<Map<string, string>> {
    return valuesIn((await this.#ask({ case: 'get', value: { keys: [...keys] } })).pairs)
  }

  /** Reads settings, with values for those that are not set. */
  async getWithDefault(defaults: Readonly<Record<string, string>>): Promise<Map<string, string>> {
    return valuesIn((await this.#ask({ case: 'getWithDefault', value: { pairs: pairsOf(defaults) } })).pairs)
  }

  /** Reads settings; one that has no value is absent. */
  async getOption(keys: readonly string[]): Promise<Map<string, string>> {
    return valuesIn((await this.#ask({ case: 'getOption', value: { keys: [...keys] } })).pairs)
  }

  /** All settings of the session, or those whose keys begin with `prefix`, which the keys of the result then lack. */
  async getAll(prefix?: string): Promise<Map<string, string>> {
    return valuesIn((await this.#ask({ case: 'getAll', value: prefix === undefined ? {} : { prefix } })).pairs)
  }

  /** Gives settings their defaults again. @returns the server's warnings */
  async unset(keys: readonly string[]): Promise<readonly string[]> {
    return (await this.#ask({ case: 'unset', value: { keys: [...keys] } })).warnings
  }

  /** Whether a session may set each of them. */
  async isModifiable(keys: readonly string[]): Promise<Map<string, boolean>> {
    const { pairs } = await this.#ask({ case: 'isModifiable', value: { keys: [...keys] } })
    return new Map(pairs.map(({ key, value }) => [key, value === 'true'] as const))
  }

  async #ask(opType: Operation): Promise<ConfigResponse> {
    const request = create(ConfigRequestSchema, { ...this.#session.head(), operation: { opType } })
    const response = await this.#session.call(() => this.#session.channel.unary('config', request))
    this.#session.observe(response)
    return response
  }
}

function pairsOf(settings: Readonly<Record<string, string>>): { key: string; value: string }[] {
  return Object.entries(settings).map(([key, value]) => ({ key, value }))
}

function valuesIn(pairs: readonly KeyValue[]): Map<string, string> {
  return new Map(pairs.flatMap(({ key, value }) => (value === undefined ? [] : [[key, value] as const])))
}
