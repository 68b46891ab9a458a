import { CLUSTER_SPLIT_BYTES } from '../../../io/input-splits.ts'
import type { Row } from '../arrow/row-batch.ts'
import type { Relation } from '../gen/spark_connect_pb.ts'
import { joinSmall, localRelation, project, readFiles } from './relations.ts'
import type { FilesNode } from './spark-stage.ts'

/**
 * Session settings under which Spark cuts files where `clusterSplits` does: pieces of one size, each for a task of its own, since opening a
 * file counts as much as a whole piece.
 */
export const FILE_SETTINGS: Readonly<Record<string, string>> = {
  'spark.sql.files.maxPartitionBytes': String(CLUSTER_SPLIT_BYTES),
  'spark.sql.files.openCostInBytes': String(CLUSTER_SPLIT_BYTES),
}

/** One row per file of a path: the block holds its length, a space, and its qualified path, percent-encoded. */
export function listedFiles(path: string): Relation {
  const block = "cast(concat(_metadata.file_size, ' ', _metadata.file_path) as binary) as block"
  return project(readFiles('binaryFile', [path]), ['0 as target', '0 as leaf', '0 as source', '0 as part', block])
}

/** Reads a row of {@link listedFiles}. */
export function listedFile({ block }: Row): { readonly path: string; readonly length: number } {
  const text = Buffer.from(block).toString('utf8')
  const space = text.indexOf(' ')
  return { path: text.slice(space + 1), length: Number(text.slice(0, space)) }
}

/**
 * The rows of files that Spark reads: one per line of text, one with the whole content otherwise. A piece's partition is found by its file and
 * its place in it; `part` counts the lines as the reader gives them.
 */
export function fileRows(node: FilesNode): Relation {
  const pieces = node.partitions.flatMap((splits, target) =>
    splits.map(({ path, start }): Row => {
      return { target, leaf: 0, source: Math.floor(start / CLUSTER_SPLIT_BYTES), part: 0, block: Buffer.from(path) }
    }),
  )
  const places = project(localRelation(pieces), ['target', 'source as piece', 'cast(block as string) as path'])
  const paths = [...new Set(node.partitions.flat().map(({ path }) => decodeURIComponent(path)))]
  const isText = node.format === 'text'
  const content = project(readFiles(isText ? 'text' : 'binaryFile', paths), [
    isText ? 'cast(value as binary) as block' : 'content as block',
    '_metadata.file_path as path',
    // The lower bits of these ids count the rows of one of Spark's partitions.
    'cast(monotonically_increasing_id() & 2147483647 as int) as part',
    isText ? `cast(_metadata.file_block_start div ${CLUSTER_SPLIT_BYTES} as int) as piece` : '0 as piece',
  ])
  return project(joinSmall(content, places, ['path', 'piece']), [
    'target',
    '0 as leaf',
    '0 as source',
    'part',
    "coalesce(block, cast('' as binary)) as block",
  ])
}
