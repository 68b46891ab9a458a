// What the programs of record.scala are given: a context on a clock that the recorder moves, shared input, and a log of what came out.
import org.apache.spark._
import org.apache.spark.rdd.RDD
import org.apache.spark.streaming._
import org.apache.spark.streaming.dstream.DStream
import org.apache.spark.streaming.scheduler._
import java.io.{ByteArrayOutputStream, PrintStream}
import java.nio.file.{Files, Path, Paths}
import scala.collection.mutable
import scala.jdk.CollectionConverters._
import scala.reflect.ClassTag
import scala.util.Try

/** What came out, as pairs of batch time and JSON: static, so that a function that logs closes over nothing. */
object Log {
  val entries = mutable.Buffer[String]()
  def add(time: Time, value: Any): Unit = synchronized { entries += Json.of((time.milliseconds, value)) }
  def error(e: Throwable): Unit = synchronized { entries += "{\"error\":" + Json.text(Errors.root(e)) + "}" }
}

object Errors {
  def root(e: Throwable): String = {
    val told = if (e.getMessage != null && e.getMessage.startsWith("Job aborted") && e.getCause != null) e.getCause else e
    String.valueOf(told.getMessage).linesIterator.toSeq.headOption.getOrElse("").replaceAll("^org\\.apache\\.spark\\S+@[0-9a-f]+ ", "")
  }
}

object Sorted {
  def apply(values: Iterable[_]): Seq[Any] = values.toSeq.sortBy(Json.of(_))
  /** The sides of a cogroup, or a group: they have no order either. */
  def groups(record: Any): Any = record match {
    case (k, vs: Iterable[_]) => Seq(k, Sorted(vs))
    case (k, sides: Product) => k +: sides.productIterator.map(side => Sorted(side.asInstanceOf[Iterable[_]])).toSeq
  }
  def parts(rdd: RDD[_]): Seq[Seq[Any]] = rdd.mapPartitions(i => Iterator(i.toVector)).collect().toSeq
}

/** Completed batches, by time; batches without jobs complete nothing, so every program has an output operation that does nothing. */
class Completed extends StreamingListener {
  @volatile private var last = 0L
  override def onBatchCompleted(event: StreamingListenerBatchCompleted): Unit = synchronized { last = event.batchInfo.batchTime.milliseconds; notifyAll() }
  def waitFor(time: Long, failed: => Boolean): Unit = synchronized {
    var left = 600
    while (last < time && left > 0 && !(failed && left < 590)) { wait(50); left -= 1 }
    if (left == 0) sys.error(s"batch $time did not end")
  }
}

final class Bench(val sc: SparkContext) {
  var interval = 1000L
  var batches = 8
  val files: String = Files.createTempDirectory("millstream-record").toString
  lazy val ssc = new StreamingContext(sc, Milliseconds(interval))
  // The context that all programs share has no directory but the program's own.
  sc.setCheckpointDir(null)
  private val finals = mutable.Buffer[() => Any]()
  private val printed = new ByteArrayOutputStream()

  def checkpoint(): Unit = ssc.checkpoint(files + "/checkpoint")

  // Input: queues, one RDD a batch, then the default of an empty partition.
  def none[T: ClassTag]: RDD[T] = sc.emptyRDD[T]
  def queue[T: ClassTag](rdds: RDD[T]*): DStream[T] = ssc.queueStream(mutable.Queue(rdds: _*), oneAtATime = true)
  def batch[T: ClassTag](slices: Int)(records: T*): RDD[T] = sc.parallelize(records, slices)
  def words: DStream[String] = queue(batch(2)("a", "b", "a", "c"), batch(3)("b", "b", "d"), batch[String](1)(), batch(1)("a"), none, batch(4)("c", "a", "e", "e", "e", "b"))
  def numbers: DStream[Int] = queue(batch(2)(1, 2, 3, 4, 5, 6), batch(3)(7, 8), batch[Int](2)(), batch(1)(5), none, batch(2)(-3, 0, 10, 10))
  def pairs: DStream[(String, Int)] = queue(batch(2)("a" -> 1, "b" -> 2, "a" -> 3), batch(2)("b" -> 4, "c" -> 5), batch[(String, Int)](1)(), batch(3)("a" -> 6, "a" -> 7, "d" -> 8), none, batch(1)("c" -> 9))
  def others: DStream[(String, String)] = queue(batch(2)("a" -> "x", "c" -> "y", "a" -> "w"), batch[(String, String)](1)(), batch(1)("a" -> "z"), batch(2)("d" -> "u", "a" -> "v", "e" -> "t"), none, batch(2)("c" -> "s", "b" -> "r"))

  // Output: each batch of a stream, as the comparison needs it.
  /** Records without order. */
  def out(stream: DStream[_]): Unit = stream.foreachRDD { (rdd: RDD[_], time: Time) => Log.add(time, Sorted(rdd.collect().toSeq)) }
  /** Records by partition in their order. */
  def glom(stream: DStream[_]): Unit = stream.foreachRDD { (rdd: RDD[_], time: Time) => Log.add(time, Sorted.parts(rdd)) }
  /** Records by partition without order inside. */
  def placed(stream: DStream[_]): Unit = stream.foreachRDD { (rdd: RDD[_], time: Time) => Log.add(time, Sorted.parts(rdd).map(Sorted(_))) }
  /** The same, where the values of a pair are groups. */
  def groups(stream: DStream[_]): Unit = stream.foreachRDD { (rdd: RDD[_], time: Time) => Log.add(time, Sorted.parts(rdd).map(p => Sorted(p.map(Sorted.groups)))) }
  /** How many partitions, and all records without order. */
  def count(stream: DStream[_]): Unit = stream.foreachRDD { (rdd: RDD[_], time: Time) => Log.add(time, (rdd.getNumPartitions, Sorted(rdd.collect().toSeq))) }
  /** Whether the RDDs have a partitioner. */
  def parted(stream: DStream[_]): Unit = stream.foreachRDD { (rdd: RDD[_], time: Time) => Log.add(time, rdd.partitioner.isDefined) }
  /** Something to add to the log when all is done. */
  def atEnd(value: => Any): Unit = finals += (() => value)
  def printedText: String = printed.toString("UTF-8")

  def listing(dir: String): Seq[String] = Files.list(Paths.get(dir)).iterator.asScala.map(_.getFileName.toString).filterNot(_.startsWith(".")).toSeq.sorted
  def content(dir: String): Seq[(String, Seq[(String, String)])] =
    listing(dir).filter(_ != "checkpoint").map(d => (d, listing(dir + "/" + d).map(f => (f, new String(Files.readAllBytes(Paths.get(dir, d, f)), "UTF-8")))))

  def run(define: Bench => Unit): Unit = {
    try {
      define(this)
      val completed = new Completed
      ssc.addStreamingListener(completed)
      ssc.queueStream(mutable.Queue[RDD[Int]]()).foreachRDD((_: RDD[Int]) => ())
      Console.withOut(new PrintStream(printed, true, "UTF-8")) { ssc.start() }
      val clock = read(read(ssc, "scheduler"), "clock")
      val advance = clock.getClass.getMethod("advance", classOf[Long])
      def failed = Try(ssc.awaitTerminationOrTimeout(1)).isFailure
      for (n <- 1 to batches) {
        advance.invoke(clock, java.lang.Long.valueOf(interval))
        completed.waitFor(n * interval, failed)
      }
      ssc.awaitTerminationOrTimeout(50)
    } catch { case e: Throwable => Log.error(e) }
    for (value <- finals) Log.entries += Json.of(try value() catch { case e: Throwable => Errors.root(e) })
    try ssc.stop(stopSparkContext = false, stopGracefully = false) catch { case _: Throwable => }
  }
  /** What Spark keeps to its own package. */
  private def read(owner: AnyRef, member: String): AnyRef = owner.getClass.getMethod(member).invoke(owner)
}

object Programs {
  private val all = mutable.LinkedHashMap[String, Bench => Unit]()
  def program(name: String)(define: Bench => Unit): Unit = { require(!all.contains(name), name); all(name) = define }

  /** Runs the programs, or those that `RECORD_ONLY` names, one a line, and writes their logs to `RECORD_TO`. */
  def record(): Unit = {
    val conf = new SparkConf().set("spark.streaming.clock", "org.apache.spark.util.ManualClock")
    val sc = new SparkContext(conf)
    sc.setLogLevel("OFF")
    val only = sys.env.get("RECORD_ONLY").map(_.linesIterator.toSet)
    val lines = for ((name, define) <- all if only.forall(_.contains(name))) yield {
      Log.entries.clear()
      new Bench(sc).run(define)
      "  " + Json.text(name) + ": " + Log.entries.mkString("[", ",", "]")
    }
    Files.write(Paths.get(sys.env("RECORD_TO")), lines.mkString("{\n", ",\n", "\n}\n").getBytes("UTF-8"))
    sys.exit(0)
  }
}
