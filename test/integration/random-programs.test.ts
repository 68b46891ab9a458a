// The random programs of the unit tests, thousands of them. The seed is in the report; MILLSTREAM_RANDOM_SEED runs the same again.
process.env.MILLSTREAM_RANDOM_RUNS ??= '2000'
await import('../model/dstream-random.test.ts')
await import('../model/random-programs.test.ts')
