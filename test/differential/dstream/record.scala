// Records what Apache Spark answers to the programs of the programs-*.ts files, as expected.json. Run by record.sh.
import org.apache.spark._
import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel
import org.apache.spark.streaming._
import org.apache.spark.streaming.dstream._
import scala.collection.mutable
import Programs.program

object Record {
  val add = (a: Int, b: Int) => a + b
  val subtract = (a: Int, b: Int) => a - b
  val sum = (values: Seq[Int], state: Option[Int]) => Option(values.sum + state.getOrElse(0))
  def three = new HashPartitioner(3)

  def stateless(): Unit = {
    program("map")(b => b.glom(b.words.map(w => w + w)))
    program("map to pairs")(b => b.glom(b.words.map(w => (w, 1))))
    program("flatMap")(b => b.glom(b.numbers.flatMap(n => Seq(n, -n))))
    program("flatMap to nothing")(b => b.glom(b.numbers.flatMap(_ => Seq.empty[Int])))
    program("filter")(b => b.glom(b.numbers.filter(_ % 2 == 0)))
    program("filter that drops all")(b => b.glom(b.numbers.filter(_ => false)))
    program("glom")(b => b.glom(b.words.glom().map(_.toSeq)))
    program("mapPartitions")(b => b.glom(b.numbers.mapPartitions(i => Iterator(i.sum))))
    program("mapPartitions keeps the partitioner if told")(b => { val keyed = b.pairs.reduceByKey(add); b.parted(keyed.mapPartitions(i => i, true)); b.parted(keyed.mapPartitions(i => i)) })
    program("repartition")(b => b.count(b.words.repartition(3)))
    program("repartition of everything to one")(b => b.count(b.numbers.repartition(1)))
    program("union")(b => b.glom(b.numbers.union(b.numbers.map(_ * 10))))
    program("union of a stream with itself")(b => { val n = b.numbers; b.glom(n.union(n)) })
    program("ssc.union of three")(b => b.glom(b.ssc.union(Seq(b.words, b.words.map(_.toUpperCase), b.words.filter(_ == "a")))))
    program("ssc.union of one")(b => b.glom(b.ssc.union(Seq(b.words))))
    program("ssc.union of none")(b => b.glom(b.ssc.union(Seq.empty[DStream[String]])))
    program("union of different slides")(b => b.out(b.numbers.union(b.numbers.window(Seconds(2), Seconds(2)))))
    program("count")(b => b.out(b.words.count()))
    program("count's partitions")(b => b.glom(b.words.count()))
    program("count of nothing ever")(b => b.out(b.queue[Int]().count()))
    program("reduce")(b => b.glom(b.numbers.reduce(add)))
    program("reduce to the longest")(b => b.out(b.words.map(w => w * w.charAt(0).toInt).reduce((x, y) => if (x.length >= y.length) x else y).map(_.length)))
    program("countByValue")(b => b.placed(b.words.countByValue()))
    program("countByValue in 3 partitions")(b => b.placed(b.words.countByValue(3)))
    program("countByValue of pairs")(b => b.placed(b.pairs.countByValue()))
    program("transform")(b => b.glom(b.numbers.transform(rdd => rdd.map(_ + 1))))
    program("transform with the time")(b => b.out(b.numbers.transform((rdd, time) => rdd.sparkContext.parallelize(Seq(time.milliseconds, rdd.count()), 1))))
    program("transform to a sorted RDD")(b => b.glom(b.numbers.transform(rdd => rdd.sortBy(-_, true, 2))))
    program("transform to distinct words")(b => b.placed(b.words.transform(rdd => rdd.distinct(2))))
    program("transform to an empty RDD")(b => b.glom(b.numbers.transform(rdd => rdd.sparkContext.emptyRDD[Int])))
    program("transform to null")(b => b.out(b.numbers.transform((rdd: RDD[Int]) => null.asInstanceOf[RDD[Int]])))
    program("transformWith")(b => b.glom(b.numbers.transformWith(b.words, (n: RDD[Int], w: RDD[String]) => n.map(_.toString).union(w))))
    program("transformWith the time")(b => b.out(b.numbers.transformWith(b.words, (n: RDD[Int], w: RDD[String], t: Time) => n.map(x => s"$x@${t.milliseconds}").union(w))))
    program("transformWith of different slides")(b => b.out(b.numbers.transformWith(b.words.window(Seconds(2), Seconds(2)), (n: RDD[Int], w: RDD[String]) => n.map(_.toString).union(w))))
    program("ssc.transform keeps the order of the streams")(b => b.glom(b.ssc.transform(Seq(b.words, b.numbers.map(_.toString), b.words.map(_.toUpperCase)), (rdds: Seq[RDD[_]], time: Time) =>
      rdds.head.sparkContext.union(rdds.map(_.asInstanceOf[RDD[String]])))))
    program("ssc.transform with the time")(b => b.out(b.ssc.transform(Seq(b.words), (rdds: Seq[RDD[_]], time: Time) => rdds.head.asInstanceOf[RDD[String]].map(w => (w, time.milliseconds)))))
    program("join with a data set in transform")(b => { val names = b.sc.parallelize(Seq("a" -> "Anna", "b" -> "Bert", "x" -> "Xaver"), 2); b.out(b.pairs.transform(rdd => rdd.join(names))) })
    program("subtraction of a data set in transform")(b => { val stop = b.sc.parallelize(Seq("a", "b"), 2); b.out(b.words.transform(rdd => rdd.subtract(stop))) })
    program("two output operations share a stream")(b => { val doubled = b.numbers.map(_ * 2); b.out(doubled); b.out(doubled.count()) })
    program("a failed batch leaves the later ones alone")(b => { b.batches = 4; b.out(b.numbers.map(n => if (n == 7) throw new IllegalStateException("no sevens") else n)) })
    program("a transform that fails leaves the later batches alone")(b => { b.batches = 4; b.out(b.numbers.transform((rdd, time) => if (time.milliseconds == 2000) throw new IllegalStateException("not at two") else rdd)) })
    program("batches of half a second")(b => { b.interval = 500; b.out(b.numbers) })
  }

  def inputs(): Unit = {
    program("queueStream gives empty partitions behind the queue")(b => { b.batches = 3; b.glom(b.queue(b.batch(1)(1))) })
    program("queueStream of all at once")(b => { b.batches = 3; b.glom(b.ssc.queueStream(mutable.Queue(b.batch(2)(1, 2), b.batch(1)(3), b.none[Int]), false)) })
    program("queueStream with a default")(b => { b.batches = 3; b.glom(b.ssc.queueStream(mutable.Queue(b.batch(1)(1)), true, b.batch(2)(8, 9))) })
    program("queueStream without a default")(b => { b.batches = 3; b.glom(b.ssc.queueStream(mutable.Queue(b.batch(1)(1)), true, null)) })
    program("queueStream of all at once without a default")(b => { b.batches = 3; b.glom(b.ssc.queueStream(mutable.Queue(b.batch(1)(1), b.batch(1)(2)), false, null)) })
    program("queueStream of the empty queue")(b => { b.batches = 2; b.glom(b.ssc.queueStream(mutable.Queue[RDD[Int]]())) })
    program("queueStream that is filled while it runs")(b => {
      b.batches = 5
      val queue = mutable.Queue(b.batch(1)(1))
      val more = Seq(b.batch(1)(2), b.batch(1)(3))
      b.ssc.queueStream(mutable.Queue[RDD[Int]]()).foreachRDD { (_: RDD[Int], time: Time) => if (time.milliseconds == 2000) queue.synchronized { queue ++= more } }
      b.glom(b.ssc.queueStream(queue))
    })
    program("ConstantInputDStream")(b => { b.batches = 3; b.glom(new ConstantInputDStream(b.ssc, b.batch(2)(1, 2, 3))) })
  }

  def pairs(): Unit = {
    program("groupByKey")(b => b.groups(b.pairs.groupByKey()))
    program("groupByKey into 3")(b => b.groups(b.pairs.groupByKey(3)))
    program("groupByKey by a partitioner")(b => b.groups(b.pairs.groupByKey(three)))
    program("reduceByKey")(b => b.placed(b.pairs.reduceByKey(add)))
    program("reduceByKey into 3")(b => b.placed(b.pairs.reduceByKey(add, 3)))
    program("reduceByKey by a partitioner")(b => b.placed(b.pairs.reduceByKey(add, three)))
    program("reduceByKey of one key")(b => b.placed(b.numbers.map(n => (0, n)).reduceByKey(_ max _)))
    program("reduceByKey of many keys")(b => b.placed(b.numbers.flatMap(n => (1 to 40).map(i => (n * i, 1))).reduceByKey(add, 4)))
    program("combineByKey")(b => b.placed(b.pairs.combineByKey[Seq[Int]]((v: Int) => Seq(v, 1), (c: Seq[Int], v: Int) => Seq(c(0) + v, c(1) + 1), (x: Seq[Int], y: Seq[Int]) => Seq(x(0) + y(0), x(1) + y(1)), three)))
    program("combineByKey without map-side combining")(b => b.placed(b.pairs.combineByKey[Seq[Int]]((v: Int) => Seq(v, 1), (c: Seq[Int], v: Int) => Seq(c(0) + v, c(1) + 1), (x: Seq[Int], y: Seq[Int]) => Seq(x(0) + y(0), x(1) + y(1)), three, false)))
    program("mapValues")(b => b.glom(b.pairs.mapValues(_ * 10)))
    program("flatMapValues")(b => b.glom(b.pairs.flatMapValues(v => 1 to v % 4)))
    program("mapValues keeps the partitioner, map does not")(b => { val keyed = b.pairs.reduceByKey(add); b.parted(keyed.mapValues(_ + 1)); b.parted(keyed.flatMapValues(v => Seq(v))); b.parted(keyed.filter(_ => true)); b.parted(keyed.map(p => p)) })
    program("cogroup")(b => b.groups(b.pairs.cogroup(b.others)))
    program("cogroup into 3")(b => b.groups(b.pairs.cogroup(b.others, 3)))
    program("cogroup by a partitioner")(b => b.groups(b.pairs.cogroup(b.others, three)))
    program("join")(b => b.placed(b.pairs.join(b.others)))
    program("join into 3")(b => b.placed(b.pairs.join(b.others, 3)))
    program("join by a partitioner")(b => b.placed(b.pairs.join(b.others, three)))
    program("leftOuterJoin")(b => b.placed(b.pairs.leftOuterJoin(b.others)))
    program("leftOuterJoin into 3")(b => b.placed(b.pairs.leftOuterJoin(b.others, 3)))
    program("leftOuterJoin by a partitioner")(b => b.placed(b.pairs.leftOuterJoin(b.others, three)))
    program("rightOuterJoin")(b => b.placed(b.pairs.rightOuterJoin(b.others)))
    program("rightOuterJoin into 3")(b => b.placed(b.pairs.rightOuterJoin(b.others, 3)))
    program("rightOuterJoin by a partitioner")(b => b.placed(b.pairs.rightOuterJoin(b.others, three)))
    program("fullOuterJoin")(b => b.placed(b.pairs.fullOuterJoin(b.others)))
    program("fullOuterJoin into 3")(b => b.placed(b.pairs.fullOuterJoin(b.others, 3)))
    program("fullOuterJoin by a partitioner")(b => b.placed(b.pairs.fullOuterJoin(b.others, three)))
    program("join of a stream with itself")(b => { val p = b.pairs; b.placed(p.join(p)) })
    program("join of reduced streams")(b => b.placed(b.pairs.reduceByKey(add).join(b.others.groupByKey().mapValues(_.size))))
    program("join of different slides")(b => b.out(b.pairs.join(b.others.window(Seconds(2), Seconds(2)))))
  }

  def windows(): Unit = {
    for ((w, s) <- Seq((1, 1), (2, 2), (3, 1), (3, 2), (2, 3), (4, 2), (6, 1), (1, 3))) {
      program(s"window($w, $s)")(b => b.out(b.words.window(Seconds(w), Seconds(s))))
      program(s"countByWindow($w, $s)")(b => { b.checkpoint(); b.out(b.words.countByWindow(Seconds(w), Seconds(s))) })
      program(s"reduceByWindow($w, $s)")(b => b.out(b.numbers.reduceByWindow(add, Seconds(w), Seconds(s))))
      program(s"reduceByWindow($w, $s) with an inverse")(b => { b.checkpoint(); b.out(b.numbers.reduceByWindow(add, subtract, Seconds(w), Seconds(s))) })
      program(s"reduceByKeyAndWindow($w, $s)")(b => b.placed(b.pairs.reduceByKeyAndWindow(add, Seconds(w), Seconds(s))))
      program(s"reduceByKeyAndWindow($w, $s) with an inverse")(b => { b.checkpoint(); b.batches = 12; b.placed(b.pairs.reduceByKeyAndWindow(add, subtract, Seconds(w), Seconds(s))) })
      program(s"reduceByKeyAndWindow($w, $s) with a filter")(b => { b.checkpoint(); b.batches = 12; b.placed(b.pairs.reduceByKeyAndWindow(add, subtract, Seconds(w), Seconds(s), 3, (p: (String, Int)) => p._2 != 0)) })
      program(s"groupByKeyAndWindow($w, $s)")(b => b.groups(b.pairs.groupByKeyAndWindow(Seconds(w), Seconds(s))))
      program(s"countByValueAndWindow($w, $s)")(b => { b.checkpoint(); b.placed(b.words.countByValueAndWindow(Seconds(w), Seconds(s))) })
    }
    program("window slides with its stream unless told")(b => b.out(b.words.window(Seconds(2))))
    program("window's partitions are those of its batches")(b => b.glom(b.words.window(Seconds(3))))
    program("window of a window")(b => b.out(b.numbers.window(Seconds(2), Seconds(2)).window(Seconds(4), Seconds(4))))
    program("window of a mapped and persisted stream")(b => { val m = b.numbers.map(_ * 2); m.persist(StorageLevel.MEMORY_ONLY); b.out(m.window(Seconds(3)).persist(StorageLevel.MEMORY_ONLY)); b.out(m) })
    program("operations on a window")(b => b.placed(b.words.window(Seconds(3), Seconds(2)).map(w => (w, 1)).reduceByKey(add)))
    program("count of a window")(b => b.out(b.words.window(Seconds(3), Seconds(2)).count()))
    program("transform of a window with the time")(b => b.out(b.words.window(Seconds(2), Seconds(2)).transform((rdd, time) => rdd.map(w => (w, time.milliseconds)))))
    program("join of windows")(b => b.placed(b.pairs.window(Seconds(3), Seconds(2)).join(b.others.window(Seconds(4), Seconds(2)))))
    program("outer join of windows")(b => b.placed(b.pairs.window(Seconds(2)).fullOuterJoin(b.others.window(Seconds(3)))))
    program("cogroup of windows")(b => b.groups(b.pairs.window(Seconds(2)).cogroup(b.others.window(Seconds(3)), 3)))
    program("union of windows")(b => b.out(b.words.window(Seconds(3)).union(b.words.window(Seconds(2)))))
    program("two windows of one stream")(b => { val w = b.words; b.out(w.window(Seconds(2))); b.out(w.window(Seconds(3), Seconds(3))) })
    program("countByWindow of a window")(b => { b.checkpoint(); b.out(b.words.window(Seconds(2), Seconds(2)).countByWindow(Seconds(4), Seconds(4))) })
    program("countByWindow of nothing ever")(b => { b.checkpoint(); b.out(b.queue[String]().countByWindow(Seconds(3), Seconds(1))) })
    program("countByWindow without a checkpoint directory")(b => b.out(b.words.countByWindow(Seconds(3), Seconds(1))))
    program("reduceByWindow of nothing ever")(b => b.out(b.queue[Int]().reduceByWindow(add, Seconds(3), Seconds(1))))
    program("reduceByKeyAndWindow slides with its stream unless told")(b => b.placed(b.pairs.reduceByKeyAndWindow(add, Seconds(2))))
    program("reduceByKeyAndWindow into 3")(b => b.placed(b.pairs.reduceByKeyAndWindow(add, Seconds(2), Seconds(2), 3)))
    program("reduceByKeyAndWindow by a partitioner")(b => b.placed(b.pairs.reduceByKeyAndWindow(add, Seconds(2), Seconds(1), three)))
    program("reduceByKeyAndWindow with an inverse slides with its stream unless told")(b => { b.checkpoint(); b.placed(b.pairs.reduceByKeyAndWindow(add, subtract, Seconds(2))) })
    program("reduceByKeyAndWindow with an inverse into 3")(b => { b.checkpoint(); b.placed(b.pairs.reduceByKeyAndWindow(add, subtract, Seconds(2), Seconds(1), 3)) })
    program("reduceByKeyAndWindow with an inverse by a partitioner and with a filter")(b => { b.checkpoint(); b.placed(b.pairs.reduceByKeyAndWindow(add, subtract, Seconds(2), Seconds(1), three, (p: (String, Int)) => p._2 > 5)) })
    program("reduceByKeyAndWindow with an inverse without a checkpoint directory")(b => b.out(b.pairs.reduceByKeyAndWindow(add, subtract, Seconds(2))))
    program("reduceByKeyAndWindow with an inverse past its checkpoints")(b => { b.checkpoint(); b.batches = 24; b.out(b.pairs.reduceByKeyAndWindow(add, subtract, Seconds(15), Seconds(1))) })
    program("reduceByKeyAndWindow of a slower stream")(b => { b.checkpoint(); b.batches = 12; b.out(b.pairs.window(Seconds(2), Seconds(2)).reduceByKeyAndWindow(add, subtract, Seconds(6), Seconds(4))) })
    program("a key that was filtered out while it was in the window")(b => { b.checkpoint(); b.batches = 5; b.out(b.queue(b.batch(1)("a" -> 1), b.batch(1)("b" -> 9)).reduceByKeyAndWindow(add, subtract, Seconds(2), Seconds(1), 1, (p: (String, Int)) => p._2 > 5)) })
    program("groupByKeyAndWindow slides with its stream unless told")(b => b.groups(b.pairs.groupByKeyAndWindow(Seconds(2))))
    program("groupByKeyAndWindow into 3")(b => b.groups(b.pairs.groupByKeyAndWindow(Seconds(3), Seconds(1), 3)))
    program("groupByKeyAndWindow by a partitioner")(b => b.groups(b.pairs.groupByKeyAndWindow(Seconds(3), Seconds(1), three)))
    program("countByValueAndWindow into 3")(b => { b.checkpoint(); b.placed(b.words.countByValueAndWindow(Seconds(3), Seconds(1), 3)) })
    program("window that is no multiple")(b => b.out(b.words.window(Milliseconds(1500))))
    program("slide that is no multiple")(b => b.out(b.words.window(Seconds(2), Milliseconds(1500))))
    program("incremental window that is no multiple")(b => { b.checkpoint(); b.out(b.pairs.reduceByKeyAndWindow(add, subtract, Milliseconds(1500))) })
    program("incremental slide that is no multiple")(b => { b.checkpoint(); b.out(b.pairs.reduceByKeyAndWindow(add, subtract, Seconds(2), Milliseconds(1500))) })
    program("window that is no multiple of its window's slide")(b => b.out(b.words.window(Seconds(2), Seconds(2)).window(Seconds(3))))
  }

  def state(): Unit = {
    program("updateStateByKey")(b => { b.checkpoint(); b.placed(b.pairs.updateStateByKey(sum)) })
    program("updateStateByKey into 3")(b => { b.checkpoint(); b.placed(b.pairs.updateStateByKey(sum, 3)) })
    program("updateStateByKey by a partitioner")(b => { b.checkpoint(); b.placed(b.pairs.updateStateByKey(sum, three)) })
    program("updateStateByKey with an initial state")(b => { b.checkpoint(); b.placed(b.pairs.updateStateByKey(sum, three, b.sc.parallelize(Seq("a" -> 100, "z" -> 200), 2))) })
    program("updateStateByKey with an initial state that is partitioned alike")(b => { b.checkpoint(); b.placed(b.pairs.updateStateByKey(sum, three, b.sc.parallelize(Seq("a" -> 100, "z" -> 200), 2).partitionBy(three))) })
    program("updateStateByKey with an initial state of doubles of a key")(b => { b.checkpoint(); b.placed(b.pairs.updateStateByKey(sum, three, b.sc.parallelize(Seq("a" -> 100, "a" -> 500, "z" -> 200), 1))) })
    program("updateStateByKey of partitions")(b => { b.checkpoint(); b.placed(b.pairs.updateStateByKey((i: Iterator[(String, Seq[Int], Option[Int])]) => i.map { case (k, vs, s) => (k, vs.sum + s.getOrElse(0)) }, three, true)) })
    program("updateStateByKey of partitions with an initial state")(b => { b.checkpoint(); b.placed(b.pairs.updateStateByKey((i: Iterator[(String, Seq[Int], Option[Int])]) => i.map { case (k, vs, s) => (k, vs.sum + s.getOrElse(0)) }, three, true, b.sc.parallelize(Seq("a" -> 100, "z" -> 200), 2))) })
    program("updateStateByKey of partitions that drops and adds")(b => { b.checkpoint(); b.placed(b.pairs.updateStateByKey((i: Iterator[(String, Seq[Int], Option[Int])]) => i.filter(_._2.nonEmpty).map { case (k, vs, s) => (k, vs.sum + s.getOrElse(0)) }, three, true)) })
    program("updateStateByKey of partitions that changes keys")(b => { b.checkpoint(); b.batches = 4; val s = b.pairs.updateStateByKey((i: Iterator[(String, Seq[Int], Option[Int])]) => i.map { case (k, vs, s) => (if (k.length < 3) k + "!" else k, vs.sum + s.getOrElse(0)) }, three, false); b.out(s); b.parted(s) })
    program("updateStateByKey with the time")(b => { b.checkpoint(); b.placed(b.pairs.updateStateByKey((t: Time, k: String, vs: Seq[Int], s: Option[Seq[String]]) => if (vs.isEmpty) s else Some(s.getOrElse(Seq()) :+ s"$k@${t.milliseconds}:${vs.sum}"), three, true)) })
    program("updateStateByKey with the time and an initial state")(b => { b.checkpoint(); b.placed(b.pairs.updateStateByKey((t: Time, k: String, vs: Seq[Int], s: Option[Long]) => Option(if (vs.isEmpty) s.getOrElse(0L) else t.milliseconds), three, true, Some(b.sc.parallelize(Seq("a" -> 7L, "z" -> 8L), 2)))) })
    program("updateStateByKey sees no values but state")(b => { b.checkpoint(); b.out(b.pairs.updateStateByKey((vs: Seq[Int], s: Option[String]) => Option(s.getOrElse("-") + vs.sorted.mkString("(", " ", ")")))) })
    program("updateStateByKey forgets a key")(b => { b.checkpoint(); b.out(b.pairs.updateStateByKey((vs: Seq[Int], s: Option[Int]) => if (vs.isEmpty) None else Some(vs.sum + s.getOrElse(0)))) })
    program("updateStateByKey forgets every key")(b => { b.checkpoint(); b.out(b.pairs.updateStateByKey((vs: Seq[Int], s: Option[Int]) => if (vs.contains(5)) None else if (s.exists(_ > 10)) None else Some(vs.sum + s.getOrElse(0)))) })
    program("updateStateByKey of nothing ever")(b => { b.checkpoint(); b.placed(b.queue[(String, Int)]().updateStateByKey(sum)) })
    program("updateStateByKey of nothing but an initial state")(b => { b.checkpoint(); b.placed(b.queue[(String, Int)]().updateStateByKey(sum, three, b.sc.parallelize(Seq("a" -> 1, "b" -> 2), 2))) })
    program("updateStateByKey of one key")(b => { b.checkpoint(); b.placed(b.numbers.map(n => ("all", n)).updateStateByKey(sum)) })
    program("updateStateByKey of many keys")(b => { b.checkpoint(); b.placed(b.numbers.flatMap(n => (1 to 20).map(i => (n * i, 1))).updateStateByKey(sum, 4)) })
    program("updateStateByKey past its checkpoints")(b => { b.checkpoint(); b.batches = 24; b.out(b.pairs.updateStateByKey((vs: Seq[Int], s: Option[Int]) => Option(s.getOrElse(0) + vs.sum + 1))) })
    program("updateStateByKey checkpointed every batch")(b => { b.checkpoint(); val s = b.pairs.updateStateByKey(sum); s.checkpoint(Seconds(1)); b.placed(s) })
    program("updateStateByKey of a window")(b => { b.checkpoint(); b.out(b.pairs.window(Seconds(3), Seconds(2)).updateStateByKey(sum)) })
    program("window of updateStateByKey")(b => { b.checkpoint(); b.out(b.pairs.updateStateByKey(sum).window(Seconds(2), Seconds(2))) })
    program("updateStateByKey keeps the partitioner")(b => { b.checkpoint(); val s = b.pairs.updateStateByKey(sum); b.parted(s); b.placed(s.join(b.others)) })
    program("updateStateByKey with the SparkContext's checkpoint directory alone")(b => { b.batches = 2; b.sc.setCheckpointDir(b.files); b.out(b.pairs.updateStateByKey(sum)) })
    program("updateStateByKey without a checkpoint directory")(b => b.out(b.pairs.updateStateByKey(sum)))
  }

  def mapState(): Unit = {
    val total = (k: String, v: Option[Int], s: State[Int]) => { val n = v.getOrElse(0) + s.getOption().getOrElse(0); s.update(n); (k, n) }
    program("mapWithState")(b => { b.checkpoint(); b.out(b.pairs.mapWithState(StateSpec.function(total))) })
    program("mapWithState's partitions and snapshots")(b => { b.checkpoint(); val m = b.pairs.reduceByKey(add).mapWithState(StateSpec.function(total).numPartitions(3)); b.placed(m); b.placed(m.stateSnapshots()) })
    program("mapWithState by a partitioner")(b => { b.checkpoint(); val m = b.pairs.mapWithState(StateSpec.function(total).partitioner(three)); b.placed(m); b.placed(m.stateSnapshots()) })
    program("mapWithState with an initial state")(b => { b.checkpoint(); val m = b.pairs.mapWithState(StateSpec.function(total).initialState(b.sc.parallelize(Seq("a" -> 100, "z" -> 200), 2))); b.out(m); b.out(m.stateSnapshots()) })
    program("mapWithState with the time and perhaps no output")(b => { b.checkpoint(); val m = b.pairs.mapWithState(StateSpec.function((t: Time, k: String, v: Option[Int], s: State[Long]) => { s.update(t.milliseconds); if (v.get % 2 == 0) Some(s"$k${v.get}@${t.milliseconds}") else None })); b.out(m); b.out(m.stateSnapshots()) })
    program("mapWithState that removes")(b => { b.checkpoint(); val m = b.pairs.mapWithState(StateSpec.function((k: String, v: Option[Int], s: State[Int]) => { val had = s.exists(); if (had) s.remove() else s.update(v.get); (k, had, s.exists()) })); b.out(m); b.out(m.stateSnapshots()) })
    program("mapWithState that never updates")(b => { b.checkpoint(); val m = b.pairs.mapWithState(StateSpec.function((k: String, v: Option[Int], s: State[Int]) => (k, s.exists(), s.getOption()))); b.out(m); b.out(m.stateSnapshots()) })
    program("mapWithState of nothing ever")(b => { b.checkpoint(); val m = b.queue[(String, Int)]().mapWithState(StateSpec.function(total)); b.out(m); b.out(m.stateSnapshots()) })
    program("mapWithState past its checkpoints")(b => { b.checkpoint(); b.batches = 24; val m = b.pairs.mapWithState(StateSpec.function(total)); b.out(m); b.out(m.stateSnapshots()) })
    val idle = (k: String, v: Option[Int], s: State[Int]) => if (s.isTimingOut()) s"$k out at ${s.get}" else { s.update(v.get + s.getOption().getOrElse(0)); s"$k ${s.get}" }
    program("mapWithState with a timeout, checkpointed every batch")(b => { b.checkpoint(); b.batches = 12; val m = b.pairs.mapWithState(StateSpec.function(idle).timeout(Seconds(2))); m.checkpoint(Seconds(1)); b.out(m); b.out(m.stateSnapshots()) })
    program("mapWithState with a timeout that new values defer")(b => { b.checkpoint(); b.batches = 10; val m = b.queue(b.batch(1)("a" -> 1, "b" -> 1), b.batch(1)("a" -> 2), b.batch(1)("a" -> 3), b.batch(1)("a" -> 4)).mapWithState(StateSpec.function(idle).timeout(Seconds(2))); m.checkpoint(Seconds(1)); b.out(m); b.out(m.stateSnapshots()) })
    program("mapWithState with a timeout and an initial state")(b => { b.checkpoint(); b.batches = 6; val m = b.pairs.mapWithState(StateSpec.function(idle).timeout(Seconds(3)).initialState(b.sc.parallelize(Seq("z" -> 200), 1))); m.checkpoint(Seconds(1)); b.out(m); b.out(m.stateSnapshots()) })
    program("mapWithState with a timeout that values without an update defer")(b => { b.checkpoint(); b.batches = 8; val m = b.queue(b.batch(1)("a" -> 1), b.batch(1)("a" -> 2), b.batch(1)("a" -> 3)).mapWithState(StateSpec.function((k: String, v: Option[Int], s: State[Int]) => if (s.isTimingOut()) s"$k out at ${s.get}" else { if (!s.exists()) s.update(v.get); s"$k ${s.get}" }).timeout(Seconds(2))); m.checkpoint(Seconds(1)); b.out(m); b.out(m.stateSnapshots()) })
    program("mapWithState with a timeout, as it is")(b => { b.checkpoint(); b.batches = 24; val m = b.pairs.mapWithState(StateSpec.function(idle).timeout(Seconds(2))); b.out(m); b.out(m.stateSnapshots()) })
    program("mapWithState: a key that comes again in the batch in which it is due")(b => { b.checkpoint(); b.batches = 8; val m = b.queue(b.batch(1)("a" -> 1), b.batch[(String, Int)](1)(), b.batch[(String, Int)](1)(), b.batch(1)("a" -> 5)).mapWithState(StateSpec.function(idle).timeout(Seconds(2))); m.checkpoint(Seconds(1)); b.out(m); b.out(m.stateSnapshots()) })
    def failing(name: String)(f: (String, Option[Int], State[Int]) => Int): Unit =
      program(s"mapWithState: $name")(b => { b.checkpoint(); b.batches = 1; b.out(b.queue(b.batch(1)("a" -> 1)).mapWithState(StateSpec.function(f))) })
    failing("get without a state")((_, _, s) => s.get())
    failing("update after remove")((_, _, s) => { s.update(1); s.remove(); s.update(2); 0 })
    failing("remove twice")((_, _, s) => { s.update(1); s.remove(); s.remove(); 0 })
    failing("remove without a state")((_, _, s) => { s.remove(); if (s.exists()) 1 else 0 })
    failing("update to null")((_, _, s) => { s.asInstanceOf[State[AnyRef]].update(null); if (s.exists()) 1 else 0 })
    def failingAtTimeout(name: String)(f: State[Int] => Unit): Unit =
      program(s"mapWithState: $name")(b => { b.checkpoint(); b.batches = 4; val m = b.queue(b.batch(1)("a" -> 1)).mapWithState(StateSpec.function((k: String, v: Option[Int], s: State[Int]) => { if (s.isTimingOut()) f(s) else s.update(1); 0 }).timeout(Seconds(1))); m.checkpoint(Seconds(1)); b.out(m) })
    failingAtTimeout("update while timing out")(_.update(1))
    failingAtTimeout("remove while timing out")(_.remove())
    program("mapWithState without a checkpoint directory")(b => b.out(b.pairs.mapWithState(StateSpec.function(total))))
  }

  def outputs(): Unit = {
    program("print")(b => { b.batches = 4; b.words.map(w => (w, 1)).print(); b.numbers.print(); b.atEnd(b.printedText) })
    program("print of more than ten")(b => { b.batches = 2; b.queue(b.batch(3)(1 to 11: _*), b.batch(3)(1 to 10: _*)).print(); b.atEnd(b.printedText) })
    program("print of as many as told")(b => { b.batches = 3; b.words.print(2); b.words.print(0); b.atEnd(b.printedText) })
    program("print of values")(b => { b.batches = 1; b.queue(b.batch[Any](1)("text", 1.5, true, ("k", 2), Seq(1, 2, 3), ("k", Seq(1, 2)), (("a", "b"), 1), "", "é", ("n", None), -0.5)).print(20); b.atEnd(b.printedText) })
    program("print of pairs in pairs")(b => { b.batches = 1; b.queue(b.batch[Any](1)(("k", ("v", 3)), ("k", (Seq(1, 2), Seq("x"))))).print(); b.atEnd(b.printedText) })
    program("foreachRDD in the order of registration")(b => { b.out(b.words); b.out(b.numbers); b.out(b.words.count()) })
    program("foreachRDD without an action")(b => { b.batches = 2; b.words.foreachRDD((_: RDD[String], time: Time) => Log.add(time, "called")) })
    program("foreachRDD that fails")(b => { b.batches = 3; b.words.foreachRDD { (_: RDD[String], time: Time) => if (time.milliseconds == 2000) throw new IllegalStateException("not at two"); Log.add(time, "called") } })
    program("saveAsTextFiles")(b => { b.batches = 6; val dir = b.files; b.pairs.saveAsTextFiles(dir + "/out", "txt"); b.atEnd(b.content(dir)) })
    program("saveAsTextFiles without a suffix")(b => { b.batches = 2; val dir = b.files; b.words.saveAsTextFiles(dir + "/out"); b.atEnd(b.content(dir)) })
    program("saveAsTextFiles over what is there")(b => { b.batches = 1; val dir = b.files; b.words.saveAsTextFiles(dir + "/out"); b.words.map(_ * 2).saveAsTextFiles(dir + "/out"); b.atEnd(b.content(dir)) })
    program("saveAsObjectFiles")(b => { b.batches = 3; val dir = b.files; b.words.saveAsObjectFiles(dir + "/out", "obj"); b.atEnd((b.listing(dir).map(d => (d, b.listing(dir + "/" + d))), Sorted(b.sc.objectFile[String](dir + "/out-1000.obj").collect().toSeq))) })
  }

  def slices(): Unit = {
    def slicing[T](name: String, batches: Int = 8)(source: Bench => DStream[T])(bounds: Time => (Long, Long)): Unit =
      program(name)(b => {
        b.batches = batches
        b.ssc.remember(Seconds(20))
        val stream = source(b)
        stream.foreachRDD { (_: RDD[T], time: Time) =>
          val (from, to) = bounds(time)
          Log.add(time, stream.slice(Time(from), Time(to)).map(rdd => Sorted(rdd.collect().toSeq)))
        }
      })
    slicing("slice of the last three batches")(_.numbers)(t => (t.milliseconds - 2000, t.milliseconds))
    slicing("slice off the grid")(_.numbers)(t => (t.milliseconds - 1300, t.milliseconds + 300))
    slicing("slice from before the start")(_.numbers)(t => (-5000, 2000))
    slicing("slice that is empty")(_.numbers)(t => (t.milliseconds, t.milliseconds - 1000))
    slicing("slice of a window")(_.numbers.window(Seconds(2), Seconds(2)))(t => (t.milliseconds - 3000, t.milliseconds))
    program("slice before the start of the context")(b => { val n = b.numbers; b.out(n); n.slice(Time(0), Time(1000)) })
    program("slice of what was forgotten")(b => { val n = new ConstantInputDStream(b.ssc, b.batch(1)(1, 2)); val m = n.map(_ * 2); m.foreachRDD { (_: RDD[Int], time: Time) => Log.add(time, m.slice(Time(1000), time).map(rdd => Sorted(rdd.collect().toSeq))) } })
  }

  def settings(): Unit = {
    program("no output operation")(b => { b.ssc.start() })
    program("checkpoint interval below the slide")(b => { b.checkpoint(); val m = b.words.window(Seconds(2), Seconds(2)).map(w => w); m.checkpoint(Seconds(1)); b.out(m) })
    program("checkpoint interval that is no multiple")(b => { b.checkpoint(); val m = b.words.map(w => w); m.checkpoint(Milliseconds(1500)); b.out(m) })
    program("checkpoint interval without a directory")(b => { val m = b.words.map(w => w); m.checkpoint(Seconds(2)); b.out(m) })
    program("checkpointed stateless stream")(b => { b.checkpoint(); val m = b.words.map(w => w * 2); m.checkpoint(Seconds(2)); b.out(m) })
    program("remember twice")(b => { b.ssc.remember(Seconds(5)); b.ssc.remember(Seconds(6)) })
    program("an operation after the start")(b => { b.batches = 1; val n = b.numbers; b.out(n); b.ssc.start(); n.map(_ + 1) })
    program("an output operation after the start")(b => { b.batches = 1; val n = b.numbers; b.out(n); b.ssc.start(); n.print() })
    program("an input after the start")(b => { b.batches = 1; val n = b.numbers; b.out(n); b.ssc.start(); b.queue(b.batch(1)(1)) })
    program("an operation after the stop")(b => { val n = b.numbers; b.out(n); b.ssc.stop(false); n.map(_ + 1) })
    program("start after the stop")(b => { b.out(b.numbers); b.ssc.stop(false); b.ssc.start() })
    program("persist after the start")(b => { val n = b.numbers; b.out(n); b.ssc.start(); n.persist(StorageLevel.MEMORY_ONLY) })
    program("checkpoint interval after the start")(b => { val n = b.numbers; b.out(n); b.ssc.start(); n.checkpoint(Seconds(1)) })
    program("a cached stream")(b => { val n = b.numbers.map(_ * 2).cache(); b.out(n); b.out(n.reduce(add)) })
  }

  def main(args: Array[String]): Unit = {
    stateless(); inputs(); pairs(); windows(); state(); mapState(); outputs(); slices(); settings()
    Programs.record()
  }
}
