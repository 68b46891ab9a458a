"""Records what PySpark's streaming models are after each batch of the runs in runs.json, as expected.json. Run by record.sh."""
import json
import os
import time
from pyspark import SparkConf, SparkContext
from pyspark.mllib.classification import StreamingLogisticRegressionWithSGD
from pyspark.mllib.clustering import StreamingKMeans
from pyspark.mllib.linalg import Vectors
from pyspark.mllib.regression import LabeledPoint, StreamingLinearRegressionWithSGD
from pyspark.streaming import StreamingContext

HERE = os.path.dirname(os.path.abspath(__file__))


class Numbers:
    """The same numbers as those of runs.ts: whole numbers and doubles only, so that no library decides."""

    def __init__(self, seed):
        self.state = seed * 7919 + 17

    def uniform(self):
        self.state = (self.state * 1103515245 + 12345) % 2147483648
        return self.state / 2147483648

    def normal(self):
        return (self.uniform() + self.uniform() + self.uniform() - 1.5) * 2


def vector(run, numbers, center):
    values = [numbers.normal() + c for c in center]
    if not run.get("sparse"):
        return values, Vectors.dense(values)
    kept = [(i, v) for i, v in enumerate(values) if numbers.uniform() < 0.3]
    dense = [0.0] * len(values)
    for i, v in kept:
        dense[i] = v
    return dense, Vectors.sparse(len(values), kept)


def centers(run, numbers):
    made = [[numbers.normal() * 3 for _ in range(run["size"])] for _ in range(run["k"])]
    return made


def batches(run, numbers, kinds):
    """The records of each batch: of k-means points around the first centres, else labelled points of a model with noise."""
    model = [numbers.normal() for _ in range(run["size"])]
    for rows in run["rows"]:
        batch = []
        for row in range(rows):
            if run["kind"] == "kmeans":
                around = kinds[row % (run["k"] - (1 if "far" in run else 0))]
                batch.append(vector(run, numbers, around)[1])
                continue
            values, features = vector(run, numbers, [0.0] * run["size"])
            margin = 0.0
            for w, x in zip(model, values):
                margin += w * x
            margin += numbers.normal() * 0.1
            label = margin if run["kind"] == "linear" else (1.0 if margin > 0 else 0.0)
            batch.append(LabeledPoint(label, features))
        yield batch


def start(run, kinds):
    if run["kind"] == "kmeans":
        model = StreamingKMeans(k=run["k"], timeUnit=run["unit"])
        if "halfLife" in run:
            model.setHalfLife(float(run["halfLife"]), run["unit"])
        else:
            model.setDecayFactor(float(run["decay"]))
        begin = [list(c) for c in kinds]
        if "far" in run:
            begin[run["far"]] = [1000.0] * run["size"]
        return model.setInitialCenters(begin, [float(w) for w in run["weights"]])
    settings = (float(run["step"]), run["iterations"], float(run["fraction"]))
    if run["kind"] == "linear":
        model = StreamingLinearRegressionWithSGD(*settings, convergenceTol=float(run["tolerance"]))
    else:
        model = StreamingLogisticRegressionWithSGD(*settings, regParam=float(run["reg"]), convergenceTol=float(run["tolerance"]))
    return model.setInitialWeights([0.0] * run["size"])


def state(run, model):
    latest = model.latestModel()
    if run["kind"] == "kmeans":
        return {"centers": [[float(x) for x in c] for c in latest.centers], "weights": [float(w) for w in latest.clusterWeights]}
    return {"weights": [float(w) for w in latest.weights]}


sc = SparkContext(conf=SparkConf().setMaster("local[2]").setAppName("mllib").set("spark.ui.enabled", "false"))
sc.setLogLevel("ERROR")
ssc = StreamingContext(sc, 0.2)
runs = json.load(open(os.path.join(HERE, "runs.json")))
recorded = {}


def define(run):
    numbers = Numbers(run["seed"])
    kinds = centers(run, numbers) if run["kind"] == "kmeans" else None
    made = list(batches(run, numbers, kinds))
    stream = ssc.queueStream([sc.parallelize(batch, run["partitions"]) for batch in made])
    model = start(run, kinds)
    model.trainOn(stream)
    states = recorded.setdefault(run["name"], [])

    def note(_, rdd):
        if len(states) < len(made):
            states.append(state(run, model))
    stream.foreachRDD(note)


for one in runs:
    define(one)
ssc.start()
while any(len(recorded[one["name"]]) < len(one["rows"]) for one in runs):
    if ssc.awaitTerminationOrTimeout(1):
        break
ssc.stop(True, False)
with open(os.environ["RECORD_TO"], "w") as file:
    json.dump(recorded, file, indent=1)
