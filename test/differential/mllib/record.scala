// Records what Spark answers in Scala about random centres, significance tests, linear models, k-means and text formats. Run by record.sh.
import java.nio.file.{Files, Paths}
import scala.collection.mutable
import org.apache.spark.{SparkConf, SparkContext}
import org.apache.spark.mllib.Probes
import org.apache.spark.mllib.clustering.{KMeans, StreamingKMeans}
import org.apache.spark.mllib.linalg.{Vector, Vectors}
import org.apache.spark.mllib.regression._
import org.apache.spark.mllib.stat.test.{BinarySample, StreamingTest}
import org.apache.spark.streaming.{Milliseconds, StreamingContext}

/** The numbers of runs.ts. */
class Numbers(seed: Long) {
  private var state = seed * 7919 + 17
  def uniform(): Double = {
    state = (state * 1103515245L + 12345L) % 2147483648L
    state / 2147483648.0
  }
  def normal(): Double = (uniform() + uniform() + uniform() - 1.5) * 2
}

object RecordMLlib {
  val answers = mutable.LinkedHashMap[String, Any]()

  def failure(work: => Any): String =
    try work.toString
    catch { case e: Throwable => e.getMessage }

  def points(seed: Int, rows: Int, size: Int, clusters: Int): Seq[Vector] = {
    val numbers = new Numbers(seed)
    val centers = Seq.fill(clusters)(Array.fill(size)(numbers.normal() * 3))
    Seq.tabulate(rows)(row => Vectors.dense(centers(row % clusters).map(c => numbers.normal() + c)))
  }

  def labelled(seed: Int, rows: Int, size: Int, isBinary: Boolean): Seq[LabeledPoint] = {
    val numbers = new Numbers(seed)
    val model = Array.fill(size)(numbers.normal())
    Seq.fill(rows) {
      val values = Array.fill(size)(numbers.normal())
      var margin = 0.0
      for (i <- values.indices) margin += model(i) * values(i)
      margin += numbers.normal() * 0.1
      LabeledPoint(if (isBinary) (if (margin > 0) 1.0 else 0.0) else margin, Vectors.dense(values))
    }
  }

  def texts(): Unit = {
    val vectors = Seq("[1.0,2.0]", "[]", "[ 1,2.5e3 , -.5]", "(3,[0,2],[1.0,3.0])", "(3, [0, 2], [1, 3])", "[NaN,Infinity,-0.0]",
      "[1,2", "[1,,2]", "[,1]", "[1,x]", "1.0", "(1,[2],[3.0])", "(3,[0],[1.0]", "(3,[0,1],[1.0])", "(3,[2,1],[1.0,2.0])", "", "(1,2)", "[1]]", "[1.0 2.0]", "[0x1p3,1d,2f]",
      "[1e400,1e-400,123456789.123,1.0E10,0.0001]")
    answers("Vectors.parse") = vectors.map(text => Seq(text, failure(Vectors.parse(text))))
    val labels = Seq("(1.0,[2.0,3.0])", "(0,(2,[1],[4]))", "1.0,2.0 3.0", "1,2", "1", "(1.0)", "(1.0,2.0)", "x,1 2", "1,2  3", "(1.0,[2.0)", "( 1.0 , [2.0] )", "[1.0]")
    answers("LabeledPoint.parse") = labels.map(text => Seq(text, failure(LabeledPoint.parse(text))))
  }

  def randomCenters(): Unit =
    answers("setRandomCenters") = Seq(0L, 1L, 42L, -7L, 1234567890123L).map { seed =>
      val model = new StreamingKMeans().setK(3).setRandomCenters(4, 2.0, seed).latestModel()
      Seq(seed.toString, model.clusterCenters.map(_.toArray), model.clusterWeights)
    }

  def linear(sc: SparkContext): Unit = {
    def weights(m: GeneralizedLinearModel): Seq[Any] = Seq(m.weights.toArray, m.intercept)
    val data = sc.parallelize(labelled(31, 120, 4, false), 3).cache()
    val binary = sc.parallelize(labelled(32, 120, 4, true), 3).cache()
    answers("linear models") = Seq(
      Seq("linear", weights(Probes.linear(data, false))),
      Seq("linear with intercept", weights(Probes.linear(data, true))),
      Seq("ridge", weights(Probes.ridge(data, false))),
      Seq("ridge with intercept", weights(Probes.ridge(data, true))),
      Seq("lasso", weights(Probes.lasso(data, false))),
      Seq("lasso with intercept", weights(Probes.lasso(data, true))),
      Seq("logistic", weights(Probes.logistic(binary, false))),
      Seq("logistic with intercept", weights(Probes.logistic(binary, true))))
    answers("labels") = failure(Probes.logistic(data, false))
  }

  def costs(sc: SparkContext): Unit = {
    val data = sc.parallelize(points(33, 400, 3, 7), 4).cache()
    def costOf(mode: String): Seq[Double] = (1 to 50).map { seed =>
      KMeans.train(data, 5, 10, mode, seed.toLong).computeCost(data)
    }
    answers("k-means costs") = Seq(Seq(KMeans.K_MEANS_PARALLEL, costOf(KMeans.K_MEANS_PARALLEL)), Seq(KMeans.RANDOM, costOf(KMeans.RANDOM)))
    val initial = new org.apache.spark.mllib.clustering.KMeansModel(points(34, 5, 3, 5).toArray)
    val model = new KMeans().setK(5).setMaxIterations(7).setEpsilon(0).setInitialModel(initial).run(data)
    answers("k-means from centres") = Seq(model.clusterCenters.map(_.toArray), model.computeCost(data))
  }

  def samples(seed: Int, batches: Int): Seq[Seq[BinarySample]] = {
    val numbers = new Numbers(seed)
    Seq.fill(batches)(Seq.tabulate(20)(i => BinarySample(i % 3 == 0, numbers.normal() * 2 + (if (i % 3 == 0) 0.5 else 0.0))))
  }

  def significance(sc: SparkContext): Unit = {
    val kinds = for (method <- Seq("welch", "student"); window <- Seq(0, 2)) yield (method, window)
    val ssc = new StreamingContext(sc, Milliseconds(300))
    ssc.checkpoint(Files.createTempDirectory("mllib").toString)
    val batches = 5
    val results = kinds.map { case (method, window) =>
      val queue = mutable.Queue(samples(35, batches).map(batch => sc.parallelize(batch, 2)): _*)
      val found = mutable.ArrayBuffer[Any]()
      new StreamingTest().setTestMethod(method).setWindowSize(window).registerStream(ssc.queueStream(queue)).foreachRDD { rdd =>
        found += rdd.collect().toSeq.map(r => Seq(r.pValue, r.degreesOfFreedom, r.statistic, r.method, r.toString))
      }
      Seq(method, window, found)
    }
    ssc.start()
    while (results.exists(_(2).asInstanceOf[mutable.ArrayBuffer[Any]].size < batches)) ssc.awaitTerminationOrTimeout(100)
    ssc.stop(false, false)
    answers("significance") = results.map(r => Seq(r(0), r(1), r(2).asInstanceOf[mutable.ArrayBuffer[Any]].take(batches).toList))
  }

  def main(args: Array[String]): Unit = {
    val sc = new SparkContext(new SparkConf().setAppName("mllib"))
    sc.setLogLevel("OFF")
    texts()
    randomCenters()
    linear(sc)
    costs(sc)
    significance(sc)
    Files.write(Paths.get(sys.env("RECORD_TO")), Json.of(answers.toSeq.map { case (k, v) => Seq(k, v) }).getBytes("UTF-8"))
    sc.stop()
  }
}
