/**
 * What it costs that records travel as rows of Arrow streams between Spark and our workers: a task that maps pairs, with its rows and
 * without, in one process and without Spark. `npx tsx bench/spark-rows.ts [--smoke]` prints JSON.
 */
import { tmpdir } from 'node:os'
import { Readable, Writable } from 'node:stream'
import { captureClosures } from '../src/closure/driver/index.ts'
import type { LeafInput, SparkCommand } from '../src/engine/spark/command.ts'
import type { StageRow } from '../src/engine/spark/rows/row-batch.ts'
import { rowBatchMessage, rowStream } from '../src/engine/spark/rows/row-batch-writer.ts'
import { ByteInput } from '../src/engine/spark/worker/protocol/byte-input.ts'
import { WorkerOutput } from '../src/engine/spark/worker/protocol/worker-output.ts'
import { rowBatches } from '../src/engine/spark/worker/row-input.ts'
import { RowOutput } from '../src/engine/spark/worker/row-output.ts'
import { TaskDirectory } from '../src/engine/spark/worker/task-directory.ts'
import { taskInput } from '../src/engine/spark/worker/task-inputs.ts'
import { TaskRows } from '../src/engine/spark/worker/task-rows.ts'
import { WorkerState } from '../src/engine/spark/worker/worker-state.ts'
import { randomFrom } from './random.ts'

const MIB = 1024 * 1024
const LIMITS = {
  inputMemoryBytes: 256 * MIB,
  shuffleMemoryBytes: 128 * MIB,
  maxBlockBytes: 4 * MIB,
  spillFraction: 0.6,
  maxEntries: Number.MAX_SAFE_INTEGER,
}
/** Bytes that a socket brings at once. */
const CHUNK_BYTES = 64 * 1024
const VOCABULARY = 50_000

/** Takes everything at once, as a socket whose other side reads. */
const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })

const isSmoke = process.argv.includes('--smoke')
const directory = new TaskDirectory(tmpdir(), `millstream-spark-rows-${process.pid}`)
const state = new WorkerState(directory)
const cases = [
  { name: '50 pairs', records: 50, times: isSmoke ? 3 : 2000 },
  { name: 'a million pairs', records: isSmoke ? 1000 : 1_000_000, times: isSmoke ? 3 : 6 },
]
const command = await mapCommand()
const stage = await state.prepare(command, tmpdir())
const given = command.tasks.get(0) as LeafInput
const results = []
for (const { name, records, times } of cases) results.push(await measure(name, records, times))
console.log(JSON.stringify(results))

async function measure(name: string, count: number, times: number) {
  const random = randomFrom(5)
  const pairs = Array.from({ length: count }, () => [`word-${Math.floor(VOCABULARY * random() ** 3)}`, 1])
  const payload = state.codec.encode(pairs)
  const rows = rowsOf(payload)
  const stream = rowStream(rows, 'struct')
  // The first runs meet code that is not compiled yet.
  await cpuMs(times, () => readAndWrite(stream, payload))
  await cpuMs(times, () => work(payload))
  const rowsMs = await cpuMs(times, () => readAndWrite(stream, payload))
  const workMs = await cpuMs(times, () => work(payload))
  const bytes = rowBatchMessage(rows, 'struct').reduce((sum, { length }) => sum + length, 0)
  return { name, bytesPerByte: bytes / payload.length, rowsMs, timeShare: rowsMs / (rowsMs + workMs) }
}

/** What a task does with rows: reads those of its input, and writes as much again. */
async function readAndWrite(stream: Uint8Array, result: Uint8Array): Promise<void> {
  const gathered = new TaskRows(LIMITS.inputMemoryBytes, directory.path)
  for await (const batch of rowBatches(new ByteInput(Readable.from(chunks(stream))))) gathered.add(batch)
  taskInput(given, 0, gathered)
  const output = new RowOutput(new WorkerOutput(nowhere), LIMITS.maxBlockBytes)
  await output.addBlock({ target: 0, leaf: 0, source: 0 }, result)
  await output.end()
}

/** What a task does beside: decodes the records, calls the function, encodes the results. */
async function work(payload: Uint8Array): Promise<void> {
  await stage.run({ kind: 'data', partition: 0, format: 'records', bytes: payload }, LIMITS)
}

async function mapCommand(): Promise<SparkCommand> {
  const increment = (pair: [string, number]) => [pair[0], pair[1] + 1]
  const root = { kind: 'narrow', input: { kind: 'source' }, op: { kind: 'map', fn: increment } }
  return {
    sparkVersion: '4.3.0',
    program: { kind: 'inline', payload: await captureClosures({ root, sink: { kind: 'collect' } }) },
    modules: { own: '', packages: [] },
    tasks: new Map([[0, { kind: 'data', partition: 0, format: 'records', bytes: { leaf: 0 } }]]),
    output: { kind: 'result', routes: null, anchors: 0 },
    pieces: null,
    classes: [],
    broadcasts: new Map(),
    localProperties: {},
    stageId: 0,
    limits: LIMITS,
  }
}

function rowsOf(payload: Uint8Array): StageRow[] {
  const rows: StageRow[] = []
  for (let at = 0; at < payload.length; at += LIMITS.maxBlockBytes) {
    const block = payload.subarray(at, at + LIMITS.maxBlockBytes)
    rows.push({ target: 0, leaf: 0, source: 0, part: rows.length, block })
  }
  return rows
}

function* chunks(bytes: Uint8Array): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield Buffer.from(bytes.subarray(at, at + CHUNK_BYTES))
}

/** Milliseconds of processor time that one run takes. */
async function cpuMs(times: number, run: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  for (let time = 0; time < times; time++) await run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / times
}
