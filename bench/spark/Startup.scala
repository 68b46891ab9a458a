import java.util.concurrent.CountDownLatch
import org.apache.spark.{SparkConf, SparkContext}
import org.apache.spark.rdd.RDD
import org.apache.spark.streaming.{Milliseconds, StreamingContext}
import scala.collection.mutable

object Startup {
  def main(args: Array[String]): Unit = {
    val started = System.nanoTime
    val sc = new SparkContext(new SparkConf())
    val ssc = new StreamingContext(sc, Milliseconds(args(0).toLong))
    val lines = (0 until 100).map(i => s"to be or not to be ${i % 10}")
    val output = new CountDownLatch(1)
    var words = 0L
    ssc
      .queueStream(mutable.Queue[RDD[String]](sc.parallelize(lines)))
      .flatMap(_.split(" "))
      .map((_, 1))
      .reduceByKey(_ + _)
      .foreachRDD { rdd => words += rdd.collect().map(_._2.toLong).sum; output.countDown() }
    ssc.start()
    output.await()
    BenchReport.report("words" -> words, "fromImportMs" -> (System.nanoTime - started) / 1e6)
    ssc.stop(stopSparkContext = true, stopGracefully = false)
  }
}
