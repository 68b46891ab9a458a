import { effectiveNode, type LineageNode, parentsOf } from './lineage.ts'
import { type StagePlan, shuffleDependency } from './stage-plan.ts'

/** Ids of the RDDs whose records a stage's tasks compute or find kept, the last one first: down to the shuffles that the stage reads. */
export function rddIdsOfStage({ node, kept }: StagePlan): number[] {
  const ids = new Set<number>()
  const waiting = [effectiveNode(node)]
  for (const current of waiting) {
    if (ids.has(current.id)) continue
    ids.add(current.id)
    if (kept.has(current)) continue
    for (const parent of parentsWithin(current)) waiting.push(effectiveNode(parent))
  }
  return [...ids]
}

/** The nodes that `node` reads without a shuffle between. */
function parentsWithin(node: LineageNode): readonly LineageNode[] {
  if (node.kind === 'shuffle') return []
  if (node.kind === 'cogroup') return node.parents.filter((_, index) => shuffleDependency(node, index) === null)
  return parentsOf(node)
}
