import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { privateDirectoryName } from '../../../task/private-directory.ts'
import { TaskDirectory } from './task-directory.ts'

test("a worker's folder and the daemon's above it are the owner's alone, and are made when first asked for", () => {
  const root = mkdtempSync(join(tmpdir(), 'task-directory-'))
  const umask = process.umask(0)
  try {
    const parent = join(root, 'not', 'there', privateDirectoryName())
    const directory = TaskDirectory.ofProcess(parent)
    assert(!existsSync(parent))
    const path = directory.path()
    assert.equal(dirname(path), parent)
    assert.deepEqual(
      [path, parent, join(root, 'not')].map((place) => statSync(place).mode & 0o777),
      [0o700, 0o700, 0o777],
    )
    directory.clear()
    assert(!existsSync(path))
    assert.equal(TaskDirectory.ofProcess(parent).path(), path)
  } finally {
    process.umask(umask)
    rmSync(root, { recursive: true, force: true })
  }
})
