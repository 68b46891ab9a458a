import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PYSPARK, SPARK } from './programs.ts'

for (const [name, { programs, expected, differences }] of Object.entries({ SPARK, PYSPARK })) {
  test(`every program of ${name} was recorded, and every record has its program`, () => {
    assert.deepEqual(Object.keys(programs).sort(), Object.keys(expected).sort())
  })

  test(`every difference from ${name} is one`, () => {
    for (const [program, { ours }] of Object.entries(differences)) {
      assert.notDeepEqual(ours(expected[program]!, expected), expected[program], program)
    }
  })
}
