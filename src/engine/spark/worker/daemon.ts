import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { writeAll } from '../../../task/write-all.ts'
import { intBytes, textBytes } from './protocol/worker-output.ts'
import type { WorkerEnvironment } from './worker-environment.ts'
import { WorkerProcesses } from './worker-processes.ts'

const BACKLOG = 1024
const STDOUT = 1

/**
 * The process that an executor starts once per session: listens, tells where on stdout, hands each connection to a worker process and
 * kills the one whose process id comes on stdin. Ends with its stdin, on SIGTERM, and when it had no worker for a while; the executor
 * starts another one when it needs it.
 */
export function runDaemon(environment: WorkerEnvironment): void {
  const { socketDir, localDir, heapMiB, idleMs, crashDir } = environment
  const socketPath = socketDir === null ? null : path.join(socketDir, `.${randomUUID()}.sock`)
  const server = net.createServer({ pauseOnConnect: true })
  const workers = new WorkerProcesses({
    localDir,
    heapMiB,
    crashDir,
    onIdle: () => restartIdleTimer(),
    // The executor then tries to start another daemon, and says why it cannot.
    onBroken: () => {
      if (workers.busyCount === 0) end(1)
    },
  })

  const end = (code: number): never => {
    workers.killAll()
    if (socketPath !== null) fs.rmSync(socketPath, { force: true })
    process.exit(code)
  }
  const idleTimer = setTimeout(() => {
    if (workers.busyCount === 0) end(0)
  }, idleMs)
  const restartIdleTimer = (): void => {
    idleTimer.refresh()
  }

  server.on('connection', (socket) => workers.serve(socket))
  server.on('error', (error) => {
    process.stderr.write(`the Millstream daemon cannot listen: ${error.message}\n`)
    end(1)
  })
  const announce = (): void => {
    const address = server.address()
    // Only the owner may connect, because a connection can make the worker run code.
    if (typeof address === 'string') fs.chmodSync(address, 0o600)
    const where = typeof address === 'string' ? textBytes(address) : intBytes((address as net.AddressInfo).port)
    writeAll(STDOUT, where)
  }
  if (socketPath !== null) server.listen({ path: socketPath, backlog: BACKLOG }, announce)
  else server.listen({ host: environment.prefersIpv6 ? '::1' : '127.0.0.1', port: 0, backlog: BACKLOG }, announce)

  readInts(
    process.stdin,
    (pid) => workers.kill(pid),
    () => end(0),
  )
  process.on('SIGTERM', () => end(1))
}

/** Calls `onInt` for each big-endian int of a stream, and `onEnd` behind the last. */
function readInts(stream: NodeJS.ReadableStream, onInt: (value: number) => void, onEnd: () => void): void {
  let rest = Buffer.alloc(0)
  stream.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    for (; rest.length >= 4; rest = rest.subarray(4)) onInt(rest.readInt32BE(0))
  })
  stream.on('end', onEnd)
  stream.on('error', onEnd)
}
