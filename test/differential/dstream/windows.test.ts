import { describe } from 'node:test'
import { testAsRecorded } from './compare.ts'
import { SPARK } from './programs.ts'
import { WINDOWED } from './programs-windows.ts'

describe('DStream programs with windows answer as recorded from Spark', () => {
  testAsRecorded(SPARK, WINDOWED)
})
