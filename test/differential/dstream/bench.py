"""What the programs of record.py are given: a context on a clock that the recorder moves, shared input, and a log of what came out.

The functions that log stand in a module of their own, so that a checkpoint names them and does not try to hold what they close over.
"""
import io
import json
import sys
import tempfile
import threading
from pyspark.streaming import StreamingContext

LOG = []
DONE = threading.Semaphore(0)


def text(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def ordered(values):
    return sorted(values, key=text)


def log(time, value):
    LOG.append([round(time.timestamp() * 1000), value])


def log_sorted(time, rdd):
    log(time, ordered(rdd.collect()))


def log_partitions(time, rdd):
    log(time, rdd.glom().collect())


def batch_done(_):
    DONE.release()


class Bench:
    def __init__(self, sc):
        self.sc = sc
        self.interval = 1.0
        self.batches = 8
        self.files = tempfile.mkdtemp("millstream-record")
        self._ssc = None
        sc._jsc.sc().setCheckpointDir(self.files)

    @property
    def ssc(self):
        if self._ssc is None:
            self._ssc = StreamingContext(self.sc, self.interval)
        return self._ssc

    def checkpoint(self):
        self.ssc.checkpoint(self.files)

    def batch(self, slices, *records):
        return self.sc.parallelize(list(records), slices)

    def none(self):
        return self.sc.emptyRDD()

    def queue(self, *rdds):
        return self.ssc.queueStream(list(rdds), True, self.sc.parallelize([], 1))

    def words(self):
        b = self.batch
        return self.queue(b(2, "a", "b", "a", "c"), b(3, "b", "b", "d"), b(1), b(1, "a"), self.none(), b(4, "c", "a", "e", "e", "e", "b"))

    def numbers(self):
        b = self.batch
        return self.queue(b(2, 1, 2, 3, 4, 5, 6), b(3, 7, 8), b(2), b(1, 5), self.none(), b(2, -3, 0, 10, 10))

    def pairs(self):
        b = self.batch
        return self.queue(b(2, ("a", 1), ("b", 2), ("a", 3)), b(2, ("b", 4), ("c", 5)), b(1), b(3, ("a", 6), ("a", 7), ("d", 8)), self.none(), b(1, ("c", 9)))

    def others(self):
        b = self.batch
        return self.queue(b(2, ("a", "x"), ("c", "y"), ("a", "w")), b(1), b(1, ("a", "z")), b(2, ("d", "u"), ("a", "v"), ("e", "t")), self.none(), b(2, ("c", "s"), ("b", "r")))

    def out(self, stream):
        stream.foreachRDD(log_sorted)

    def glom(self, stream):
        stream.foreachRDD(log_partitions)

    def printed(self):
        LOG.append(self.text.getvalue())

    def run(self, define):
        self.text = io.StringIO()
        end = None
        LOG.clear()
        try:
            end = define(self)
            self.ssc.queueStream([], True, self.sc.parallelize([], 1)).foreachRDD(batch_done)
            sys.stdout = self.text
            self.ssc.start()
            clock = self.ssc._jssc.ssc().scheduler().clock()
            for _ in range(self.batches):
                clock.advance(round(self.interval * 1000))
                DONE.acquire(timeout=30)
            self.ssc.awaitTerminationOrTimeout(0.05)
        except Exception as error:
            LOG.append({"error": str(error).splitlines()[0]})
        finally:
            sys.stdout = sys.__stdout__
        if end:
            end(self)
        self.ssc.stop(False)
        return list(LOG)
