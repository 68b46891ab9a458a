import com.fasterxml.jackson.databind.ObjectMapper
import org.apache.spark.{SparkConf, SparkContext}

object JsonLines {
  def main(args: Array[String]): Unit = {
    val sc = new SparkContext(new SparkConf())
    def centsByUser() = sc
      .textFile(args(0))
      .mapPartitions { lines => val mapper = new ObjectMapper(); lines.map(line => mapper.readTree(line)) }
      .filter(event => event.get("type").asText != "view")
      .map(event => (event.get("user").asText, event.get("cents").asLong))
      .reduceByKey(_ + _)
      .collect()
    var pairs = Array.empty[(String, Long)]
    val runs = (1 to args(1).toInt).map { _ =>
      val (value, time) = BenchReport.timed(centsByUser())
      pairs = value
      time
    }
    BenchReport.report(
      "runs" -> runs.mkString("[", ",", "]"),
      "users" -> pairs.length,
      "cents" -> pairs.map(_._2).sum,
      "peakRssBytes" -> BenchReport.peakRssBytes)
    sc.stop()
  }
}
