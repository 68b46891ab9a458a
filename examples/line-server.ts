/** A TCP server that sends lines of text without end: something to count when no other source is at hand. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

const LINES = [
  'the mill turns while the stream runs',
  'every batch is a page of the stream',
  'the wheel counts the drops and the miller counts the sacks',
  'grain in and flour out',
  'a slow wheel grinds fine and a quick wheel grinds more',
  'the stream never ends but every batch does',
]
const LINES_PER_TICK = 10
const TICK_MS = 100
const LOCAL_HOSTS = new Set(['localhost', '127.0.0.1', '::1'])

/** A running server; ends with `await using`. */
export interface LineServer extends AsyncDisposable {
  readonly port: number
}

/**
 * Starts the server when the host is this machine and nobody listens on the port yet.
 * @param port 0 takes any that is free
 * @returns undefined when somebody else serves there
 */
export async function startLineServerIfFree(host: string, port: number): Promise<LineServer | undefined> {
  if (!LOCAL_HOSTS.has(host)) return undefined
  // Linux refuses to listen twice, and asking so costs the other server no connection. Elsewhere a second listener may be let in.
  if (process.platform !== 'linux' && (await accepts(host, port))) return undefined
  try {
    return await startLineServer(host, port)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined
    throw error
  }
}

async function startLineServer(host: string, port: number): Promise<LineServer> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    const timer = feed(socket)
    // A reader that goes away in the middle of a line is no error of ours.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      clearInterval(timer)
      sockets.delete(socket)
    })
  })
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Sends some lines now and then, none while the reader is behind. */
function feed(socket: Socket): NodeJS.Timeout {
  let sent = 0
  const send = () => {
    if (socket.writableNeedDrain) return
    const lines = Array.from({ length: LINES_PER_TICK }, () => `${LINES[sent++ % LINES.length]}\n`)
    socket.write(lines.join(''))
  }
  send()
  return setInterval(send, TICK_MS)
}

async function accepts(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
