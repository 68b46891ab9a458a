import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { SparkConf, SparkContext, StorageLevel } from '../../src/index.ts'
import { BlockDirectory } from '../../src/sources/receiver/block-directory.ts'

describe('records that go to disk', () => {
  let root = ''
  let umask = 0
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'private-folders-'))
    umask = process.umask(0)
  })
  afterEach(() => {
    process.umask(umask)
    rmSync(root, { recursive: true, force: true })
  })

  const modesBelow = (folder: string): string[] =>
    readdirSync(folder).map((name) => (statSync(join(folder, name)).mode & 0o777).toString(8))

  test('are in a folder that only its owner can enter, of a name that nobody can guess', async () => {
    const conf = new SparkConf(false)
      .setMaster('local[2]')
      .setAppName('private')
      .set('spark.local.dir', join(root, 'local'))
      .set('spark.shuffle.memory', '1k')
    const names = new Set<string>()
    for (let run = 0; run < 2; run++) {
      await using sc = new SparkContext(conf)
      const records = sc.range(0, 5000, 1, 2).map((n): [number, string] => [n % 100, `secret ${n}`])
      await records.persist(StorageLevel.DISK_ONLY).count()
      await records.groupByKey(2).count()
      const [name, ...others] = readdirSync(join(root, 'local'))
      assert.deepEqual(others, [])
      assert.match(name!, new RegExp(`^millstream-${process.pid}-[0-9a-f]{32}$`))
      names.add(name!)
      assert.deepEqual(modesBelow(join(root, 'local')), ['700'])
      const modes = modesBelow(join(root, 'local', name!))
      assert(modes.length > 2, 'persisted partitions and map outputs are there')
      assert.deepEqual(new Set(modes), new Set(['600']))
    }
    assert.equal(names.size, 2)
  })

  test('of receivers are in such a folder too', () => {
    const directory = new BlockDirectory(root)
    const file = directory.write('input-0-1', Buffer.from('secret'))
    assert.deepEqual(modesBelow(root), ['700'])
    assert.equal(statSync(file).mode & 0o777, 0o600)
    directory.close()
    assert.deepEqual(readdirSync(root), [])
  })
})
