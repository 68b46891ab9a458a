import type { LineageNode } from '../lineage.ts'

const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):/

/** Whether a path is of the machine that a program runs on: one without a scheme, or `file:`. Workers read those by themselves. */
export function isLocalPath(path: string): boolean {
  const scheme = SCHEME.exec(path)?.[1]?.toLowerCase()
  return scheme === undefined || scheme === 'file'
}

/** Whether a node's files are read by Spark's own readers, with the cluster's file systems and credentials. */
export function isOnCluster(node: LineageNode): node is Extract<LineageNode, { kind: 'files' }> {
  return node.kind === 'files' && node.partitions.some((splits) => splits.some(({ path }) => !isLocalPath(path)))
}
