import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import zlib from 'node:zlib'
import { WINDOW_BYTES } from './fetch-window.ts'
import { type FetchedBytes, WorkerFiles } from './worker-files.ts'

const root = mkdtempSync(join(tmpdir(), 'worker-files-'))
after(() => rmSync(root, { recursive: true, force: true }))
const files = new WorkerFiles()

function fileOf(name: string, content: Uint8Array | string): string {
  writeFileSync(join(root, name), content)
  return join(root, name)
}

/** Reads in portions of `size` bytes until the end. */
function rest(bytes: FetchedBytes, size: number): Buffer {
  const parts: Buffer[] = []
  for (;;) {
    const part = Buffer.alloc(size)
    const count = bytes.read(part)
    if (count === 0) break
    parts.push(part.subarray(0, count))
  }
  bytes.close()
  return Buffer.concat(parts)
}

const large = Buffer.alloc(3 * WINDOW_BYTES + 12_345, 'some text that does not divide a window, ')

test('a file of several windows comes as it is, from any position and in portions of any size', () => {
  const path = fileOf('large', large)
  for (const [start, size] of [
    [0, 1000],
    [1, WINDOW_BYTES],
    [2 * WINDOW_BYTES, 77_777],
    [large.length, 10],
  ] as const) {
    assert(rest(files.open(path, start, false), size).equals(large.subarray(start)), `from ${start} in ${size}`)
  }
})

test('a packed file comes unpacked; several are read side by side', () => {
  const one = files.open(fileOf('one.gz', zlib.gzipSync(large)), 0, true)
  const two = files.open(fileOf('two.deflate', zlib.deflateSync(large)), 0, true)
  const part = Buffer.alloc(5)
  assert.equal(one.read(part), 5)
  assert(rest(two, 4096).equals(large))
  assert(rest(one, 4096).equals(large.subarray(5)))
})

test('a file that is closed early makes room for others', () => {
  const path = fileOf('again', large)
  for (let i = 0; i < 50; i++) {
    const bytes = files.open(path, 0, false)
    bytes.read(Buffer.alloc(10))
    bytes.close()
    assert.equal(bytes.read(Buffer.alloc(10)), 0)
  }
  assert(rest(files.open(path, 0, false), 65_536).equals(large))
})

test('errors keep their class and code, and say which file', () => {
  assert.throws(() => files.open(join(root, 'missing'), 0, false).read(Buffer.alloc(1)), {
    name: 'FileNotFoundException',
    code: 'FILE_NOT_FOUND',
    message: /missing/,
  })
  const torn = fileOf('torn.gz', zlib.gzipSync(large).subarray(0, -5))
  assert.throws(() => rest(files.open(torn, 0, true), 4096), { code: 'CORRUPT_COMPRESSED_FILE', message: /torn\.gz/ })
  const directory = files.open(root, 0, false)
  assert.throws(() => directory.read(Buffer.alloc(1)), { code: 'IS_A_DIRECTORY' })
})

test('a file is written whole or not at all', async () => {
  const path = join(root, 'out', 'part.gz')
  await files.write(path, ['one\n', Buffer.from('two\n')], 'gzip')
  assert.equal(rest(files.open(path, 0, true), 100).toString(), 'one\ntwo\n')
  function* failing(): Generator<string> {
    yield 'three\n'
    throw new Error('a record that cannot be written')
  }
  await assert.rejects(files.write(path, failing(), 'gzip'), /a record that cannot be written/)
  assert.equal(rest(files.open(path, 0, true), 100).toString(), 'one\ntwo\n')
})
