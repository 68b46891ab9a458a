import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import type { LineageNode } from '../../src/engine/lineage.ts'
import type { FileSplit } from '../../src/files/input-splits.ts'
import { RecordCodec } from '../../src/task/codec/index.ts'
import { sequenceReader } from '../../src/task/sources/sequence-source.ts'

type FilesNode = Extract<LineageNode, { kind: 'files' }>

/** All records of the pieces of one partition, each file read whole: slow and plain. */
export async function readFiles(node: FilesNode, partition: number): Promise<unknown[]> {
  const records: unknown[] = []
  for (const split of node.partitions[partition] ?? []) {
    const raw = await readFile(localPath(split.path))
    const bytes = split.isCompressed ? gunzipSync(raw) : raw
    records.push(...recordsOf(node, split, bytes))
  }
  return records
}

function recordsOf(node: FilesNode, split: FileSplit, bytes: Buffer): unknown[] {
  switch (node.format) {
    case 'text':
      return linesOf(split, bytes)
    case 'wholeText':
      return [[split.path, bytes.toString('utf8')]]
    case 'binary':
      return [[split.path, bytes]]
    case 'binaryRecords': {
      const end = split.start + split.length
      const records: Buffer[] = []
      for (let at = split.start; at < end; at += node.recordLength) {
        records.push(bytes.subarray(at, at + node.recordLength))
      }
      return records
    }
    case 'sequence': {
      const reader = sequenceReader(split)
      const pairs: unknown[] = []
      for (let chunk = reader.next(); chunk !== null; chunk = reader.next()) pairs.push(...(chunk as unknown[]))
      return pairs
    }
    case 'records':
      return new RecordCodec().decode(bytes)
  }
}

/** Hadoop's rule: a piece that starts at 0 has the lines that begin in [0, end], another those in (start, end]. */
function linesOf(split: FileSplit, bytes: Buffer): string[] {
  const end = split.isCompressed ? bytes.length : split.start + split.length
  const bom = bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  const lines: string[] = []
  let begin = bom
  while (begin < bytes.length) {
    let stop = begin
    while (stop < bytes.length && bytes[stop] !== 10 && bytes[stop] !== 13) stop++
    const isOwned = begin <= end && (split.start === 0 || begin > split.start)
    if (isOwned) lines.push(bytes.toString('utf8', begin, stop))
    begin = bytes[stop] === 13 && bytes[stop + 1] === 10 ? stop + 2 : stop + 1
  }
  return lines
}

function localPath(path: string): string {
  return path.replace(/^file:(\/\/)?/, '')
}
