import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import grpc from '@grpc/grpc-js'
import { ScriptedConnectServer } from '../../test/engine/scripted-connect-server.ts'
import { ARTIFACT_CHUNK_BYTES, addArtifact } from './artifacts.ts'
import type { AddArtifactsRequest } from './gen/spark_connect_pb.ts'

function partsOf(server: ScriptedConnectServer, nth = 0): AddArtifactsRequest['payload'][] {
  const parts = server.requests('addArtifacts')[nth]?.parts as AddArtifactsRequest[]
  return parts.map(({ payload }) => payload)
}

/** The bytes of an upload, each chunk checked against its sum. */
function uploaded(parts: readonly AddArtifactsRequest['payload'][]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      const chunk =
        part.case === 'beginChunk'
          ? part.value.initialChunk
          : part.case === 'chunk'
            ? part.value
            : part.case === 'batch'
              ? part.value.artifacts[0]?.data
              : undefined
      assert(chunk !== undefined)
      assert.equal(chunk.crc, BigInt(crc32(chunk.data)))
      return chunk.data
    }),
  )
}

test('a small artifact goes as one batch, an empty one too', async () => {
  await using server = await new ScriptedConnectServer({}).start()
  const session = server.session()
  for (const [nth, content] of [new Uint8Array([1, 2, 3]), new Uint8Array(0)].entries()) {
    await addArtifact(session, { name: 'files/a', content })
    const parts = partsOf(server, nth)
    assert.deepEqual(
      parts.map((part) => part.case),
      ['batch'],
    )
    assert.deepEqual([...uploaded(parts)], [...content])
  }
  session.channel.close()
})

test('a large artifact goes in chunks whose number and size are told first, from memory and from a file alike', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'millstream-artifacts-'))
  try {
    const content = new Uint8Array(2 * ARTIFACT_CHUNK_BYTES + 5).map((_, i) => i % 251)
    const path = join(directory, 'artifact')
    await writeFile(path, content)
    await using server = await new ScriptedConnectServer({}).start()
    const session = server.session()
    await addArtifact(session, { name: 'archives/a.tgz#a', content })
    await addArtifact(session, { name: 'archives/a.tgz#a', content: { path } })
    for (const nth of [0, 1]) {
      const parts = partsOf(server, nth)
      assert.deepEqual(
        parts.map((part) => part.case),
        ['beginChunk', 'chunk', 'chunk'],
      )
      const [begin] = parts
      assert(begin?.case === 'beginChunk')
      assert.equal(begin.value.name, 'archives/a.tgz#a')
      assert.equal(begin.value.totalBytes, BigInt(content.length))
      assert.equal(begin.value.numChunks, 3n)
      assert(uploaded(parts).equals(content))
    }
    session.channel.close()
  } finally {
    await rm(directory, { recursive: true })
  }
})

test('an upload that is cut off is sent again from its start', async () => {
  await using server = await new ScriptedConnectServer({
    addArtifacts: (_request, nth) =>
      nth === 0 ? { error: { code: grpc.status.UNAVAILABLE, details: 'cut' } } : { messages: [{}] },
  }).start()
  const session = server.session()
  await addArtifact(session, { name: 'files/a', content: new Uint8Array([1]) })
  assert.equal(server.requests('addArtifacts').length, 2)
  session.channel.close()
})

test('an artifact that arrived damaged is an error', async () => {
  await using server = await new ScriptedConnectServer({
    addArtifacts: () => ({ messages: [{ artifacts: [{ name: 'files/a', isCrcSuccessful: false }] }] }),
  }).start()
  const session = server.session()
  await assert.rejects(addArtifact(session, { name: 'files/a', content: new Uint8Array([1]) }), {
    code: 'ARTIFACT_DAMAGED',
  })
  session.channel.close()
})
