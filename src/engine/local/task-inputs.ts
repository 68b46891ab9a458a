import type { CacheLevel, StoredBytes, TaskInput } from '../../task/input.ts'
import {
  at,
  blockInput,
  filesInput,
  type InputTree,
  InputTrees,
  type LeafSources,
  rangeInput,
  type SourceNode,
} from '../input-trees.ts'
import type { LineageNode } from '../lineage.ts'
import type { StagePlan } from '../stage-plan.ts'

/** Where the pieces of a task's input are found when the task is sent. */
export interface TaskInputSources {
  /** The encoded slice of a collection of the driver. */
  slice(node: Extract<LineageNode, { kind: 'parallelize' }>, partition: number): Uint8Array
  /** The map outputs' segments for one reduce partition. */
  segments(shuffleKey: string, partition: number): readonly StoredBytes[]
  /** The persisted partition, when it is kept as bytes that any worker can read. */
  stored(rddId: number, partition: number): StoredBytes | null
}

/** The inputs of a stage's tasks on this machine: leaves are bytes in shared memory and pieces of files. */
export class TaskInputs implements LeafSources<TaskInput> {
  readonly #plan: StagePlan
  readonly #sources: TaskInputSources
  readonly #trees: InputTrees<TaskInput>

  constructor(plan: StagePlan, sources: TaskInputSources) {
    this.#plan = plan
    this.#sources = sources
    this.#trees = new InputTrees(plan, this)
  }

  input(partition: number): TaskInput {
    return this.#trees.input(partition)
  }

  source(node: SourceNode, partition: number): TaskInput {
    switch (node.kind) {
      case 'parallelize':
        return { kind: 'data', partition, format: 'records', bytes: this.#sources.slice(node, partition) }
      case 'range':
        return rangeInput(node, partition)
      case 'blocks': {
        const block = at(node.blocks, partition)
        return { ...blockInput(node, block, partition), bytes: block.bytes }
      }
      case 'files':
        return filesInput(node, partition)
      case 'localCheckpoint':
        throw new Error('local checkpoints of this engine are blocks')
    }
  }

  segments(shuffleKey: string, partition: number): TaskInput {
    return { kind: 'segments', partition, segments: this.#sources.segments(shuffleKey, partition) }
  }

  persisted(node: LineageNode, partition: number, below: () => InputTree<TaskInput>): TaskInput {
    const { level } = node.storage
    const stored = this.#sources.stored(node.id, partition)
    const flags: CacheLevel = { useDisk: level.useDisk, useMemory: level.useMemory, deserialized: level.deserialized }
    const input: TaskInput = this.#plan.kept.has(node) ? { kind: 'absent', partition, rddId: node.id } : below()
    return { kind: 'cached', partition, rddId: node.id, level: flags, stored, input }
  }
}
