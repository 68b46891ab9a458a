import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { programEnvironment } from '../../examples/run-example.ts'
import type { CrashPoint } from '../../fixtures/crash/run-job.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const CLI = join(ROOT, 'dist/cli/main.js')
const EXAMPLE = join(ROOT, 'examples/exactly-once-postgres.ts')
const FAULTS = join(ROOT, 'test/fixtures/crash/faults.cjs')
/** A word that only the last file has. */
const LAST_WORD = 'end'
const DEADLINE_MS = 300_000

/** A run of the example's program. */
export interface WordRun {
  kill(): void
  /** Resolves with how it ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null; readonly output: string }>
}

/** The example's program with its directories: started, killed and started again, while files appear and words are counted. */
export class WordProgram implements AsyncDisposable {
  readonly #directory: string
  readonly #database: string
  readonly #expected = new Map<string, number>()
  #files = 0

  private constructor(directory: string, database: string) {
    this.#directory = directory
    this.#database = database
    mkdirSync(join(directory, 'in'))
  }

  /** @param database where the program writes. */
  static async create(database: string): Promise<WordProgram> {
    return new WordProgram(await mkdtemp(join(tmpdir(), 'millstream-words-')), database)
  }

  /** Starts a run. Resolves when it watches its directory, or has ended before. @param point where it dies by itself. */
  async start(point?: CrashPoint): Promise<WordRun> {
    const args = [
      CLI,
      'run',
      EXAMPLE,
      join(this.#directory, 'in'),
      join(this.#directory, 'checkpoints'),
      this.#database,
    ]
    const env = { ...programEnvironment(), ...(point && { CRASH_POINT: JSON.stringify(point) }) }
    const child = spawn(process.execPath, ['--require', FAULTS, ...args], { cwd: ROOT, env })
    let output = ''
    let isWatching = () => {}
    const watching = new Promise<void>((resolve) => {
      isWatching = resolve
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
        if (output.includes('Watching')) isWatching()
      })
    }
    const timer = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS)
    const ended = once(child, 'close').then(([code, signal]) => {
      clearTimeout(timer)
      return { code: code as number | null, signal: signal as string | null, output }
    })
    await Promise.race([watching, ended])
    return { kill: () => child.kill('SIGKILL'), ended }
  }

  /** Lets a file with some words appear. */
  appear(isLast = false): void {
    const number = this.#files++
    const words = Array.from({ length: 12 }, (_, index) => `w${(number * 5 + index * index) % 17}`)
    if (isLast) words.push(LAST_WORD)
    for (const word of words) this.#expected.set(word, (this.#expected.get(word) ?? 0) + 1)
    const file = join(this.#directory, `${number}.txt`)
    writeFileSync(file, `${words.join(' ')}\n`)
    renameSync(file, join(this.#directory, 'in', `${number}.txt`))
  }

  /** Runs the program until the last file is counted in both tables. */
  async finish(): Promise<void> {
    const run = await this.start()
    this.appear(true)
    const client = new pg.Client(this.#database)
    await client.connect()
    try {
      const isOver = async () => {
        const counted = `select 1 from word_counts c join word_history h using (word) where word = '${LAST_WORD}'`
        return (await client.query(counted)).rowCount !== 0
      }
      const ended = run.ended.then(({ output }) => assert.fail(`the program ended:\n${output}`))
      while (!(await isOver())) await Promise.race([new Promise((resolve) => setTimeout(resolve, 50)), ended])
      ended.catch(() => {})
    } finally {
      run.kill()
      await run.ended
      await client.end()
    }
  }

  /** Asserts that every word is there as often as it stands in the files: in the counts, and with each occurrence once in the history. */
  async assertOutcome(): Promise<void> {
    const client = new pg.Client(this.#database)
    await client.connect()
    try {
      const { rows: counts } = await client.query('select word, count::int from word_counts order by word collate "C"')
      const expected = [...this.#expected].sort(([a], [b]) => (a < b ? -1 : 1))
      assert.deepEqual(
        counts.map(({ word, count }) => [word, count]),
        expected,
      )
      const { rows: history } = await client.query(
        'select word, array_agg(occurrence::int order by occurrence) as numbers from word_history group by word order by word collate "C"',
      )
      assert.deepEqual(
        history.map(({ word, numbers }) => [word, numbers]),
        expected.map(([word, count]) => [word, Array.from({ length: count }, (_, index) => index + 1)]),
      )
    } finally {
      await client.end()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true })
  }
}
