import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Occupancy } from './occupancy.ts'

test('it is empty when all have left, and again after others came and left', async () => {
  const occupancy = new Occupancy()
  await occupancy.whenEmpty()
  const log: string[] = []
  const [first, second] = [occupancy.enter(), occupancy.enter()]
  const empty = occupancy.whenEmpty().then(() => log.push('empty'))
  first()
  await Promise.resolve()
  assert.deepEqual(log, [])
  second()
  await empty
  occupancy.enter()()
  await occupancy.whenEmpty()
  assert.deepEqual(log, ['empty'])
})
