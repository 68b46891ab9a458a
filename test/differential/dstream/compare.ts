import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { SparkContext } from '../../../src/index.ts'
import { onEachEngine } from '../../model/on-each-engine.ts'
import { assertStartsAs } from '../answers.ts'
import { toJson } from '../to-json.ts'
import { Bench, type LogEntry, type Program } from './bench.ts'
import type { Recorded } from './programs.ts'

// The recorders print local times in this zone.
process.env.TZ = 'UTC'

/** Defines a test for each program of some of the recorded ones, on each engine. */
export function testAsRecorded(
  recorded: Recorded,
  programs: Readonly<Record<string, Program>> = recorded.programs,
): void {
  onEachEngine((context) => testOnContext(context, recorded, programs))
}

/** Defines a test for each program, on a context whose default parallelism is 2. */
export function testOnContext(
  context: () => SparkContext,
  { expected, differences }: Recorded,
  programs: Readonly<Record<string, Program>>,
): void {
  for (const [name, program] of Object.entries(programs)) {
    const difference = differences[name]
    test(difference === undefined ? name : `${name} (differs: ${difference.why})`, async () => {
      const recorded = expected[name]!
      assertSame(await run(context(), program), difference?.ours(recorded, expected) ?? recorded)
    })
  }
}

async function run(sc: SparkContext, program: Program): Promise<LogEntry[]> {
  const files = await mkdtemp(join(tmpdir(), 'millstream-dstreams-'))
  try {
    return await new Bench(sc, files).run(program)
  } finally {
    await rm(files, { recursive: true })
  }
}

/** The same batches with the same records; an error begins with Spark's words. */
function assertSame(actual: readonly LogEntry[], expected: readonly LogEntry[]): void {
  const [records, errors] = split(JSON.parse(toJson(actual)))
  const [expectedRecords, expectedErrors] = split(expected)
  assert.deepEqual(records, expectedRecords)
  assert.equal(errors.length, expectedErrors.length, errors.join())
  for (const [i, words] of expectedErrors.entries()) assertStartsAs(plain(errors[i]!), plain(words))
}

function split(log: readonly LogEntry[]): [records: LogEntry[], errors: string[]] {
  const isError = (entry: LogEntry): entry is { readonly error: string } =>
    typeof entry === 'object' && entry !== null && 'error' in entry
  return [log.filter((entry) => !isError(entry)), log.filter(isError).map(({ error }) => error)]
}

/** Without what Scala's `require` puts in front, and without the name of a stream, which differs from one run to the next. */
function plain(message: string): string {
  return message.replace(/^requirement failed: |^\w+DStream \(.*?\) /, '')
}
