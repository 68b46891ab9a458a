import os from 'node:os'
import type { RecordCodec } from '../codec/index.ts'
import type { MemoryGauge } from '../memory-gauge.ts'
import { workerCodec } from '../worker-codec.ts'

/** A holder of entries in the heap that can move them to disk: a table of state. */
export interface Evictable {
  /** Moves entries from the heap to disk. @returns whether any went. */
  evict(): boolean
}

/** The parts of a worker that limit the memory of state; a worker's TaskRuntime has them. */
export interface StateHost {
  readonly codec: RecordCodec
  readonly memory: MemoryGauge
  /** Where files of entries go; made when first needed. */
  readonly localDir: () => string
}

/** The parts of a worker that a table of state uses. */
export interface StateRuntime {
  readonly codec: RecordCodec
  readonly memory: Pick<MemoryGauge, 'maxEntries' | 'isShort' | 'afterSpill'> & { readonly interval: number }
  readonly localDir: () => string
  /** Makes a table known to its worker, which may move entries of it to disk. */
  register(table: Evictable): void
  /** Called when a growing table finds memory short. */
  makeRoom(asking: Evictable): void
}

const runtimes = new WeakMap<StateHost, StateRuntime>()

/** The state's share of a worker's runtime: all tables of the worker under one roof. */
export function stateRuntimeOf(runtime: StateHost): StateRuntime {
  let known = runtimes.get(runtime)
  if (known === undefined) {
    known = newStateRuntime(runtime)
    runtimes.set(runtime, known)
  }
  return known
}

function newStateRuntime({ codec, memory, localDir }: StateHost): StateRuntime {
  const tables = new Set<WeakRef<Evictable>>()
  const evictAll = (): boolean => {
    let hasFreed = false
    for (const reference of tables) {
      const table = reference.deref()
      if (table === undefined) tables.delete(reference)
      else if (table.evict()) hasFreed = true
    }
    return hasFreed
  }
  // State is not the only data in the heap. Other data that finds the heap full makes state go to disk before it goes to disk itself.
  memory.onShort = evictAll
  return {
    codec,
    memory,
    localDir,
    register: (table) => tables.add(new WeakRef(table)),
    makeRoom(asking) {
      if (!asking.evict()) return
      memory.afterSpill()
    },
  }
}

let plain: StateRuntime | undefined

/** For a thread that is no worker, as in tests: memory is never short. */
export function plainStateRuntime(): StateRuntime {
  plain ??= {
    codec: workerCodec(),
    memory: {
      interval: Number.MAX_SAFE_INTEGER,
      maxEntries: Number.MAX_SAFE_INTEGER,
      isShort: () => false,
      afterSpill() {},
    },
    localDir: os.tmpdir,
    register() {},
    makeRoom() {},
  }
  return plain
}
