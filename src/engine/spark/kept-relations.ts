import type { ConnectSession } from '../../connect/session.ts'
import type { StorageLevel } from '../../task/storage-level.ts'
import type { LineageNode } from '../lineage.ts'
import { isBlockGone, lostCheckpoint } from './lost-partitions.ts'
import { checkpointedRelation, noRows } from './plan/relations.ts'
import { copyRelation, fetchRows, removeRelation } from './remote-relations.ts'

interface Kept {
  readonly relationId: string
  readonly level: StorageLevel
}

/** The relations that a session keeps from one job to the next, by the ids of their nodes: persisted partitions and local checkpoints. */
export class KeptRelations {
  readonly #session: ConnectSession
  /** There once the promise is fulfilled. */
  readonly #persisted = new Map<number, Promise<Kept>>()
  /** Relations that replace lineage that was cut off. `unpersist` does not remove them. */
  readonly #checkpoints = new Map<number, Kept>()

  constructor(session: ConnectSession) {
    this.#session = session
  }

  has(nodeId: number): boolean {
    return this.#persisted.has(nodeId) || this.#checkpoints.has(nodeId)
  }

  /** Waits for the relation of a node that a job is making, or has made. @throws what that job failed with. */
  async relationId(nodeId: number): Promise<string | null> {
    const kept = await (this.#persisted.get(nodeId) ?? this.#checkpoints.get(nodeId))
    return kept?.relationId ?? null
  }

  /**
   * Makes a node's relation, which must not be kept yet; jobs that read it meanwhile wait for it.
   * @param make computes it and gives its id.
   */
  async persist(nodeId: number, level: StorageLevel, make: () => Promise<string>): Promise<string> {
    const made = make().then((relationId) => ({ relationId, level }))
    this.#persisted.set(nodeId, made)
    try {
      return (await made).relationId
    } catch (error) {
      if (this.#persisted.get(nodeId) === made) this.#persisted.delete(nodeId)
      throw error
    }
  }

  /** Makes the node's relation replace the node's lineage. @returns false when an unpersist has removed the relation meanwhile. */
  async checkpoint(nodeId: number): Promise<boolean> {
    const made = this.#persisted.get(nodeId)
    const kept = await made
    if (kept === undefined || this.#persisted.get(nodeId) !== made) return this.#checkpoints.has(nodeId)
    this.#persisted.delete(nodeId)
    this.#checkpoints.set(nodeId, kept)
    return true
  }

  async unpersist(nodeId: number): Promise<void> {
    const making = this.#persisted.get(nodeId)
    this.#persisted.delete(nodeId)
    const kept = await making?.catch(() => null)
    if (kept) await removeRelation(this.#session, kept.relationId)
  }

  /** Frees the relations of a node to which no reference is left. */
  async forget(nodeId: number): Promise<void> {
    const kept = this.#checkpoints.get(nodeId)
    this.#checkpoints.delete(nodeId)
    await this.unpersist(nodeId)
    if (kept !== undefined) await removeRelation(this.#session, kept.relationId)
  }

  /**
   * Lets go of the persisted nodes of which partitions are gone, so that the next job computes them again.
   * @throws SparkException for a local checkpoint of which partitions are gone: nothing can bring them back.
   */
  async dropLost(nodes: Iterable<LineageNode>): Promise<void> {
    for (const node of nodes) {
      const relationId = await this.relationId(node.id).catch(() => null)
      if (relationId === null || (await this.#isWhole(relationId))) continue
      if (this.#checkpoints.has(node.id)) throw lostCheckpoint(node)
      await this.unpersist(node.id)
    }
  }

  /** Has everything kept by another session of the same server too. No job may run meanwhile. */
  async copyTo(to: KeptRelations): Promise<void> {
    const copy = async ({ relationId, level }: Kept): Promise<Kept> => {
      const copied = await copyRelation(this.#session, to.#session, checkpointedRelation(relationId), level)
      return { relationId: copied, level }
    }
    for (const [id, kept] of this.#checkpoints) to.#checkpoints.set(id, await copy(kept))
    for (const [id, made] of this.#persisted) {
      const kept = await made.catch(() => null)
      if (kept !== null) to.#persisted.set(id, Promise.resolve(await copy(kept)))
    }
  }

  /** Reads every partition where it is, and nothing of it comes here. */
  async #isWhole(relationId: string): Promise<boolean> {
    try {
      for await (const _ of fetchRows(this.#session, noRows(checkpointedRelation(relationId))));
      return true
    } catch (error) {
      if (isBlockGone(error)) return false
      throw error
    }
  }
}
