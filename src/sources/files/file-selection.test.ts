import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FileSelection } from './file-selection.ts'

const file = (path: string, modificationTime: number) => ({ path, modificationTime, length: 1 })
const newSelection = (initialThreshold = 0, filter = (_: string) => true) =>
  new FileSelection({ filter, initialThreshold, rememberMs: 60_000 })
const select = (selection: FileSelection, batchTime: number, ...files: [string, number][]) =>
  selection
    .select(
      batchTime,
      files.map(([path, time]) => file(path, time)),
    )
    .map(({ path }) => path)

test('a file is new when it was modified after the threshold and not after the batch', () => {
  const selection = newSelection(1000)
  const all: [string, number][] = [
    ['at the threshold', 1000],
    ['just after', 1001],
    ['at the batch', 2000],
    ['after the batch', 2001],
  ]
  assert.deepEqual(select(selection, 2000, ...all), ['just after', 'at the batch'])
  assert.deepEqual(select(selection, 3000, ...all), ['after the batch'])
})

test('files modified longer ago than is remembered are not new, whatever the initial threshold', () => {
  const selection = newSelection(0)
  assert.deepEqual(select(selection, 100_000, ['too old', 40_000], ['young enough', 40_001]), ['young enough'])
})

test('a file that was taken is not taken again while it is remembered, modified or not', () => {
  const selection = newSelection()
  assert.deepEqual(select(selection, 1000, ['a', 500]), ['a'])
  assert.deepEqual(select(selection, 2000, ['a', 1500]), [])
  selection.forgetBefore(1000)
  assert.deepEqual(select(selection, 2100, ['a', 1500]), [])
  selection.forgetBefore(1001)
  assert.deepEqual(select(selection, 3000, ['a', 2500]), ['a'])
})

test('the filter decides first, and each batch knows its files', () => {
  const selection = newSelection(0, (path) => path !== 'b')
  select(selection, 1000, ['a', 500], ['b', 500])
  select(selection, 2000)
  assert.deepEqual(
    [1000, 2000, 3000].map((time) => selection.filesOf(time)?.map(({ path }) => path)),
    [['a'], [], undefined],
  )
})

test('a batch that may run again keeps its files, and they are not taken by another', () => {
  const selection = newSelection()
  select(selection, 1000, ['a', 500])
  select(selection, 2000, ['b', 1500])
  selection.forgetBefore(3000, (time) => time === 1000)
  assert.deepEqual(
    [1000, 2000].map((time) => selection.filesOf(time)?.length),
    [1, undefined],
  )
  assert.deepEqual(select(selection, 3000, ['a', 2500], ['b', 2500]), ['b'])
})

test('a selection that is restored goes on where the one before stood', () => {
  const before = newSelection(700)
  select(before, 1000, ['a', 800], ['old', 700])
  const after = newSelection(5000)
  after.restore(JSON.parse(JSON.stringify(before.toPlainData())))
  assert.deepEqual(after.filesOf(1000), [file('a', 800)])
  assert.deepEqual(select(after, 2000, ['a', 1500], ['old', 700], ['came meanwhile', 900]), ['came meanwhile'])
})
