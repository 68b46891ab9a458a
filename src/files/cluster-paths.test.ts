import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ClusterLister, expandClusterPaths, filesOfClusterDirectories } from './cluster-paths.ts'
import { InvalidInputException } from './errors.ts'
import type { FileStatus } from './file-system.ts'
import { escapeGlob } from './path.ts'

const HOME = 'hdfs://host/user/me'

/** A cluster that lists whatever path it is asked for as these files. */
function listing(...paths: string[]): ClusterLister {
  const files = paths.map((path): FileStatus => {
    return { path: `hdfs://host${path}`, length: 1, isDirectory: false, modificationTime: 0 }
  })
  return {
    resolve: async (path) =>
      path.startsWith('file:')
        ? null
        : path.startsWith('hdfs:')
          ? path
          : path.startsWith('/')
            ? `hdfs://host${path}`
            : `${HOME}/${path}`,
    list: async () => (files.length === 0 ? null : files),
  }
}

async function namesOf(path: string, cluster: ClusterLister, subdirectories: 'reject' | 'skip' = 'reject') {
  const files = await expandClusterPaths(path, cluster, { subdirectories })
  return files?.map((file) => file.path.slice('hdfs://host'.length))
}

test('files and the files of directories come in the order of what the pattern matches', async () => {
  const cluster = listing('/d/a-1', '/d/a/y', '/d/a/x', '/d/b')
  assert.deepEqual(await namesOf('/d/*', cluster), ['/d/a/x', '/d/a/y', '/d/a-1', '/d/b'])
})

test('a path that is relative is one of the working directory', async () => {
  assert.deepEqual(await namesOf('in', listing('/user/me/in/x')), ['/user/me/in/x'])
})

test('hidden files are left out, also where the pattern names them', async () => {
  assert.deepEqual(await namesOf('hdfs:///d/*', listing('/d/_x', '/d/.y', '/d/z')), ['/d/z'])
})

test('directories in input directories are refused, or passed over', async () => {
  const cluster = listing('/d/x', '/d/k=1/y', '/d/k=1/l=2/z')
  await assert.rejects(namesOf('/d', cluster), { code: 'INPUT_IS_A_DIRECTORY', message: /\/d\/k=1 is a directory/ })
  assert.deepEqual(await namesOf('/d', cluster, 'skip'), ['/d/x'])
})

test('alternatives of different depths each match by themselves', async () => {
  assert.deepEqual(await namesOf('/{a/b,c}/*', listing('/a/b/x', '/c/y', '/c/d/z')), ['/a/b/x', '/c/d/z', '/c/y'])
})

test('paths that name nothing are all said', async () => {
  await assert.rejects(namesOf('/no,/x*', listing()), (error) => {
    assert(error instanceof InvalidInputException)
    assert.equal(
      error.message,
      'Input path does not exist: hdfs://host/no\nInput Pattern hdfs://host/x* matches 0 files',
    )
    return true
  })
})

test('paths that are all the machine’s own are not the cluster’s affair', async () => {
  assert.equal(await expandClusterPaths('file:/a,file:/b', listing()), null)
})

test('a watched pattern gives the files one level below what it names, and not those that it names', async () => {
  const cluster = listing('/in/x', '/in/y/1', '/in/y/z/2')
  const files = await filesOfClusterDirectories('hdfs://host/in/*', cluster, {})
  assert.deepEqual(
    files?.map(({ path }) => path),
    ['hdfs://host/in/y/1'],
  )
})

test('an escaped path is a pattern that matches itself alone', () => {
  assert.equal(escapeGlob('/a[b]{c}*?\\d'), '/a\\[b\\]\\{c\\}\\*\\?\\\\d')
})
