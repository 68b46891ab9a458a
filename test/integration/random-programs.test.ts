import { IS_LONG } from './long.ts'

// The random programs of the unit tests, hundreds of them, thousands in the long form. The seed is in the report; MILLSTREAM_RANDOM_SEED runs the same again.
process.env.MILLSTREAM_RANDOM_RUNS ??= IS_LONG ? '2000' : '800'
await import('../model/dstream-random.test.ts')
await import('../model/random-programs.test.ts')
