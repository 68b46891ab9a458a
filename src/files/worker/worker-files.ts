import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads'
import type { Codec } from '../codecs.ts'
import { FileNotFoundException, IOException, UnsupportedFileSystemException } from '../errors.ts'
import { fileSystemOf, referenceOfPath } from '../file-systems.ts'
import { pack } from '../pack.ts'
import type { FetchFailure, ToFetcher } from './fetch-messages.ts'
import { type FetchWindow, newWindow, WindowReader } from './fetch-window.ts'
import { startModuleThread } from './start-thread.ts'

/** Errors of file systems that keep their class on the way between threads. */
const ERROR_CLASSES = [FileNotFoundException, UnsupportedFileSystemException]

/** A file's bytes from first to last, for a reader that can wait. */
export interface FetchedBytes {
  /** Puts the next bytes into `to`. @returns how many: one at least, 0 at the end. */
  read(to: Uint8Array): number
  close(): void
}

/**
 * How a worker reads and writes files that are not plain local ones. A user's function over a partition pulls records one by one and cannot
 * wait for a promise, and file systems and unpacking are asynchronous: so a thread of the worker's own fetches and unpacks, at most a
 * window of bytes ahead ({@link file://./fetch-window.ts}), and the worker waits for the window.
 */
export class WorkerFiles {
  #thread: Worker | null = null
  #failures: MessagePort | null = null
  /** Failures that were told while another file was asked for. */
  readonly #told = new Map<number, FetchFailure>()
  /** A window that can be used again. */
  #spare: FetchWindow | null = null
  #lastId = 0

  /** @param unpacks whether the file is unpacked by the codec that its name tells. */
  open(path: string, start: number, unpacks: boolean): FetchedBytes {
    const thread = this.#running()
    this.#lastId += 1
    const id = this.#lastId
    const window = this.#spare ?? newWindow()
    this.#spare = null
    const tell = (message: ToFetcher): void => thread.postMessage(message)
    const reader = new WindowReader(window, () => tell({ kind: 'room', id }))
    tell({ kind: 'open', id, path, start, unpacks, reference: referenceOfPath(path), window })
    let isOpen = true
    return {
      read: (to) => {
        if (!isOpen) return 0
        const count = reader.read(to)
        if (typeof count === 'number') return count
        throw count === 'failed' ? this.#failureOf(id, path) : lost(path)
      },
      close: () => {
        if (!isOpen) return
        isOpen = false
        if (reader.hasEnded) this.#spare = window
        else tell({ kind: 'close', id })
      },
    }
  }

  /** Writes a file that stands under its path only when it is whole. */
  async write(path: string, content: Iterable<string | Uint8Array>, codec: Codec | 'none'): Promise<void> {
    await using file = await fileSystemOf(path).create(path)
    for await (const piece of codec === 'none' ? content : pack(codec, content)) await file.write(piece)
    await file.commit()
  }

  /** The fetching thread, started when a file first needs it; it keeps nothing alive. */
  #running(): Worker {
    if (this.#thread !== null) return this.#thread
    const { port1, port2 } = new MessageChannel()
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const thread = startModuleThread(new URL(`./fetch-thread.${extension}`, import.meta.url), {
      name: 'millstream-fetch',
      execArgv: [],
      workerData: { failures: port2 },
      transferList: [port2],
    })
    thread.on('error', () => this.#forget(thread))
    thread.on('exit', () => this.#forget(thread))
    thread.unref()
    port1.unref()
    this.#thread = thread
    this.#failures = port1
    return thread
  }

  #forget(thread: Worker): void {
    if (this.#thread === thread) this.#thread = null
  }

  #failureOf(id: number, path: string): Error {
    for (;;) {
      const failure = this.#told.get(id)
      if (failure !== undefined) {
        this.#told.delete(id)
        return revive(failure)
      }
      const next = this.#failures === null ? undefined : receiveMessageOnPort(this.#failures)
      if (next === undefined) return new IOException('IO_ERROR', `Reading ${path} failed`)
      const told = next.message as FetchFailure
      this.#told.set(told.id, told)
    }
  }
}

function revive({ name, code, message, stack }: FetchFailure): Error {
  const known = ERROR_CLASSES.find((one) => one.name === name) ?? IOException
  const error = new known(code ?? 'IO_ERROR', message)
  if (stack !== undefined) error.stack = stack
  return error
}

function lost(path: string): IOException {
  return new IOException(
    'IO_ERROR',
    `Reading ${path} failed: the thread that fetches it has given no sign of life for a minute. A file system must not block its thread`,
  )
}
