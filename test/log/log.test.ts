import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, test } from 'node:test'
import {
  configureLog,
  isLogged,
  isLoggedSomewhere,
  type LogLine,
  log,
  setLogDestination,
  setLogLevel,
} from '../../src/log.ts'

afterEach(() => {
  setLogDestination(null)
  configureLog({ level: 'WARN', levels: '', format: 'text' })
})

function collected(): LogLine[] {
  const entries: LogLine[] = []
  setLogDestination((entry) => entries.push(entry))
  return entries
}

test('a function gets the lines that the level lets through', () => {
  const entries = collected()
  log('INFO', 'JobScheduler', 'not wanted')
  log('WARN', 'JobScheduler', 'wanted')
  setLogLevel('info')
  log('INFO', 'JobScheduler', 'now wanted')
  assert.deepEqual(
    entries.map(({ level, logger, message }) => `${level} ${logger} ${message}`),
    ['WARN JobScheduler wanted', 'INFO JobScheduler now wanted'],
  )
  assert(entries.every(({ time }) => time > 1e12))
})

test('components have levels of their own, before the general one', () => {
  const entries = collected()
  configureLog({ levels: 'JobScheduler=DEBUG, ReceiverTracker=OFF' })
  log('DEBUG', 'JobScheduler', 'a')
  log('FATAL', 'ReceiverTracker', 'b')
  log('INFO', 'SparkContext', 'c')
  assert.deepEqual(
    entries.map(({ message }) => message),
    ['a'],
  )
  assert(isLogged('DEBUG', 'JobScheduler') && !isLogged('INFO', 'SparkContext'))
  assert(isLoggedSomewhere('DEBUG') && !isLoggedSomewhere('TRACE'))
  assert.throws(() => configureLog({ levels: 'JobScheduler=LOUD' }), { code: 'ILLEGAL_ARGUMENT' })
})

test('a file gets the lines, as text or as JSON', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'millstream-log-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'log')
  configureLog({ file })
  log('WARN', 'SparkContext', 'as text')
  configureLog({ format: 'json' })
  log('ERROR', 'SparkContext', 'as\nJSON')
  const [text = '', json = '{}'] = (await readFile(file, 'utf8')).split('\n')
  assert.match(text, /^\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d WARN SparkContext: as text$/)
  const { ts, ...rest } = JSON.parse(json) as Record<string, string>
  assert.deepEqual(rest, { level: 'ERROR', msg: 'as\nJSON', logger: 'SparkContext' })
  assert(!Number.isNaN(Date.parse(ts!)))
  configureLog({ file: join(folder, 'none', 'log') })
  const written: string[] = []
  t.mock.method(process.stderr, 'write', (line: string) => written.push(line))
  log('WARN', 'SparkContext', 'to standard error after all')
  assert.match(written[0] ?? '', /^The log cannot be written to .*ENOENT.*\n\{"ts"/)
})

test('a destination that throws stops nothing', () => {
  setLogDestination(() => {
    throw new Error('full')
  })
  log('ERROR', 'SparkContext', 'x')
})
