import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { RunningProcess, runForResult, type StartOptions } from './child-process.ts'
import { benchDir, dataDir } from './paths.ts'

const FIND_SPARK = 'import os, pyspark; print(pyspark.__version__); print(os.path.dirname(pyspark.__file__))'
const sourceDir = join(benchDir, 'spark')
/** Enough for Spark not to wait for its collector; its default, 1 GiB, is close to what the programs take. */
const DRIVER_MEMORY = '4g'

/** A Spark on this machine, and the programs of bench/spark/ for it. */
export class SparkInstallation {
  readonly version: string
  readonly home: string
  #jar: Promise<string> | null = null

  private constructor(version: string, home: string) {
    this.version = version
    this.home = home
  }

  /** @returns Spark as Python's package has it, or null where there is none. */
  static find(): SparkInstallation | null {
    const { status, stdout } = spawnSync('python3', ['-c', FIND_SPARK], { encoding: 'utf8' })
    if (status !== 0) return null
    const [version = '', home = ''] = stdout.trim().split('\n')
    return new SparkInstallation(version, home)
  }

  /**
   * Runs a Scala program's `main` under spark-submit. @param name that of the Scala object.
   * @throws when the programs do not compile.
   */
  async run<T>(
    name: string,
    master: string,
    args: readonly (string | number)[],
    options: StartOptions = {},
  ): Promise<T> {
    this.#jar ??= compiledJar(this.version, this.home)
    return this.#submit(['--class', name, '--name', name, await this.#jar, ...args.map(String)], master, options)
  }

  /** Runs a Python program under spark-submit. @param name that of its file. */
  runPython<T>(
    name: string,
    master: string,
    args: readonly (string | number)[],
    options: StartOptions = {},
  ): Promise<T> {
    return this.#submit([join(sourceDir, `${name}.py`), ...args.map(String)], master, options)
  }

  /** Whether Python has what its client of Spark Connect needs. */
  get hasPythonClient(): boolean {
    return spawnSync('python3', ['-c', 'import grpc, pandas, pyarrow']).status === 0
  }

  /** Runs a Python program that is a client of a Spark Connect server. @param name that of its file. */
  runPythonClient<T>(name: string, args: readonly (string | number)[], options: StartOptions = {}): Promise<T> {
    return runForResult<T>('python3', [join(sourceDir, `${name}.py`), ...args.map(String)], options)
  }

  #submit<T>(program: readonly string[], master: string, options: StartOptions): Promise<T> {
    return runForResult<T>(
      join(this.home, 'bin/spark-submit'),
      [
        ...['--master', master, '--driver-memory', DRIVER_MEMORY],
        ...['--conf', 'spark.ui.enabled=false', '--conf', 'spark.log.level=ERROR', ...program],
      ],
      { ...options, env: { ...options.env, SPARK_HOME: this.home, SPARK_LOCAL_IP: '127.0.0.1' } },
    )
  }
}

/** Compiles bench/spark/ with the Scala compiler that Spark's shell brings, unless that was done before. */
async function compiledJar(version: string, home: string): Promise<string> {
  const sources = readdirSync(sourceDir)
    .filter((file) => file.endsWith('.scala'))
    .sort()
    .map((file) => join(sourceDir, file))
  const digest = createHash('sha256').update(version)
  for (const source of sources) digest.update(readFileSync(source))
  const jar = join(dataDir, `spark-programs-${digest.digest('hex').slice(0, 12)}.jar`)
  if (existsSync(jar)) return jar
  mkdirSync(dataDir, { recursive: true })
  const unfinished = `${jar}.${process.pid}.jar`
  const classPath = [join(home, 'jars', '*')].join(delimiter)
  const java = process.env.JAVA_HOME === undefined ? 'java' : join(process.env.JAVA_HOME, 'bin/java')
  try {
    await using compiler = new RunningProcess(java, [
      ...['-cp', classPath, 'scala.tools.nsc.Main', '-usejavacp', '-d', unfinished],
      ...sources,
    ])
    await compiler.end()
    renameSync(unfinished, jar)
  } finally {
    rmSync(unfinished, { force: true })
  }
  return jar
}
