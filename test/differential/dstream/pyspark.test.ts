import { describe } from 'node:test'
import { testAsRecorded } from './compare.ts'
import { PYSPARK } from './programs.ts'

describe('DStream programs answer as recorded from PySpark', () => {
  testAsRecorded(PYSPARK)
})
