import java.util.concurrent.Semaphore
import org.apache.spark.{SparkConf, SparkContext}
import org.apache.spark.rdd.RDD
import org.apache.spark.streaming.{ManualBatches, Milliseconds, State, StateSpec, StreamingContext}
import org.apache.spark.streaming.scheduler.{StreamingListener, StreamingListenerBatchCompleted}
import scala.collection.mutable

object StateUpdates {
  private val windowBatches = 60

  def main(args: Array[String]): Unit = {
    val operation = args(0)
    val keys = args(1).toLong
    val updates = args(2).toLong
    val batchCount = args(3).toInt
    val intervalMs = args(4).toLong
    val sc = new SparkContext(ManualBatches.configure(new SparkConf()))
    val ssc = new StreamingContext(sc, Milliseconds(intervalMs))
    ssc.checkpoint(args(5))
    val first = if (operation == "window") updates else keys
    val queue = mutable.Queue[RDD[(String, Int)]]()
    for (batch <- 0 until batchCount) {
      val from = if (batch == 0) 0 else first + (batch - 1) * updates
      val until = from + (if (batch == 0) first else updates)
      queue += sc.range(from, until, 1, 2).map(n => ("key-" + (n * 7919) % keys, 1))
    }
    val pairs = ssc.queueStream(queue)
    var records = 0L
    operation match {
      case "mapWithState" =>
        val spec = StateSpec.function((key: String, one: Option[Int], state: State[Int]) => {
          val sum = state.getOption().getOrElse(0) + one.getOrElse(0)
          state.update(sum)
          sum
        })
        pairs.mapWithState(spec).foreachRDD { rdd => records = rdd.count() }
      case "updateStateByKey" =>
        val update = (values: Seq[Int], sum: Option[Int]) => Some(values.sum + sum.getOrElse(0)): Option[Int]
        pairs.updateStateByKey(update).foreachRDD { rdd => records = rdd.count() }
      case _ =>
        pairs
          .reduceByKeyAndWindow((a: Int, b: Int) => a + b, (a: Int, b: Int) => a - b, Milliseconds(windowBatches * intervalMs), Milliseconds(intervalMs))
          .foreachRDD { rdd => records = rdd.count() }
    }
    val completed = new Semaphore(0)
    ssc.addStreamingListener(new StreamingListener {
      override def onBatchCompleted(event: StreamingListenerBatchCompleted): Unit = completed.release()
    })
    val cpuBefore = BenchReport.cpuSeconds
    ssc.start()
    val batchMillis = (0 until batchCount).map { _ =>
      val started = System.nanoTime
      ManualBatches.advance(ssc, intervalMs)
      completed.acquire()
      (System.nanoTime - started) / 1e6
    }
    BenchReport.report(
      "records" -> records,
      "batchMillis" -> batchMillis.mkString("[", ",", "]"),
      "cpuSeconds" -> (BenchReport.cpuSeconds - cpuBefore),
      "peakRssBytes" -> BenchReport.peakRssBytes)
    ssc.stop(stopSparkContext = true, stopGracefully = false)
  }
}
