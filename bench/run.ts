/**
 * Measures Millstream, side by side with Apache Spark where it is there (`pip install pyspark`, a Java 17).
 *
 * ```
 * npm run bench                              every benchmark
 * npm run bench -- rdd-words dstream-socket  some of them
 * npm run bench -- --rounds 3                each side three times, in turns
 * npm run bench -- --no-spark                Millstream alone
 * npm run bench -- rdd-words --profile DIR   processor profiles of each thread, for Chrome's DevTools
 * npm run bench:smoke                        shows within a minute that every benchmark runs and gives the right results
 * ```
 *
 * Prints a table and writes it with all samples to bench/results/. Closes with `N passed, N failed`: a benchmark fails when a program
 * of it fails or gives a wrong result, never for a time. The library's built form, dist/, is measured.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Benchmark, BenchOptions } from './benchmark.ts'
import { benchmarks } from './benchmarks.ts'
import { describeMachine, load } from './machine.ts'
import { compilePrograms } from './millstream-program.ts'
import { resultsDir } from './paths.ts'
import { profileSummary } from './profile-summary.ts'
import { SparkInstallation } from './spark-installation.ts'
import { type MeasureSummary, summarize, table } from './summary.ts'

interface BenchmarkReport {
  readonly name: string
  readonly title: string
  readonly loadBefore: number
  readonly loadAfter: number
  readonly measures: readonly MeasureSummary[]
  readonly error?: string
  /** Why it did not run. */
  readonly skipped?: string
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    smoke: { type: 'boolean', default: false },
    'no-spark': { type: 'boolean', default: false },
    rounds: { type: 'string' },
    profile: { type: 'string' },
  },
})
const chosen = chooseBenchmarks(positionals)
const cluster = values['no-spark'] ? null : SparkInstallation.find()
const spark = values.smoke ? null : cluster
const options: BenchOptions = {
  isSmoke: values.smoke,
  spark,
  cluster,
  rounds: Number(values.rounds ?? (values.smoke ? 1 : 2)),
  profileDir: values.profile === undefined ? null : resolve(values.profile),
}
const machine = describeMachine(spark?.version ?? null)
console.log(describe())
await compilePrograms()

const startedAt = new Date()
const reports: BenchmarkReport[] = []
for (const benchmark of chosen) {
  console.log(`\n${benchmark.name}: ${benchmark.title}`)
  const report = await run(benchmark)
  reports.push(report)
  if (report.error !== undefined) console.log(`  FAILED: ${report.error}`)
  else if (report.skipped !== undefined) console.log(`  skipped: ${report.skipped}`)
  else if (options.isSmoke) console.log('  runs, and its results are right; figures of so little data say nothing')
  else {
    console.log(table(report.measures))
    console.log(`  load of the machine: ${report.loadBefore.toFixed(1)} before, ${report.loadAfter.toFixed(1)} after`)
    const profile = options.profileDir === null ? null : join(options.profileDir, report.name)
    if (profile !== null && existsSync(profile)) console.log(profileSummary(profile))
  }
}

if (!options.isSmoke) {
  const file = join(resultsDir, `${startedAt.toISOString().replaceAll(/[:.]/g, '-')}.json`)
  writeFileSync(file, `${JSON.stringify({ startedAt, machine, rounds: options.rounds, reports }, null, 2)}\n`)
  console.log(`\nWritten to ${file}`)
}
const failed = reports.filter(({ error }) => error !== undefined).length
const skipped = reports.filter((report) => report.skipped !== undefined).length
if (skipped > 0) console.log(`\n${skipped} skipped`)
console.log(`\n${reports.length - failed - skipped} passed, ${failed} failed`)
process.exitCode = failed > 0 || reports.length === 0 ? 1 : 0

async function run(benchmark: Benchmark): Promise<BenchmarkReport> {
  const { name, title } = benchmark
  const loadBefore = load()
  if (benchmark.needsCluster && options.cluster === null) {
    return { name, title, loadBefore, loadAfter: loadBefore, measures: [], skipped: whyNoSpark() }
  }
  try {
    const measures = (await benchmark.run(options)).map(summarize)
    return { name, title, loadBefore, loadAfter: load(), measures }
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { name, title, loadBefore, loadAfter: load(), measures: [], error: text }
  }
}

function chooseBenchmarks(names: readonly string[]): readonly Benchmark[] {
  const unknown = names.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name))
  if (unknown.length > 0) {
    console.error(
      `no such benchmark: ${unknown.join(', ')}; there are ${benchmarks.map(({ name }) => name).join(', ')}`,
    )
    process.exit(2)
  }
  return names.length === 0 ? benchmarks : benchmarks.filter(({ name }) => names.includes(name))
}

function whyNoSpark(): string {
  return values['no-spark'] ? 'Spark is not wanted (--no-spark)' : 'Spark is not there (python3 finds no pyspark)'
}

function describe(): string {
  const { cores, cpu, memoryGiB, node, commit } = machine
  const beside =
    machine.spark !== null
      ? `Spark ${machine.spark} on Java ${machine.java}`
      : options.isSmoke
        ? 'without Spark beside it'
        : `${whyNoSpark()}, so its column is empty`
  return `Millstream at ${commit ?? 'an unknown commit'} on Node ${node}; ${beside}; ${cores} cores (${cpu}), ${memoryGiB} GiB, load ${load().toFixed(1)}`
}
