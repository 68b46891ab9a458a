import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { onEachEngine } from '../../model/on-each-engine.ts'
import { assertStartsAs } from '../answers.ts'
import { toJson } from '../to-json.ts'
import { Bench, type LogEntry, type Program } from './bench.ts'
import { DIFFERENCES, type Logs, PYTHON_DIFFERENCES } from './differences.ts'
import { MAPPED_STATES } from './programs-map-state.ts'
import { OUTPUTS } from './programs-output.ts'
import { PAIRS } from './programs-pairs.ts'
import { STATES } from './programs-state.ts'
import { STATELESS } from './programs-stateless.ts'
import { WINDOWED } from './programs-windows.ts'
import { PYTHON_PROGRAMS } from './python-programs.ts'

// The recorders print local times in this zone.
process.env.TZ = 'UTC'

const PROGRAMS: Readonly<Record<string, Program>> = {
  ...STATELESS,
  ...PAIRS,
  ...WINDOWED,
  ...STATES,
  ...MAPPED_STATES,
  ...OUTPUTS,
}

const SUITES = [
  { spark: 'Spark', programs: PROGRAMS, expected: read('expected.json'), differences: DIFFERENCES },
  {
    spark: 'PySpark',
    programs: PYTHON_PROGRAMS,
    expected: read('expected-python.json'),
    differences: PYTHON_DIFFERENCES,
  },
]

for (const { spark, programs, expected, differences } of SUITES) {
  describe(`DStream programs answer as recorded from ${spark}`, () => {
    test('every program was recorded, and every record has its program', () => {
      assert.deepEqual(Object.keys(programs).sort(), Object.keys(expected).sort())
    })

    test('every difference is one', () => {
      for (const [name, { ours }] of Object.entries(differences)) {
        assert.notDeepEqual(ours(expected[name]!, expected), expected[name], name)
      }
    })

    onEachEngine((context) => {
      for (const [name, program] of Object.entries(programs)) {
        const difference = differences[name]
        test(difference === undefined ? name : `${name} (differs: ${difference.why})`, async () => {
          const recorded = expected[name]!
          assertSame(await run(program), difference?.ours(recorded, expected) ?? recorded)
        })
      }

      async function run(program: Program): Promise<LogEntry[]> {
        const files = await mkdtemp(join(tmpdir(), 'millstream-dstreams-'))
        try {
          return await new Bench(context(), files).run(program)
        } finally {
          await rm(files, { recursive: true })
        }
      }
    })
  })
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

function read(file: string): Logs {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as Logs
}
