import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { InvalidInputException, IOException, UnsupportedFileSystemException } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import { registerFileSystem } from './file-systems.ts'
import { globStatus } from './glob-status.ts'
import { expandInputPaths } from './input-paths.ts'

let root = ''

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'millstream-input-'))
  const files = [
    ...['o/b.txt', 'o/a.txt', 'o/c.txt', 'o/B.txt', 'o/10.txt', 'o/2.txt', 'o/_h.txt', 'o/.d.txt'],
    ...['s/a', 's/sub/b', 's/_tmp/c', 's/.hid/c', 't/x/a.txt', 't/y/b.txt', 'u/x/z/a.txt', 'm/_d/x', 'm/e/x'],
    'sp ace/a b%20.txt',
  ]
  for (const file of files) {
    await mkdir(dirname(join(root, file)), { recursive: true })
    await writeFile(join(root, file), file)
  }
  await mkdir(join(root, 'empty'))
  await symlink(join(root, 'nowhere'), join(root, 'u/dangling'))
})

after(() => rm(root, { recursive: true, force: true }))

async function expand(pathList: string, options?: Parameters<typeof expandInputPaths>[1]): Promise<string[]> {
  const files = await expandInputPaths(pathList.replaceAll('~', root), options)
  return files.map((file) => file.path.replace(`file:${root}/`, ''))
}

/** Recorded from Spark 4.3.0; it lists a plain directory in the order of the disk, here in the order of names. */
const listed: readonly (readonly [pathList: string, files: readonly string[]])[] = [
  ['~/o', ['o/10.txt', 'o/2.txt', 'o/B.txt', 'o/a.txt', 'o/b.txt', 'o/c.txt']],
  ['~/o/', ['o/10.txt', 'o/2.txt', 'o/B.txt', 'o/a.txt', 'o/b.txt', 'o/c.txt']],
  ['~/o/*.txt', ['o/10.txt', 'o/2.txt', 'o/B.txt', 'o/a.txt', 'o/b.txt', 'o/c.txt']],
  ['~/o/{c,a}.txt', ['o/a.txt', 'o/c.txt']],
  ['~/o/[^a-b].txt', ['o/2.txt', 'o/B.txt', 'o/c.txt']],
  ['~/o/c.txt,~/o/a.txt', ['o/c.txt', 'o/a.txt']],
  ['~/o/a.txt,~/o/a.txt', ['o/a.txt', 'o/a.txt']],
  ['~/s/*', ['s/a', 's/sub/b']],
  ['~/s/*/', ['s/a', 's/sub/b']],
  ['~/s/{a,zz}', ['s/a']],
  ['~/s/{a,a}', ['s/a']],
  ['~/s/{a,sub/b}', ['s/a', 's/sub/b']],
  ['~/{s/a,m/e/x}', ['m/e/x', 's/a']],
  ['~/{s/a,nope/x}', ['s/a']],
  ['~/s/sub/../a', ['s/a']],
  ['~//s//a', ['s/a']],
  ['~/t/*', ['t/x/a.txt', 't/y/b.txt']],
  ['~/t/{x/a,y/b}.txt', ['t/x/a.txt', 't/y/b.txt']],
  ['~/t/{x,{y,z}}/*', ['t/x/a.txt', 't/y/b.txt']],
  ['~/m/*', ['m/e/x']],
  ['~/m/*/x', ['m/_d/x', 'm/e/x']],
  ['~/**/a', ['s/a']],
  ['~/sp ace/*', ['sp ace/a b%20.txt']],
  ['~/sp ace/a b%20.txt', ['sp ace/a b%20.txt']],
  ['~/empty', []],
  ['file:~/o/a.txt', ['o/a.txt']],
  ['file://~/o/a.txt', ['o/a.txt']],
]

test('input paths give the files that Spark reads', async (t) => {
  for (const [pathList, files] of listed) {
    await t.test(pathList, async () => assert.deepEqual(await expand(pathList), files))
  }
})

test('a path that names nothing, or hidden files only, is an error in the words of Hadoop', async (t) => {
  const missing = {
    '~/nope': ['Input path does not exist: file:~/nope'],
    '~/o/_h.txt': ['Input path does not exist: file:~/o/_h.txt'],
    '~/nope*': ['Input Pattern file:~/nope* matches 0 files'],
    '~/o/_*': ['Input Pattern file:~/o/_* matches 0 files'],
    '~/{nope/a,nope/b}': ['Input Pattern file:~/{nope/a,nope/b} matches 0 files'],
    '~/nope,~/o,~/nope*': ['Input path does not exist: file:~/nope', 'Input Pattern file:~/nope* matches 0 files'],
    '~/u/dangling': ['Input path does not exist: file:~/u/dangling'],
  }
  for (const [pathList, lines] of Object.entries(missing)) {
    await t.test(pathList, async () => {
      await assert.rejects(expand(pathList), (error: unknown) => {
        assert(error instanceof InvalidInputException)
        assert.equal(error.name, 'InvalidInputException')
        assert.deepEqual(error.message.replaceAll(root, '~').split('\n'), lines)
        return true
      })
    })
  }
})

test('a directory inside an input directory is an error for textFile and left out for whole files', async () => {
  for (const pathList of ['~/s', '~/u/*']) {
    await assert.rejects(expand(pathList), (error: unknown) => {
      assert(error instanceof IOException)
      assert.match(
        error.message,
        /^Path: \/.* is a directory, which is not supported by the record reader when `mapreduce/,
      )
      return true
    })
  }
  assert.deepEqual(await expand('~/s', { subdirectories: 'skip' }), ['s/a'])
  assert.deepEqual(await expand('~/s/*', { subdirectories: 'skip' }), ['s/a', 's/sub/b'])
})

test('an empty path anywhere in the list is refused', async () => {
  for (const pathList of ['', ',', '~/o/a.txt,', ',~/o/a.txt']) {
    await assert.rejects(expand(pathList), { name: 'IllegalArgumentException', code: 'EMPTY_PATH' })
  }
})

test('a scheme that nobody registered is refused with those there are', async () => {
  for (const scheme of ['hdfs', 's3']) {
    await assert.rejects(expand(`${scheme}://host/x`), (error: unknown) => {
      assert(error instanceof UnsupportedFileSystemException)
      assert.match(error.message, new RegExp(`No FileSystem for scheme "${scheme}".*Available: file:`))
      return true
    })
  }
})

test('a path relative to the working directory is qualified in the error and found when it is there', async () => {
  await assert.rejects(expandInputPaths('no/such/file'), {
    message: `Input path does not exist: file:${join(process.cwd(), 'no/such/file')}`,
  })
  const [own] = await expandInputPaths('package.json')
  assert.equal(own?.path, `file:${join(process.cwd(), 'package.json')}`)
})

test('globStatus tells a missing plain path from a pattern without matches', async () => {
  assert.equal(await globStatus(`${root}/nope`), undefined)
  assert.deepEqual(await globStatus(`${root}/nope*`), [])
  const [directory] = (await globStatus(`${root}/s/su?`)) ?? []
  assert.equal(directory?.isDirectory, true)
  assert.equal((await globStatus('/'))?.length, 1)
})

test('a directory of more files than a call has room for arguments is listed', async () => {
  const files = Array.from({ length: 200_000 }, (_, i) => ({
    path: `many:/d/${i}`,
    length: 1,
    isDirectory: false,
    modificationTime: 1,
  }))
  const directory = { path: 'many:/d', length: 0, isDirectory: true, modificationTime: 1 }
  const fileSystem = {
    scheme: 'many',
    qualify: (path: string) => path,
    getFileStatus: async () => directory,
    listStatus: async () => files,
  }
  registerFileSystem('many', () => fileSystem as unknown as FileSystem)
  assert.equal((await expandInputPaths('many:/d')).length, files.length)
})
