import { open, stat } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { SparkException } from '../errors.ts'
import {
  type AddArtifactsRequest,
  AddArtifactsRequestSchema,
  ArtifactStatusesRequestSchema,
} from './gen/spark_connect_pb.ts'
import type { ConnectSession } from './session.ts'
import type { RequestHead } from './session-calls.ts'

/** Bytes of one message of an upload. */
export const ARTIFACT_CHUNK_BYTES = 1024 * 1024

/** Something that the session gets: `files/<name>`, `archives/<file>#<folder>`. */
export interface Artifact {
  readonly name: string
  readonly content: Uint8Array | { readonly path: string }
}

/** Uploads an artifact in chunks, from the start again when the connection is cut meanwhile. @throws SparkException when it arrives damaged. */
export async function addArtifact(session: ConnectSession, artifact: Artifact): Promise<void> {
  const response = await session.call(() => session.channel.upload(artifactRequests(session.head(), artifact)))
  session.observe(response)
  for (const { name, isCrcSuccessful } of response.artifacts) {
    if (!isCrcSuccessful) {
      throw new SparkException('ARTIFACT_DAMAGED', `The artifact ${name} reached the Spark Connect server damaged`)
    }
  }
}

/** Whether the session has artifacts of those names. */
export async function artifactsExist(
  session: ConnectSession,
  names: readonly string[],
): Promise<ReadonlyMap<string, boolean>> {
  const request = create(ArtifactStatusesRequestSchema, { ...session.head(), names: [...names] })
  const response = await session.call(() => session.channel.unary('artifactStatus', request))
  session.observe(response)
  return new Map(names.map((name) => [name, response.statuses[name]?.exists ?? false] as const))
}

/** The messages of one upload: a batch when it fits one chunk, else a beginning and chunks, each with its CRC-32. */
export async function* artifactRequests(head: RequestHead, artifact: Artifact): AsyncGenerator<AddArtifactsRequest> {
  const request = (payload: NonNullable<MessageInitShape<typeof AddArtifactsRequestSchema>['payload']>) =>
    create(AddArtifactsRequestSchema, { ...head, payload })
  const { name, content } = artifact
  const totalBytes = content instanceof Uint8Array ? content.length : (await stat(content.path)).size
  const numChunks = Math.ceil(totalBytes / ARTIFACT_CHUNK_BYTES)
  let isFirst = true
  for await (const data of chunksOf(content)) {
    const chunk = { data, crc: BigInt(crc32(data)) }
    if (numChunks <= 1) {
      yield request({ case: 'batch', value: { artifacts: [{ name, data: chunk }] } })
    } else if (isFirst) {
      const value = { name, totalBytes: BigInt(totalBytes), numChunks: BigInt(numChunks), initialChunk: chunk }
      yield request({ case: 'beginChunk', value })
    } else {
      yield request({ case: 'chunk', value: chunk })
    }
    isFirst = false
  }
}

async function* chunksOf(content: Artifact['content']): AsyncGenerator<Uint8Array> {
  if (content instanceof Uint8Array) {
    // An empty artifact is one empty chunk.
    for (let at = 0; at === 0 || at < content.length; at += ARTIFACT_CHUNK_BYTES) {
      yield content.subarray(at, at + ARTIFACT_CHUNK_BYTES)
    }
    return
  }
  const file = await open(content.path)
  try {
    for (let count = 0; ; count++) {
      const { bytesRead, buffer } = await file.read(new Uint8Array(ARTIFACT_CHUNK_BYTES), 0, ARTIFACT_CHUNK_BYTES)
      if (bytesRead === 0 && count > 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}
