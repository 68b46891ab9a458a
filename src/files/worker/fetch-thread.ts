import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { codecOfPath } from '../codecs.ts'
import { IOException } from '../errors.ts'
import { adoptReference, fileSystemOf } from '../file-systems.ts'
import { parsePath } from '../path.ts'
import { unpack } from '../unpack.ts'
import type { FetchFailure, ToFetcher } from './fetch-messages.ts'
import { WindowWriter } from './fetch-window.ts'

/** The number of bytes in one read of a file. */
const READ_BYTES = 256 * 1024
/** How often a thread says that it is alive while a file system lets it wait. */
const BEAT_MS = 500

const port = parentPort
if (port === null) throw new Error('fetch-thread.ts runs as a thread of a worker only')

const { failures } = workerData as { readonly failures: MessagePort }

interface Fetch {
  readonly path: string
  readonly writer: WindowWriter
  isGone: boolean
}

/** The files that are being read. */
const fetches = new Map<number, Fetch>()

// An error that a file system throws outside of an awaited call fails the current read, and not the worker.
process.on('uncaughtException', (error) => {
  for (const [id, { path, writer }] of fetches) {
    failures.postMessage(describe(id, path, error))
    writer.fail()
  }
})

port.on('message', (message: ToFetcher) => {
  switch (message.kind) {
    case 'open':
      void fetchFile(message)
      break
    case 'room':
      fetches.get(message.id)?.writer.wake()
      break
    case 'close': {
      const fetch = fetches.get(message.id)
      if (fetch === undefined) break
      fetch.isGone = true
      fetch.writer.wake()
      break
    }
  }
})

async function fetchFile({ id, path, start, unpacks, reference, window }: Extract<ToFetcher, { kind: 'open' }>) {
  const fetch: Fetch = { path, writer: new WindowWriter(window), isGone: false }
  const { writer } = fetch
  fetches.set(id, fetch)
  const beating = setInterval(() => writer.beat(), BEAT_MS)
  try {
    if (reference !== null) adoptReference(parsePath(path).scheme ?? 'file', reference)
    const bytes = bytesOf(path, start)
    const codec = unpacks ? codecOfPath(path) : null
    for await (const piece of codec === null ? bytes : unpack(codec, bytes, path)) {
      await writer.write(piece, () => fetch.isGone)
      if (fetch.isGone) break
    }
    writer.end()
  } catch (error) {
    failures.postMessage(describe(id, path, error))
    writer.fail()
  } finally {
    clearInterval(beating)
    fetches.delete(id)
  }
}

async function* bytesOf(path: string, start: number): AsyncGenerator<Uint8Array> {
  await using file = await fileSystemOf(path).open(path)
  for (let position = start; position < file.length; ) {
    const bytes = await file.read(position, READ_BYTES)
    if (bytes.length === 0) {
      throw new IOException(
        'IO_ERROR',
        `${path} ends at byte ${position}, and had ${file.length} bytes when it was opened`,
      )
    }
    position += bytes.length
    yield bytes
  }
}

function describe(id: number, path: string, error: unknown): FetchFailure {
  if (!(error instanceof Error))
    return { id, name: 'Error', code: null, message: `Reading ${path} failed: ${String(error)}`, stack: undefined }
  const { code } = error as { code?: unknown }
  return {
    id,
    name: error.name,
    code: typeof code === 'string' ? code : null,
    message: error.message,
    stack: error.stack,
  }
}
