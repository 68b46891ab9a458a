import assert from 'node:assert/strict'
import { test } from 'node:test'
import { create } from '@bufbuild/protobuf'
import { ALL_TYPES, ALL_TYPES_ROWS } from '../../test/arrow/all-types.ts'
import { allTypesStream } from '../../test/arrow/all-types-stream.ts'
import { ScriptedConnectServer } from '../../test/engine/scripted-connect-server.ts'
import { valueAt } from '../arrow/values.ts'
import { fetchBatches } from './batches.ts'
import { RelationSchema } from './gen/spark_connect_pb.ts'

const ROOT = create(RelationSchema, { relType: { case: 'sql', value: { query: 'q' } } })

test('the rows of any relation come as typed columns, also where the server cut their stream into chunks', async () => {
  const stream = allTypesStream()
  const arrow = (data: Uint8Array, chunk?: object) => ({
    responseType: { case: 'arrowBatch', value: { data, ...chunk } },
  })
  const half = stream.length >> 1
  await using server = await new ScriptedConnectServer({
    executePlan: () => ({
      messages: [
        arrow(stream),
        arrow(stream.subarray(0, half), { numChunksInBatch: 2n, chunkIndex: 0n }),
        arrow(stream.subarray(half), { numChunksInBatch: 2n, chunkIndex: 1n }),
        { responseType: { case: 'resultComplete', value: {} } },
      ],
    }),
  }).start()
  const session = server.session()
  const required: unknown[] = []
  for await (const { schema, columns, length } of fetchBatches(session, ROOT)) {
    assert.deepEqual(schema, ALL_TYPES)
    const last = columns.length - 1
    for (let row = 0; row < length; row++) required.push(valueAt(schema.fields[last]!.type, columns[last]!, row))
  }
  const once = ALL_TYPES_ROWS.map((row) => row.at(-1))
  assert.deepEqual(required, [...once, ...once])
  session.channel.close()
})
