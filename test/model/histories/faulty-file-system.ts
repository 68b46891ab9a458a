import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type {
  CreateOptions,
  DeleteOptions,
  FileStatus,
  FileSystem,
  InputFile,
  LogFile,
  OutputFile,
} from '../../../src/files/file-system.ts'
import { LocalFileSystem } from '../../../src/files/local-file-system.ts'
import { pathName } from '../../../src/files/path.ts'
import type { Point } from './faults.ts'
import type { RunLife } from './run-life.ts'

/** What a path is to a history: its input, the log of a receiver, what a checkpoint says, or anything else. */
type Area = 'input' | 'log' | 'checkpoint' | 'other'

function areaOf(path: string): Area {
  if (/\/in-\d+(\/|$)/.test(path)) return 'input'
  if (!path.includes('/checkpoints/')) return 'other'
  if (path.includes('/checkpoints/receivedData/')) return 'log'
  return path.includes('/checkpoints/operators') ? 'other' : 'checkpoint'
}

/** The machine's files as one run of a history has them: faults strike, and after its crash nothing that the run does has an effect. */
export class FaultyFileSystem implements FileSystem {
  readonly scheme = 'file'
  readonly atomicRename = true
  readonly #files = new LocalFileSystem()
  readonly #life: RunLife

  constructor(life: RunLife) {
    this.#life = life
  }

  qualify(path: string): string {
    return this.#files.qualify(path)
  }
  getFileStatus(path: string): Promise<FileStatus> {
    return this.#life.unharmed(() => this.#files.getFileStatus(path))
  }
  listStatus(path: string): Promise<FileStatus[]> {
    const run = () => this.#files.listStatus(path)
    return areaOf(path) === 'input' ? this.#life.pass('listing', { run }) : this.#life.unharmed(run)
  }
  exists(path: string): Promise<boolean> {
    return this.#life.unharmed(() => this.#files.exists(path))
  }
  async open(path: string): Promise<InputFile> {
    this.#life.assertAlive()
    return this.#life.afterwards(() => this.#files.open(path))
  }
  mkdirs(path: string): Promise<void> {
    return this.#life.unharmed(() => this.#files.mkdirs(path))
  }

  async create(path: string, options?: CreateOptions): Promise<OutputFile> {
    this.#life.assertAlive()
    const file = await this.#life.afterwards(() => this.#files.create(path, options))
    return new FaultyOutputFile(this.#life, file, path)
  }

  async createLog(path: string): Promise<LogFile> {
    const point = areaOf(path) === 'log' ? 'log create' : 'checkpoint write'
    let file: LogFile | null = null
    const run = async () => {
      file = await this.#files.createLog(path)
      return file
    }
    try {
      return new FaultyLogFile(this.#life, await this.#life.pass(point, { run }), areaOf(path) === 'log')
    } catch (error) {
      await (file as LogFile | null)?.close()
      throw error
    }
  }

  rename(from: string, to: string): Promise<void> {
    const run = () => this.#files.rename(from, to)
    return areaOf(to) === 'checkpoint' ? this.#life.pass('checkpoint rename', { run }) : this.#life.unharmed(run)
  }

  delete(path: string, options?: DeleteOptions): Promise<boolean> {
    const run = () => this.#files.delete(path, options)
    return path.includes('/checkpoints/') ? this.#life.pass('checkpoint removal', { run }) : this.#life.unharmed(run)
  }
}

class FaultyOutputFile implements OutputFile {
  readonly #life: RunLife
  readonly #file: OutputFile
  readonly #path: string

  constructor(life: RunLife, file: OutputFile, path: string) {
    this.#life = life
    this.#file = file
    this.#path = path
  }

  async write(bytes: Uint8Array | string): Promise<void> {
    const half = () => this.#leaveTorn(Buffer.from(bytes as Uint8Array))
    await this.#pass('checkpoint write', { run: () => this.#file.write(bytes), half })
  }
  async commit(): Promise<void> {
    await this.#pass('checkpoint commit', { run: () => this.#file.commit() })
  }
  async abort(): Promise<void> {
    // Its handle is closed in any case. What a crash leaves of an unfinished file stands beside it.
    await this.#life.afterwards(() => this.#file.abort())
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.abort()
  }

  #pass(point: Point, step: { run: () => Promise<void>; half?: () => void }): Promise<void> {
    return areaOf(this.#path) === 'checkpoint' ? this.#life.pass(point, step) : this.#life.unharmed(step.run)
  }

  #leaveTorn(bytes: Uint8Array): void {
    const local = this.#path.replace(/^file:/, '')
    const torn = join(dirname(local), `.${pathName(local)}.torn.tmp`)
    writeFileSync(torn, bytes.subarray(0, bytes.length / 2))
  }
}

class FaultyLogFile implements LogFile {
  readonly #life: RunLife
  readonly #file: LogFile
  readonly #isReceiverLog: boolean

  constructor(life: RunLife, file: LogFile, isReceiverLog: boolean) {
    this.#life = life
    this.#file = file
    this.#isReceiverLog = isReceiverLog
  }

  append(parts: readonly Uint8Array[]): Promise<void> {
    const bytes = Buffer.concat(parts)
    return this.#life.pass(this.#isReceiverLog ? 'log append' : 'checkpoint write', {
      run: () => this.#file.append(parts),
      half: () => this.#file.append([bytes.subarray(0, bytes.length / 2)]),
    })
  }

  async truncate(length: number): Promise<void> {
    try {
      await this.#life.pass('log truncate', { run: () => this.#file.truncate(length) })
    } catch (error) {
      // What was to be cut off may be whole.
      if (this.#isReceiverLog) this.#life.noteDoubtfulWrite()
      throw error
    }
  }

  async close(): Promise<void> {
    await this.#life.afterwards(() => this.#file.close())
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
