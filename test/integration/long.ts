/**
 * Whether the integration suites run in their long form: `MILLSTREAM_LONG=1 npm run test:integration`. The short form checks the same and
 * takes a sample of random runs and of recorded programs, so that all of `.ci/run` ends within 45 minutes on two cores.
 */
export const IS_LONG = process.env.MILLSTREAM_LONG === '1'
