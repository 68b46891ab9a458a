import { UnsupportedOperationException } from '../../errors.ts'
import type { LineageNode } from '../lineage.ts'

const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):/

/** Whether a path is of the machine that a program runs on: one without a scheme, or `file:`. Workers read those by themselves. */
export function isLocalPath(path: string): boolean {
  const scheme = SCHEME.exec(path)?.[1]?.toLowerCase()
  return scheme === undefined || scheme === 'file'
}

/**
 * Whether a node's files are read by Spark's own readers, with the cluster's file systems and credentials.
 * @throws UnsupportedOperationException for a format that these readers do not give as it is needed.
 */
export function isOnCluster(node: LineageNode): node is Extract<LineageNode, { kind: 'files' }> {
  if (node.kind !== 'files') return false
  const path = node.partitions.flat().find((split) => !isLocalPath(split.path))?.path
  if (path === undefined) return false
  if (node.format === 'text' || node.format === 'records') return true
  throw new UnsupportedOperationException(
    'UNSUPPORTED_FILE_SYSTEM',
    `Only textFile and objectFile read ${path} on Spark: the other formats read files that every executor has under the same local path`,
  )
}
