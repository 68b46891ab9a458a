import type { OperatorCheckpoint, RDDFiles } from '../../batches/checkpoint/checkpoint.ts'
import { RDD } from '../../rdd/rdd.ts'
import type { DStreamNode } from '../dstream-node.ts'
import { filesOf } from './rdd-files.ts'
import type { RecoverableGraph } from './recovery.ts'

/** Collects the data that a checkpoint keeps for each stream that an output operation needs, by operator id. */
export function captureStreams(graph: RecoverableGraph): Record<string, OperatorCheckpoint> {
  const operators: Record<string, OperatorCheckpoint> = {}
  for (const stream of graph.streams) {
    if (stream.isInitialized) operators[graph.operatorId(stream)] = captureStream(stream)
  }
  return operators
}

function captureStream(stream: DStreamNode<unknown>): OperatorCheckpoint {
  const data = stream.checkpointData()
  const files = stream.checkpointFiles()
  const rdds: Record<string, RDDFiles> = {}
  if (stream.checkpointDuration !== null) {
    for (const [time, rdd] of stream.generatedRDDs) {
      const files = rdd instanceof RDD ? filesOf(rdd as RDD<never>) : null
      if (files !== null) rdds[time] = files
    }
  }
  return {
    description: stream.creationSite,
    ...(data === undefined ? {} : { data }),
    ...(files.length === 0 ? {} : { files }),
    ...(Object.keys(rdds).length === 0 ? {} : { rdds }),
  }
}
