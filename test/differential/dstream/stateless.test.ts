import { describe } from 'node:test'
import { testAsRecorded } from './compare.ts'
import { SPARK } from './programs.ts'
import { OUTPUTS } from './programs-output.ts'
import { PAIRS } from './programs-pairs.ts'
import { STATELESS } from './programs-stateless.ts'

describe('stateless DStream programs answer as recorded from Spark', () => {
  testAsRecorded(SPARK, { ...STATELESS, ...PAIRS, ...OUTPUTS })
})
