import type { ClassName, ClosurePayload } from '../../../closure/wire/payload.ts'
import { ClosureRebuilder } from '../../../closure/worker/rebuilder.ts'
import { RecentlyUsed } from '../../../closure/worker/recently-used.ts'
import { WorkerFiles } from '../../../files/worker/worker-files.ts'
import { PersistedPartitions } from '../../../task/cache/persisted-partitions.ts'
import { RecordCodec } from '../../../task/codec/index.ts'
import { MemoryGauge } from '../../../task/memory-gauge.ts'
import type { StageProgram } from '../../../task/program.ts'
import { registerBroadcast, SHARED_VARIABLE_REVIVERS, unregisterBroadcast } from '../../../task/shared-variables.ts'
import { type CompiledStage, compileStage } from '../../../task/stage/stage.ts'
import { setTaskFiles } from '../../../task/task-files.ts'
import type { TaskRuntime } from '../../../task/task-runtime.ts'
import { workerClasses } from '../../../task/worker-classes.ts'
import { setWorkerCodec } from '../../../task/worker-codec.ts'
import type { Shipment, ShippedClasses, SparkCommand, StageLimits } from '../command.ts'
import { ModuleLocations } from './module-locations.ts'
import { identityOf, payloadOf } from './shipments.ts'
import type { TaskDirectory } from './task-directory.ts'

/** Compiled stages kept for programs that come again with the next batch, and the bytes of their programs. */
const MAX_COMPILED_STAGES = { count: 256, weight: 128 * 1024 * 1024 }
/** Commands after which a broadcast value or a class that none of them named is forgotten; a later one brings it again. */
const IDLE_COMMANDS = 64
/** Bytes of broadcast values that the running command does not name. */
const MAX_IDLE_BROADCAST_BYTES = 128 * 1024 * 1024
/** Persisted partitions are relations on the server, so a worker keeps none in its heap. */
const NO_STORAGE = 0

interface KnownClasses {
  readonly names: readonly ClassName[]
  readonly lastCommand: number
}

interface KnownBroadcast {
  readonly identity: string
  readonly sizeBytes: number
  readonly lastCommand: number
}

/** The state that lives as long as a worker process: rebuilt functions and classes, shared variables, compiled stages. */
export class WorkerState {
  readonly codec: RecordCodec
  readonly #directory: TaskDirectory
  readonly #modules = new ModuleLocations()
  readonly #rebuilder = new ClosureRebuilder({
    revivers: SHARED_VARIABLE_REVIVERS,
    locate: (place) => this.#modules.locate(place),
  })
  readonly #stages = new RecentlyUsed<string, CompiledStage>(MAX_COMPILED_STAGES)
  readonly #broadcasts = new Map<number, KnownBroadcast>()
  /** Classes that came with commands, by identity of the shipment. */
  readonly #classes = new Map<string, KnownClasses>()
  #runtime: TaskRuntime | null = null
  #runtimeKey = ''
  #commands = 0

  constructor(directory: TaskDirectory) {
    this.#directory = directory
    this.codec = new RecordCodec(workerClasses(this.#rebuilder))
    setWorkerCodec(this.codec)
    setTaskFiles(new WorkerFiles())
  }

  /** Makes a command's stage ready: its classes, broadcast values and program are on this worker when it resolves. */
  async prepare(command: SparkCommand, filesDir: string): Promise<CompiledStage> {
    this.#commands += 1
    this.#modules.use(command.modules)
    await this.#addClasses(command.classes, filesDir)
    await this.#addBroadcasts(command.broadcasts, filesDir)
    const payload = payloadOf(command.program, filesDir)
    // Rebuilt even when the stage is compiled already: the payload may bring newer values of shared variables.
    const program = await this.#rebuilder.rebuild(payload)
    const runtime = this.#runtimeFor(command.limits)
    return this.#compiled(payload, program as StageProgram, runtime)
  }

  async #addClasses(classes: readonly ShippedClasses[], filesDir: string): Promise<void> {
    for (const { names, shipment } of classes) {
      const identity = identityOf(shipment)
      if (!this.#classes.has(identity)) await this.#rebuilder.addClasses(payloadOf(shipment, filesDir), names)
      this.#classes.set(identity, { names, lastCommand: this.#commands })
    }
    for (const [identity, { names, lastCommand }] of this.#classes) {
      if (this.#commands - lastCommand < IDLE_COMMANDS) continue
      this.#classes.delete(identity)
      for (const { id } of names) this.#rebuilder.forgetClass(id)
    }
  }

  async #addBroadcasts(broadcasts: ReadonlyMap<number, Shipment>, filesDir: string): Promise<void> {
    for (const [id, shipment] of broadcasts) {
      const identity = identityOf(shipment)
      const known = this.#broadcasts.get(id)
      if (known?.identity === identity) {
        this.#know(id, { ...known, lastCommand: this.#commands })
        continue
      }
      const payload = payloadOf(shipment, filesDir)
      const value = await this.#rebuilder.rebuild(payload)
      registerBroadcast(id, () => value)
      this.#know(id, { identity, sizeBytes: payload.bytes.length, lastCommand: this.#commands })
    }
    this.#forgetIdleBroadcasts()
  }

  /** As the value that was named last. */
  #know(id: number, broadcast: KnownBroadcast): void {
    this.#broadcasts.delete(id)
    this.#broadcasts.set(id, broadcast)
  }

  #forgetIdleBroadcasts(): void {
    const idle = [...this.#broadcasts].filter(([, { lastCommand }]) => lastCommand < this.#commands)
    let idleBytes = idle.reduce((sum, [, { sizeBytes }]) => sum + sizeBytes, 0)
    for (const [id, { lastCommand, sizeBytes }] of idle) {
      const isOld = this.#commands - lastCommand >= IDLE_COMMANDS
      if (!isOld && idleBytes <= MAX_IDLE_BROADCAST_BYTES) return
      unregisterBroadcast(id)
      this.#broadcasts.delete(id)
      idleBytes -= sizeBytes
    }
  }

  #runtimeFor({ spillFraction, maxEntries }: StageLimits): TaskRuntime {
    const key = `${spillFraction}/${maxEntries}`
    if (this.#runtime !== null && this.#runtimeKey === key) return this.#runtime
    const localDir = this.#directory.path
    const runtime: TaskRuntime = {
      codec: this.codec,
      memory: new MemoryGauge({ spillFraction, maxEntries }),
      blocks: new PersistedPartitions(NO_STORAGE, this.codec, localDir),
      localDir,
      sharedCacheBytes: () => NO_STORAGE,
      // A cancelled task is ended with its process.
      checkCancelled: () => {},
    }
    this.#runtime = runtime
    this.#runtimeKey = key
    this.#stages.clear()
    return runtime
  }

  #compiled({ digest, bytes }: ClosurePayload, program: StageProgram, runtime: TaskRuntime): CompiledStage {
    let stage = this.#stages.get(digest)
    if (stage === undefined) {
      stage = compileStage(program, runtime)
      this.#stages.set(digest, stage, bytes.length)
    }
    return stage
  }
}
