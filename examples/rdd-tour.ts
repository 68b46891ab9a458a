/**
 * A walk through RDDs: making them, pairs, joins, sorting, aggregating, and the two kinds of variables that workers share with the driver.
 *
 *   npx millstream run examples/rdd-tour.ts
 *   npx millstream run --master sc://localhost:15002 examples/rdd-tour.ts
 */
import { SparkConf, SparkContext } from 'millstream'

await using sc = new SparkContext(new SparkConf().setAppName('RDDTour').setIfMissing('spark.master', 'local[2]'))

// Transformations describe, an action computes. What `filter` closes over goes along.
const smallest = 7
const numbers = sc.range(1, 11, 1, 4)
const large = numbers.filter((n) => n >= smallest)
console.log('partitions', await numbers.getNumPartitions(), 'large', await large.collect())

// Pairs: operations by key are there when the compiler sees an RDD of pairs.
const orders = sc.parallelize<[string, number]>([
  ['ann', 30],
  ['bob', 12],
  ['ann', 5],
  ['eve', 7],
])
const cities = sc.parallelize<[string, string]>([
  ['ann', 'Oslo'],
  ['bob', 'Bonn'],
])
const spent = orders.reduceByKey((a, b) => a + b)
console.log('spent', await spent.sortByKey().collect())

// An outer join gives `[number, string | undefined]`: the compiler asks what is to happen to those without a city.
const perCity = spent.leftOuterJoin(cities).map(([, [amount, city]]) => [city ?? 'elsewhere', amount])
console.log(
  'per city',
  await perCity
    .reduceByKey((a, b) => a + b)
    .sortBy(([, amount]) => amount, false)
    .collect(),
)

// Aggregating to another type: count and sum in one pass.
const { count, sum } = await orders.values().aggregate(
  { count: 0, sum: 0 },
  (so, amount) => ({ count: so.count + 1, sum: so.sum + amount }),
  (a, b) => ({ count: a.count + b.count, sum: a.sum + b.sum }),
)
console.log('orders', count, 'average', sum / count)
console.log('statistics', (await orders.values().stats()).toString())

// A broadcast variable is sent once to each worker; what tasks add to an accumulator comes back to the driver.
const prices = sc.broadcast(
  new Map([
    ['pen', 2],
    ['ink', 9],
  ]),
)
const unknown = sc.longAccumulator('unknown')
const baskets = sc.parallelize(['pen', 'ink', 'owl', 'pen'])
const total = await baskets
  .map((item) => {
    const price = prices.value.get(item)
    if (price === undefined) unknown.add(1)
    return price ?? 0
  })
  .sum()
console.log('total', total, 'unknown', unknown.value)
