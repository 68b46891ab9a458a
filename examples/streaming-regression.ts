/**
 * Linear regression on labelled points that appear as text files: what lands in the training folder trains the model, what lands in the test folder is
 * predicted by the model as it is then. A line is `(label,[x1,x2,…])`.
 *
 *   npx millstream run examples/streaming-regression.ts                      makes files of its own, and stops when all are read
 *   npx millstream run examples/streaming-regression.ts training/ test/ 3    watches two folders for points of 3 features; Ctrl-C stops
 */
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SparkContext, StreamingContext } from 'millstream'
import { LabeledPoint, StreamingLinearRegressionWithSGD, Vectors } from 'millstream/mllib'

const scratch = await mkdtemp(join(tmpdir(), 'streaming-regression-'))
const [training = join(scratch, 'training'), tests = join(scratch, 'test'), size = '2'] = process.argv.slice(2)
await mkdir(training, { recursive: true })
await mkdir(tests, { recursive: true })

const sc = new SparkContext('local[2]', 'StreamingRegression')
const ssc = new StreamingContext(sc, 0.5)
const trainingData = ssc.textFileStream(training).map((line) => LabeledPoint.parse(line))
const testData = ssc.textFileStream(tests).map((line) => LabeledPoint.parse(line))

const model = new StreamingLinearRegressionWithSGD()
  .setStepSize(0.5)
  .setNumIterations(100)
  .setConvergenceTol(0)
  .setInitialWeights(Vectors.zeros(Number(size)))
model.trainOn(trainingData)

const predictions = model.predictOnValues(testData.map(({ label, features }) => [label, features]))
let predicted = 0
predictions.foreachRDD(async (rdd) => {
  for (const [label, prediction] of await rdd.collect()) {
    predicted++
    console.log(`expected ${label.toFixed(2)}, predicted ${prediction.toFixed(2)}`)
  }
})

let trained = 0
trainingData.foreachRDD(async (rdd) => {
  trained += await rdd.count()
})

await ssc.start()
if (process.argv[2] === undefined) {
  await appear(training, points(200, 1))
  while (trained < 200) await ssc.awaitTerminationOrTimeout(0.1)
  await appear(tests, points(3, 2))
  while (predicted < 3) await ssc.awaitTerminationOrTimeout(0.1)
  await ssc.stop(false, true)
  console.log(
    `weights ${model
      .latestModel()
      .weights.values.map((weight) => weight.toFixed(2))
      .join(' ')}`,
  )
} else await ssc.awaitTermination()

await sc.stop()
await rm(scratch, { recursive: true })

/** Points of y = 3 x1 - 2 x2. */
function points(count: number, seed: number): LabeledPoint[] {
  return Array.from({ length: count }, (_, i) => {
    const features = [Math.sin(seed + i * 1.7), Math.cos(seed + i * 2.3)] as const
    return new LabeledPoint(3 * features[0] - 2 * features[1], features)
  })
}

/** A file is moved into place when it is complete: a stream reads a file once, as it finds it. */
async function appear(folder: string, contents: readonly LabeledPoint[]): Promise<void> {
  const unfinished = join(scratch, 'unfinished.txt')
  await writeFile(unfinished, `${contents.join('\n')}\n`)
  await rename(unfinished, join(folder, 'points.txt'))
}
