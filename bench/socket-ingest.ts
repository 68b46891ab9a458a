/**
 * How fast the driver's thread takes lines in from a socket, with nothing behind it: `tsx bench/socket-ingest.ts [megabytes]`.
 * A process of its own serves the text over the loopback interface; blocks are counted and freed at once.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { SystemClock } from '../src/batches/clock.ts'
import { BlockMemory } from '../src/sources/receiver/block-memory.ts'
import { receiverSettings } from '../src/sources/receiver/receiver-settings.ts'
import { ReceiverSupervisor } from '../src/sources/receiver/receiver-supervisor.ts'
import { RoomGate } from '../src/sources/receiver/room-gate.ts'
import { SocketReceiver } from '../src/sources/socket/socket-receiver.ts'

const LINE = 'the quick brown fox jumps over it lazy dog\n'
const SERVER = `
const net = require('node:net')
const chunk = Buffer.from(${JSON.stringify(LINE)}.repeat(25000))
net.createServer((socket) => {
  socket.on('error', () => {})
  let left = +process.argv[1]
  const go = () => {
    while (left-- > 0) if (!socket.write(chunk)) return socket.once('drain', go)
    socket.end()
  }
  go()
}).listen(0, '127.0.0.1', function () { console.log(this.address().port) })`

const megabytes = Number(process.argv[2] ?? 2000)
const chunkBytes = LINE.length * 25_000
const chunks = Math.ceil((megabytes * 1e6) / chunkBytes)
const server = spawn(process.execPath, ['-e', SERVER, String(chunks)], { stdio: ['ignore', 'pipe', 'inherit'] })
const [port] = await once(server.stdout, 'data')

const settings = receiverSettings(() => undefined)
const memory = new BlockMemory(settings)
const gate = new RoomGate(settings.maxPendingBytes)
let bytes = 0
let lines = 0
let blocks = 0
let peak = 0
const receiver = new SocketReceiver({ host: '127.0.0.1', port: Number(port) })
const started = performance.now()
const cpuBefore = process.cpuUsage()
await new Promise<void>((resolve) => {
  const supervisor = new ReceiverSupervisor({
    streamId: 0,
    receiver,
    clock: new SystemClock(),
    settings,
    memory,
    classes: undefined,
    log: () => null,
    gate,
    onBlock: (block) => {
      bytes += block.byteLength
      lines += block.recordCount
      blocks++
      peak = Math.max(peak, memory.bytesInUse)
      gate.allocate()
      gate.remove(block.byteLength)
      block.remove()
    },
    onStarted: () => {},
    onStopped: () => void supervisor.close('done').then(resolve),
    onError: () => {},
  })
  void supervisor.start()
})
const seconds = (performance.now() - started) / 1000
const { user, system } = process.cpuUsage(cpuBefore)
const cpuSeconds = (user + system) / 1e6
server.kill()
memory.close()
console.log(
  JSON.stringify({
    megabytes: Math.round(bytes / 1e6),
    lines,
    expectedLines: chunks * 25_000,
    blocks,
    megabytesPerSecond: Math.round(bytes / 1e6 / seconds),
    megabytesPerCpuSecond: Math.round(bytes / 1e6 / cpuSeconds),
    peakBlockMegabytes: Math.round(peak / 1e6),
    rssMegabytes: Math.round(process.memoryUsage().rss / 1e6),
  }),
)
