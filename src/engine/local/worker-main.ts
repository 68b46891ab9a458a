import { parentPort, workerData } from 'node:worker_threads'
import type { ClosurePayload } from '../../closure/wire/index.ts'
import { ClosureRebuilder, RecentlyUsed, serializeError } from '../../closure/worker/index.ts'
import type { TaskMetrics } from '../../events/task-metrics.ts'
import { adoptReference } from '../../files/file-systems.ts'
import { WorkerFiles } from '../../files/worker/worker-files.ts'
import { PersistedPartitions } from '../../task/cache/persisted-partitions.ts'
import { RecordCodec } from '../../task/codec/index.ts'
import { MemoryGauge } from '../../task/memory-gauge.ts'
import { makePrivateDirectory } from '../../task/private-directory.ts'
import type { StageProgram } from '../../task/program.ts'
import { isPromise } from '../../task/reader.ts'
import {
  beginTask,
  registerBroadcast,
  reviveAccumulator,
  reviveBroadcast,
  type ShippedAccumulator,
  takeAccumulatorUpdates,
  unregisterBroadcast,
} from '../../task/shared-variables.ts'
import { setSparkFilesRoot } from '../../task/spark-files.ts'
import { type CompiledStage, compileStage } from '../../task/stage/stage.ts'
import type { TaskOutput } from '../../task/stage/task-output.ts'
import { TaskCancelledError } from '../../task/task-cancelled.ts'
import { setTaskContext } from '../../task/task-context.ts'
import { setTaskFiles } from '../../task/task-files.ts'
import type { TaskRuntime } from '../../task/task-runtime.ts'
import { workerClasses } from '../../task/worker-classes.ts'
import { setWorkerCodec } from '../../task/worker-codec.ts'
import { Arrivals } from './arrivals.ts'
import type { FromWorker, TaskMessage, TaskResult, ToWorker, WorkerSettings } from './messages.ts'
import { TaskMeasurement } from './task-measurement.ts'
import { sendOutput } from './worker-output.ts'

/** Compiled stages kept for programs that come again with the next batch, and the bytes of their programs. */
const MAX_COMPILED_STAGES = { count: 256, weight: 128 * 1024 * 1024 }

const settings = workerData as WorkerSettings
const port = parentPort
if (port === null) throw new Error('worker-main.ts runs as a worker thread only')

const rebuilder = new ClosureRebuilder({
  revivers: {
    accumulator: (data) => reviveAccumulator(data as ShippedAccumulator),
    broadcast: (data) => reviveBroadcast(data as { id: number }),
  },
})
const codec = new RecordCodec(workerClasses(rebuilder))
setWorkerCodec(codec)
setTaskFiles(new WorkerFiles())

let hasLocalDir = false
const localDir = (): string => {
  if (!hasLocalDir) makePrivateDirectory(settings.localDir)
  hasLocalDir = true
  return settings.localDir
}

const measurement = new TaskMeasurement()
let runningTask = 0
const runtime: TaskRuntime = {
  codec,
  memory: new MemoryGauge(settings.memory),
  blocks: new PersistedPartitions(settings.storageFraction, codec, localDir),
  localDir,
  sharedCacheBytes: () => settings.sharedCacheBytes,
  checkCancelled() {
    if (Atomics.load(settings.cancelFlag, 0) === runningTask) throw new TaskCancelledError(runningTask)
  },
}

const compiled = new RecentlyUsed<string, CompiledStage>(MAX_COMPILED_STAGES)
const stages = new Map<number, CompiledStage | Promise<CompiledStage>>()
/** Broadcast values and classes that wait for imports; tasks wait for them. */
const arriving = new Arrivals()

function stageOf(payload: ClosurePayload): CompiledStage | Promise<CompiledStage> {
  const program = rebuilder.rebuild(payload)
  return isPromise(program)
    ? program.then((settled) => compiledStage(payload, settled))
    : compiledStage(payload, program)
}

function compiledStage({ digest, bytes }: ClosurePayload, program: unknown): CompiledStage {
  const known = compiled.get(digest)
  if (known !== undefined) return known
  const stage = compileStage(program as StageProgram, runtime)
  compiled.set(digest, stage, bytes.length)
  return stage
}

function encodeOutput(output: TaskOutput): TaskResult {
  if (output.kind === 'value') return { kind: 'value', bytes: codec.encode([output.value]) }
  return output
}

function post(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  ;(port as NonNullable<typeof port>).postMessage(message, transfer)
}

function runTask(task: TaskMessage): void {
  runningTask = task.taskId
  if (task.isMeasured) measurement.begin()
  else measurement.skip()
  beginTask()
  setTaskContext(task.context)
  try {
    const stage = stages.get(task.context.stageId)
    if (stage === undefined)
      throw new Error(`stage ${task.context.stageId} was not announced to worker ${settings.slot}`)
    const output =
      isPromise(stage) || arriving.isWaiting
        ? Promise.all([stage, arriving.all()]).then(([settled]) => settled.run(task.input, task.limits))
        : stage.run(task.input, task.limits)
    if (isPromise(output)) {
      output.then(
        (settled) => succeed(task, settled),
        (error: unknown) => fail(task, error),
      )
    } else {
      succeed(task, output)
    }
  } catch (error) {
    fail(task, error)
  }
}

function succeed(task: TaskMessage, output: TaskOutput): void {
  try {
    const result = encodeOutput(output)
    const done: FromWorker = {
      kind: 'done',
      taskId: task.taskId,
      result,
      accumulators: takeAccumulatorUpdates(),
      cacheUpdates: runtime.blocks.takeUpdates(),
      ...metricsOf(task, result),
    }
    endTask()
    post(done, transferable(result))
  } catch (error) {
    fail(task, error)
  }
}

function fail(task: TaskMessage, error: unknown): void {
  endTask()
  post({
    kind: 'failed',
    taskId: task.taskId,
    error: serializeError(error),
    cacheUpdates: runtime.blocks.takeUpdates(),
    ...metricsOf(task, null),
  })
}

/** The measurements of a task for the driver; an object without fields when the task is not measured. */
function metricsOf({ isMeasured }: TaskMessage, result: TaskResult | null): { metrics?: TaskMetrics } {
  if (!isMeasured) return NO_METRICS
  const metrics = measurement.end(result === null || result.kind === 'shuffle' ? 0 : result.bytes.length)
  return metrics === null ? NO_METRICS : { metrics }
}

const NO_METRICS = Object.freeze({})

function endTask(): void {
  runningTask = 0
  setTaskContext(null)
}

function transferable(result: TaskResult): ArrayBuffer[] {
  const bytes = result.kind === 'shuffle' ? result.output.bytes : result.bytes
  return bytes.buffer instanceof ArrayBuffer ? [bytes.buffer] : []
}

port.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'task':
      runTask(message)
      break
    case 'stage':
      announce(message.stageId, message.payload)
      break
    case 'endStage':
      stages.delete(message.stageId)
      break
    case 'broadcast':
      receiveBroadcast(message.id, message.payload)
      break
    case 'unbroadcast':
      unregisterBroadcast(message.id)
      break
    case 'classes':
      arriving.add(rebuilder.addClasses(message.payload, message.names))
      break
    case 'forgetClass':
      rebuilder.forgetClass(message.id)
      break
    case 'fileSystem':
      adoptReference(message.reference.scheme, message.reference)
      break
    case 'drop':
      runtime.blocks.drop(message.rddId)
      break
    case 'sparkFiles':
      setSparkFilesRoot(message.root)
      break
  }
})

/**
 * Rebuilds a broadcast value. When classes of the value must be imported first, the next task waits for them. A value that cannot be rebuilt fails the tasks
 * that read it, and not the worker.
 */
function receiveBroadcast(id: number, payload: ClosurePayload): void {
  const fails = (error: unknown) => {
    registerBroadcast(id, () => {
      throw error
    })
  }
  try {
    const value = rebuilder.rebuild(payload)
    if (!isPromise(value)) {
      registerBroadcast(id, () => value)
      return
    }
    arriving.add(value.then((settled) => registerBroadcast(id, () => settled), fails))
  } catch (error) {
    fails(error)
  }
}

/** A stage whose program cannot be rebuilt fails its tasks, not the worker. */
function announce(stageId: number, payload: ClosurePayload): void {
  try {
    const stage = stageOf(payload)
    if (isPromise(stage)) stage.catch(() => {})
    stages.set(stageId, stage)
  } catch (error) {
    const failed = Promise.reject(error)
    failed.catch(() => {})
    stages.set(stageId, failed)
  }
}

sendOutput(post, settings.writtenOutput)
post({ kind: 'ready' })
