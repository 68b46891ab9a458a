import { type DataBlock, effectiveNode, type LineageNode } from './lineage.ts'
import { isPersisted, type StagePlan, shuffleDependency } from './stage-plan.ts'

/** A task's input: a tree of the program's shape over leaves that name data in the engine's own way. */
export type InputTree<Leaf> =
  | Leaf
  | { readonly kind: 'choice'; readonly partition: number; readonly branch: number; readonly input: InputTree<Leaf> }
  | { readonly kind: 'many'; readonly partition: number; readonly inputs: readonly InputTree<Leaf>[] }

export type SourceNode = Extract<
  LineageNode,
  { kind: 'parallelize' | 'range' | 'blocks' | 'files' | 'localCheckpoint' }
>

/** How an engine names the pieces of a task's input. */
export interface LeafSources<Leaf> {
  source(node: SourceNode, partition: number): Leaf
  /** The segments that the map tasks of a shuffle wrote for one reduce partition. */
  segments(shuffleKey: string, partition: number): Leaf
  /** A persisted node's partition. @param below makes the input of what it is made from. */
  persisted(node: LineageNode, partition: number, below: () => InputTree<Leaf>): InputTree<Leaf>
}

/** Builds the input of a stage's tasks: a tree of the program's shape that names the data of one partition. */
export class InputTrees<Leaf> {
  readonly #plan: StagePlan
  readonly #sources: LeafSources<Leaf>

  constructor(plan: StagePlan, sources: LeafSources<Leaf>) {
    this.#plan = plan
    this.#sources = sources
  }

  input(partition: number): InputTree<Leaf> {
    return this.#input(this.#plan.node, partition)
  }

  #input(given: LineageNode, partition: number): InputTree<Leaf> {
    const node = effectiveNode(given)
    if (!isPersisted(node)) return this.#body(node, partition)
    return this.#sources.persisted(node, partition, () => this.#body(node, partition))
  }

  #body(node: LineageNode, partition: number): InputTree<Leaf> {
    switch (node.kind) {
      case 'parallelize':
      case 'range':
      case 'blocks':
      case 'files':
      case 'localCheckpoint':
        return this.#sources.source(node, partition)
      case 'narrow':
        return this.#input(node.parent, partition)
      case 'union': {
        let rest = partition
        let index = 0
        while (rest >= at(node.parents, index).numPartitions) {
          rest -= at(node.parents, index).numPartitions
          index += 1
        }
        return this.#chosen(node, node.parents, index, rest, partition)
      }
      case 'alignedUnion':
        return {
          kind: 'many',
          partition,
          inputs: node.parents.map((_, i) => this.#chosen(node, node.parents, i, partition, partition)),
        }
      case 'coalesce':
        return {
          kind: 'many',
          partition,
          inputs: at(node.groups, partition).map((member) => this.#input(node.parent, member)),
        }
      case 'prune':
        return this.#chosen(node, [node.parent], 0, at(node.partitions, partition), partition)
      case 'cartesian': {
        const columns = node.right.numPartitions
        return {
          kind: 'many',
          partition,
          inputs: [
            this.#input(node.left, Math.floor(partition / columns)),
            this.#input(node.right, partition % columns),
          ],
        }
      }
      case 'zipPartitions':
        return { kind: 'many', partition, inputs: node.parents.map((parent) => this.#input(parent, partition)) }
      case 'shuffle':
        return this.#sources.segments(`${node.id}/0`, partition)
      case 'cogroup':
        return {
          kind: 'many',
          partition,
          inputs: node.parents.map((parent, i) => {
            const dependency = shuffleDependency(node, i)
            return dependency === null
              ? this.#input(parent, partition)
              : this.#sources.segments(dependency.key, partition)
          }),
        }
    }
  }

  #chosen(
    node: LineageNode,
    parents: readonly LineageNode[],
    index: number,
    parentPartition: number,
    partition: number,
  ): InputTree<Leaf> {
    const branch = at(this.#plan.branches.get(node) ?? [], index)
    return { kind: 'choice', partition, branch, input: this.#input(at(parents, index), parentPartition) }
  }
}

/** The element of a list that must have it. @throws RangeError */
export function at<T>(list: readonly T[], index: number): T {
  const value = list[index]
  if (value === undefined) throw new RangeError(`partition ${index} of ${list.length} was asked for`)
  return value
}

/** The input of one partition of a range. */
export function rangeInput(node: Extract<LineageNode, { kind: 'range' }>, partition: number) {
  const from = Math.floor((partition * node.count) / node.numPartitions)
  const to = Math.floor(((partition + 1) * node.count) / node.numPartitions)
  return { kind: 'range', partition, start: node.start + from * node.step, step: node.step, count: to - from } as const
}

/** The input of one partition of blocks, but for its bytes. */
export function blockInput(node: Extract<LineageNode, { kind: 'blocks' }>, { format }: DataBlock, partition: number) {
  const { classes = [] } = node
  const common = { kind: 'data', partition, format } as const
  return format === 'foreign' ? { ...common, classes } : common
}

/** The input of one partition of files that the task reads itself. */
export function filesInput(node: Extract<LineageNode, { kind: 'files' }>, partition: number) {
  const { format, recordLength } = node
  return { kind: 'files', partition, format, splits: at(node.partitions, partition), recordLength } as const
}
