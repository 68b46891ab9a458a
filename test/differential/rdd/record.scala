// Records what Apache Spark answers to the programs of programs.ts, as expected.json. Run by record.sh.
import org.apache.spark._
import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel
import java.nio.file.{Files, Paths}

object Json {
  def text(s: String): String = {
    val b = new StringBuilder("\"")
    s.foreach {
      case '"' => b ++= "\\\""
      case '\\' => b ++= "\\\\"
      case '\n' => b ++= "\\n"
      case '\r' => b ++= "\\r"
      case '\t' => b ++= "\\t"
      case c if c < ' ' => b ++= "\\u%04x".format(c.toInt)
      case c => b += c
    }
    (b += '"').toString
  }
  def number(d: Double): String =
    if (d.isNaN || d.isInfinite) text(if (d.isNaN) "NaN" else if (d > 0) "Infinity" else "-Infinity")
    else if (d == Math.rint(d) && Math.abs(d) < 1e15) d.toLong.toString
    else d.toString
  def of(x: Any): String = x match {
    case null | None => "null"
    case Some(v) => of(v)
    case s: String => text(s)
    case b: Boolean => b.toString
    case d: Double => number(d)
    case n: java.lang.Number => n.toString
    case c: Char => text(c.toString)
    case u: Unit => "null"
    case m: scala.collection.Map[_, _] => m.toSeq.map(e => of(Seq(e._1, e._2))).sorted.mkString("[", ",", "]")
    case s: scala.collection.Set[_] => s.toSeq.map(of).sorted.mkString("[", ",", "]")
    case a: Array[_] => a.map(of).mkString("[", ",", "]")
    case i: Iterable[_] => i.map(of).mkString("[", ",", "]")
    case p: Product => p.productIterator.map(of).mkString("[", ",", "]")
    case other => text(other.toString)
  }
}

sc.setLogLevel("OFF")
val results = scala.collection.mutable.LinkedHashMap[String, String]()
def rootMessage(e: Throwable): String = {
  val told = if (e.getMessage != null && e.getMessage.startsWith("Job aborted") && e.getCause != null) e.getCause else e
  String.valueOf(told.getMessage).linesIterator.toSeq.headOption.getOrElse("")
}
def program(name: String)(body: => Any): Unit =
  results(name) = try Json.of(body) catch { case e: Throwable => "{\"error\":" + Json.text(rootMessage(e)) + "}" }
/** Records by partition, in their order. */
def glom(rdd: RDD[_]): Seq[Seq[Any]] = rdd.mapPartitions(i => Iterator(i.toVector)).collect().toSeq
/** Records by partition where Spark gives no order inside: sorted by their JSON. */
def placed(rdd: RDD[_]): Seq[Any] = glom(rdd).map(_.sortBy(Json.of(_)))
def sorted(values: Iterable[_]): Seq[Any] = values.toSeq.sortBy(Json.of(_))
/** The same, where the values of a pair are groups, which have no order either. */
def groups(rdd: RDD[_ <: (Any, Any)]): Seq[Any] = glom(rdd).map(_.map {
  case (k, vs: Iterable[_]) => Seq(k, sorted(vs))
  case (k, sides: Product) => k +: sides.productIterator.map(side => sorted(side.asInstanceOf[Iterable[_]])).toSeq
}.sortBy(Json.of(_)))

val words = Seq("spark", "stream", "batch", "", "window", "key", "value", "é", "日本", "a", "b", "c", "spark", "key", "a")
def wordRdd = sc.parallelize(words, 4)
def wordPairs = wordRdd.map(w => (w, w.length))
def numbers = sc.parallelize(1 to 20, 4)
def pairs = sc.parallelize(Seq("a" -> 1, "b" -> 2, "a" -> 3, "c" -> 4, "b" -> 5, "a" -> 6), 3)
def others = sc.parallelize(Seq("a" -> "x", "c" -> "y", "d" -> "z", "a" -> "w"), 2)
def third = sc.parallelize(Seq("a" -> true, "e" -> false), 2)
def fourth = sc.parallelize(Seq("e" -> 1.5, "a" -> 2.5), 1)
val files = Files.createTempDirectory("millstream-record").toString
def write(name: String, content: String): String = { val p = Paths.get(files, name); Files.createDirectories(p.getParent); Files.write(p, content.getBytes("UTF-8")); p.toString }
def listing(dir: String): Seq[String] = Files.list(Paths.get(dir)).toArray.map(_.toString.split('/').last).filterNot(_.startsWith(".")).sorted.toSeq
def content(dir: String, name: String): String = new String(Files.readAllBytes(Paths.get(dir, name)), "UTF-8")

// Creation
program("parallelize cuts into contiguous slices")(Seq(1, 2, 3, 4, 7).map(n => glom(sc.parallelize(1 to 10, n))))
program("parallelize with more slices than values")(glom(sc.parallelize(Seq(1, 2, 3), 5)))
program("parallelize of nothing keeps its slices")(glom(sc.parallelize(Seq.empty[Int], 3)))
program("parallelize into no slices")(sc.parallelize(Seq(1), 0).collect())
program("range upward by a step")(glom(sc.range(1, 20, 3, 3)))
program("range downward")(glom(sc.range(10, 0, -3, 2)))
program("range that is empty")(glom(sc.range(5, 1, 1, 2)))
program("range with step 0")(sc.range(0, 10, 0))
program("emptyRDD has no partitions")((sc.emptyRDD[Int].getNumPartitions, glom(sc.emptyRDD[Int])))
program("union of several")(glom(sc.union(Seq(sc.parallelize(1 to 3, 2), sc.emptyRDD[Int], sc.parallelize(4 to 5, 1)))))
program("union of aligned parents")({
  val p = new HashPartitioner(3)
  val u = sc.union(Seq(pairs.partitionBy(p), pairs.mapValues(_ * 10).partitionBy(p)))
  (u.getNumPartitions, u.partitioner.isDefined, placed(u))
})
program("union of parents under different partitioners")({
  val u = pairs.partitionBy(new HashPartitioner(2)).union(pairs.partitionBy(new HashPartitioner(3)))
  (u.getNumPartitions, u.partitioner.isDefined)
})

// Narrow
program("map, filter and flatMap")(glom(numbers.map(_ * 2).filter(_ % 3 != 0).flatMap(n => Seq(n, -n))))
program("flatMap to nothing")(glom(numbers.flatMap(_ => Seq.empty[Int])))
program("mapPartitions sees empty partitions")(glom(sc.parallelize(Seq(1, 2), 4).mapPartitions(i => Iterator(i.size))))
program("mapPartitionsWithIndex")(glom(numbers.mapPartitionsWithIndex((p, i) => i.map(n => (p, n)))))
program("glom")(sc.parallelize(1 to 5, 3).glom().collect())
program("glom of empty partitions")(sc.parallelize(Seq(1), 3).glom().collect())
program("keyBy, keys and values")({ val k = numbers.keyBy(_ % 3); (glom(k), glom(k.keys), glom(k.values)) })
program("mapValues and flatMapValues")((glom(pairs.mapValues(_ * 2)), glom(pairs.flatMapValues(n => 1 to (n % 3)))))
program("mapValues keeps the partitioner, map does not")({
  val r = pairs.partitionBy(new HashPartitioner(4))
  (r.mapValues(_ + 1).partitioner.isDefined, r.map(x => x).partitioner.isDefined, r.filter(_ => true).partitioner.isDefined, r.flatMapValues(Seq(_)).partitioner.isDefined, r.keys.partitioner.isDefined)
})
program("cartesian")(glom(sc.parallelize(1 to 3, 2).cartesian(sc.parallelize(Seq("x", "y"), 2))))
program("cartesian with an empty side")({ val c = sc.parallelize(1 to 3, 2).cartesian(sc.emptyRDD[Int]); (c.getNumPartitions, c.count()) })
program("zip")(glom(sc.parallelize(1 to 5, 2).zip(sc.parallelize(Seq("a", "b", "c", "d", "e"), 2))))
program("zip with other partition counts")(sc.parallelize(1 to 4, 2).zip(sc.parallelize(1 to 4, 3)).collect())
program("zip with other element counts")(sc.parallelize(1 to 4, 2).zip(sc.parallelize(1 to 3, 2)).collect())
program("zipPartitions")(glom(sc.parallelize(1 to 5, 2).zipPartitions(sc.parallelize(Seq("a", "b", "c"), 2))((a, b) => Iterator(a.size, b.size))))
program("zipPartitions with other partition counts")(sc.parallelize(1 to 4, 2).zipPartitions(sc.parallelize(1 to 4, 3))((a, b) => a).collect())
program("zipWithIndex")(glom(sc.parallelize(Seq("a", "b", "c", "d", "e"), 3).zipWithIndex()))
program("zipWithUniqueId")(glom(sc.parallelize(Seq("a", "b", "c", "d", "e"), 3).zipWithUniqueId()))
program("sample of nothing and of all")((numbers.sample(false, 0.0, 7).count(), numbers.sample(false, 1.0, 7).count(), numbers.sample(true, 0.0, 7).count()))
program("sample with a negative fraction")(numbers.sample(false, -0.1, 7).count())
program("sample of more than all")(numbers.sample(false, 1.5, 7).count())
program("randomSplit into one")(numbers.randomSplit(Array(1.0), 3).map(r => glom(r)))
program("randomSplit covers everything once")({ val parts = numbers.randomSplit(Array(1.0, 2.0, 3.0), 11); (parts.length, sorted(parts.toSeq.flatMap(_.collect().toSeq))) })
program("pipe through a command")(glom(sc.parallelize(Seq("b", "a", "c"), 2).pipe("cat")))
program("pipe through a command with arguments and environment")(glom(sc.parallelize(Seq("x"), 1).pipe(Seq("sh", "-c", "cat; echo $GREETING"), Map("GREETING" -> "hello"))))
program("pipe of an empty partition still runs the command")(glom(sc.parallelize(Seq.empty[String], 2).pipe("wc -l")).map(_.map(_.toString.trim)))

// Sizes
program("coalesce")(Seq(1, 2, 3, 5, 10).map(n => glom(sc.parallelize(1 to 10, 5).coalesce(n))))
program("coalesce to none")(sc.parallelize(1 to 10, 5).coalesce(0).collect())
program("coalesce with shuffle raises the count")(sc.parallelize(1 to 10, 2).coalesce(4, true).getNumPartitions)
program("repartition spreads evenly")({ val r = sc.parallelize(1 to 100, 3).repartition(4); (glom(r).map(_.size).sorted, sorted(r.collect())) })
program("repartition to one")(sorted(sc.parallelize(1 to 10, 5).repartition(1).collect()))
program("repartition of an empty RDD")(glom(sc.emptyRDD[Int].repartition(3)))

// Placement
program("hash placement of strings")(placed(wordPairs.partitionBy(new HashPartitioner(5))))
program("hash placement of integers")(placed(sc.parallelize(Seq(0, 1, -1, 7, -7, 2147483647, -2147483648, 1000003).map(_ -> 0), 2).partitionBy(new HashPartitioner(6))))
program("hash placement of longs")(placed(sc.parallelize(Seq(2147483648L, -2147483649L, 4294967296L, 9007199254740991L, -9007199254740991L, 1099511627776L).map(_ -> 0), 2).partitionBy(new HashPartitioner(7))))
program("hash placement of fractions")(Seq(0.5, -0.5, 1e300, 12.3456, Double.PositiveInfinity, Double.NegativeInfinity, Double.NaN, 1e-10, 0.0, 5e-324).map(new HashPartitioner(101).getPartition(_)))
program("hash placement of booleans and null")(placed(sc.parallelize(Seq[(Any, Int)]((true, 1), (false, 2), (null, 3)), 2).partitionBy(new HashPartitioner(5))))
program("hash placement of tuples")(placed(sc.parallelize(Seq(("a", 1), ("b", 2), ("a", 2), ("", 0), ("é", -5)).map(_ -> 0), 2).partitionBy(new HashPartitioner(5))))
program("hash placement of nested tuples")(placed(sc.parallelize(Seq((("a", 1), true), (("b", 2), false), (("a", 1), false)).map(_ -> 0), 2).partitionBy(new HashPartitioner(5))))
program("hash partitioner of a negative count")(new HashPartitioner(-1))
program("partitionBy keeps duplicates")(placed(pairs.partitionBy(new HashPartitioner(2))))
program("partitionBy of equal partitioner does not shuffle again")({ val r = pairs.partitionBy(new HashPartitioner(3)); r.partitionBy(new HashPartitioner(3)).id == r.id })

// Keyed
program("reduceByKey")(placed(pairs.reduceByKey(_ + _)))
program("reduceByKey with a count")(placed(pairs.reduceByKey(_ + _, 5)))
program("reduceByKey of one key")(placed(sc.parallelize(1 to 100, 5).map(n => ("k", n)).reduceByKey(_ + _, 3)))
program("reduceByKey with null keys")(placed(sc.parallelize(Seq[(String, Int)]((null, 1), ("a", 2), (null, 3)), 2).reduceByKey(_ + _, 2)))
program("reduceByKey with NaN keys")(placed(sc.parallelize(Seq((Double.NaN, 1), (1.5, 2), (Double.NaN, 3)), 2).reduceByKey(_ + _, 2)))
program("reduceByKey of an empty RDD")({ val r = sc.emptyRDD[(String, Int)].reduceByKey(_ + _); (r.getNumPartitions, r.collect()) })
program("reduceByKey of empty partitions")(glom(sc.parallelize(Seq.empty[(String, Int)], 3).reduceByKey(_ + _)))
program("reduceByKey into a partitioner")({ val r = pairs.reduceByKey(new HashPartitioner(2), _ + _); (r.partitioner.isDefined, placed(r)) })
program("groupByKey")(groups(pairs.groupByKey()))
program("groupByKey with a count")(groups(pairs.groupByKey(2)))
program("groupByKey of a skewed key")(groups(sc.parallelize((1 to 50).map(n => (if (n % 10 == 0) "rare" + n else "hot", n)), 4).groupByKey(3)))
program("groupBy")(groups(numbers.groupBy(_ % 3)))
program("groupBy with a count")(groups(numbers.groupBy(n => if (n % 2 == 0) "even" else "odd", 2)))
program("aggregateByKey")(placed(pairs.aggregateByKey(10)(_ + _, _ + _)))
program("aggregateByKey applies zero once per partition and key")(placed(sc.parallelize(Seq("a" -> 1, "a" -> 2, "b" -> 3), 1).aggregateByKey(100)(_ + _, _ + _)))
program("foldByKey")(placed(pairs.foldByKey(1)(_ * _)))
program("foldByKey with a count")(placed(pairs.foldByKey(0, 2)(_ + _)))
program("combineByKey")(placed(pairs.combineByKey((v: Int) => (v, 1), (c: (Int, Int), v: Int) => (c._1 + v, c._2 + 1), (a: (Int, Int), b: (Int, Int)) => (a._1 + b._1, a._2 + b._2))))
program("reduceByKeyLocally")(pairs.reduceByKeyLocally(_ + _))
program("countByKey")(pairs.countByKey())
program("countByValue")(wordRdd.countByValue())
program("collectAsMap keeps the last")(sc.parallelize(Seq("a" -> 1, "a" -> 2, "b" -> 3), 1).collectAsMap())
program("lookup")((pairs.lookup("a"), pairs.lookup("none"), pairs.partitionBy(new HashPartitioner(4)).lookup("b")))
program("join")(placed(pairs.join(others)))
program("join with a count")(placed(pairs.join(others, 2)))
program("leftOuterJoin")(placed(pairs.leftOuterJoin(others)))
program("rightOuterJoin")(placed(pairs.rightOuterJoin(others)))
program("fullOuterJoin")(placed(pairs.fullOuterJoin(others)))
program("join with an empty RDD")({ val j = pairs.join(sc.emptyRDD[(String, Int)]); (j.getNumPartitions, j.collect()) })
program("join of co-partitioned sides keeps the partitioner")({
  val p = new HashPartitioner(3)
  val j = pairs.partitionBy(p).join(others.partitionBy(p))
  (j.getNumPartitions, j.partitioner == Some(p), placed(j))
})
program("cogroup of two")(groups(pairs.cogroup(others)))
program("cogroup of three")(groups(pairs.cogroup(others, third)))
program("cogroup of four")(groups(pairs.cogroup(others, third, fourth)))
program("groupWith")(groups(pairs.groupWith(others)))
program("subtract")(placed(sc.parallelize(Seq(1, 2, 2, 3, 4), 3).subtract(sc.parallelize(Seq(2, 4, 5), 2))))
program("subtract with a count")(placed(sc.parallelize(Seq(1, 2, 2, 3, 4), 3).subtract(sc.parallelize(Seq(2, 4, 5), 2), 4)))
program("subtractByKey")(placed(pairs.subtractByKey(others)))
program("intersection removes duplicates")(placed(sc.parallelize(Seq(1, 2, 2, 3), 3).intersection(sc.parallelize(Seq(2, 2, 3, 5), 2))))
program("distinct")(placed(wordRdd.distinct()))
program("distinct with a count")(placed(numbers.map(_ % 7).distinct(2)))
program("default partitioner prefers the existing one")({
  val j = pairs.partitionBy(new HashPartitioner(7)).join(others)
  (j.getNumPartitions, pairs.join(others.partitionBy(new HashPartitioner(1))).getNumPartitions, sc.parallelize(1 to 40, 20).map(n => (n.toString, n)).join(others.partitionBy(new HashPartitioner(1))).getNumPartitions)
})
program("sampleByKey of all and nothing")(sorted(pairs.sampleByKey(false, Map("a" -> 1.0, "b" -> 0.0, "c" -> 1.0), 5).collect()))
program("sampleByKeyExact of all and nothing")(sorted(pairs.sampleByKeyExact(false, Map("a" -> 1.0, "b" -> 0.0, "c" -> 1.0), 5).collect()))

// Ordered
def shuffled = sc.parallelize(Seq(17, 3, 20, 8, 1, 12, 5, 19, 2, 14, 9, 6, 16, 11, 4, 18, 7, 13, 10, 15), 4)
program("sortByKey ascending")(glom(shuffled.map(n => (n, n * n)).sortByKey()))
program("sortByKey descending")(glom(shuffled.map(n => (n, n * n)).sortByKey(false)))
program("sortByKey into two partitions")(glom(shuffled.map(n => (n, n)).sortByKey(true, 2)))
program("sortByKey into one partition")(glom(shuffled.map(n => (n, n)).sortByKey(true, 1)))
program("sortByKey of strings")(wordPairs.sortByKey().collect().map(_._1))
program("sortByKey of few keys gives fewer partitions")({ val r = sc.parallelize(Seq(1, 1, 1, 2, 2), 4).map(n => (n, n)).sortByKey(true, 4); (r.getNumPartitions, glom(r)) })
program("sortByKey of an empty RDD")({ val r = sc.emptyRDD[(Int, Int)].sortByKey(); (r.getNumPartitions, r.collect()) })
program("sortBy")(glom(shuffled.sortBy(n => (n % 3, n))))
program("sortBy descending with a count")(glom(shuffled.sortBy(n => n, false, 2)))
program("sortBy with NaN")(sc.parallelize(Seq(2.5, Double.NaN, -1.0, Double.PositiveInfinity, 0.0), 2).sortBy(d => d).collect())
program("repartitionAndSortWithinPartitions")(glom(shuffled.map(n => (n, n)).repartitionAndSortWithinPartitions(new HashPartitioner(3))))
program("filterByRange of sorted data")(shuffled.map(n => (n, n)).sortByKey().filterByRange(5, 8).collect())
program("filterByRange of unsorted data")(sorted(shuffled.map(n => (n, n)).filterByRange(5, 8).collect()))

// Actions
program("count, first and isEmpty")((numbers.count(), numbers.first(), numbers.isEmpty(), sc.emptyRDD[Int].isEmpty(), sc.parallelize(Seq.empty[Int], 3).isEmpty()))
program("first of an empty RDD")(sc.emptyRDD[Int].first())
program("take over many partitions")(Seq(0, 1, 5, 12, 20, 50).map(n => sc.parallelize(1 to 20, 20).take(n).toSeq))
program("take skips empty partitions")(sc.parallelize(Seq(1), 50).union(sc.parallelize(Seq(2), 3)).take(2))
program("take of a negative number")(numbers.take(-1))
program("top and takeOrdered")((shuffled.top(3), shuffled.takeOrdered(3), shuffled.top(0), shuffled.takeOrdered(50)))
program("reduce")(numbers.reduce(_ + _))
program("reduce of an empty RDD")(sc.emptyRDD[Int].reduce(_ + _))
program("reduce over empty partitions")(sc.parallelize(Seq(5), 4).reduce(_ + _))
program("fold applies zero per partition and once more")(sc.parallelize(1 to 4, 2).fold(10)(_ + _))
program("aggregate")(numbers.aggregate((0, 0))((c, n) => (c._1 + n, c._2 + 1), (a, b) => (a._1 + b._1, a._2 + b._2)))
program("treeReduce and treeAggregate")((numbers.treeReduce(_ + _), numbers.treeReduce(_ + _, 3), numbers.treeAggregate(0)(_ + _, _ + _), sc.parallelize(1 to 100, 30).treeAggregate(0)(_ + _, _ + _, 3)))
program("treeReduce of an empty RDD")(sc.emptyRDD[Int].treeReduce(_ + _))
program("treeAggregate of depth 0")(numbers.treeAggregate(0)(_ + _, _ + _, 0))
program("max and min")((shuffled.max(), shuffled.min()))
program("max of an empty RDD")(sc.emptyRDD[Int].max())
program("sum, mean, variance and stdev")({ val d = sc.parallelize(Seq(1.0, 2.0, 3.0, 4.0), 2); (d.sum(), d.mean(), d.variance(), d.stdev(), d.sampleVariance(), d.sampleStdev()) })
program("mean of an empty RDD")({ val d = sc.emptyRDD[Double]; (d.sum(), d.mean(), d.variance()) })
program("stats")({ val s = sc.parallelize(Seq(1.0, 2.5, -3.0, 8.0), 3).stats(); (s.count, s.mean, s.max, s.min, s.sum) })
program("histogram with a count")(sc.parallelize(1 to 20, 3).map(_.toDouble).histogram(4))
program("histogram with bounds")(sc.parallelize(Seq(1.0, 2.0, 5.0, 10.0, 20.0, 50.0), 2).histogram(Array(0.0, 5.0, 20.0, 50.0)))
program("histogram of equal values")(sc.parallelize(Seq(3.0, 3.0, 3.0), 2).histogram(3))
program("histogram of an empty RDD")(sc.emptyRDD[Double].histogram(2))
program("histogram with too few bounds")(sc.parallelize(Seq(1.0), 1).histogram(Array(1.0)))
program("takeSample of all")(sorted(numbers.takeSample(false, 20, 3)))
program("takeSample of more than all")(sorted(numbers.takeSample(false, 100, 3)))
program("takeSample sizes")((numbers.takeSample(false, 5, 3).length, numbers.takeSample(true, 50, 3).length, numbers.takeSample(false, 0, 3).length, sc.emptyRDD[Int].takeSample(false, 3).length))
program("takeSample of a negative number")(numbers.takeSample(false, -1, 3))
program("countApproxDistinct")((sc.parallelize(1 to 10, 2).map(_ % 3).countApproxDistinct(0.01), sc.emptyRDD[Int].countApproxDistinct(0.05)))
program("countApproxDistinct of a wrong precision")(numbers.countApproxDistinct(0.0))
program("toLocalIterator")(numbers.toLocalIterator.toSeq)
program("foreach counts into an accumulator")({ val a = sc.longAccumulator; numbers.foreach(n => a.add(n)); (a.value, a.count) })
program("foreachPartition runs for empty partitions too")({ val a = sc.longAccumulator; sc.parallelize(Seq(1), 4).foreachPartition(_ => a.add(1)); a.value })
program("runJob over some partitions")(sc.runJob(numbers, (i: Iterator[Int]) => i.sum, Seq(3, 0)))
program("a function that throws")(numbers.map(n => if (n == 11) throw new IllegalStateException("no elevens") else n).collect())

// Persistence
program("persist twice with another level")({ val r = numbers.map(_ + 1).persist(StorageLevel.MEMORY_ONLY); r.persist(StorageLevel.DISK_ONLY); 0 })
program("persist gives the same records")(Seq(StorageLevel.MEMORY_ONLY, StorageLevel.MEMORY_AND_DISK, StorageLevel.DISK_ONLY, StorageLevel.MEMORY_ONLY_SER).map { level => val r = wordPairs.persist(level); val first = r.collect().toSeq; val again = r.collect().toSeq; r.unpersist(); (first == again, again.length) })
program("getStorageLevel descriptions")(Seq(StorageLevel.NONE, StorageLevel.MEMORY_ONLY, StorageLevel.MEMORY_AND_DISK_SER_2, StorageLevel.DISK_ONLY, StorageLevel.OFF_HEAP).map(l => (l.toString, l.description)))
program("checkpoint without a directory")({ val r = numbers.map(_ + 1); r.checkpoint(); r.collect() })
program("localCheckpoint keeps the records")({ val r = numbers.map(_ + 1).localCheckpoint(); (r.collect(), r.count(), r.isCheckpointed) })
program("checkpoint keeps the records")({ sc.setCheckpointDir(files + "/checkpoints"); val r = numbers.map(_ + 1); r.checkpoint(); (r.isCheckpointed, r.collect(), r.isCheckpointed, r.collect()) })

// Files
program("saveAsTextFile layout")({ val dir = files + "/saved"; sc.parallelize(Seq("a", "b", "c"), 2).saveAsTextFile(dir); (listing(dir), content(dir, "part-00000"), content(dir, "part-00001")) })
program("saveAsTextFile of an empty RDD")({ val dir = files + "/saved-empty"; sc.emptyRDD[String].saveAsTextFile(dir); listing(dir) })
program("saveAsTextFile of an empty partition")({ val dir = files + "/saved-hole"; sc.parallelize(Seq("a"), 3).saveAsTextFile(dir); listing(dir).map(n => (n, content(dir, n))) })
program("saveAsTextFile of plain values")({ val dir = files + "/saved-values"; sc.parallelize(Seq[Any](1, 2.5, true, "x"), 1).saveAsTextFile(dir); content(dir, "part-00000") })
program("saveAsTextFile read again")({ val dir = files + "/saved-again"; sc.parallelize(words.filter(_.nonEmpty), 3).saveAsTextFile(dir); sorted(sc.textFile(dir).collect()) })
program("saveAsTextFile into an existing directory")({ val dir = files + "/saved"; try { sc.parallelize(Seq("a"), 1).saveAsTextFile(dir); "saved" } catch { case e: Throwable => e.getMessage.replace(files, "") } })
program("saveAsObjectFile read again")({ val dir = files + "/objects"; pairs.saveAsObjectFile(dir); (listing(dir), sorted(sc.objectFile[(String, Int)](dir).collect())) })
val ten = write("ten.txt", (1 to 10).map(n => s"line $n").mkString("", "\n", "\n"))
program("textFile into partitions")(Seq(1, 2, 3, 5).map(n => glom(sc.textFile(ten, n))))
program("textFile line ends")(sc.textFile(write("ends.txt", "a\r\nb\rc\n\nd"), 1).collect())
program("textFile of an empty file")(glom(sc.textFile(write("empty.txt", ""))))
write("dir/b.txt", "b1\nb2\n"); write("dir/a.txt", "a1\n"); write("dir/_hidden", "h\n"); write("dir/.dot", "d\n")
program("textFile of a directory")(sorted(sc.textFile(files + "/dir").collect()))
program("textFile of a pattern and a list")((sorted(sc.textFile(files + "/dir/*.txt").collect()), sc.textFile(files + "/dir/a.txt," + files + "/dir/b.txt").collect()))
program("textFile of a missing path")(try { sc.textFile(files + "/missing").collect(); "read" } catch { case e: Throwable => e.getMessage.replace(files, "") })
program("wholeTextFiles")(sorted(sc.wholeTextFiles(files + "/dir").map { case (p, c) => (p.split('/').last, c) }.collect()))
Files.write(Paths.get(files, "records.bin"), Array[Byte](1, 2, 3, 4, 5, 6))
program("binaryRecords")(sc.binaryRecords(files + "/records.bin", 2).map(_.map(_.toInt).toSeq).collect())
program("binaryFiles")(sc.binaryFiles(files + "/records.bin").map { case (p, s) => (p.split('/').last, s.toArray.map(_.toInt).toSeq) }.collect())

val out = results.map { case (name, json) => "  " + Json.text(name) + ": " + json }.mkString("{\n", ",\n", "\n}\n")
Files.write(Paths.get(sys.env("RECORD_TO")), out.getBytes("UTF-8"))
System.exit(0)
