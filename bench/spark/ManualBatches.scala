package org.apache.spark.streaming

import org.apache.spark.SparkConf
import org.apache.spark.util.ManualClock

/** Spark's own manual clock, which only its packages may touch: batches are due when they are told to be. */
object ManualBatches {
  def configure(conf: SparkConf): SparkConf = conf.set("spark.streaming.clock", classOf[ManualClock].getName)

  def advance(ssc: StreamingContext, millis: Long): Unit =
    ssc.scheduler.clock.asInstanceOf[ManualClock].advance(millis)
}
