import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IllegalArgumentException } from '../../errors.ts'
import { FairPools, parseAllocations } from './fair-pools.ts'

const run = (pool: string | null, running: number) => ({
  set: { localProperties: (pool === null ? {} : { 'spark.scheduler.pool': pool }) as Record<string, string> },
  running: { size: running },
})

test('the pool with less for its weight comes first, those below their minimum before all', () => {
  const pools = new FairPools(null)
  const [a, b, c] = [run('a', 3), run('b', 1), run(null, 2)]
  assert.deepEqual(pools.inOrder([a, b, c]), [b, c, a])
  // Within a pool that no file describes, first come, first served.
  const [first, second] = [run('a', 2), run('a', 0)]
  assert.deepEqual(pools.inOrder([first, second]), [first, second])
  assert.deepEqual(
    pools.pools([a, b]).map(({ name, runningTasks }) => `${name} ${runningTasks}`),
    ['default 0', 'a 3', 'b 1'],
  )
})

test('an allocation file is read as Spark reads it', () => {
  const text = `<allocations>
    <pool name="production"><schedulingMode>FAIR</schedulingMode><weight>1</weight><minShare>2</minShare></pool>
    <pool name='a &amp; b'/>
    <pool name="wrong"><schedulingMode>NONE</schedulingMode><weight>0</weight><minShare>x</minShare></pool>
  </allocations>`
  const plain = { schedulingMode: 'FIFO', minShare: 0, weight: 1 }
  assert.deepEqual(parseAllocations(text, 'pools.xml'), [
    { name: 'production', schedulingMode: 'FAIR', minShare: 2, weight: 1 },
    { name: 'a & b', ...plain },
    { name: 'wrong', ...plain },
  ])
  assert.throws(() => parseAllocations('<pools/>', 'pools.xml'), IllegalArgumentException)
})
