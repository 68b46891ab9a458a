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

/** A Spark on this machine, and the Scala programs of bench/spark/ compiled for it. */
export class SparkInstallation {
  readonly version: string
  readonly home: string
  readonly #jar: string

  private constructor(version: string, home: string, jar: string) {
    this.version = version
    this.home = home
    this.#jar = jar
  }

  /** @returns Spark as Python's package has it, or null where there is none. @throws when the programs do not compile. */
  static async find(): Promise<SparkInstallation | null> {
    const { status, stdout } = spawnSync('python3', ['-c', FIND_SPARK], { encoding: 'utf8' })
    if (status !== 0) return null
    const [version = '', home = ''] = stdout.trim().split('\n')
    return new SparkInstallation(version, home, await compiledJar(version, home))
  }

  /** Runs a program's `main` under spark-submit. @param name that of the Scala object. */
  run<T>(name: string, master: string, args: readonly (string | number)[], options: StartOptions = {}): Promise<T> {
    return runForResult<T>(
      join(this.home, 'bin/spark-submit'),
      [
        ...['--master', master, '--driver-memory', DRIVER_MEMORY, '--class', name, '--name', name],
        ...['--conf', 'spark.ui.enabled=false', '--conf', 'spark.log.level=ERROR', this.#jar],
        ...args.map(String),
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
