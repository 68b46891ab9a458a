import { PerformanceObserver } from 'node:perf_hooks'
import v8 from 'node:v8'
import type { TaskMetrics } from '../../events/task-metrics.ts'
import { beginCounting, endCounting, noteHeap } from '../../task/task-counters.ts'
import { threadCpuTimeMs } from './thread-cpu-time.ts'

/** Measures those tasks of this worker for which there is a listener, one after another. Other tasks cost nothing. */
export class TaskMeasurement {
  #startedAt = 0
  #cpuStartedAt: number | null = null
  #collections: PerformanceObserver | null = null
  #gcTimeMs = 0

  begin(): void {
    beginCounting()
    this.#observeCollections()
    this.#cpuStartedAt = threadCpuTimeMs()
    this.#startedAt = performance.now()
  }

  /**
   * @param resultBytes of what the task sends to the driver.
   * @returns null when the task was not measured.
   */
  end(resultBytes: number): TaskMetrics | null {
    noteHeap(v8.getHeapStatistics().used_heap_size)
    const counters = endCounting()
    if (counters === null) return null
    const runTimeMs = performance.now() - this.#startedAt
    const cpuNow = threadCpuTimeMs()
    const cpuTimeMs = cpuNow === null || this.#cpuStartedAt === null ? null : cpuNow - this.#cpuStartedAt
    this.#noteCollections(this.#collections?.takeRecords() ?? [])
    const gcTimeMs = this.#gcTimeMs
    this.#gcTimeMs = 0
    return { runTimeMs, cpuTimeMs, gcTimeMs, resultBytes, ...counters }
  }

  /** Begins a task without a listener: garbage collections are no longer observed. */
  skip(): void {
    this.#collections?.disconnect()
    this.#collections = null
  }

  /** Node reports a garbage collection in the next turn of the event loop, so the last collections of a task are reported while the next task runs. */
  #observeCollections(): void {
    if (this.#collections !== null) return
    this.#gcTimeMs = 0
    this.#collections = new PerformanceObserver((list) => this.#noteCollections(list.getEntries()))
    this.#collections.observe({ entryTypes: ['gc'] })
  }

  #noteCollections(entries: readonly { readonly duration: number }[]): void {
    for (const { duration } of entries) this.#gcTimeMs += duration
  }
}
