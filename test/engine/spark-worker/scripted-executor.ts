import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { bodyLengthOf } from '../../../src/arrow/message.ts'
import type { StageRow } from '../../../src/engine/spark/rows/row-batch.ts'
import { rowsOf } from '../../../src/engine/spark/rows/row-batch.ts'
import { readRowStream } from '../../../src/engine/spark/rows/row-batch-reader.ts'
import { rowStream } from '../../../src/engine/spark/rows/row-batch-writer.ts'
import { ByteInput } from '../../../src/engine/spark/worker/protocol/byte-input.ts'
import type { WireForm } from '../../../src/engine/spark/worker/protocol/task-start.ts'
import { int, type StartFields, taskStart, text } from './wire.ts'

const MAIN = fileURLToPath(new URL('../../../src/engine/spark/worker/main.ts', import.meta.url))
const SECRET = 'the secret'

/** What a worker answered to a task. */
export type Answer =
  | {
      readonly kind: 'done'
      readonly rows: readonly StageRow[]
      readonly longs: readonly number[]
      readonly reuse: number
    }
  | { readonly kind: 'failed'; readonly text: string }
  | { readonly kind: 'gone' }

/** An executor's side of the protocol, without Spark: starts a daemon and gives tasks to its workers. */
export class ScriptedExecutor implements AsyncDisposable {
  readonly daemon: ChildProcess
  readonly directory: string
  readonly #address: Promise<net.NetConnectOpts>
  readonly #usesUnix: boolean
  readonly #logged = new EventEmitter()
  log = ''

  /** @param program what is started in Python's place; the worker's source when absent. */
  constructor(
    kind: 'tcp' | 'unix',
    env: Readonly<Record<string, string>> = {},
    program: readonly string[] = [process.execPath, '--import', import.meta.resolve('tsx'), MAIN],
  ) {
    this.#usesUnix = kind === 'unix'
    this.directory = fs.mkdtempSync(path.join(os.tmpdir(), 'millstream-executor-'))
    const settings =
      kind === 'unix'
        ? { PYTHON_UNIX_DOMAIN_ENABLED: 'True', PYTHON_WORKER_FACTORY_SOCK_DIR: this.directory }
        : { PYTHON_WORKER_FACTORY_SECRET: SECRET }
    const [executable, ...args] = program
    this.daemon = spawn(executable as string, [...args, '-m', 'pyspark.daemon', 'pyspark.worker'], {
      stdio: ['pipe', 'pipe', 'pipe'],
      cwd: this.directory,
      env: { ...process.env, SPARK_REUSE_WORKER: '1', SPARK_LOCAL_DIRS: this.directory, ...settings, ...env },
    })
    this.daemon.stderr?.on('data', (chunk: Buffer) => {
      this.log += chunk.toString()
      this.#logged.emit('more')
    })
    this.#address = this.#readAddress()
  }

  async #readAddress(): Promise<net.NetConnectOpts> {
    const input = new ByteInput(this.daemon.stdout as NodeJS.ReadableStream as net.Socket)
    const first = await input.readInt()
    if (!this.#usesUnix) return { host: '127.0.0.1', port: first }
    return { path: (await input.read(first)).toString() }
  }

  /** Opens a connection, as an executor does for a task when no worker is idle. */
  async connect(secret = SECRET): Promise<Connection> {
    const socket = net.connect(await this.#address)
    await once(socket, 'connect')
    const input = new ByteInput(socket)
    const pid = await input.readInt()
    if (!this.#usesUnix) {
      socket.write(text(secret))
      const answer = (await input.read(await input.readInt())).toString()
      if (answer !== 'ok') throw new Error(`the worker answered ${answer}`)
    }
    return new Connection(socket, input, pid)
  }

  /** Resolves once a text is in the log of the daemon and its workers. */
  async logged(wanted: string): Promise<void> {
    while (!this.log.includes(wanted)) await once(this.#logged, 'more')
  }

  kill(pid: number): void {
    this.daemon.stdin?.write(int(pid))
  }

  async ended(): Promise<number | null> {
    if (this.daemon.exitCode === null && this.daemon.signalCode === null) await once(this.daemon, 'exit')
    return this.daemon.exitCode
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.daemon.stdin?.end()
    await this.ended()
    fs.rmSync(this.directory, { recursive: true, force: true })
  }
}

/** A connection to one worker. */
export class Connection {
  readonly pid: number
  readonly #socket: net.Socket
  readonly #input: ByteInput

  constructor(socket: net.Socket, input: ByteInput, pid: number) {
    this.#socket = socket
    this.#input = input
    this.pid = pid
  }

  /** Runs one task and reads all of its answer. */
  async run(wire: WireForm, fields: StartFields, rows: readonly StageRow[]): Promise<Answer> {
    this.send(Buffer.concat([taskStart(wire, fields), rowStream(rows, 'struct'), int(-4)]))
    return this.answer(wire)
  }

  send(bytes: Uint8Array): void {
    this.#socket.write(bytes)
  }

  async answer(wire: WireForm): Promise<Answer> {
    try {
      return await this.#answer(wire)
    } catch {
      return { kind: 'gone' }
    }
  }

  async #answer(wire: WireForm): Promise<Answer> {
    const rows: StageRow[] = []
    let mark = await this.#input.readInt()
    if (mark === -6) {
      rows.push(...(await this.#rows()))
      mark = await this.#input.readInt()
    }
    if (mark === -2) return { kind: 'failed', text: (await this.#input.read(await this.#input.readInt())).toString() }
    if (mark !== -3) throw new Error(`the worker sent ${mark}`)
    const longs: number[] = []
    const count = wire === '4.1' ? 5 : 6
    for (let index = 0; index < count; index++) longs.push(Number((await this.#input.read(8)).readBigInt64BE()))
    const section = await this.#input.readInt()
    const accumulators = await this.#input.readInt()
    if (section !== -1 || accumulators !== 0) throw new Error(`the worker ended with ${section}, ${accumulators}`)
    return { kind: 'done', rows, longs, reuse: await this.#input.readInt() }
  }

  async #rows(): Promise<StageRow[]> {
    const pieces: Buffer[] = []
    for (;;) {
      const head = await this.#input.read(8)
      pieces.push(Buffer.from(head))
      const length = head.readInt32LE(4)
      if (length === 0) break
      const metadata = await this.#input.read(length)
      pieces.push(metadata, await this.#input.read(bodyLengthOf(metadata)))
    }
    return [...readRowStream(Buffer.concat(pieces))].flatMap((batch) => [...rowsOf(batch)])
  }

  /** Closes the connection as an executor does that has no more tasks. */
  close(): void {
    this.#socket.end()
  }

  async closed(): Promise<void> {
    if (!this.#socket.closed) await once(this.#socket, 'close')
  }
}
