import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const PYSPARK = 'pyspark[connect]==4.3.*'
const DEPLOY = 'org.apache.spark.deploy'
const SERVER_CLASS = 'org.apache.spark.sql.connect.service.SparkConnectServer'
const STARTED = /Spark Connect server started at: (?<address>\S+:\d+)/
const START_TIMEOUT_MS = 300_000
const STOP_TIMEOUT_MS = 20_000

/** Where Spark is: `SPARK_HOME`, by which the suites run on another version too, the one of an installed pyspark, or of a pyspark installed for these tests. */
export async function sparkHome(): Promise<string> {
  if (process.env.SPARK_HOME !== undefined) return process.env.SPARK_HOME
  const installed = await packageOf('python3')
  if (installed !== null) return installed
  const venv = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'millstream', 'pyspark-4.3')
  const python = join(venv, 'bin/python')
  if (!existsSync(python)) await run('python3', ['-m', 'venv', venv])
  await run(python, ['-m', 'pip', 'install', '--quiet', PYSPARK], { maxBuffer: 1 << 26 })
  const home = await packageOf(python)
  if (home === null) throw new Error(`pip installed ${PYSPARK}, and ${python} does not find it`)
  return home
}

async function packageOf(python: string): Promise<string | null> {
  const code = `import importlib.util as u; s = u.find_spec('pyspark'); print(s.submodule_search_locations[0] if s else '')`
  try {
    const home = (await run(python, ['-c', code])).stdout.trim()
    return home !== '' && existsSync(join(home, 'bin/spark-submit')) ? home : null
  } catch {
    return null
  }
}

/** Stands in an argument for the process's own directory. */
const DIRECTORY = '{directory}'

/** A process of Spark's with all it has started; killed with this process, whatever happens. */
export class SparkProcess implements AsyncDisposable {
  readonly log: string[] = []
  readonly #process: ChildProcess
  /** Where it has all its files. */
  readonly directory: string
  readonly #ended: Promise<void>
  readonly #killAll = (): void => this.kill('SIGKILL')
  readonly #endByKill = (): void => {
    this.#killAll()
    process.exit(1)
  }

  private constructor(process_: ChildProcess, directory: string) {
    this.#process = process_
    this.directory = directory
    this.#ended = new Promise((ended) => process_.once('close', () => ended()))
    process.once('exit', this.#killAll)
    // A test runner that gives up ends its files by SIGTERM, which tells nobody of the exit.
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, this.#endByKill)
    for (const stream of [process_.stdout, process_.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.log.push(...text.split('\n').filter((line) => line !== ''))
      })
    }
  }

  /** Starts a program of Spark's and waits until it says that it is there. */
  static async start(program: string, args: readonly string[], isThere: RegExp): Promise<[SparkProcess, string]> {
    const home = await sparkHome()
    const directory = await mkdtemp(join(tmpdir(), 'millstream-spark-'))
    const env = { ...process.env, SPARK_HOME: home, SPARK_LOCAL_IP: '127.0.0.1', SPARK_LOCAL_DIRS: directory }
    const child = spawn(
      join(home, 'bin', program),
      args.map((arg) => arg.replace(DIRECTORY, directory)),
      { cwd: directory, env, detached: true },
    )
    const started = new SparkProcess(child, directory)
    try {
      return [started, await started.said(isThere)]
    } catch (error) {
      await started[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Resolves with what the first group of `pattern` matches, once a line of the log has it. @param from the first line to look at. */
  async said(pattern: RegExp, from = 0): Promise<string> {
    const deadline = performance.now() + START_TIMEOUT_MS
    let seen = from
    for (;;) {
      for (; seen < this.log.length; seen++) {
        const match = pattern.exec(this.log[seen] as string)
        if (match !== null) return match[1] ?? ''
      }
      const hasEnded = this.#process.exitCode !== null
      if (hasEnded || performance.now() > deadline) {
        throw new Error(`Spark ${hasEnded ? 'ended' : 'did not start in time'}:\n${this.log.slice(-40).join('\n')}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  /** Of the Java virtual machine: Spark's scripts give their process to it. */
  get pid(): number {
    return this.#process.pid ?? -1
  }

  kill(signal: NodeJS.Signals): void {
    const { pid } = this.#process
    if (pid === undefined || this.#process.exitCode !== null || this.#process.signalCode !== null) return
    try {
      process.kill(-pid, signal)
    } catch {
      // It has just ended.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.removeListener('exit', this.#killAll)
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.removeListener(signal, this.#endByKill)
    this.kill('SIGTERM')
    const late = setTimeout(() => this.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await this.#ended
    clearTimeout(late)
    await rm(this.directory, { recursive: true, force: true })
  }
}

/** Settings of a Connect server for tests: on the loopback interface, small, quiet. */
function serverArguments(master: string, port: number, settings: Readonly<Record<string, string>>): string[] {
  const all: Record<string, string> = {
    'spark.connect.grpc.binding.address': '127.0.0.1',
    'spark.connect.grpc.binding.port': String(port),
    'spark.driver.host': '127.0.0.1',
    'spark.driver.bindAddress': '127.0.0.1',
    'spark.python.unix.domain.socket.enabled': 'true',
    'spark.ui.enabled': 'false',
    // Artifacts too go where they are removed.
    'spark.driver.extraJavaOptions': `-Djava.io.tmpdir=${DIRECTORY}`,
    ...settings,
  }
  const conf = Object.entries(all).flatMap(([key, value]) => ['--conf', `${key}=${value}`])
  return ['--class', SERVER_CLASS, '--master', master, ...conf]
}

/** A Spark Connect server of its own on a free port. */
export interface SparkServer extends AsyncDisposable {
  readonly url: string
  readonly process: SparkProcess
}

/** Starts one. @param settings further ones, by name. @param master where its executors run, this machine's two cores unless given. @param port 0 for a free one. */
export async function startSparkServer(
  settings: Readonly<Record<string, string>> = {},
  { master = 'local[2]', port = 0 } = {},
): Promise<SparkServer> {
  const args = serverArguments(master, port, settings)
  const [process_, address] = await SparkProcess.start('spark-submit', args, STARTED)
  return {
    url: `sc://${address}`,
    process: process_,
    [Symbol.asyncDispose]: () => process_[Symbol.asyncDispose](),
  }
}

/** Starts a standalone cluster of a master and two workers, of one core each, and a Connect server that runs its executors there. */
export async function startSparkCluster(settings: Readonly<Record<string, string>> = {}): Promise<SparkServer> {
  const started: SparkProcess[] = []
  const endAll = async (): Promise<void> => {
    for (const process_ of started.reverse()) await process_[Symbol.asyncDispose]()
  }
  const start = async (args: readonly string[], isThere: RegExp): Promise<string> => {
    const [process_, said] = await SparkProcess.start('spark-class', args, isThere)
    started.push(process_)
    return said
  }
  const loopback = ['--host', '127.0.0.1', '--port', '0', '--webui-port', '0']
  try {
    const master = await start([`${DEPLOY}.master.Master`, ...loopback], /Starting Spark master at (spark:\S+)/)
    const size = ['--cores', '1', '--memory', '1g', '--work-dir', `${DIRECTORY}/work`]
    const worker = [`${DEPLOY}.worker.Worker`, ...loopback, ...size, master]
    await Promise.all([1, 2].map(() => start(worker, /Successfully registered with (master)/)))
    const server = await startSparkServer({ 'spark.executor.memory': '512m', ...settings }, { master })
    const { [Symbol.asyncDispose]: endServer } = server
    return {
      ...server,
      [Symbol.asyncDispose]: async () => {
        await endServer()
        await endAll()
      },
    }
  } catch (error) {
    await endAll()
    throw error
  }
}
