import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { freePort } from '../free-port.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** A running `npm start`, in a process group of its own as a terminal has it. */
class MainJob {
  readonly #child
  readonly #closed
  #output = ''

  constructor(t: TestContext, ...args: string[]) {
    this.#child = spawn('npm', ['start', '--silent', '--', ...args], {
      cwd: ROOT,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#closed = once(this.#child, 'close')
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text
        this.#child.emit('output')
      })
    }
    t.after(() => this.#isRunning && this.#signalGroup('SIGKILL'))
  }

  get output(): string {
    return this.#output
  }

  /** Waits until the output matches; a program that ends before fails with what it said. */
  async outputMatching(pattern: RegExp): Promise<string> {
    for (;;) {
      const match = pattern.exec(this.#output)
      if (match !== null) return match[0]
      assert(this.#isRunning, `the program ended without ${pattern}:\n${this.#output}`)
      await Promise.race([once(this.#child, 'output'), this.#closed])
    }
  }

  /** Ctrl-C: the terminal interrupts every process of the group. */
  async interrupted(): Promise<void> {
    this.#signalGroup('SIGINT')
    const [code, signal] = await this.#closed
    assert.deepEqual([code, signal], [0, null], this.#output)
  }

  get #isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  #signalGroup(signal: NodeJS.Signals): void {
    process.kill(-this.#child.pid!, signal)
  }
}

async function listen(t: TestContext, lines: string): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.write(lines)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => server.close())
  return (server.address() as AddressInfo).port
}

test('the main job counts what another server sends and ends cleanly on Ctrl-C', { timeout: 60_000 }, async (t) => {
  const port = await listen(t, 'to be or not to be\n')
  const job = new MainJob(t, '--port', `${port}`, '--interval', '0.5', '--master', 'local[3]')
  const frame = await job.outputMatching(
    /^-{43}\nTime: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\n-{43}\n(?:\('\w+', \d\)\n){4}\n/m,
  )
  const counts = frame.trim().split('\n').slice(3).sort()
  assert.deepEqual(counts, ["('be', 2)", "('not', 1)", "('or', 1)", "('to', 2)"])
  assert.match(job.output, new RegExp(`^Counting the words that 127.0.0.1:${port} sends`, 'm'))
  await job.interrupted()
})

test('the main job feeds itself where nobody listens, says so once and counts on', { timeout: 60_000 }, async (t) => {
  const port = await freePort()
  const job = new MainJob(t, '--port', `${port}`)
  await job.outputMatching(/^Time: .*\('\w+', [1-9]\d*\)\n.*^Time: .*\('\w+', [1-9]\d*\)\n/ms)
  const announcements = job.output.match(new RegExp(`^Nobody listens on 127.0.0.1:${port}: a small server .*$`, 'gm'))
  assert.equal(announcements?.length, 1)
  await job.interrupted()
})
