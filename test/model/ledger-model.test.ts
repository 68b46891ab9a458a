import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Operator } from './histories/program.ts'
import { LedgerModel, Violation } from './ledger-model.ts'

const STATE: Operator = { kind: 'state', checkpointEvery: 1 }

/** Two batches of one source and a state behind it, as they should be; `change` plants a defect. */
function checked(change: (model: LedgerModel) => void, operators: readonly Operator[] = [STATE]): LedgerModel {
  const model = new LedgerModel(1, operators)
  for (const record of [0, 4, 1]) model.setFate(0, record, 'accepted')
  change(model)
  model.check(1, 2)
  return model
}

function inOrder(
  model: LedgerModel,
  second: readonly number[] = [1],
  states: readonly unknown[] = [
    [0, [0, 4]],
    [1, [1]],
  ],
) {
  model.observe(0, 1, [4, 0])
  model.observe(1, 1, [[0, [0, 4]]])
  model.observe(0, 2, second)
  model.observe(1, 2, states)
}

describe('the model of the ledger', () => {
  test('accepts batches that run again with the same rows in another order', () => {
    const model = checked((made) => {
      inOrder(made)
      made.observe(0, 1, [0, 4])
    })
    assert.deepEqual(model.triesUpTo(1), [
      ['0/1', 2],
      ['1/1', 1],
    ])
  })

  const defects: Readonly<Record<string, (model: LedgerModel) => void>> = {
    'a record that is lost': (model) => inOrder(model, []),
    'a record that is in two batches': (model) => inOrder(model, [1, 4]),
    'a record that never came': (model) => inOrder(model, [1, 9]),
    'a record that was refused and is there': (model) => {
      model.setFate(0, 1, 'refused')
      inOrder(model)
    },
    'a batch that never ran': (model) => model.observe(0, 1, [0, 4]),
    'a batch that has other records when it runs again': (model) => {
      inOrder(model)
      model.observe(0, 1, [0])
    },
    'a record that a state counts twice': (model) =>
      inOrder(
        model,
        [1],
        [
          [0, [0, 4, 4]],
          [1, [1]],
        ],
      ),
    'a state that is not put out': (model) => inOrder(model, [1], []),
  }
  for (const [defect, plant] of Object.entries(defects)) {
    test(`finds ${defect}`, () => assert.throws(() => checked(plant), Violation))
  }

  test('leaves open what nobody can know', () => {
    checked((model) => {
      model.setFate(0, 1, 'unknown')
      model.setFate(0, 2, 'unknown')
      inOrder(model)
    })
  })

  test('knows windows, sums in windows, joins and running counts', () => {
    const operators: readonly Operator[] = [
      { kind: 'window', length: 2, slide: 2 },
      { kind: 'sums', length: 1, slide: 1, checkpointEvery: 1 },
      { kind: 'join' },
      { kind: 'mapWithState', checkpointEvery: 1 },
    ]
    checked((model) => {
      model.observe(0, 1, [0, 4])
      model.observe(0, 2, [1])
      model.observe(1, 2, [0, 1, 4])
      model.observe(2, 1, [[0, 4]])
      model.observe(2, 2, [
        [0, 0],
        [1, 1],
      ])
      const pairs = [0, 4].flatMap((a) => [0, 4].map((b) => [0, [a, b]]))
      model.observe(3, 1, pairs)
      model.observe(3, 2, [[1, [1, 1]]])
      model.observe(4, 1, [
        [0, 1],
        [0, 2],
      ])
      model.observe(4, 2, [[1, 1]])
    }, operators)
  })
})
