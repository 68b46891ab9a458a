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

/** What a node reads, without nodes that Spark has no RDD for: what these read stands in their place. */
function dependenciesOf(node: LineageNode): Dependency[] {
  const { checkpointed } = node.storage
  if (checkpointed) return [{ node: checkpointed, isShuffle: false }]
  return parentsOf(node).flatMap((parent) => {
    const isShuffle = isShuffled(node, parent)
    if (!parent.isHidden) return [{ node: parent, isShuffle }]
    return dependenciesOf(parent).map((below) => ({ node: below.node, isShuffle: isShuffle || below.isShuffle }))
  })
}

/** The node, and below it the RDDs that Spark makes between it and what it reads. */
function stepsOf(node: LineageNode): string[] {
  const steps = node.storage.checkpointed ? [] : (node.steps ?? [])
  return [describeNode(node), ...steps.map((step, i) => `${step}[${node.id - 1 - i}] at ${node.callSite}`)]
}

function isShuffled(node: LineageNode, parent: LineageNode): boolean {
  if (node.kind === 'shuffle') return true
  return node.kind === 'cogroup' && !(parent.partitioner && node.partitioner.equals(parent.partitioner))
}

/** The lineage as Spark's `toDebugString` draws it: a shuffle indents, and the storage level is that of the RDD asked. */
export function debugString(top: LineageNode): string {
  const { level } = top.storage
  const persistence = level.equals(StorageLevel.NONE) ? '' : level.description
  const labels = (node: LineageNode) => stepsOf(node).map((step) => `${step} [${persistence}]`)

  const count = countLabel(top)
  return drawn(top, `${count} `, trunk(count)).join('\n')

  /** A node's own lines, and those of what it reads. */
  function drawn(node: LineageNode, firstPrefix: string, prefix: string): string[] {
    const own = labels(node).map((label, i) => `${i === 0 ? firstPrefix : prefix}${label}`)
    return [...own, ...children(node, prefix)]
  }

  function children(node: LineageNode, prefix: string): string[] {
    const dependencies = dependenciesOf(node)
    return dependencies.flatMap((dependency, i) => branch(dependency, prefix, i === dependencies.length - 1))
  }

  function branch({ node, isShuffle }: Dependency, prefix: string, isLast: boolean): string[] {
    if (!isShuffle) return drawn(node, prefix, prefix)
    const nodeCount = countLabel(node)
    const stem = prefix.replace(/\|\s+$/, '')
    const nextPrefix = `${stem}${isLast ? '  ' : '| '}${trunk(nodeCount)}`
    return drawn(node, `${stem}+-${nodeCount} `, nextPrefix)
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
