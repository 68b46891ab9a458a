import { create, type MessageInitShape } from '@bufbuild/protobuf'
import {
  AnalyzePlanRequestSchema,
  type AnalyzePlanResponse,
  type DataType,
  type Relation,
  type StorageLevel,
  type StorageLevelSchema,
} from './gen/spark_connect_pb.ts'
import { planOf } from './plan.ts'
import type { SessionCalls } from './session-calls.ts'

type Question = NonNullable<MessageInitShape<typeof AnalyzePlanRequestSchema>['analyze']>
type QuestionCase = NonNullable<Question['case']>
type Answer<Case> = Extract<AnalyzePlanResponse['result'], { readonly case: Case }>['value']

/** How much `explain` tells: values of `ExplainMode`. */
export const ExplainMode = { SIMPLE: 1, EXTENDED: 2, CODEGEN: 3, COST: 4, FORMATTED: 5 } as const

/** Asks the server about a plan without running it. Every method throws Spark's error when the plan is wrong. */
export class PlanAnalysis {
  readonly #session: SessionCalls

  constructor(session: SessionCalls) {
    this.#session = session
  }

  /** The columns that the plan gives: a struct. */
  async schema(root: Relation): Promise<DataType> {
    return present((await this.#ask('schema', { plan: planOf(root) })).schema, 'schema')
  }

  async explain(root: Relation, explainMode: (typeof ExplainMode)[keyof typeof ExplainMode]): Promise<string> {
    return (await this.#ask('explain', { plan: planOf(root), explainMode })).explainString
  }

  /** The schema as a drawn tree. @param level how deep; everything when absent */
  async treeString(root: Relation, level?: number): Promise<string> {
    const value = level === undefined ? { plan: planOf(root) } : { plan: planOf(root), level }
    return (await this.#ask('treeString', value)).treeString
  }

  /** Whether the server answers the plan by itself, without executors. */
  async isLocal(root: Relation): Promise<boolean> {
    return (await this.#ask('isLocal', { plan: planOf(root) })).isLocal
  }

  async isStreaming(root: Relation): Promise<boolean> {
    return (await this.#ask('isStreaming', { plan: planOf(root) })).isStreaming
  }

  /** The files that a relation of files reads, percent-encoded, those without any byte too. */
  async inputFiles(root: Relation): Promise<readonly string[]> {
    return (await this.#ask('inputFiles', { plan: planOf(root) })).files
  }

  /** The version of Spark, for instance `4.3.0`. */
  async sparkVersion(): Promise<string> {
    return (await this.#ask('sparkVersion', {})).version
  }

  /** The type that a text such as `id BIGINT, name STRING` means. */
  async parseDdl(ddlString: string): Promise<DataType> {
    return present((await this.#ask('ddlParse', { ddlString })).parsed, 'type')
  }

  /** Whether two plans are equal once what does not matter (names of columns on the way) is left aside. */
  async sameSemantics(target: Relation, other: Relation): Promise<boolean> {
    return (await this.#ask('sameSemantics', { targetPlan: planOf(target), otherPlan: planOf(other) })).result
  }

  /** Equal for plans of the same semantics. */
  async semanticHash(root: Relation): Promise<number> {
    return (await this.#ask('semanticHash', { plan: planOf(root) })).result
  }

  /** Marks a relation, so that it is kept when it is computed for the first time. @param storageLevel Spark's default when absent */
  async persist(relation: Relation, storageLevel?: MessageInitShape<typeof StorageLevelSchema>): Promise<void> {
    await this.#ask('persist', storageLevel === undefined ? { relation } : { relation, storageLevel })
  }

  /** Takes the mark off. @param blocking whether to wait until what is kept is gone */
  async unpersist(relation: Relation, blocking = false): Promise<void> {
    await this.#ask('unpersist', { relation, blocking })
  }

  async storageLevel(relation: Relation): Promise<StorageLevel> {
    return present((await this.#ask('getStorageLevel', { relation })).storageLevel, 'storage level')
  }

  async #ask<Case extends QuestionCase>(
    question: Case,
    value: Extract<Question, { readonly case: Case }>['value'],
  ): Promise<Answer<Case>> {
    const analyze = { case: question, value } as Question
    const request = create(AnalyzePlanRequestSchema, { ...this.#session.head(), analyze })
    const response = await this.#session.call(() => this.#session.channel.unary('analyzePlan', request))
    this.#session.observe(response)
    if (response.result.case !== question) throw new Error(`the server gave no answer about ${question}`)
    return response.result.value as Answer<Case>
  }
}

function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the server gave no ${what}`)
  return value
}
