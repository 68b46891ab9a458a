"""What small batches cost PySpark over Spark Connect: `connect_batches.py URL BATCHES WARM_UP`.

Reports the milliseconds of each batch after the warm-up, for three kinds: Spark's own operators with one shuffle, a Python function alone, and a
Python function with a shuffle behind it.
"""

import json
import sys
import time

from pyspark.sql import SparkSession

url, batches, warm_up = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
PAIRS = [(f"k{(i + 1) % 10}", 1) for i in range(100)]
SCHEMA = "key string, value long"

spark = SparkSession.builder.remote(url).getOrCreate()
# As Millstream sets its sessions: two partitions, and no planning between stages.
spark.conf.set("spark.sql.adaptive.enabled", "false")
spark.conf.set("spark.sql.shuffle.partitions", "2")


def as_they_are(batches):
    yield from batches


def frame():
    return spark.createDataFrame(PAIRS, SCHEMA)


KINDS = {
    "operators": lambda: frame().groupBy("key").sum("value").collect(),
    "map": lambda: frame().mapInArrow(as_they_are, SCHEMA).collect(),
    "shuffle": lambda: frame().mapInArrow(as_they_are, SCHEMA).groupBy("key").sum("value").collect(),
}

delays = {}
records = {}
for kind, run in KINDS.items():
    for _ in range(warm_up):
        run()
    delays[kind] = []
    records[kind] = 0
    for _ in range(batches):
        started = time.perf_counter()
        rows = run()
        delays[kind].append((time.perf_counter() - started) * 1000)
        records[kind] += sum(row[1] for row in rows)
print("RESULT " + json.dumps({"delays": delays, "records": records}), flush=True)
spark.stop()
