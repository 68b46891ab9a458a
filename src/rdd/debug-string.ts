import type { LineageNode, NodeStorage } from '../engine/lineage.ts'
import { parentsOf } from '../engine/lineage.ts'
import { StorageLevel } from '../task/storage-level.ts'

const names = new WeakMap<NodeStorage, string>()

/** Gives an RDD a name for `toDebugString`; it stands with the storage, which an RDD and its node share. */
export function setName(storage: NodeStorage, name: string): void {
  names.set(storage, name)
}

export function nameOf(storage: NodeStorage): string | null {
  return names.get(storage) ?? null
}

/** `wordCounts ShuffledRDD[3] at reduceByKey at app.ts:12:24` */
export function describeNode({ className, id, callSite, storage }: LineageNode): string {
  const name = nameOf(storage)
  return `${name === null ? '' : `${name} `}${className}[${id}] at ${callSite}`
}

interface Dependency {
  readonly node: LineageNode
  readonly isShuffle: boolean
}

function dependenciesOf(node: LineageNode): Dependency[] {
  const { checkpointed } = node.storage
  if (checkpointed) return [{ node: checkpointed, isShuffle: false }]
  return parentsOf(node).map((parent) => ({ node: parent, isShuffle: isShuffled(node, parent) }))
}

function isShuffled(node: LineageNode, parent: LineageNode): boolean {
  if (node.kind === 'shuffle') return true
  return node.kind === 'cogroup' && !(parent.partitioner && node.partitioner.equals(parent.partitioner))
}

/** The lineage as Spark's `toDebugString` draws it: a shuffle indents, and the storage level is that of the RDD asked. */
export function debugString(top: LineageNode): string {
  const { level } = top.storage
  const persistence = level.equals(StorageLevel.NONE) ? '' : level.description
  const label = (node: LineageNode) => `${describeNode(node)} [${persistence}]`

  const count = countLabel(top)
  const lines = [`${count} ${label(top)}`, ...children(top, trunk(count))]
  return lines.join('\n')

  function children(node: LineageNode, prefix: string): string[] {
    const dependencies = dependenciesOf(node)
    return dependencies.flatMap((dependency, i) => branch(dependency, prefix, i === dependencies.length - 1))
  }

  function branch({ node, isShuffle }: Dependency, prefix: string, isLast: boolean): string[] {
    if (!isShuffle) return [`${prefix}${label(node)}`, ...children(node, prefix)]
    const nodeCount = countLabel(node)
    const stem = prefix.replace(/\|\s+$/, '')
    const nextPrefix = `${stem}${isLast ? '  ' : '| '}${trunk(nodeCount)}`
    return [`${stem}+-${nodeCount} ${label(node)}`, ...children(node, nextPrefix)]
  }
}

function countLabel(node: LineageNode): string {
  return `(${node.numPartitions})`
}

/** The prefix of a line that continues below a number of partitions. */
function trunk(count: string): string {
  const left = Math.floor((count.length - 1) / 2)
  return `${' '.repeat(left)}|${' '.repeat(count.length - left)}`
}
