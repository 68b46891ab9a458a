import org.apache.spark.{SparkConf, SparkContext}
import org.apache.spark.mllib.clustering.StreamingKMeansModel
import org.apache.spark.mllib.linalg.{Vector, Vectors}
import org.apache.spark.mllib.optimization.GradientDescent
import org.apache.spark.mllib.regression.LabeledPoint
import org.apache.spark.rdd.RDD

/** The work of programs/mllib.ts. Gradient descent is called itself, as the algorithms around it set no tolerance. */
object MLlibTraining {
  val iterations = 10
  val partitions = 4

  def numbersOf(row: Long): () => Double = {
    var state = ((row.toInt + 1) * 0x9e3779b1) | 1
    () => {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      (state >>> 8) / 16777216.0 - 0.5
    }
  }

  def dense(row: Long, size: Int): Array[Double] = {
    val next = numbersOf(row)
    Array.fill(size)(next())
  }

  def denseLabeled(row: Long): LabeledPoint = {
    val values = dense(row, 100)
    var sum = 0.0
    for (i <- values.indices) sum += values(i) * (i % 7)
    LabeledPoint(sum, Vectors.dense(values))
  }

  def sparseLabeled(row: Long): LabeledPoint = {
    val next = numbersOf(row)
    val indices = Array.tabulate(50)(i => i * 200 + math.floor((next() + 0.5) * 200).toInt)
    val values = Array.fill(50)(next())
    var sum = 0.0
    for (i <- values.indices) sum += values(i) * ((indices(i) % 3) - 1)
    LabeledPoint(if (sum > 0) 1.0 else 0.0, Vectors.sparse(10000, indices, values))
  }

  def clustered(row: Long): Vector = {
    val place = dense(-2 - (row % 20), 50)
    Vectors.dense(dense(row, 50).zip(place).map { case (value, at) => value + 2 * at })
  }

  def descent(data: RDD[LabeledPoint], size: Int, optimizer: GradientDescent): () => Array[Double] = {
    val pairs = data.map(point => (point.label, point.features))
    () => optimizer.optimize(pairs, Vectors.zeros(size)).toArray
  }

  def main(args: Array[String]): Unit = {
    val sc = new SparkContext(new SparkConf())
    val rows = args(1).toLong
    def points[T: scala.reflect.ClassTag](make: Long => T): RDD[T] = {
      val data = sc.range(0, rows, 1, partitions).map(make).cache()
      data.count()
      data
    }
    val train: () => Array[Double] = args(0) match {
      case "k-means" =>
        val data = points(clustered)
        () => new StreamingKMeansModel(Array.tabulate(20)(c => clustered(c)), Array.fill(20)(1.0))
          .update(data, 1.0, "batches").clusterCenters.flatMap(_.toArray)
      case "linear" => descent(points(denseLabeled), 100, Descents.linear(iterations))
      case "logistic" => descent(points(sparseLabeled), 10000, Descents.logistic(iterations))
    }
    var numbers = Array.empty[Double]
    val runs = (1 to args(2).toInt).map { run =>
      // Of the first run: Spark's k-means adds into points of persisted data, so that later runs have other data.
      BenchReport.timed { if (run == 1) numbers = train() else train() }._2
    }
    var sum = 0.0
    for (i <- numbers.indices) sum += numbers(i) * ((i % 5) + 1)
    BenchReport.report("runs" -> runs.mkString("[", ",", "]"), "sum" -> sum, "peakRssBytes" -> BenchReport.peakRssBytes)
    sc.stop()
  }
}
