import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { CheckpointDirectory } from '../../batches/checkpoint/checkpoint-directory.ts'
import { SparkContext } from '../../context/spark-context.ts'
import type { RDD } from '../../rdd/rdd.ts'
import { SparkConf } from '../../settings/spark-conf.ts'
import { HashPartitioner } from '../../task/partitioner.ts'
import { filesOf, readRDD, requestCheckpoint } from './rdd-files.ts'

let root = ''
let sc: SparkContext
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'millstream-rdd-files-'))
  sc = new SparkContext(new SparkConf(false).setMaster('local[2]').setAppName('rdd-files'))
})
after(async () => {
  await sc.stop()
  await rm(root, { recursive: true, force: true })
})

type State = [key: unknown, value: unknown]

const KEYS = 500
const CHECKPOINTS = 60
const MERGED_IN_TURN = 3

/** Writes a state and gives it back as another run would read it. */
async function writeAndRead(
  directory: CheckpointDirectory,
  state: RDD<State>,
  previous: RDD<State> | null,
  time: number,
) {
  const request = { directory, operatorId: 'state', time, previous: () => previous as RDD<never> | null }
  requestCheckpoint(state as RDD<never>, request)
  await state.count()
  const files = filesOf(state as RDD<never>)!
  const read = new Map<string, unknown>()
  for (const [key, value] of await readRDD<State>(sc, directory, JSON.parse(JSON.stringify(files))).collect()) {
    assert(!read.has(String(key)), `key ${key} twice`)
    read.set(String(key), value)
  }
  return { files, read }
}

test('a state is read back from its snapshot and changes, whatever was changed, removed and put back', async () => {
  const directory = new CheckpointDirectory(root)
  await directory.open()
  const partitioner = new HashPartitioner(3) as never
  const model = new Map<string, unknown>(
    Array.from({ length: KEYS }, (_, key) => [`k${key}`, { count: 0, tags: [`${key}`] }]),
  )
  let previous: RDD<State> | null = null
  let longest = 0
  let snapshots = 0
  let changedBytes = 0
  for (let time = 1; time <= CHECKPOINTS; time++) {
    for (let i = 0; i < 5; i++) {
      const key = `k${(time * 37 + i * 11) % KEYS}`
      if ((time + i) % 4 === 0) model.delete(key)
      else model.set(key, { count: time, tags: [key, i] })
    }
    const state = sc.parallelize([...model] as State[], 2).partitionBy(partitioner) as RDD<State>
    const { files, read } = await writeAndRead(directory, state, previous, time)
    assert.deepEqual(read, model, `checkpoint ${time}`)
    previous = state
    if (files.changes.length === 0) snapshots++
    else changedBytes += files.changes.at(-1)!.parts.reduce((sum, { records }) => sum + records, 0)
    longest = Math.max(longest, files.changes.length)
  }
  assert(snapshots <= 3, `${snapshots} snapshots`)
  // Three of each size at the most, and of a size four times that of the one before: 60 fit in three sizes.
  assert(longest <= MERGED_IN_TURN * 3, `${longest} changes`)
  // Each change is written once for each size.
  assert(changedBytes < CHECKPOINTS * 5 * 4, `${changedBytes} records of changes`)
})

test('an RDD that is no state is written as a whole', async () => {
  const directory = new CheckpointDirectory(root)
  const numbers = sc.range(0, 100, 1, 3) as unknown as RDD<State>
  requestCheckpoint(numbers as RDD<never>, { directory, operatorId: 'numbers', time: 1, previous: () => null })
  await numbers.count()
  const files = filesOf(numbers as RDD<never>)!
  assert.equal(files.partitioner, null)
  assert.equal(numbers.isCheckpointed(), true)
  assert.equal((await readRDD<number>(sc, directory, files).collect()).length, 100)
})
