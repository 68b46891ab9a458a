import { execFileSync, spawnSync } from 'node:child_process'
import os from 'node:os'
import { repositoryDir } from './paths.ts'

/** Where the figures come from. */
export interface Machine {
  readonly cores: number
  readonly cpu: string
  readonly memoryGiB: number
  readonly os: string
  readonly node: string
  readonly v8: string
  /** Null where Spark did not run. */
  readonly spark: string | null
  readonly java: string | null
  /** The commit that was measured, with `+` behind it where the tree had changes. */
  readonly commit: string | null
}

export function describeMachine(spark: string | null): Machine {
  return {
    cores: os.availableParallelism(),
    cpu: os.cpus()[0]?.model ?? 'unknown',
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    os: `${os.type()} ${os.release()}`,
    node: process.versions.node,
    v8: process.versions.v8,
    spark,
    java: spark === null ? null : javaVersion(),
    commit: commit(),
  }
}

/** Processes that ran or waited to run, on average over the last minute: above the number of cores, figures are too low. */
export function load(): number {
  return os.loadavg()[0] ?? Number.NaN
}

function javaVersion(): string | null {
  const { status, stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' })
  return status === 0 ? (/"(.+?)"/.exec(stderr)?.[1] ?? null) : null
}

function commit(): string | null {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: repositoryDir, encoding: 'utf8' }).trim()
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--', 'src') === '' ? '' : '+')
  } catch {
    return null
  }
}
