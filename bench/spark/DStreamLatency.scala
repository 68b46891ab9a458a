import java.util.concurrent.CountDownLatch
import org.apache.spark.{SparkConf, SparkContext}
import org.apache.spark.rdd.RDD
import org.apache.spark.streaming.{Milliseconds, StreamingContext}
import org.apache.spark.streaming.scheduler.{StreamingListener, StreamingListenerBatchCompleted}
import scala.collection.mutable

object DStreamLatency {
  def main(args: Array[String]): Unit = {
    val batchCount = args(0).toInt
    val sc = new SparkContext(new SparkConf())
    val ssc = new StreamingContext(sc, Milliseconds(args(1).toLong))
    val queue = mutable.Queue[RDD[(String, Int)]]()
    for (_ <- 1 to batchCount) queue += sc.parallelize((1 to 100).map(i => ("k" + (i % 10), 1)), 2)
    var records = 0L
    ssc.queueStream(queue).reduceByKey(_ + _, 2).foreachRDD { rdd => rdd.collect().foreach(pair => records += pair._2) }
    val processingDelays = mutable.Buffer[Long]()
    val schedulingDelays = mutable.Buffer[Long]()
    val done = new CountDownLatch(1)
    ssc.addStreamingListener(new StreamingListener {
      override def onBatchCompleted(event: StreamingListenerBatchCompleted): Unit = {
        processingDelays += event.batchInfo.processingDelay.get
        schedulingDelays += event.batchInfo.schedulingDelay.get
        if (processingDelays.length == batchCount) done.countDown()
      }
    })
    val cpuBefore = BenchReport.cpuSeconds
    ssc.start()
    done.await()
    BenchReport.report(
      "records" -> records,
      "processingDelays" -> processingDelays.take(batchCount).mkString("[", ",", "]"),
      "schedulingDelays" -> schedulingDelays.take(batchCount).mkString("[", ",", "]"),
      "cpuSeconds" -> (BenchReport.cpuSeconds - cpuBefore))
    ssc.stop(stopSparkContext = true, stopGracefully = false)
  }
}
