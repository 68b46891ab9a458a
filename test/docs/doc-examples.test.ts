import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { programEnvironment } from '../examples/run-example.ts'
import { ROOT } from './code-blocks.ts'
import { checkedCode, type DocExample, docExamples, exportedNames } from './doc-examples.ts'

const TSC = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')))
const TSX = import.meta.resolve('tsx')
/** Longer than all examples take on a busy machine. */
const TIMEOUT_MS = 120_000

const examples = docExamples()
let project = ''

/**
 * A program of all examples, of which those of members run one after another: first those that use the SparkContext `sc`, then those of streams,
 * which make a context of their own. Prints a line of JSON for each example: its place, and its error or null.
 */
function program(): string {
  const functions = examples.map((example) => {
    const group = !example.isOfMember ? 'unrun' : usesStreams(example) ? 'streams' : 'rdds'
    return `${group}[${JSON.stringify(example.place)}] = async () => {\n${checkedCode(example)}\n}`
  })
  return `import assert from 'node:assert/strict'
import { ${exportedNames('index.ts').join(', ')} } from 'millstream'
import { ${exportedNames('testing/index.ts').join(', ')} } from 'millstream/testing'
import { ${exportedNames('sinks/postgres/index.ts').join(', ')} } from 'millstream/postgres'
import { ${exportedNames('mllib/index.ts').join(', ')} } from 'millstream/mllib'

declare const counts: DStream<[string, number]>
declare const points: RDD<Vector>
declare const trainingData: DStream<LabeledPoint> & DStream<Vector>
declare const testData: DStream<LabeledPoint> & DStream<Vector>
declare const samples: DStream<BinarySample>
type Examples = Record<string, () => Promise<void>>
const [rdds, streams, unrun]: [Examples, Examples, Examples] = [{}, {}, {}]
const sc = new SparkContext('local[2]', 'examples')
${functions.join('\n')}
async function run(examples: Examples): Promise<void> {
  for (const [place, example] of Object.entries(examples)) {
    const error = await example().then(() => null, String)
    console.log(JSON.stringify({ place, error }))
  }
}
await run(rdds)
await sc.stop()
await run(streams)
`
}

function usesStreams({ lines }: DocExample): boolean {
  return lines.some((line) => line.includes('runBatches('))
}

function run(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd: project, env: programEnvironment(), timeout: TIMEOUT_MS, maxBuffer: 1 << 26 }
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      if (error !== null && stdout === '') reject(new Error(stderr))
      else resolve(stdout)
    })
  })
}

before(async () => {
  project = await mkdtemp(join(tmpdir(), 'millstream-examples-'))
  await mkdir(join(project, 'node_modules'))
  await symlink(ROOT, join(project, 'node_modules/millstream'))
  await symlink(join(ROOT, 'node_modules/@types'), join(project, 'node_modules/@types'))
  await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'module' }))
  const lib = ['es2023', 'esnext.disposable']
  const compilerOptions = { target: 'es2023', lib, module: 'nodenext', types: ['node'], strict: true }
  const options = { ...compilerOptions, noUncheckedIndexedAccess: true, noEmit: true, skipLibCheck: true }
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*.ts'] }))
  await writeFile(join(project, 'examples.ts'), program())
})

after(() => rm(project, { recursive: true }))

test('members of the main classes have examples', () => {
  for (const file of ['rdd/rdd.ts', 'dstream/stateless-operations.ts', 'dstream/pair-operations.ts']) {
    assert(examples.filter(({ place, isOfMember }) => isOfMember && place.startsWith(file)).length > 5, file)
  }
})

test('the types of every example are right', async () => {
  assert.equal(await run([TSC, '-p', project, '--pretty', 'false']), '')
})

describe('an example gives what the comment says', () => {
  let errors: ReadonlyMap<string, string | null>
  before(async () => {
    const lines = (await run(['--import', TSX, 'examples.ts']))
      .split('\n')
      .filter((line) => line.startsWith('{"place"'))
    errors = new Map(
      lines.map((line) => {
        const { place, error } = JSON.parse(line) as { place: string; error: string | null }
        return [place, error]
      }),
    )
  })
  for (const { place, isOfMember } of examples) {
    if (isOfMember) test(place, () => assert.equal(errors.get(place), null))
  }
})
