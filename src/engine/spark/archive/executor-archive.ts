import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { IllegalArgumentException } from '../../../errors.ts'
import { type Archive, cacheDirectory, cachedArchive } from './archive-cache.ts'
import { ownModules } from './own-modules.ts'
import { isSamePlatform, ownPlatform, platformOfBinary } from './platform.ts'
import { startScript, type WorkerNode } from './start-script.ts'
import type { TarEntry } from './tar.ts'

/** The program in the archive that executors start in Python's place. */
export const WORKER_PROGRAM = 'bin/worker'

/** The Node binary for executors, and the folder where archives are kept. */
export interface ExecutorArchiveOptions {
  /** `spark.millstream.executor.node`: the path of a node on every executor; the archive then brings none. */
  readonly installedNode?: string | null
  /** `spark.millstream.executor.nodeBinary`: a node on this machine that is built for the executors' platform, instead of this process's own. */
  readonly nodeBinary?: string | null
  /** `spark.millstream.worker.memory`: heap limit of each worker process; a share of the executor's machine when absent. */
  readonly heapMiB?: number | null
  /** Where archives are kept from run to run; the user's cache folder when absent. */
  readonly cache?: string
}

/**
 * The archive that makes a stock executor run JavaScript: node, the modules of the worker, and the program that starts it. Packed once
 * per version of either and kept in the user's cache folder.
 * @throws IllegalArgumentException when `nodeBinary` is no program.
 */
export async function executorArchive(options: ExecutorArchiveOptions = {}): Promise<Archive> {
  const cache = options.cache ?? cacheDirectory()
  const modules = await ownModules(cache)
  const binary = options.installedNode ? null : (options.nodeBinary ?? process.execPath)
  const node: WorkerNode = options.installedNode
    ? { kind: 'installed', path: options.installedNode }
    : { kind: 'shipped', platform: platformOf(options.nodeBinary ?? null) }
  const { heapMiB } = options
  const script = startScript(node, heapMiB ? { MILLSTREAM_WORKER_HEAP_MIB: String(heapMiB) } : {})
  const digest = createHash('sha256')
    .update(modules.digest)
    .update(script)
    .update(binary === null ? '' : identityOfFile(binary))
    .digest('hex')
    .slice(0, 24)
  const entries = async function* (): AsyncGenerator<TarEntry> {
    yield { name: WORKER_PROGRAM, kind: 'file', isExecutable: true, content: Buffer.from(script) }
    yield* modules.entries
    if (binary !== null) yield* nodeEntry(binary, cache)
  }
  return cachedArchive('executor', digest, entries, cache)
}

function platformOf(nodeBinary: string | null) {
  if (nodeBinary === null) return ownPlatform()
  const platform = fs.existsSync(nodeBinary) ? platformOfBinary(nodeBinary) : null
  if (platform !== null) return platform
  throw new IllegalArgumentException(
    'INVALID_SETTING',
    `spark.millstream.executor.nodeBinary is '${nodeBinary}', which is no program for Linux or macOS`,
  )
}

/** An identity of a program file that changes with the program, without reading its hundred megabytes. */
function identityOfFile(file: string): string {
  const { size, mtimeMs } = fs.statSync(file)
  return `${file}|${size}|${mtimeMs}`
}

/** node without the symbols that only a debugger needs, where this machine can remove them. */
async function* nodeEntry(binary: string, cache: string): AsyncGenerator<TarEntry> {
  const stripped = path.join(cache, `node.${process.pid}.stripped`)
  try {
    const file = (await isStripped(binary, stripped)) ? stripped : binary
    const open = () => fs.createReadStream(file, { highWaterMark: 1024 * 1024 })
    yield { name: 'bin/node', kind: 'stored', isExecutable: true, sizeBytes: fs.statSync(file).size, open }
  } finally {
    fs.rmSync(stripped, { force: true })
  }
}

async function isStripped(binary: string, to: string): Promise<boolean> {
  const platform = platformOfBinary(binary)
  if (platform === null || platform.system !== 'Linux' || !isSamePlatform(platform, ownPlatform())) return false
  try {
    await promisify(execFile)('strip', ['-o', to, binary])
    return true
  } catch {
    return false
  }
}
