import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { createServer } from 'node:http'
import net from 'node:net'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { MessageChannel, Worker } from 'node:worker_threads'
import { captureClosures } from '../../src/closure/driver/index.ts'
import { ClosureError, REFUSE } from '../../src/closure/wire/index.ts'

async function messageOf(value: unknown, where?: string): Promise<string> {
  try {
    await captureClosures(value, where === undefined ? {} : { where })
  } catch (error) {
    assert.ok(error instanceof ClosureError)
    assert.equal(error.code, 'CLOSURE_NOT_SHIPPABLE')
    return error.message
  }
  throw new assert.AssertionError({ message: 'it was captured' })
}

/** The line of this file that calls it, for the place in a message. */
function lineHere(): number {
  return Number(/refusals\.test\.ts:(\d+)/.exec(new Error().stack!.split('\n')[2]!)![1])
}

test('a connection is refused with its path, its class, the line of the function and what to do', async () => {
  const db = { client: { socket: new net.Socket() } }
  const line = lineHere() + 1
  const message = await messageOf((x: string) => db.client.socket.write(x))
  assert.match(
    message,
    new RegExp(`^cannot ship the function at refusals\\.test\\.ts:${line}:\\d+ to a worker: it uses 'db'`),
  )
  assert.match(
    message,
    /through db\.client\.socket \(a Socket\), which is a connection of this process; make it on the worker/,
  )
  assert.match(message, /foreachPartition/)
})

test('the path goes through the functions that are called', async () => {
  const client = new net.Socket()
  const save = (x: string) => client.write(x)
  assert.match(await messageOf((x: string) => save(x)), /it uses 'save' through save -> client \(a Socket\)/)
})

test('what exists on the driver only is refused', async () => {
  const server = createServer()
  const stream = new PassThrough()
  const thread = new Worker('setInterval(() => {}, 1000)', { eval: true })
  const { port1, port2 } = new MessageChannel()
  const child = fork('data:text/javascript,setInterval(()=>{},1000)', { execArgv: [] })
  const timer = setTimeout(() => {}, 1000)
  const running = (function* () {
    yield 1
  })()
  const promise = Promise.resolve(1)
  const proxy = new Proxy({}, {})
  const registry = new FinalizationRegistry(() => {})
  const controller = new AbortController()
  const hidden = new Intl.NumberFormat()
  const cases: [unknown, RegExp][] = [
    [() => server, /'server' \(a Server\), which is a server/],
    [() => stream, /'stream' \(a PassThrough\), which is a stream/],
    [() => thread, /'thread' \(a Worker\), which is a thread/],
    [() => port1, /'port1' \(a MessagePort\), which is a thread, process or port/],
    [() => child, /'child' \(a ChildProcess\), which is a thread, process/],
    [() => timer, /'timer' \(a Timeout\), which is a timer/],
    [() => running, /'running' .*which is a generator that has been started/],
    [() => promise, /'promise' \(a Promise\), which is a promise of this process; await it first/],
    [() => proxy, /'proxy' .*which is a Proxy/],
    [() => registry, /'registry' \(a FinalizationRegistry\), which watches objects/],
    [() => controller, /'controller' \(an AbortController\), which is tied to this process/],
    [() => hidden, /'hidden' \(a NumberFormat\), which is an object of Node itself/],
  ]
  try {
    for (const [value, expected] of cases) assert.match(await messageOf(value), expected)
  } finally {
    clearTimeout(timer)
    port1.close()
    port2.close()
    child.kill()
    await thread.terminate()
  }
})

test('an object that says why it cannot travel is refused in its own words', async () => {
  class Context {
    readonly [REFUSE] = 'exists on the driver only; use it outside of the function'
  }
  const sc = new Context()
  assert.match(
    await messageOf(() => sc),
    /it uses 'sc' \(a Context\), which exists on the driver only; use it outside of the function$/,
  )
})

test('a value outside of any function is refused with the place given', async () => {
  const message = await messageOf({ data: new net.Socket() }, 'map at app.ts:12:24')
  assert.match(message, /^cannot ship the value at map at app\.ts:12:24 to a worker: .*data/)
})

test('eval, whose names cannot be known, is refused', async () => {
  // biome-ignore lint/security/noGlobalEval: what is tested
  assert.match(await messageOf((text: string) => eval(text)), /calls eval/)
})
