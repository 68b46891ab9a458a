import assert from 'node:assert/strict'
import { test } from 'node:test'
import { captureClosures, classIdOf } from '../../closure/driver/index.ts'
import type { ClosurePayload } from '../../closure/wire/index.ts'
import { ShippedPayloads } from './shipped-payloads.ts'

function idOf(owner: object): string {
  const id = classIdOf(owner)
  assert.ok(id !== undefined)
  return id
}

test('a class of the program goes with every stage, of those that a function makes again and again the newest and those that the stage needs', () => {
  const payloads = new ShippedPayloads()
  class Lasting {}
  assert.ok(payloads.recordClasses.idOf(Lasting))
  const made: (new () => object)[] = []
  const counts: number[] = []
  for (let batch = 0; batch < 50; batch++) {
    const PerBatch = class {
      value(): number {
        return batch
      }
    }
    made.push(PerBatch)
    payloads.recordClasses.share(captureClosures(() => new PerBatch()) as ClosurePayload)
    counts.push(payloads.classesFor([idOf(PerBatch)]).length)
  }
  assert.equal(counts.at(-1), counts[10])
  const oldest = idOf(made[0]!)
  const shipped = (needed: readonly string[]) =>
    payloads.classesFor(needed).flatMap(({ names }) => names.map(({ id }) => id))
  assert.ok(!shipped([]).includes(oldest))
  assert.ok(shipped([oldest]).includes(oldest))
  assert.ok(shipped([]).includes(idOf(Lasting)))
})
