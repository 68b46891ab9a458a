/** Serves a file to every client, again and again up to TIMES, then leaves the connection open: `line-server.js FILE TIMES`. Prints its port. */
import { createReadStream } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { argument } from './report.ts'

const server = createServer((socket) => {
  socket.on('error', () => {})
  serve(socket).catch(() => socket.destroy())
})
server.listen(0, '127.0.0.1', () => console.log(`PORT ${(server.address() as AddressInfo).port}`))

async function serve(socket: Socket): Promise<void> {
  for (let time = 0; time < Number(argument(1)); time++) {
    await pipeline(createReadStream(argument(0), { highWaterMark: 1 << 20 }), socket, { end: false })
  }
}
