/**
 * K-means whose clusters wander: each batch brings points around three places that move on, and is drawn as an SVG file, the centres with the way they came.
 * With a half-life of one batch the centres follow.
 *
 *   npx millstream run examples/moving-clusters.ts              draws eight batches into a folder for temporary files
 *   npx millstream run examples/moving-clusters.ts pictures/    draws until Ctrl-C; open the folder's clusters-latest.svg and reload it
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputDStream, type RDD, SparkContext, StreamingContext, type Time } from 'millstream'
import { StreamingKMeans, type Vector, Vectors } from 'millstream/mllib'

const POINTS = 120
const BATCHES = 8
const COLORS = ['#c0392b', '#2471a3', '#1e8449']
const [given] = process.argv.slice(2)
const folder = given ?? (await mkdtemp(join(tmpdir(), 'moving-clusters-')))
await mkdir(folder, { recursive: true })

/** Where the places are at a time: on a circle of 30 around the middle of the picture. */
function places(batch: number): (readonly [number, number])[] {
  return COLORS.map((_, place) => {
    const angle = (place * 2 * Math.PI) / 3 + batch / 8
    return [50 + 30 * Math.cos(angle), 50 + 30 * Math.sin(angle)] as const
  })
}

/** Points around the places, made of the batch's number: the same in every run. */
class WanderingPoints extends InputDStream<Vector> {
  override compute(time: Time): RDD<Vector> {
    const batch = time.minus(this.zeroTime!).milliseconds / this.slideDuration.milliseconds
    const around = places(batch)
    const points = Array.from({ length: POINTS }, (_, i) => {
      const [x, y] = around[i % around.length]!
      return Vectors.dense(x + 8 * Math.sin(i * 12.9 + batch), y + 8 * Math.cos(i * 78.2 + batch))
    })
    return this.context.sparkContext.parallelize(points)
  }
}

const sc = new SparkContext('local[2]', 'MovingClusters')
const ssc = new StreamingContext(sc, 0.5)
const points = new WanderingPoints(ssc)
const model = new StreamingKMeans(3).setHalfLife(1, 'batches').setInitialCenters(places(0), [1, 1, 1])
model.trainOn(points)

const ways: (readonly number[])[][] = COLORS.map(() => [])
let drawn = 0
points.foreachRDD(async (rdd) => {
  const latest = model.latestModel()
  latest.clusterCenters.forEach((center, c) => {
    ways[c]!.push(center.toArray())
  })
  const clusters = latest.predict(rdd)
  const picture = draw(await rdd.zip(clusters).collect())
  drawn++
  await writeFile(join(folder, `clusters-${drawn}.svg`), picture)
  await writeFile(join(folder, 'clusters-latest.svg'), picture)
  const centers = latest.clusterCenters.map((center) => center.toArray().map(Math.round).join(','))
  console.log(`batch ${drawn}: centres ${centers.join('  ')}`)
})

await ssc.start()
if (given === undefined) while (drawn < BATCHES) await ssc.awaitTerminationOrTimeout(0.1)
else await ssc.awaitTermination()
await ssc.stop({ stopSparkContext: true })
if (given === undefined) await rm(folder, { recursive: true })

/** A picture of 100 by 100: points in the colour of their cluster, centres with their ways. */
function draw(colored: readonly [Vector, number][]): string {
  const dots = colored.map(([point, cluster]) => {
    return `<circle cx="${point.apply(0).toFixed(1)}" cy="${point.apply(1).toFixed(1)}" r="0.6" fill="${COLORS[cluster]}"/>`
  })
  const centers = ways.map((way, c) => {
    const [x = 0, y = 0] = way.at(-1) ?? []
    const line = way.map((place) => place.map((value) => value.toFixed(1)).join(',')).join(' ')
    return (
      `<polyline points="${line}" fill="none" stroke="${COLORS[c]}" stroke-width="0.5"/>` +
      `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="2" fill="none" stroke="${COLORS[c]}"/>`
    )
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="600">\n${[...dots, ...centers].join('\n')}\n</svg>\n`
}
