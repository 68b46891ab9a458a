import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { cachedArchive } from '../../../src/engine/spark/archive/archive-cache.ts'
import { executorArchive, ownPlatform, WORKER_PROGRAM } from '../../../src/engine/spark/archive/index.ts'
import { startScript } from '../../../src/engine/spark/archive/start-script.ts'
import { RecordCodec } from '../../../src/task/codec/index.ts'
import { HashPartitioner } from '../../../src/task/partitioner.ts'
import { commandOf, row } from './commands.ts'
import { ScriptedExecutor } from './scripted-executor.ts'

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'millstream-archive-'))
const cache = path.join(root, 'cache')
after(() => fs.rmSync(root, { recursive: true, force: true }))

test('an executor runs tasks with nothing but the archive', async () => {
  const archive = await executorArchive({ installedNode: process.execPath, cache })
  const folder = path.join(root, 'unpacked')
  fs.mkdirSync(folder)
  execFileSync('tar', ['-xzf', archive.path, '-C', folder])
  await using executor = new ScriptedExecutor('unix', {}, [path.join(folder, WORKER_PROGRAM)])
  const connection = await executor.connect()
  const codec = new RecordCodec()
  const partitioner = new HashPartitioner(4)
  const command = await commandOf({
    root: {
      kind: 'narrow',
      input: { kind: 'source' },
      op: { kind: 'map', fn: (value: number) => partitioner.getPartition(value) },
    },
    sink: { kind: 'collect' },
  })
  const answer = await connection.run('4.3', { command }, [row(0, 0, 0, 0, codec.encode([5, 6]))])
  assert.equal(answer.kind, 'done', 'text' in answer ? answer.text : executor.log)
  assert(answer.kind === 'done')
  assert.deepEqual(
    answer.rows.flatMap(({ block }) => codec.decode(block)),
    [1, 2],
  )
})

test('an archive is packed once for the same content', async () => {
  const first = await executorArchive({ installedNode: process.execPath, cache })
  const { mtimeMs, ino } = fs.statSync(first.path)
  const second = await executorArchive({ installedNode: process.execPath, cache })
  assert.deepEqual(second, first)
  assert.equal(fs.statSync(second.path).ino, ino)
  assert(fs.statSync(second.path).mtimeMs >= mtimeMs)
  const other = await executorArchive({ installedNode: '/opt/node', cache })
  assert.notEqual(other.digest, first.digest)
})

test('a node binary that is none is refused', async () => {
  const file = path.join(root, 'text')
  fs.writeFileSync(file, 'this is a text and not a program')
  await assert.rejects(executorArchive({ nodeBinary: file, cache }), /nodeBinary is '.*text', which is no program/)
})

test('what keeps the worker from starting is said with the remedy', () => {
  const run = (script: string) => {
    const file = path.join(root, 'bin', 'worker')
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, script, { mode: 0o755 })
    return spawnSync(file, ['-m', 'pyspark.daemon', 'pyspark.worker'], { encoding: 'utf8' })
  }
  const foreign = { ...ownPlatform(), system: 'Plan9', machines: ['mips'] }
  const cases = [
    [startScript({ kind: 'shipped', platform: foreign }), /the node that the driver has sent is for Plan9 mips/],
    [startScript({ kind: 'installed', path: '/no/such/node' }), /there is no program \/no\/such\/node/],
    [startScript({ kind: 'installed', path: '/bin/false' }), /\/bin\/false does not start or is too old/],
  ] as const
  for (const [script, message] of cases) {
    const { status, stderr, stdout } = run(script)
    assert.equal(status, 1)
    assert.equal(stdout, '')
    assert.match(stderr, message)
    assert.match(stderr, /cannot run on this executor \(.*Set spark\.millstream\.executor\.node /)
  }
})

test('of the archives of earlier runs only the last used are kept', async () => {
  const folder = path.join(root, 'many')
  fs.mkdirSync(folder)
  for (let index = 0; index < 9; index++) {
    const old = path.join(folder, `executor-${index}.tgz`)
    fs.writeFileSync(old, '')
    fs.utimesSync(old, index, index)
  }
  fs.writeFileSync(path.join(folder, 'someone-elses.tgz'), '')
  await cachedArchive('executor', 'new', () => [], folder)
  const kept = ['executor-6.tgz', 'executor-7.tgz', 'executor-8.tgz', 'executor-new.tgz', 'someone-elses.tgz']
  assert.deepEqual(fs.readdirSync(folder).sort(), kept)
})
