import java.util.concurrent.CountDownLatch
import org.apache.spark.SparkConf
import org.apache.spark.storage.StorageLevel
import org.apache.spark.streaming.{Milliseconds, StreamingContext}

object DStreamSocket {
  def main(args: Array[String]): Unit = {
    val expectedWords = args(1).toLong
    val ssc = new StreamingContext(new SparkConf(), Milliseconds((args(2).toDouble * 1000).toLong))
    val counts = ssc
      .socketTextStream("127.0.0.1", args(0).toInt, StorageLevel.MEMORY_ONLY)
      .flatMap(_.split(" "))
      .map((_, 1))
      .reduceByKey(_ + _)
    var words = 0L
    var bytes = 0L
    val batches = scala.collection.mutable.Buffer[String]()
    val counted = new CountDownLatch(1)
    var started = 0L
    def seconds = (System.nanoTime - started) / 1e9
    counts.foreachRDD { rdd =>
      val (batchWords, batchBytes) = rdd
        .map { case (word, count) => (count.toLong, count.toLong * (word.length + 1)) }
        .fold((0L, 0L)) { (a, b) => (a._1 + b._1, a._2 + b._2) }
      words += batchWords
      bytes += batchBytes
      if (batchWords > 0) batches += s"""{"words":$batchWords,"atSeconds":$seconds}"""
      if (words >= expectedWords) counted.countDown()
    }
    started = System.nanoTime
    val cpuBefore = BenchReport.cpuSeconds
    ssc.start()
    counted.await()
    BenchReport.report(
      "seconds" -> seconds,
      "cpuSeconds" -> (BenchReport.cpuSeconds - cpuBefore),
      "words" -> words,
      "bytes" -> bytes,
      "batches" -> batches.mkString("[", ",", "]"),
      "peakRssBytes" -> BenchReport.peakRssBytes)
    ssc.stop(stopSparkContext = true, stopGracefully = false)
  }
}
