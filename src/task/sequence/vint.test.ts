import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readVint, vintBytes, vintLength } from './vint.ts'

test('numbers of variable length are Hadoop’s', () => {
  // As WritableUtils.writeVInt writes them.
  assert.deepEqual([...vintBytes(-113)], [0x87, 0x70])
  assert.deepEqual([...vintBytes(128)], [0x8f, 0x80])
  assert.deepEqual([...vintBytes(300)], [0x8e, 0x01, 0x2c])
  for (const value of [0, 1, -1, 127, -112, 128, -113, 255, 256, 65_535, 2 ** 24, 2 ** 31 - 1, -(2 ** 31)]) {
    const bytes = vintBytes(value)
    assert.equal(vintLength(bytes[0]!), bytes.length)
    assert.equal(readVint(bytes, 0), value)
  }
})
