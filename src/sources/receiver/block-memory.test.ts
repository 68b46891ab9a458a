import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { retainBlocks } from '../../engine/block-lease.ts'
import { type DataBlock, type LineageNode, newNodeStorage } from '../../engine/lineage.ts'
import { BlockMemory } from './block-memory.ts'
import type { ReceivedBlock } from './received-block.ts'
import { type Slab, SlabPool } from './slab-pool.ts'

const SLAB = 1024
const newMemory = (maxMemoryBytes = 1e6) =>
  new BlockMemory({ maxBlockBytes: SLAB, maxMemoryBytes, localDirectory: undefined })

let number = 0
function add(memory: BlockMemory, content: string): ReceivedBlock {
  return memory.add(`input-0-${number++}`, 0, 'lines', memory.copy(Buffer.from(content), 1))
}

function contentOf({ bytes }: DataBlock): string {
  if (bytes instanceof Uint8Array) return Buffer.from(bytes).toString()
  return readFileSync(bytes.path)
    .subarray(bytes.offset, bytes.offset + bytes.length)
    .toString()
}

function nodeOf(...blocks: ReceivedBlock[]): LineageNode {
  return {
    kind: 'blocks',
    id: 0,
    className: 'BlockRDD',
    callSite: '',
    numPartitions: blocks.length,
    partitioner: null,
    storage: newNodeStorage(),
    blocks: blocks.map(({ data }) => data),
  }
}

test('the memory of removed blocks is used again, but not while a job reads it', () => {
  const memory = newMemory()
  const big = 'a'.repeat(SLAB)
  const block = add(memory, big)
  const release = retainBlocks(nodeOf(block))
  const { bytes } = block.data
  block.remove()
  const second = add(memory, 'b'.repeat(SLAB))
  assert.equal(Buffer.from(bytes as Uint8Array).toString(), big)
  release()
  assert.equal(memory.bytesInUse, SLAB)
  add(memory, 'c'.repeat(SLAB))
  assert.match(Buffer.from(bytes as Uint8Array).toString(), /^c+$/)
  assert.match(contentOf(second.data), /^b+$/)
  memory.close()
  assert.equal(memory.bytesInUse, 0)
})

test('small blocks share a slab, which lives as long as one of them', () => {
  const memory = newMemory()
  const blocks = Array.from({ length: 100 }, (_, i) => add(memory, `block ${i}`.padEnd(100)))
  assert.ok(memory.bytesInUse <= 12 * SLAB)
  for (const block of blocks) if (block !== blocks[7]) block.remove()
  assert.equal(contentOf(blocks[7]!.data).trim(), 'block 7')
  memory.close()
})

test('the oldest blocks go to files when memory is short, and read the same', () => {
  const memory = newMemory(3 * SLAB)
  const blocks = Array.from({ length: 6 }, (_, i) => add(memory, String(i).repeat(SLAB)))
  assert.deepEqual(
    blocks.map((block) => block.isInMemory),
    [false, false, false, true, true, true],
  )
  for (const [i, block] of blocks.entries()) assert.equal(contentOf(block.data), String(i).repeat(SLAB))
  const { path } = blocks[0]!.data.bytes as { path: string }
  blocks[0]!.remove()
  assert.equal(existsSync(path), false)
  const other = (blocks[1]!.data.bytes as { path: string }).path
  memory.close()
  assert.equal(existsSync(other), false)
})

test('a job goes on reading a block that was moved to a file under it', () => {
  const memory = newMemory(SLAB)
  const block = add(memory, 'x'.repeat(SLAB))
  const release = retainBlocks(nodeOf(block))
  const { bytes } = block.data
  add(memory, 'y'.repeat(SLAB))
  assert.equal(block.isInMemory, false)
  assert.match(Buffer.from(bytes as Uint8Array).toString(), /^x+$/)
  release()
  assert.equal(memory.bytesInUse, 0)
  memory.close()
})

test('a removed block names itself to the task that reads it all the same', () => {
  const memory = newMemory()
  const block = add(memory, 'gone')
  block.remove()
  assert.throws(() => contentOf(block.data), /no such file.*input-0-\d+ was removed when its batch was forgotten/)
  memory.close()
})

test('what a peak needed is given back when it is not needed for a hundred batches, and not before', () => {
  const pool = new SlabPool(SLAB)
  const peak = Array.from({ length: 10 }, () => pool.take())
  for (const slab of peak) slab.release()
  const wave = () => Array.from({ length: 3 }, () => pool.take())
  const isReused = (slabs: readonly Slab[]) => slabs.every((slab) => peak.includes(slab))
  for (let batch = 1; batch <= 100; batch++) {
    if (batch % 7 === 0) for (const slab of wave()) slab.release()
    pool.trim()
  }
  // The first hundred began with no idle slab: everything was needed.
  const ten = Array.from({ length: 10 }, () => pool.take())
  assert.equal(isReused(ten), true)
  for (const slab of ten) slab.release()
  for (let batch = 1; batch <= 200; batch++) {
    if (batch % 7 === 0) for (const slab of wave()) slab.release()
    pool.trim()
  }
  const again = Array.from({ length: 4 }, () => pool.take())
  assert.equal(isReused(again.slice(0, 3)), true)
  assert.equal(isReused(again.slice(3)), false)
})
