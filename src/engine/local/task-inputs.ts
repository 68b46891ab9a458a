import type { CacheLevel, StoredBytes, TaskInput } from '../../task/input.ts'
import { effectiveNode, type LineageNode } from '../lineage.ts'
import { isPersisted, type StagePlan, shuffleDependency } from './stage-plan.ts'

/** Where the pieces of a task's input are found when the task is sent. */
export interface InputSources {
  /** The encoded slice of a collection of the driver. */
  slice(node: Extract<LineageNode, { kind: 'parallelize' }>, partition: number): Uint8Array
  /** The map outputs' segments for one reduce partition. */
  segments(shuffleKey: string, partition: number): readonly StoredBytes[]
  /** The persisted partition, when it is kept as bytes that any worker can read. */
  stored(rddId: number, partition: number): StoredBytes | null
}

/** Builds the input of a stage's tasks: a tree of the program's shape that names the data of one partition. */
export class TaskInputs {
  readonly #plan: StagePlan
  readonly #sources: InputSources

  constructor(plan: StagePlan, sources: InputSources) {
    this.#plan = plan
    this.#sources = sources
  }

  input(partition: number): TaskInput {
    return this.#input(this.#plan.node, partition)
  }

  #input(given: LineageNode, partition: number): TaskInput {
    const node = effectiveNode(given)
    if (!isPersisted(node)) return this.#body(node, partition)
    const { level } = node.storage
    const stored = this.#sources.stored(node.id, partition)
    const flags: CacheLevel = { useDisk: level.useDisk, useMemory: level.useMemory, deserialized: level.deserialized }
    const input: TaskInput = this.#plan.kept.has(node)
      ? { kind: 'absent', partition, rddId: node.id }
      : this.#body(node, partition)
    return { kind: 'cached', partition, rddId: node.id, level: flags, stored, input }
  }

  #body(node: LineageNode, partition: number): TaskInput {
    switch (node.kind) {
      case 'parallelize':
        return { kind: 'data', partition, format: 'records', bytes: this.#sources.slice(node, partition) }
      case 'range': {
        const from = Math.floor((partition * node.count) / node.numPartitions)
        const to = Math.floor(((partition + 1) * node.count) / node.numPartitions)
        return { kind: 'range', partition, start: node.start + from * node.step, step: node.step, count: to - from }
      }
      case 'blocks': {
        const block = at(node.blocks, partition)
        return { kind: 'data', partition, format: block.format, bytes: block.bytes }
      }
      case 'files':
        return {
          kind: 'files',
          partition,
          format: node.format,
          splits: at(node.partitions, partition),
          recordLength: node.recordLength,
        }
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
        return this.#segments(`${node.id}/0`, partition)
      case 'cogroup':
        return {
          kind: 'many',
          partition,
          inputs: node.parents.map((parent, i) => {
            const dependency = shuffleDependency(node, i)
            return dependency === null ? this.#input(parent, partition) : this.#segments(dependency.key, partition)
          }),
        }
    }
  }

  #segments(key: string, partition: number): TaskInput {
    return { kind: 'segments', partition, segments: this.#sources.segments(key, partition) }
  }

  #chosen(
    node: LineageNode,
    parents: readonly LineageNode[],
    index: number,
    parentPartition: number,
    partition: number,
  ): TaskInput {
    const branch = at(this.#plan.branches.get(node) ?? [], index)
    return { kind: 'choice', partition, branch, input: this.#input(at(parents, index), parentPartition) }
  }
}

function at<T>(list: readonly T[], index: number): T {
  const value = list[index]
  if (value === undefined) throw new RangeError(`partition ${index} of ${list.length} was asked for`)
  return value
}
