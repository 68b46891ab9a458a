import assert from 'node:assert/strict'
import { test } from 'node:test'
import { create } from '@bufbuild/protobuf'
import grpc from '@grpc/grpc-js'
import { type Handler, type Method, ScriptedConnectServer } from '../../test/engine/scripted-connect-server.ts'
import { artifactsExist } from './artifacts.ts'
import { execute } from './execute.ts'
import { PlanSchema, RelationSchema } from './gen/spark_connect_pb.ts'
import { ExplainMode } from './plan-analysis.ts'
import type { ConnectSession, SessionOptions } from './session.ts'

const ROOT = create(RelationSchema, { relType: { case: 'sql', value: { query: 'SELECT 1' } } })
const OTHER = create(RelationSchema, { relType: { case: 'sql', value: { query: 'SELECT 2' } } })
const LONG = { kind: { case: 'long', value: {} } }

/** A relation or the plan of one, as the server received it. */
function queryIn(value: unknown): unknown {
  const { opType, relType } = value as {
    readonly opType?: { readonly value: unknown }
    readonly relType?: { readonly value: { readonly query: string } }
  }
  return opType === undefined ? relType?.value.query : queryIn(opType.value)
}

async function withServer(
  handlers: Partial<Record<Method, Handler>>,
  run: (session: ConnectSession, server: ScriptedConnectServer) => Promise<void>,
  options: Partial<SessionOptions> = {},
): Promise<void> {
  await using server = await new ScriptedConnectServer(handlers).start()
  const session = server.session(options)
  try {
    await run(session, server)
  } finally {
    session.channel.close()
  }
}

interface Question {
  readonly case: string
  readonly value: Record<string, unknown>
}

test('every question about a plan is asked as Spark knows it, and answered', async () => {
  const answers: Readonly<Record<string, object>> = {
    schema: { schema: LONG },
    explain: { explainString: '== Physical Plan ==' },
    treeString: { treeString: 'root' },
    isLocal: { isLocal: true },
    isStreaming: { isStreaming: true },
    inputFiles: { files: ['file:///a%20b'] },
    sparkVersion: { version: '4.3.0' },
    ddlParse: { parsed: LONG },
    sameSemantics: { result: true },
    semanticHash: { result: -5 },
    persist: {},
    unpersist: {},
    getStorageLevel: { storageLevel: { useMemory: true, replication: 2 } },
  }
  const analyzePlan: Handler = ({ analyze }) => {
    const { case: question } = analyze as Question
    return { messages: [{ serverSideSessionId: 's', result: { case: question, value: answers[question] } }] }
  }
  await withServer({ analyzePlan }, async ({ analysis }, server) => {
    assert.equal((await analysis.schema(ROOT)).kind.case, 'long')
    assert.equal(await analysis.explain(ROOT, ExplainMode.FORMATTED), '== Physical Plan ==')
    assert.equal(await analysis.treeString(ROOT, 2), 'root')
    assert.equal(await analysis.isLocal(ROOT), true)
    assert.equal(await analysis.isStreaming(ROOT), true)
    assert.deepEqual(await analysis.inputFiles(ROOT), ['file:///a%20b'])
    assert.equal(await analysis.sparkVersion(), '4.3.0')
    assert.equal((await analysis.parseDdl('id BIGINT')).kind.case, 'long')
    assert.equal(await analysis.sameSemantics(ROOT, OTHER), true)
    assert.equal(await analysis.semanticHash(ROOT), -5)
    await analysis.persist(ROOT, { useDisk: true })
    await analysis.unpersist(ROOT, true)
    assert.equal((await analysis.storageLevel(ROOT)).replication, 2)

    const questions = server.requests('analyzePlan').map(({ analyze }) => analyze as Question)
    assert.deepEqual(
      questions.map((question) => question.case),
      Object.keys(answers),
    )
    const asked = new Map(questions.map((question) => [question.case, question.value]))
    for (const name of ['schema', 'explain', 'treeString', 'isLocal', 'isStreaming', 'inputFiles', 'semanticHash']) {
      assert.equal(queryIn(asked.get(name)?.plan), 'SELECT 1', name)
    }
    for (const name of ['persist', 'unpersist', 'getStorageLevel']) {
      assert.equal(queryIn(asked.get(name)?.relation), 'SELECT 1', name)
    }
    assert.equal(asked.get('explain')?.explainMode, 5)
    assert.equal(asked.get('treeString')?.level, 2)
    assert.equal(asked.get('ddlParse')?.ddlString, 'id BIGINT')
    assert.equal(queryIn(asked.get('sameSemantics')?.targetPlan), 'SELECT 1')
    assert.equal(queryIn(asked.get('sameSemantics')?.otherPlan), 'SELECT 2')
    assert.equal((asked.get('persist')?.storageLevel as { useDisk: boolean } | undefined)?.useDisk, true)
    assert.equal(asked.get('unpersist')?.blocking, true)
  })
})

test('an answer to another question is an error', async () => {
  const analyzePlan: Handler = () => ({ messages: [{ result: { case: 'isLocal', value: { isLocal: true } } }] })
  await withServer({ analyzePlan }, async ({ analysis }) => {
    await assert.rejects(analysis.isStreaming(ROOT), /no answer about isStreaming/)
  })
})

test("each operation on the session's settings reaches the server and comes back", async () => {
  const config: Handler = () => ({
    messages: [
      { pairs: [{ key: 'a', value: 'true' }, { key: 'unset' }, { key: 'b', value: 'x' }], warnings: ['deprecated'] },
    ],
  })
  await withServer({ config }, async ({ config: settings }, server) => {
    const values = new Map([
      ['a', 'true'],
      ['b', 'x'],
    ])
    assert.deepEqual(await settings.set({ a: '1' }), ['deprecated'])
    assert.deepEqual(await settings.get(['a', 'b']), values)
    assert.deepEqual(await settings.getWithDefault({ a: 'x' }), values)
    assert.deepEqual(await settings.getOption(['a', 'unset']), values)
    assert.deepEqual(await settings.getAll('spark.sql.'), values)
    assert.deepEqual(await settings.unset(['a']), ['deprecated'])
    assert.equal((await settings.isModifiable(['a', 'b'])).get('a'), true)
    assert.equal((await settings.isModifiable(['a', 'b'])).get('b'), false)
    const operations = server.requests('config').map(({ operation }) => (operation as { opType: Question }).opType)
    assert.deepEqual(
      operations.map((operation) => operation.case),
      ['set', 'get', 'getWithDefault', 'getOption', 'getAll', 'unset', 'isModifiable', 'isModifiable'],
    )
    assert.equal(operations[4]?.value.prefix, 'spark.sql.')
  })
})

test("a session's own settings are set silently when they are applied", async () => {
  const settings = { 'spark.sql.ansi.enabled': 'true' }
  await withServer(
    {},
    async (session, server) => {
      await session.applySettings()
      const { operation } = server.requests('config')[0]!
      const { value } = (operation as { readonly opType: Question }).opType
      assert.equal(value.silent, true)
      assert.deepEqual(
        (value.pairs as { key: string; value: string }[]).map(({ key, value: set }) => [key, set]),
        [['spark.sql.ansi.enabled', 'true']],
      )
    },
    { settings },
  )
})

test('operations are interrupted all, by tag, or one', async () => {
  const interrupt: Handler = () => ({ messages: [{ interruptedIds: ['1', '2'] }] })
  await withServer({ interrupt }, async (session, server) => {
    assert.deepEqual(await session.interrupt({ kind: 'all' }), ['1', '2'])
    await session.interrupt({ kind: 'tag', tag: 'nightly' })
    await session.interrupt({ kind: 'operation', operationId: 'one' })
    const requests = server.requests('interrupt').map(({ interruptType, interrupt: of }) => [interruptType, of])
    assert.deepEqual(requests, [
      [1, { case: undefined }],
      [2, { case: 'operationTag', value: 'nightly' }],
      [3, { case: 'operationId', value: 'one' }],
    ])
  })
})

test('an operation has its tags', async () => {
  const complete = { responseType: { case: 'resultComplete', value: {} } }
  await withServer({ executePlan: () => ({ messages: [complete] }) }, async (session, server) => {
    const plan = create(PlanSchema, { opType: { case: 'root', value: ROOT } })
    for await (const _ of execute(session, plan, { tags: ['nightly'] }));
    assert.deepEqual(server.requests('executePlan')[0]?.tags, ['nightly'])
  })
})

test('which artifacts a session has', async () => {
  const artifactStatus: Handler = () => ({ messages: [{ statuses: { 'files/a': { exists: true } } }] })
  await withServer({ artifactStatus }, async (session, server) => {
    const found = await artifactsExist(session, ['files/a', 'files/b'])
    assert.deepEqual(
      [...found],
      [
        ['files/a', true],
        ['files/b', false],
      ],
    )
    assert.deepEqual(server.requests('artifactStatus')[0]?.names, ['files/a', 'files/b'])
  })
})

test('who runs functions reads their errors; without a reader they stay texts', async () => {
  const config: Handler = () => ({ error: { code: grpc.status.INTERNAL, details: 'it failed {secret}' } })
  const thrown = new RangeError('the cause')
  await withServer(
    { config },
    async (session) => {
      await assert.rejects(session.config.getAll(), { message: 'it failed', cause: thrown })
    },
    {
      functionErrors: {
        causeIn: (messages) => (messages.some((message) => message.includes('{secret}')) ? thrown : undefined),
        readable: (message) => message.replace(' {secret}', ''),
      },
    },
  )
  await withServer({ config }, async (session) => {
    await assert.rejects(
      session.config.getAll(),
      (error: Error) => error.message === 'it failed {secret}' && error.cause === undefined,
    )
  })
})
