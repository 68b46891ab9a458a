import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FileSelection, type FileSelectionOptions } from './file-selection.ts'

const file = (path: string, modificationTime: number) => ({ path, modificationTime, length: 1 })
const newSelection = (initialThreshold = 0, options: Partial<FileSelectionOptions> = {}) =>
  new FileSelection({
    filter: () => true,
    initialThreshold,
    rememberMs: 60_000,
    batchIntervalMs: 1000,
    mayForget: () => true,
    ...options,
  })
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
  assert.deepEqual(select(selection, 60_999, ['a', 60_500]), [])
  assert.deepEqual(select(selection, 61_000, ['a', 60_500]), ['a'])
})

test('the filter decides first', () => {
  const selection = newSelection(0, { filter: (path) => path !== 'b' })
  assert.deepEqual(select(selection, 1000, ['a', 500], ['b', 500]), ['a'])
})

test('files of a batch that may run again are not taken by another, however long that takes', () => {
  const selection = newSelection(0, { mayForget: (batchTime) => batchTime !== 1000 })
  select(selection, 1000, ['a', 500])
  select(selection, 2000, ['b', 1500])
  assert.deepEqual(select(selection, 90_000, ['a', 85_000], ['b', 85_000]), ['b'])
})

test('what came while the directory could not be listed is found afterwards, however long that took', () => {
  const selection = newSelection()
  select(selection, 1000)
  assert.deepEqual(select(selection, 200_000, ['came at once', 1500], ['came later', 150_000]), [
    'came at once',
    'came later',
  ])
  assert.deepEqual(select(selection, 201_000, ['came at once', 1500], ['of old', 140_000]), [])
})

test('what came before the directory could be listed for the first time is found afterwards too', () => {
  const selection = newSelection(0, { rememberMs: 1000 })
  selection.missed(1000)
  selection.missed(2000)
  assert.deepEqual(select(selection, 3000, ['a', 500], ['b', 2500]), ['a', 'b'])
})

test('a selection that is recalled goes on where the one before stood', () => {
  const before = newSelection(700)
  const taken = before.select(1000, [file('a', 800), file('old', 700)])
  const after = newSelection(5000)
  after.recall(before.state, [[1000, taken]])
  assert.deepEqual(select(after, 2000, ['a', 1500], ['old', 700], ['came meanwhile', 900]), ['came meanwhile'])
})

test('a batch that is made before its time leaves what comes until then to the next one', () => {
  const selection = newSelection(0, { rememberMs: 1000 })
  const early = selection.select(4000, [file('a', 3300)], 3500)
  assert.deepEqual(
    early.map(({ path }) => path),
    ['a'],
  )
  assert.deepEqual(select(selection, 5000, ['a', 3300], ['b', 3600], ['c', 4500]), ['b', 'c'])
})

test('a filter that throws costs its neighbours nothing: they are found when the batch is asked for again', () => {
  let isBroken = true
  const filter = (path: string) => {
    if (path === 'b' && isBroken) throw new Error('expected: thrown by a filter')
    return true
  }
  const selection = newSelection(0, { filter })
  assert.throws(() => select(selection, 1000, ['a', 500], ['b', 500]), /expected: thrown by a filter/)
  isBroken = false
  assert.deepEqual(select(selection, 1000, ['a', 500], ['b', 500]), ['a', 'b'])
})
