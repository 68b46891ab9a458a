import type { TaskMetrics } from '../../events/task-metrics.ts'
import type { StageStatus } from '../work-status.ts'

/** Least, quarter, half, three quarters, most. */
export const DEFAULT_QUANTILES: readonly number[] = [0, 0.25, 0.5, 0.75, 1]

/**
 * `/applications/<app>/stages/<id>/<attempt>/taskSummary`: how the metrics of a stage's tasks are distributed, over those that succeeded and are
 * remembered; undefined when there are none.
 */
export function taskQuantiles(stage: StageStatus, quantiles: readonly number[] = DEFAULT_QUANTILES) {
  const metrics: TaskMetrics[] = []
  for (const { ended } of stage.tasks.values()) {
    if (ended?.status === 'success' && ended.metrics !== null) metrics.push(ended.metrics)
  }
  if (metrics.length === 0) return undefined
  const of = (value: (one: TaskMetrics) => number) => quantilesOf(metrics.map(value), quantiles)
  return {
    quantiles,
    executorRunTime: of(({ runTimeMs }) => runTimeMs),
    executorCpuTime: of(({ cpuTimeMs }) => (cpuTimeMs ?? 0) * 1e6),
    jvmGcTime: of(({ gcTimeMs }) => gcTimeMs),
    resultSize: of(({ resultBytes }) => resultBytes),
    peakExecutionMemory: of(({ peakMemoryBytes }) => peakMemoryBytes),
    diskBytesSpilled: of(({ diskBytesSpilled }) => diskBytesSpilled),
    inputMetrics: {
      bytesRead: of(({ bytesRead }) => bytesRead),
      recordsRead: of(({ recordsRead }) => recordsRead),
    },
    outputMetrics: {
      bytesWritten: of(({ bytesWritten }) => bytesWritten),
      recordsWritten: of(({ recordsWritten }) => recordsWritten),
    },
    shuffleReadMetrics: {
      readBytes: of(({ shuffleBytesRead }) => shuffleBytesRead),
      readRecords: of(({ shuffleRecordsRead }) => shuffleRecordsRead),
    },
    shuffleWriteMetrics: {
      writeBytes: of(({ shuffleBytesWritten }) => shuffleBytesWritten),
      writeRecords: of(({ shuffleRecordsWritten }) => shuffleRecordsWritten),
    },
  }
}

/** Spark's rule: the value at place ⌊q·n⌋ of the sorted ones, the last one at most. */
function quantilesOf(values: number[], quantiles: readonly number[]): number[] {
  const sorted = values.sort((a, b) => a - b)
  return quantiles.map((quantile) => sorted[Math.min(Math.floor(quantile * sorted.length), sorted.length - 1)]!)
}
