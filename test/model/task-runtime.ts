import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { PersistedPartitions } from '../../src/task/cache/persisted-partitions.ts'
import { RecordCodec } from '../../src/task/codec/index.ts'
import { MemoryGauge } from '../../src/task/memory-gauge.ts'
import type { TaskRuntime } from '../../src/task/task-runtime.ts'

/** A task runtime in this thread, for tests of readers and sinks; `directory` holds what they write. */
export interface TestRuntime extends TaskRuntime {
  readonly directory: string
  remove(): void
}

/** @param maxEntries entries after which tables and sort buffers spill; small values make every test input spill. */
export function testRuntime(maxEntries = Number.MAX_SAFE_INTEGER, storageFraction = 0.3): TestRuntime {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'millstream-task-'))
  const codec = new RecordCodec()
  const localDir = (): string => directory
  return {
    codec,
    memory: new MemoryGauge({ spillFraction: 0.9, maxEntries }),
    blocks: new PersistedPartitions(storageFraction, codec, localDir),
    localDir,
    sharedCacheBytes: () => 1024 * 1024,
    checkCancelled: () => {},
    directory,
    remove: () => fs.rmSync(directory, { recursive: true, force: true }),
  }
}
