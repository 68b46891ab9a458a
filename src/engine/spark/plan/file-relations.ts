import type { Relation } from '../../../connect/gen/spark_connect_pb.ts'
import type { ClusterListOptions } from '../../../files/cluster-paths.ts'
import type { FileStatus } from '../../../files/file-system.ts'
import type { FileSplit } from '../../../files/input-splits.ts'
import { CLUSTER_SPLIT_BYTES } from '../../../files/input-splits.ts'
import { comparePaths, escapeGlob } from '../../../files/path.ts'
import { ANCHOR_LEAF, type FilePiece, pieceName, ROW_COLUMNS } from '../command.ts'
import type { StageRow } from '../rows/row-batch.ts'
import {
  exchangeByTarget,
  filterRows,
  inFewerPartitions,
  joinSmall,
  localRelation,
  project,
  readFiles,
  unionAll,
} from './relations.ts'
import type { FilesNode, SparkStage, StandingData } from './spark-stage.ts'

/**
 * Session settings under which Spark cuts files where `clusterSplits` does: pieces of one size, each for a task of its own, since opening a
 * file counts as much as a whole piece.
 */
export const FILE_SETTINGS: Readonly<Record<string, string>> = {
  'spark.sql.files.maxPartitionBytes': String(CLUSTER_SPLIT_BYTES),
  'spark.sql.files.openCostInBytes': String(CLUSTER_SPLIT_BYTES),
  'spark.sql.files.maxPartitionNum': String(2 ** 31 - 1),
}

/** Whether it is the first row of a Spark task: the lower 33 bits of such an id count a task's rows. */
const IS_FIRST_ROW = '(monotonically_increasing_id() & 8589934591) = 0'

/** The path of the file that a row is from, as it was listed: Spark percent-encodes it. */
const DECODED_PATH = "url_decode(replace(input_file_name(), '+', '%2B'))"

/** The rows of files of which a stage reads the partitions `partitions`. */
export function fileRows(node: FilesNode, partitions: Iterable<number>): Relation {
  return node.format === 'text' ? textLines(node, partitions) : fileContent(node, partitions)
}

/** The columns that such a stage, or any other, is given. */
export function columnsOf(standing: StandingData | null): readonly string[] {
  return isText(standing) ? ['block'] : ROW_COLUMNS
}

/** Returns the pieces of files from which the worker can tell which lines belong to which task; null when the stage reads no text of files. */
export function piecesOf({ rows: { standing }, tasks }: SparkStage): FilePiece[] | null {
  return isText(standing) ? textPieces(standing.node, tasks.keys()) : null
}

function isText(standing: StandingData | null): standing is Extract<StandingData, { from: 'files' }> {
  return standing?.from === 'files' && standing.node.format === 'text'
}

/**
 * The pieces of the files of which partitions of a node of text read any, in the order in which Spark makes tasks of them: the longest first,
 * and else as the files are named. A partition is read by the target of its number; pieces for nobody are among them.
 */
function textPieces(node: FilesNode, partitions: Iterable<number>): FilePiece[] {
  const wanted = new Set(partitions)
  const paths = new Set(pathsOf(node, wanted))
  const pieces = new Map<string, { split: FileSplit; targets: number[] }>()
  node.partitions.forEach((splits, partition) => {
    for (const split of splits) {
      if (!paths.has(split.path)) continue
      const name = pieceName(split.path, split.start)
      const targets: number[] = pieces.get(name)?.targets ?? []
      if (wanted.has(partition)) targets.push(partition)
      pieces.set(name, { split, targets })
    }
  })
  return [...pieces]
    .sort(
      ([, { split: a }], [, { split: b }]) => b.length - a.length || comparePaths(a.path, b.path) || a.start - b.start,
    )
    .map(([name, { targets }]) => ({ name, targets }))
}

/** The lines of the files that partitions of a node of text read, as `SparkCommand.pieces` has them. */
function textLines(node: FilesNode, partitions: Iterable<number>): Relation {
  const wanted = new Set(partitions)
  const files = readFiles('text', pathsOf(node, wanted).map(escapeGlob))
  const starts = new Set([...wanted].flatMap((partition) => node.partitions[partition] ?? []).map(({ start }) => start))
  const isAll = node.partitions.every((splits) => splits.every(({ start }) => starts.has(start)))
  const read = isAll ? files : filterRows(files, `input_file_block_start() in (${[...starts].join()})`)
  // A path in every row would cost more than the lines.
  const name = `cast(input_file_block_start() as string), ' ', input_file_name(), '\\n'`
  return project(read, [`if(${IS_FIRST_ROW}, concat(${name}, value, '\\n'), concat(value, '\\n')) as block`])
}

/**
 * The content of the files that partitions of a node read, of any format but text, for the targets of the partitions' numbers: source i is the
 * content of the partition's split i.
 */
function fileContent(node: FilesNode, partitions: Iterable<number>): Relation {
  const wanted = [...partitions]
  const places: StageRow[] = wanted.flatMap((target) =>
    (node.partitions[target] ?? []).map(({ path, start }, source): StageRow => {
      return { target, leaf: start, source, part: 0, block: Buffer.from(path) }
    }),
  )
  const isWholeText = node.format === 'wholeText'
  const options = isWholeText ? { wholetext: 'true' } : {}
  const files = readFiles(isWholeText ? 'text' : 'binaryFile', pathsOf(node, wanted).map(escapeGlob), options)
  const content = project(files, [
    isWholeText ? 'cast(value as binary) as content' : 'content',
    `${DECODED_PATH} as path`,
  ])
  const by = project(localRelation(places), ['target', 'leaf as start', 'source', 'cast(block as string) as path'])
  const rows = project(joinSmall(content, by, ['path']), [
    'target',
    '0 as leaf',
    'source',
    '0 as part',
    `coalesce(${cutContent(node)}, cast('' as binary)) as block`,
  ])
  const areTasks = wanted.every((partition) => node.partitions[partition]?.length === 1)
  const hasAll = node.partitions.every((splits) => splits.every(({ length }) => length > 0))
  if (areTasks && hasAll) return rows
  // Spark leaves out files without any byte: a partition may be of nothing else.
  const anchors = wanted.map(
    (target): StageRow => ({ target, leaf: ANCHOR_LEAF, source: 0, part: 0, block: new Uint8Array(0) }),
  )
  return exchangeByTarget(unionAll([rows, localRelation(anchors)]), node.partitions.length)
}

/** Pieces of a file of records of one length begin a whole number of pieces behind its begin. */
function cutContent({ format, partitions, recordLength }: FilesNode): string {
  if (format !== 'binaryRecords') return 'content'
  let length = recordLength
  for (const splits of partitions) for (const split of splits) length = Math.max(length, split.length)
  return `substring(content, start + 1, ${length})`
}

function pathsOf(node: FilesNode, partitions: Iterable<number>): string[] {
  const splits = [...partitions].flatMap((partition) => node.partitions[partition] ?? [])
  return [...new Set(splits.map(({ path }) => path))].sort(comparePaths)
}

/** Tasks that ask for files' lengths and times: many small ones would take longer than the asking. */
const LISTING_TASKS = 8

/**
 * One row for each file that a pattern names, and for each in the directories that it names, at any depth: the block holds the length, the
 * modification time, and the qualified path, percent-encoded, with spaces between them.
 */
export function listedFiles(path: string, { modifiedAfter }: ClusterListOptions): Relation {
  const options: Record<string, string> = { recursiveFileLookup: 'true' }
  if (modifiedAfter !== undefined && modifiedAfter > 0) {
    options.timeZone = 'UTC'
    options.modifiedAfter = new Date(modifiedAfter).toISOString().slice(0, -1)
  }
  const text = ['file_size', 'unix_millis(file_modification_time)', 'file_path']
  const block = `cast(concat_ws(' ', ${text.map((one) => one.replace('file_', '_metadata.file_')).join()}) as binary) as block`
  const rows = project(readFiles('binaryFile', [path], options), [...NO_PLACE, block])
  return inFewerPartitions(rows, LISTING_TASKS)
}

/** Reads a row of {@link listedFiles}. */
export function listedFile({ block }: StageRow): FileStatus {
  const [length, modificationTime, ...path] = Buffer.from(block).toString('utf8').split(' ')
  return {
    path: decodeURIComponent(path.join(' ')),
    length: Number(length),
    modificationTime: Number(modificationTime),
    isDirectory: false,
  }
}

/** A relation with one row per file of a path: the content of the file. */
export function wholeFiles(path: string): Relation {
  return project(readFiles('binaryFile', [escapeGlob(path)]), [...NO_PLACE, 'content as block'])
}

/** A relation for Spark's text writer, which writes each block as it is and a line feed after it. */
export function blocksAsText(rows: Relation): Relation {
  return project(rows, ['cast(block as string) as value'])
}

const NO_PLACE = ['0 as target', '0 as leaf', '0 as source', '0 as part'] as const
