import org.apache.spark.{SparkConf, SparkContext}

object RddWords {
  def main(args: Array[String]): Unit = {
    val sc = new SparkContext(new SparkConf())
    def counts = sc.textFile(args(0)).flatMap(_.split(" ")).map((_, 1)).reduceByKey(_ + _)
    val runs = (1 to args(1).toInt).map(_ => BenchReport.timed(counts.count())._2)
    val peak = BenchReport.peakRssBytes
    val pairs = counts.collect()
    BenchReport.report(
      "runs" -> runs.mkString("[", ",", "]"),
      "distinctWords" -> pairs.length,
      "words" -> pairs.map(_._2.toLong).sum,
      "bytes" -> pairs.map { case (word, count) => count.toLong * (word.length + 1) }.sum,
      "peakRssBytes" -> peak)
    sc.stop()
  }
}
