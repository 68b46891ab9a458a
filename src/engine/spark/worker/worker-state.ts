import { ClosureRebuilder } from '../../../closure/rebuilder.ts'
import { BlockStore } from '../../../task/cache/block-store.ts'
import { type ClassTable, RecordCodec } from '../../../task/codec/index.ts'
import { MemoryGauge } from '../../../task/memory-gauge.ts'
import type { StageProgram } from '../../../task/program.ts'
import { registerBroadcast, SHARED_VARIABLE_REVIVERS, unregisterBroadcast } from '../../../task/shared-variables.ts'
import { type CompiledStage, compileStage } from '../../../task/stage/stage.ts'
import type { TaskRuntime } from '../../../task/task-runtime.ts'
import { setWorkerCodec } from '../../../task/worker-codec.ts'
import type { Shipment, SparkCommand, StageLimits } from '../command.ts'
import { ModuleLocations } from './module-locations.ts'
import { identityOf, payloadOf } from './shipments.ts'
import type { TaskDirectory } from './task-directory.ts'

/** Compiled stages kept for programs that come again with the next batch, the oldest leaves first. */
const MAX_COMPILED_STAGES = 256
/** Commands after which a broadcast value that none of them named is forgotten; a later one brings it again. */
const BROADCAST_IDLE_COMMANDS = 64
/** Persisted partitions are relations on the server, so a worker keeps none in its heap. */
const NO_STORAGE = 0

interface KnownBroadcast {
  readonly identity: string
  lastCommand: number
}

/** What lives as long as a worker process: rebuilt functions and classes, shared variables, compiled stages. */
export class WorkerState {
  readonly codec: RecordCodec
  readonly #directory: TaskDirectory
  readonly #modules = new ModuleLocations()
  readonly #rebuilder = new ClosureRebuilder({
    revivers: SHARED_VARIABLE_REVIVERS,
    locate: (place) => this.#modules.locate(place),
  })
  readonly #stages = new Map<string, CompiledStage>()
  readonly #broadcasts = new Map<number, KnownBroadcast>()
  readonly #classes = new Set<string>()
  #runtime: TaskRuntime | null = null
  #runtimeKey = ''
  #commands = 0

  constructor(directory: TaskDirectory) {
    this.#directory = directory
    this.codec = new RecordCodec({
      idOf: (ctor) => this.#rebuilder.classIdOf(ctor),
      byId: (id) => this.#rebuilder.classById(id) as ReturnType<ClassTable['byId']>,
    })
    setWorkerCodec(this.codec)
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
    return this.#compiled(payload.digest, program as StageProgram, runtime)
  }

  async #addClasses(classes: readonly Shipment[], filesDir: string): Promise<void> {
    for (const shipment of classes) {
      const identity = identityOf(shipment)
      if (this.#classes.has(identity)) continue
      await this.#rebuilder.rebuild(payloadOf(shipment, filesDir))
      this.#classes.add(identity)
    }
  }

  async #addBroadcasts(broadcasts: ReadonlyMap<number, Shipment>, filesDir: string): Promise<void> {
    for (const [id, shipment] of broadcasts) {
      const identity = identityOf(shipment)
      const known = this.#broadcasts.get(id)
      if (known?.identity === identity) {
        known.lastCommand = this.#commands
        continue
      }
      const value = await this.#rebuilder.rebuild(payloadOf(shipment, filesDir))
      registerBroadcast(id, () => value)
      this.#broadcasts.set(id, { identity, lastCommand: this.#commands })
    }
    for (const [id, { lastCommand }] of this.#broadcasts) {
      if (this.#commands - lastCommand < BROADCAST_IDLE_COMMANDS) continue
      unregisterBroadcast(id)
      this.#broadcasts.delete(id)
    }
  }

  #runtimeFor({ spillFraction, maxEntries }: StageLimits): TaskRuntime {
    const key = `${spillFraction}/${maxEntries}`
    if (this.#runtime !== null && this.#runtimeKey === key) return this.#runtime
    const localDir = this.#directory.path
    const runtime: TaskRuntime = {
      codec: this.codec,
      memory: new MemoryGauge({ spillFraction, maxEntries }),
      blocks: new BlockStore(NO_STORAGE, this.codec, localDir),
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

  #compiled(digest: string, program: StageProgram, runtime: TaskRuntime): CompiledStage {
    const stage = this.#stages.get(digest) ?? compileStage(program, runtime)
    this.#stages.delete(digest)
    this.#stages.set(digest, stage)
    if (this.#stages.size > MAX_COMPILED_STAGES) this.#stages.delete(this.#stages.keys().next().value as string)
    return stage
  }
}
