import fs from 'node:fs'
import path from 'node:path'
import { uniqueFileName } from '../../../task/frames.ts'
import type { StoredBytes } from '../../../task/input.ts'
import { writeAll } from '../../../task/write-all.ts'
import { ACCUMULATOR_LEAF } from '../command.ts'
import { blockOf, type RowBatch, type StageRow } from '../rows/row-batch.ts'
import { GrowingInts } from './growing-ints.ts'

/** Chunk number of blocks that are in the file. */
const IN_FILE = -1

/** The rows of one leaf: where each block is, and by what it is ordered. */
class LeafRows {
  readonly sources = new GrowingInts()
  readonly parts = new GrowingInts()
  readonly chunks = new GrowingInts()
  readonly starts = new GrowingInts()
  readonly lengths = new GrowingInts()

  /** StageRow numbers by source and part. */
  inOrder(): Uint32Array {
    const order = new Uint32Array(this.sources.length)
    let isSorted = true
    for (let index = 0; index < order.length; index++) {
      order[index] = index
      if (index > 0 && this.#compare(index - 1, index) > 0) isSorted = false
    }
    return isSorted ? order : order.sort((a, b) => this.#compare(a, b))
  }

  #compare(a: number, b: number): number {
    return this.sources.at(a) - this.sources.at(b) || this.parts.at(a) - this.parts.at(b)
  }
}

/**
 * The rows of one Spark task, sorted by target and leaf. Blocks stay in memory up to a limit; later blocks go to a file in the task's
 * directory.
 */
export class TaskRows {
  /** Rows for the driver that only pass through. */
  readonly accumulatorRows: StageRow[] = []
  readonly #targets = new Map<number, Map<number, LeafRows>>()
  readonly #chunks: Uint8Array[] = []
  readonly #memoryBytes: number
  readonly #directory: () => string
  #heldBytes = 0
  #file: { readonly path: string; readonly fd: number } | null = null
  #fileBytes = 0

  /** @param memoryBytes bytes of blocks kept in memory. */
  constructor(memoryBytes: number, directory: () => string) {
    this.#memoryBytes = memoryBytes
    this.#directory = directory
  }

  add(batch: RowBatch): void {
    if (batch.length === 0) return
    const { data, offsets } = batch
    const isKept = this.#heldBytes + data.length <= this.#memoryBytes
    const chunk = isKept ? this.#chunks.length : IN_FILE
    const base = isKept ? 0 : this.#append(data)
    if (isKept) {
      this.#chunks.push(data)
      this.#heldBytes += data.length
    }
    for (let index = 0; index < batch.length; index++) {
      const leaf = batch.leaf[index] as number
      const target = batch.target[index] as number
      if (leaf === ACCUMULATOR_LEAF) {
        const [source, part] = [batch.source[index] as number, batch.part[index] as number]
        this.accumulatorRows.push({ target, leaf, source, part, block: blockOf(batch, index) })
        continue
      }
      const rows = this.#rows(target, leaf)
      const start = Number(offsets[index])
      rows.sources.push(batch.source[index] as number)
      rows.parts.push(batch.part[index] as number)
      rows.chunks.push(chunk)
      rows.starts.push(base + start)
      rows.lengths.push(Number(offsets[index + 1]) - start)
    }
  }

  /** Targets that rows were for, in ascending order. */
  targets(): number[] {
    return [...this.#targets.keys()].sort((a, b) => a - b)
  }

  /** All blocks of a leaf, one behind the other. */
  joined(target: number, leaf: number): StoredBytes {
    const rows = this.#targets.get(target)?.get(leaf)
    return rows === undefined ? new Uint8Array(0) : this.#join(rows, rows.inOrder())
  }

  /** The blocks of a leaf joined by source, in the order of sources. */
  joinedBySource(target: number, leaf: number): Map<number, StoredBytes> {
    const rows = this.#targets.get(target)?.get(leaf)
    if (rows === undefined) return new Map()
    const bySource = new Map<number, number[]>()
    for (const index of rows.inOrder()) {
      const source = rows.sources.at(index)
      const indexes = bySource.get(source)
      if (indexes === undefined) bySource.set(source, [index])
      else indexes.push(index)
    }
    return new Map([...bySource].map(([source, indexes]) => [source, this.#join(rows, Uint32Array.from(indexes))]))
  }

  /** Lets go of the file. */
  close(): void {
    if (this.#file === null) return
    fs.closeSync(this.#file.fd)
    fs.rmSync(this.#file.path, { force: true })
    this.#file = null
  }

  #rows(target: number, leaf: number): LeafRows {
    let leaves = this.#targets.get(target)
    if (leaves === undefined) {
      leaves = new Map()
      this.#targets.set(target, leaves)
    }
    let rows = leaves.get(leaf)
    if (rows === undefined) {
      rows = new LeafRows()
      leaves.set(leaf, rows)
    }
    return rows
  }

  #append(data: Uint8Array): number {
    this.#file ??= openFile(this.#directory(), 'input')
    writeAll(this.#file.fd, data, this.#fileBytes)
    const start = this.#fileBytes
    this.#fileBytes += data.length
    return start
  }

  #join(rows: LeafRows, order: Uint32Array): StoredBytes {
    const [first] = order
    if (first === undefined) return new Uint8Array(0)
    if (order.length === 1 && rows.chunks.at(first) !== IN_FILE) return this.#view(rows, first)
    const length = order.reduce((sum, index) => sum + rows.lengths.at(index), 0)
    const isInFile = order.some((index) => rows.chunks.at(index) === IN_FILE)
    if (isInFile) return this.#stretch(rows, order, length) ?? this.#joinedFile(rows, order, length)
    const bytes = Buffer.allocUnsafeSlow(length)
    let at = 0
    for (const index of order) {
      this.#read(rows, index, bytes, at)
      at += rows.lengths.at(index)
    }
    return bytes
  }

  /** The stretch of the file that the blocks make up, when they stand there one behind the other. */
  #stretch(rows: LeafRows, order: Uint32Array, length: number): StoredBytes | null {
    const offset = rows.starts.at(order[0] as number)
    let end = offset
    for (const index of order) {
      if (rows.chunks.at(index) !== IN_FILE || rows.starts.at(index) !== end) return null
      end += rows.lengths.at(index)
    }
    return { path: (this.#file as { path: string }).path, offset, length }
  }

  #joinedFile(rows: LeafRows, order: Uint32Array, length: number): StoredBytes {
    const file = openFile(this.#directory(), 'joined')
    for (const index of order) {
      const block = Buffer.allocUnsafe(rows.lengths.at(index))
      this.#read(rows, index, block, 0)
      writeAll(file.fd, block)
    }
    fs.closeSync(file.fd)
    return { path: file.path, offset: 0, length }
  }

  #view(rows: LeafRows, index: number): Uint8Array {
    const start = rows.starts.at(index)
    return (this.#chunks[rows.chunks.at(index)] as Uint8Array).subarray(start, start + rows.lengths.at(index))
  }

  #read(rows: LeafRows, index: number, to: Buffer, at: number): void {
    const chunk = rows.chunks.at(index)
    if (chunk !== IN_FILE) {
      copyBytes(this.#chunks[chunk] as Uint8Array, rows.starts.at(index), rows.lengths.at(index), to, at)
      return
    }
    const file = this.#file as { readonly path: string; readonly fd: number }
    const length = rows.lengths.at(index)
    let done = 0
    while (done < length) {
      const read = fs.readSync(file.fd, to, at + done, length - done, rows.starts.at(index) + done)
      if (read === 0) throw new Error(`${file.path} is shorter than what was written to it`)
      done += read
    }
  }
}

/** Up to this length a loop copies sooner than a view is made. */
const SHORT_BYTES = 128

function copyBytes(from: Uint8Array, start: number, length: number, to: Uint8Array, at: number): void {
  if (length > SHORT_BYTES) {
    to.set(from.subarray(start, start + length), at)
    return
  }
  for (let index = 0; index < length; index++) to[at + index] = from[start + index] as number
}

function openFile(directory: string, kind: string): { readonly path: string; readonly fd: number } {
  const file = path.join(directory, uniqueFileName(kind))
  return { path: file, fd: fs.openSync(file, 'wx+', 0o600) }
}
