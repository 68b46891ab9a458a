import assert from 'node:assert/strict'
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { FileAlreadyExistsException, FileNotFoundException, IOException } from './errors.ts'
import { fileSystemOf, qualifyPath, registerFileSystem } from './file-systems.ts'
import { LocalFileSystem } from './local-file-system.ts'

const fileSystem = new LocalFileSystem()
let root = ''

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'millstream-fs-'))
})

afterEach(() => rm(root, { recursive: true, force: true }))

test('file:///x, file:/x and /x are the same file', () => {
  for (const path of ['file:///a/b', 'file:/a/b', '/a/b', '/a//b/', 'FILE:/a/./b']) {
    assert.equal(fileSystem.qualify(path), 'file:/a/b')
  }
  assert.equal(fileSystem.qualify('x'), `file:${join(process.cwd(), 'x')}`)
})

test('a host or another scheme is refused', () => {
  for (const path of ['file://localhost/a', 'hdfs://h/a']) {
    assert.throws(() => fileSystem.qualify(path), {
      name: 'IllegalArgumentException',
      message: `Wrong FS: ${path}, expected: file:///`,
    })
  }
})

test('a status tells path, bytes, kind and whole milliseconds', async () => {
  await writeFile(join(root, 'f'), 'abc')
  await utimes(join(root, 'f'), 1.5, 1700000000.5)
  assert.deepEqual(await fileSystem.getFileStatus(join(root, 'f')), {
    path: `file:${root}/f`,
    length: 3,
    isDirectory: false,
    modificationTime: 1700000000500,
  })
  const directory = await fileSystem.getFileStatus(`file:${root}`)
  assert.deepEqual([directory.isDirectory, directory.length], [true, 0])
  await assert.rejects(fileSystem.getFileStatus(join(root, 'g')), (error: unknown) => {
    assert(error instanceof FileNotFoundException)
    assert.equal(error.message, `File file:${root}/g does not exist`)
    return true
  })
})

test('a listing holds the direct children in the order of their names, more than one round of them too', async () => {
  const names = Array.from({ length: 300 }, (_, index) => `f${index}`)
  await Promise.all(names.map((name) => writeFile(join(root, name), '')))
  await mkdir(join(root, 'd'))
  await symlink(join(root, 'gone'), join(root, 'dangling'))
  const listed = await fileSystem.listStatus(root)
  assert.deepEqual(
    listed.map((status) => status.path),
    ['d', ...names].sort().map((name) => `file:${root}/${name}`),
  )
  assert.equal((await fileSystem.listStatus(join(root, 'f7'))).length, 1)
  await assert.rejects(fileSystem.listStatus(join(root, 'nope')), FileNotFoundException)
})

test('a range read gives the bytes there are', async () => {
  await writeFile(join(root, 'f'), '0123456789')
  await using file = await fileSystem.open(join(root, 'f'))
  const text = async (position: number, length: number) => Buffer.from(await file.read(position, length)).toString()
  assert.equal(file.length, 10)
  assert.equal(await text(3, 4), '3456')
  assert.equal(await text(8, 100), '89')
  assert.equal(await text(10, 5), '')
  assert.equal(await text(50, 5), '')
})

test('what is not there, or is a directory, cannot be opened', async () => {
  await assert.rejects(fileSystem.open(join(root, 'nope')), FileNotFoundException)
  await assert.rejects(fileSystem.open(root), { name: 'IOException', code: 'IS_A_DIRECTORY' })
})

test('a file shows whole once it is committed and not before', async () => {
  await writeFile(join(root, 'f'), 'old')
  const file = await fileSystem.create(join(root, 'f'))
  await file.write('new ')
  await file.write(Buffer.from('content'))
  assert.equal(await readFile(join(root, 'f'), 'utf8'), 'old')
  await file.commit()
  assert.equal(await readFile(join(root, 'f'), 'utf8'), 'new content')
  assert.deepEqual(await readdir(root), ['f'])
  await assert.rejects(file.write('x'), { code: 'FILE_CLOSED' })
})

test('while it is written a file has a hidden name', async () => {
  await using file = await fileSystem.create(join(root, 'deep/er/f'))
  await file.write('x')
  const [name] = await readdir(join(root, 'deep/er'))
  assert(name?.startsWith('.f.'), name)
})

test('an aborted or forgotten file leaves no trace', async () => {
  const aborted = await fileSystem.create(join(root, 'f'))
  await aborted.write('x')
  await aborted.abort()
  await aborted.abort()
  {
    await using forgotten = await fileSystem.create(join(root, 'g'))
    await forgotten.write('x')
  }
  assert.deepEqual(await readdir(root), [])
})

test('a file that was to be new never replaces one, even one that comes while it is written', async () => {
  const file = await fileSystem.create(join(root, 'f'), { overwrite: false })
  await file.write('mine')
  await writeFile(join(root, 'f'), 'theirs')
  await assert.rejects(file.commit(), FileAlreadyExistsException)
  await assert.rejects(fileSystem.create(join(root, 'f'), { overwrite: false }), FileAlreadyExistsException)
  assert.equal(await readFile(join(root, 'f'), 'utf8'), 'theirs')
  assert.deepEqual(await readdir(root), ['f'])
  const fresh = await fileSystem.create(join(root, 'g'), { overwrite: false })
  await fresh.write('g')
  await fresh.commit()
  assert.deepEqual(await readdir(root), ['f', 'g'])
})

test('rename moves directories and replaces files', async () => {
  await fileSystem.mkdirs(join(root, 'a/b'))
  await fileSystem.mkdirs(join(root, 'a/b'))
  await writeFile(join(root, 'a/b/f'), 'f')
  await writeFile(join(root, 'g'), 'g')
  await fileSystem.rename(join(root, 'a'), join(root, 'c'))
  await fileSystem.rename(join(root, 'c/b/f'), join(root, 'g'))
  assert.equal(await readFile(join(root, 'g'), 'utf8'), 'f')
  await assert.rejects(fileSystem.rename(join(root, 'a'), join(root, 'z')), FileNotFoundException)
})

test('delete says whether something was there and takes a filled directory only when told to', async () => {
  await fileSystem.mkdirs(join(root, 'd/e'))
  assert.equal(await fileSystem.exists(join(root, 'd/e')), true)
  await assert.rejects(fileSystem.delete(join(root, 'd')), IOException)
  assert.equal(await fileSystem.delete(join(root, 'd'), { recursive: true }), true)
  assert.equal(await fileSystem.delete(join(root, 'd'), { recursive: true }), false)
  assert.equal(await fileSystem.exists(join(root, 'd')), false)
  await writeFile(join(root, 'f'), '')
  assert.equal(await fileSystem.delete(join(root, 'f')), true)
})

test('a log has the whole of what is appended although the system writes it in parts', async () => {
  await using probe = await open(join(root, 'probe'), 'w')
  const prototype = Object.getPrototypeOf(probe) as { writev: (parts: readonly Uint8Array[]) => Promise<unknown> }
  const whole = prototype.writev
  let writes = 0
  prototype.writev = function (this: unknown, parts) {
    writes += 1
    return whole.call(this, [parts[0]!.subarray(0, Math.ceil(parts[0]!.length / 2))])
  }
  try {
    await using log = await fileSystem.createLog(join(root, 'log'))
    await log.append([Buffer.from('0123456789'), new Uint8Array(0), Buffer.from('abc')])
    await log.append([Buffer.from('end')])
  } finally {
    prototype.writev = whole
  }
  assert.equal(await readFile(join(root, 'log'), 'utf8'), '0123456789abcend')
  assert(writes > 4)
})

test('a directory in the way of a file is named in the error', async () => {
  await writeFile(join(root, 'f'), '')
  await assert.rejects(fileSystem.create(join(root, 'f/g')), (error: unknown) => {
    assert(error instanceof IOException)
    assert.match(error.message, /\/f/)
    return true
  })
  assert.equal((await stat(join(root, 'f'))).isFile(), true)
})

test('a registered scheme serves its paths, one instance for each authority', () => {
  const made: string[] = []
  registerFileSystem('memory', (authority) => {
    made.push(authority)
    return Object.assign(new LocalFileSystem(), { qualify: (path: string) => path })
  })
  assert.equal(fileSystemOf('memory://one/a'), fileSystemOf('MEMORY://one/b'))
  assert.notEqual(fileSystemOf('memory://one/a'), fileSystemOf('memory://two/a'))
  assert.deepEqual(made, ['one', 'two'])
  assert.equal(qualifyPath('memory://one/a'), 'memory://one/a')
  assert.equal(qualifyPath('/a'), 'file:/a')
})
