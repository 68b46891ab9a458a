"""Records what PySpark answers to the programs of python-programs.ts, as expected-python.json. Run by record.sh."""
import os
from pyspark import SparkConf, SparkContext
from bench import Bench, log, ordered, text


def add(a, b):
    return a + b


def subtract(a, b):
    return a - b


PROGRAMS = {}


def program(name):
    def register(define):
        PROGRAMS[name] = define
    return register


@program("pprint")
def _(b):
    b.words().map(lambda w: (w, 1)).pprint()
    b.numbers().pprint()
    return Bench.printed


@program("pprint of more than ten")
def _(b):
    b.batches = 2
    b.queue(b.batch(3, *range(1, 12)), b.batch(3, *range(1, 11))).pprint()
    return Bench.printed


@program("pprint of as many as told")
def _(b):
    b.batches = 3
    words = b.words()
    words.pprint(2)
    words.pprint(0)
    return Bench.printed


@program("pprint of values")
def _(b):
    b.batches = 1
    b.queue(b.batch(1, "text", 1.5, True, None, ("k", 2), ("k", [1, 2]), [1, 2, 3], (("a", "b"), 1), "", "é",
                    ("it's", 1), ('say "x"', 1), ("both ' and \"", 1), ("line\nend", 1), ("é", None), ("tab\t", False), (1, 0.1), (2.5, 1e20), (1e-7, 1e16), {"a": 1, "b": [2]},
                    ("x", {"n": None}), bytes([1, 65, 200]), ("\u200b", "日本"), float("nan"), float("inf"), -1.25, ("back\\slash", 1))).pprint(50)
    return Bench.printed


@program("pprint of pairs in pairs")
def _(b):
    b.batches = 1
    b.queue(b.batch(1, ("k", ("v", 3)), ("k", ([1, 2], ["x"])), ("k", (1, 2, 3)))).pprint()
    return Bench.printed


@program("pprint of batches of half a second")
def _(b):
    b.batches = 3
    b.interval = 0.5
    b.numbers().pprint()
    return Bench.printed


@program("pprint of batches of 1.234 seconds")
def _(b):
    b.batches = 2
    b.interval = 1.234
    b.numbers().pprint()
    return Bench.printed


@program("mapPartitionsWithIndex")
def _(b):
    b.glom(b.words().mapPartitionsWithIndex(lambda i, records: [(i, w) for w in records]))


@program("partitionBy a function")
def _(b):
    b.glom(b.numbers().map(lambda n: (n, n * n)).partitionBy(3, lambda n: n * 2))


@program("queueStream of arrays and a default")
def _(b):
    b.batches = 3
    b.out(b.ssc.queueStream([[1, 2], [3]], True, [9]))


@program("updateStateByKey with an initial state in an array")
def _(b):
    b.checkpoint()
    b.out(b.pairs().updateStateByKey(lambda values, state: sum(values) + (state or 0), 3, [("a", 100), ("z", 200)]))


@program("updateStateByKey that removes")
def _(b):
    b.checkpoint()
    b.out(b.pairs().updateStateByKey(lambda values, state: sum(values) + (state or 0) if values else None))


@program("joins with what is missing")
def _(b):
    pairs, others = b.pairs(), b.others()
    b.out(pairs.leftOuterJoin(others))
    b.out(pairs.rightOuterJoin(others, 3))
    b.out(pairs.fullOuterJoin(others))


@program("transform, transformWith and ssc.transform")
def _(b):
    numbers, words = b.numbers(), b.words()
    b.out(numbers.transform(lambda rdd: rdd.map(lambda n: n + 1)))
    b.out(numbers.transformWith(lambda n, w: n.map(str).union(w), words))
    b.out(b.ssc.transform([words, numbers.map(str)], lambda rdds: rdds[1].union(rdds[0])))


@program("windows that are computed anew")
def _(b):
    b.out(b.words().window(3, 2))
    b.out(b.pairs().reduceByKeyAndWindow(add, None, 3, 2))
    b.out(b.numbers().reduceByWindow(add, None, 3, 2))


@program("slice")
def _(b):
    numbers = b.numbers()
    b.ssc.remember(20)
    numbers.foreachRDD(lambda time, rdd: log(time, [ordered(r.collect()) for r in numbers.slice(time.timestamp() - 2, time.timestamp())]))


@program("count of no partitions")
def _(b):
    b.out(b.words().count())


@program("countByWindow")
def _(b):
    b.checkpoint()
    b.out(b.words().countByWindow(3, 1))


@program("countByValueAndWindow")
def _(b):
    b.checkpoint()
    b.out(b.words().countByValueAndWindow(3, 1))


@program("reduceByKeyAndWindow with an inverse of a window of less than 5 slides")
def _(b):
    b.checkpoint()
    b.batches = 12
    b.out(b.pairs().reduceByKeyAndWindow(add, subtract, 3, 1))


@program("reduceByKeyAndWindow with an inverse of a window of 5 slides")
def _(b):
    b.checkpoint()
    b.batches = 12
    b.out(b.pairs().reduceByKeyAndWindow(add, subtract, 5, 1))


def main():
    conf = SparkConf().setMaster("local[2]").set("spark.streaming.clock", "org.apache.spark.util.ManualClock").set("spark.ui.enabled", "false").set("spark.ui.showConsoleProgress", "false")
    sc = SparkContext(conf=conf)
    sc.setLogLevel("OFF")
    only = set(os.environ["RECORD_ONLY"].splitlines()) if "RECORD_ONLY" in os.environ else None
    answers = {name: Bench(sc).run(define) for name, define in PROGRAMS.items() if only is None or name in only}
    with open(os.environ["RECORD_TO"], "w", encoding="utf-8") as file:
        file.write("{\n" + ",\n".join(f"  {text(name)}: {text(log)}" for name, log in answers.items()) + "\n}\n")


main()
