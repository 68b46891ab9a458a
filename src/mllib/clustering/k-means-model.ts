import { RDD } from '../../rdd/rdd.ts'
import type { SparkContextApi } from '../../rdd/spark-context-api.ts'
import { mapColumns } from '../columns/vector-columns.ts'
import { runOnColumns } from '../job-errors.ts'
import { loadModel, type ModelFile, saveModel } from '../model-file.ts'
import type { Vector } from '../records/vector.ts'
import { asVector, Vectors } from '../records/vectors.ts'
import { mergeClusters, sumsOfPartition } from './center-search.ts'
import { centersOf, closestCenter } from './distance.ts'

const CLASS = 'org.apache.spark.mllib.clustering.KMeansModel'

interface KMeansFile extends ModelFile {
  readonly k: number
  readonly clusterCenters: readonly (readonly number[])[]
  readonly trainingCost: number
}

/** Clusters, told by their centres (Spark's `KMeansModel`). */
export class KMeansModel {
  /** One for each cluster. */
  readonly clusterCenters: readonly Vector[]
  /** The sum of squared distances of the training data at its last iteration; 0 where it is not known. */
  readonly trainingCost: number

  /** @param clusterCenters vectors, or arrays of numbers. */
  constructor(clusterCenters: readonly (Vector | ArrayLike<number>)[], trainingCost = 0) {
    this.clusterCenters = clusterCenters.map(asVector)
    this.trainingCost = trainingCost
  }

  /** The number of clusters. */
  get k(): number {
    return this.clusterCenters.length
  }

  /** The index of the cluster that a point belongs to, from 0; of an RDD of points, an RDD of these. */
  predict(point: Vector): number
  predict(points: RDD<Vector>): RDD<number>
  predict(points: Vector | RDD<Vector>): number | RDD<number> {
    const centers = centersOf(this.clusterCenters)
    if (points instanceof RDD) return points.map((point) => closestCenter(centers, point).index)
    return closestCenter(centers, points).index
  }

  /** The sum of squared distances of points to their nearest centres. */
  async computeCost(points: RDD<Vector>): Promise<number> {
    const { clusterCenters } = this
    const sums = await runOnColumns(() =>
      mapColumns(points, (blocks, partition) => sumsOfPartition(blocks, partition, clusterCenters)).treeAggregate(
        null,
        mergeClusters,
        mergeClusters,
      ),
    )
    return sums?.cost ?? 0
  }

  /** Writes the model to a file, as JSON. */
  save(sc: SparkContextApi, path: string): Promise<void> {
    const file: KMeansFile = {
      class: CLASS,
      version: '1.0',
      k: this.k,
      clusterCenters: this.clusterCenters.map((center) => center.toArray()),
      trainingCost: this.trainingCost,
    }
    return saveModel(sc, path, file)
  }

  /** Reads what `save` wrote. @throws FileNotFoundException @throws MLlibError `MODEL_FILE_MISMATCH` for a file of another model. */
  static async load(sc: SparkContextApi, path: string): Promise<KMeansModel> {
    const { clusterCenters, trainingCost } = await loadModel<KMeansFile>(sc, path, CLASS)
    return new KMeansModel(
      clusterCenters.map((center) => Vectors.dense(center)),
      trainingCost,
    )
  }
}
