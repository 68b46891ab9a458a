import { freshSeed, SeededRandom } from '../../task/random.ts'
import { joinParts } from '../join-parts.ts'
import { sample } from '../operations/sampling.ts'
import type { RDDCore } from '../rdd-core.ts'
import { require } from '../requirement.ts'
import { runJob } from '../run-job.ts'

/** Exactly `count` records in random order, or all there are. */
export async function takeSample<T>(
  rdd: RDDCore<T>,
  withReplacement: boolean,
  count: number,
  seed = freshSeed(),
): Promise<T[]> {
  require(count >= 0, 'Negative number of elements requested')
  if (count === 0) return []
  const properties = rdd.context.jobProperties('takeSample')
  const random = new SeededRandom(seed)
  const counts = await runJob<number>(rdd, 'takeSample', { kind: 'count' }, { properties })
  const total = counts.reduce((sum, one) => sum + one, 0)
  if (total === 0) return []
  const collect = async (from: RDDCore<T>) =>
    joinParts(await runJob<T[]>(from, 'takeSample', { kind: 'collect' }, { properties }))

  let taken: T[]
  if (!withReplacement && count >= total) taken = await collect(rdd)
  else {
    const fraction = fractionThatSuffices(count, total, withReplacement)
    do {
      taken = await collect(sample(rdd, 'takeSample', withReplacement, fraction, random.nextUint32()))
    } while (taken.length < count)
  }
  random.shuffle(taken)
  return taken.slice(0, count)
}

/** A rate that gives at least `count` of `total` records in all but one of ten thousand cases. */
function fractionThatSuffices(count: number, total: number, withReplacement: boolean): number {
  if (withReplacement) {
    const deviations = count < 6 ? 12 : count < 16 ? 9 : 6
    return (count + deviations * Math.sqrt(count)) / total
  }
  const fraction = count / total
  const gamma = -Math.log(1e-4) / total
  return Math.min(1, fraction + gamma + Math.sqrt(gamma * gamma + 2 * gamma * fraction))
}
