"""Word count of a text file with PySpark's RDDs: `rdd_words.py FILE RUNS`. The first run is cold."""

import json
import sys
import time

from pyspark import SparkContext

path, run_count = sys.argv[1], int(sys.argv[2])
context = SparkContext(appName="rdd-words")


def counts():
    words = context.textFile(path).flatMap(lambda line: line.split(" "))
    return words.map(lambda word: (word, 1)).reduceByKey(lambda a, b: a + b)


runs = []
for run in range(run_count):
    print(f"MARK run {run}", flush=True)
    started = time.perf_counter()
    counts().count()
    runs.append(time.perf_counter() - started)
print(f"MARK run {run_count}", flush=True)
pairs = counts().collect()
result = {
    "seconds": runs,
    "distinctWords": len(pairs),
    "words": sum(count for _, count in pairs),
    "bytes": sum(count * (len(word) + 1) for word, count in pairs),
}
print("RESULT " + json.dumps(result), flush=True)
context.stop()
