import fs from 'node:fs'
import { IllegalArgumentException } from '../../errors.ts'
import { log } from '../../log.ts'
import type { SchedulerPool } from '../engine.ts'

/** The local property that names the pool of the jobs of a flow. */
export const SCHEDULER_POOL = 'spark.scheduler.pool'

/** The pool of jobs that name none. */
const DEFAULT_POOL = 'default'

type PoolDefinition = Omit<SchedulerPool, 'runningTasks'>

/** Something that shares the workers: a pool, or the tasks of one stage. */
interface Sharer {
  readonly name: string
  readonly minShare: number
  readonly weight: number
  readonly runningTasks: number
}

/** The tasks of one stage, as far as their order matters. */
export interface PooledRun {
  readonly set: { readonly localProperties: Readonly<Record<string, string>> }
  readonly running: { readonly size: number }
}

/** Orders the stages that wait for workers as Spark's fair scheduler does: by pools, and within a pool by its own mode. */
export class FairPools {
  readonly #pools = new Map<string, PoolDefinition>()

  /** @param allocationFile pools with settings of their own; null for none. @throws IllegalArgumentException when it cannot be read. */
  constructor(allocationFile: string | null) {
    if (allocationFile !== null) for (const pool of readAllocations(allocationFile)) this.#pools.set(pool.name, pool)
    this.#poolNamed(DEFAULT_POOL)
  }

  /** @returns the runs, those first whose tasks shall get the next worker. */
  inOrder<Run extends PooledRun>(runs: readonly Run[]): Run[] {
    if (runs.length < 2) return [...runs]
    const members = new Map<PoolDefinition, Run[]>()
    for (const run of runs) {
      const pool = this.#poolOf(run)
      const present = members.get(pool)
      if (present === undefined) members.set(pool, [run])
      else present.push(run)
    }
    const shares = [...members].map(([pool, own]) => ({ ...pool, own, runningTasks: runningIn(own) }))
    return shares
      .sort(byShare)
      .flatMap(({ schedulingMode, own }) => (schedulingMode === 'FIFO' ? own : byFairness(own)))
  }

  /** The pools, with how many tasks of theirs run. */
  pools(runs: readonly PooledRun[]): SchedulerPool[] {
    const ofRuns = runs.map((run) => ({ run, pool: this.#poolOf(run) }))
    return [...this.#pools.values()].map((pool) => ({
      ...pool,
      runningTasks: runningIn(ofRuns.filter((one) => one.pool === pool).map(({ run }) => run)),
    }))
  }

  #poolOf({ set }: PooledRun): PoolDefinition {
    return this.#poolNamed(set.localProperties[SCHEDULER_POOL] ?? DEFAULT_POOL)
  }

  /** A pool that no file describes is first come, first served, and has the weight 1. */
  #poolNamed(name: string): PoolDefinition {
    let pool = this.#pools.get(name)
    if (pool === undefined) {
      pool = { name, schedulingMode: 'FIFO', minShare: 0, weight: 1 }
      this.#pools.set(name, pool)
    }
    return pool
  }
}

function runningIn(runs: readonly PooledRun[]): number {
  return runs.reduce((sum, { running }) => sum + running.size, 0)
}

function byFairness<Run extends PooledRun>(runs: readonly Run[]): Run[] {
  return runs
    .map((run, i) => ({
      run,
      name: String(i).padStart(9, '0'),
      minShare: 0,
      weight: 1,
      runningTasks: run.running.size,
    }))
    .sort(byShare)
    .map(({ run }) => run)
}

/** Who has less than its minimum comes first; then who has less of it; then who has less for its weight; then by name. */
function byShare(a: Sharer, b: Sharer): number {
  const isANeedy = a.runningTasks < a.minShare
  const isBNeedy = b.runningTasks < b.minShare
  if (isANeedy !== isBNeedy) return isANeedy ? -1 : 1
  const shareOf = isANeedy
    ? ({ runningTasks, minShare }: Sharer) => runningTasks / Math.max(minShare, 1)
    : ({ runningTasks, weight }: Sharer) => runningTasks / weight
  return shareOf(a) - shareOf(b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
}

/** Reads the pools of an allocation file. What a pool sets wrongly has its default, with a warning, as in Spark. */
function readAllocations(file: string): PoolDefinition[] {
  let text: string
  try {
    text = fs.readFileSync(file, 'utf8')
  } catch (cause) {
    throw new IllegalArgumentException(
      'INVALID_ALLOCATION_FILE',
      `Cannot read ${file}, the spark.scheduler.allocation.file: ${(cause as Error).message}`,
      { cause },
    )
  }
  return parseAllocations(text, file)
}

/** @throws IllegalArgumentException for text that holds no allocations. */
export function parseAllocations(text: string, file: string): PoolDefinition[] {
  const xml = text.replace(/<!--[\s\S]*?-->/g, '')
  if (!/<allocations\b/.test(xml)) {
    throw new IllegalArgumentException(
      'INVALID_ALLOCATION_FILE',
      `${file}, the spark.scheduler.allocation.file, has no <allocations> with a <pool name="…"> for each pool.`,
    )
  }
  return [...xml.matchAll(/<pool\b([^>]*?)(?:\/>|>([\s\S]*?)<\/pool>)/g)].map(([, attributes = '', body = '']) => {
    const name = unescaped(/\bname\s*=\s*(?:"([^"]*)"|'([^']*)')/.exec(attributes)?.slice(1).find(Boolean) ?? '')
    const settingOf = (key: string) => new RegExp(`<${key}>\\s*([^<]*?)\\s*</${key}>`).exec(body)?.[1]
    const warn = (key: string, value: string, fallback: string | number) =>
      log('WARN', 'TaskScheduler', `${file}: ${key} of the pool ${name} is ${value}; it is ${fallback} instead`)
    const numberOf = (key: string, fallback: number, least: number) => {
      const value = settingOf(key)
      if (value === undefined) return fallback
      if (/^[0-9]+$/.test(value) && Number(value) >= least) return Number(value)
      warn(key, value, fallback)
      return fallback
    }
    const mode = settingOf('schedulingMode')
    const isKnown = mode === undefined || /^(?:FIFO|FAIR)$/i.test(mode)
    if (!isKnown) warn('schedulingMode', mode, 'FIFO')
    const schedulingMode = isKnown && mode?.toUpperCase() === 'FAIR' ? 'FAIR' : 'FIFO'
    return { name, schedulingMode, minShare: numberOf('minShare', 0, 0), weight: numberOf('weight', 1, 1) }
  })
}

function unescaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => entities[name] ?? '')
}
