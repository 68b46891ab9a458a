import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { FileSystem } from '../../files/file-system.ts'
import { registerFileSystem } from '../../files/file-systems.ts'
import { LocalFileSystem } from '../../files/local-file-system.ts'
import { commitDirectory } from './directory-commit.ts'

const root = mkdtempSync(join(tmpdir(), 'directory-commit-'))
after(() => {
  registerFileSystem('file', () => new LocalFileSystem())
  rmSync(root, { recursive: true, force: true })
})

/** The process dies before the step of this number; -1 for never. A rename that is not one step leaves half a file when it is interrupted. */
function dyingFileSystem(atomicRename: boolean, lastStep: number): FileSystem & { readonly steps: number } {
  const local = new LocalFileSystem()
  let steps = 0
  const step = async (): Promise<void> => {
    steps += 1
    if (lastStep >= 0 && steps > lastStep) throw new Error('the process is dead')
  }
  return {
    scheme: 'file',
    atomicRename,
    get steps() {
      return steps
    },
    qualify: (path) => local.qualify(path),
    getFileStatus: (path) => local.getFileStatus(path),
    listStatus: (path) => local.listStatus(path),
    exists: (path) => local.exists(path),
    open: (path) => local.open(path),
    createLog: (path) => local.createLog(path),
    async create(path, options) {
      const file = await local.create(path, options)
      return {
        write: (bytes) => file.write(bytes),
        async commit() {
          await step()
          await file.commit()
        },
        abort: () => file.abort(),
        [Symbol.asyncDispose]: () => file.abort(),
      }
    },
    async mkdirs(path) {
      await step()
      await local.mkdirs(path)
    },
    async rename(from, to) {
      assert(atomicRename, 'nothing relies on renames that are not one step')
      await step()
      await local.rename(from, to)
    },
    async delete(path, options) {
      await step()
      return local.delete(path, options)
    },
  }
}

/** A directory as an earlier save, a save that was killed and a stranger have left it. */
function directoryOf(name: string): string {
  const directory = join(root, name)
  mkdirSync(join(directory, '_temporary', 'killed'), { recursive: true })
  for (const part of ['part-00000', 'part-00001', 'part-00002.gz', '.part-00000.crc', '_SUCCESS', '._SUCCESS.crc']) {
    writeFileSync(join(directory, part), 'old')
  }
  writeFileSync(join(directory, 'notes.txt'), 'of somebody else')
  return directory
}

function save(directory: string, fileSystem: FileSystem): Promise<void> {
  return commitDirectory(`file:${directory}`, async (target) => {
    for (const name of ['part-00000', 'part-00001']) {
      await using file = await fileSystem.create(`${target}/${name}`)
      await file.write('new')
      await file.commit()
    }
    return ['part-00000', 'part-00001']
  })
}

for (const atomicRename of [true, false]) {
  const how = atomicRename ? 'renames are one step' : 'renames are copies'

  test(`a directory that is saved to again holds the new files, and those of others (${how})`, async () => {
    const directory = directoryOf(`whole-${atomicRename}`)
    const fileSystem = dyingFileSystem(atomicRename, -1)
    registerFileSystem('file', () => fileSystem)
    await save(directory, fileSystem)
    assert.deepEqual(readdirSync(directory).sort(), ['_SUCCESS', 'notes.txt', 'part-00000', 'part-00001'])
    assert.equal(readFileSync(join(directory, 'part-00001'), 'utf8'), 'new')
  })

  test(`whichever step is the last, the directory is the new one or has no _SUCCESS, and the next try is whole (${how})`, async () => {
    const probe = dyingFileSystem(atomicRename, -1)
    registerFileSystem('file', () => probe)
    await save(directoryOf(`probe-${atomicRename}`), probe)
    assert(probe.steps > 8)
    for (let last = 0; last < probe.steps; last++) {
      const directory = directoryOf(`dying-${atomicRename}-${last}`)
      const dying = dyingFileSystem(atomicRename, last)
      registerFileSystem('file', () => dying)
      await assert.rejects(save(directory, dying), /the process is dead/)
      const names = readdirSync(directory)
      const isOld = last === 0
      assert.equal(names.includes('_SUCCESS'), isOld, `step ${last}: ${names.join(' ')}`)
      const again = dyingFileSystem(atomicRename, -1)
      registerFileSystem('file', () => again)
      await save(directory, again)
      assert.deepEqual(readdirSync(directory).sort(), ['_SUCCESS', 'notes.txt', 'part-00000', 'part-00001'])
    }
  })
}
