import { describe } from 'node:test'
import { testAsRecorded } from './compare.ts'
import { SPARK } from './programs.ts'
import { MAPPED_STATES } from './programs-map-state.ts'
import { STATES } from './programs-state.ts'

describe('DStream programs with states answer as recorded from Spark', () => {
  testAsRecorded(SPARK, { ...STATES, ...MAPPED_STATES })
})
