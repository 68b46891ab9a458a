#!/bin/sh
# Runs record.py on PySpark and record.scala on Apache Spark, and writes their answers to expected.json and expected-scala.json.
# Needs Java and PySpark with NumPy: PYTHON is the Python that has them. RECORD_TO_DIRECTORY names another directory to write to.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
to=${RECORD_TO_DIRECTORY:-$here}
python=${PYTHON:-python3}
spark=$("$python" -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')
classes=$(mktemp -d)
trap 'rm -rf "$classes"' EXIT
java -cp "$spark/jars/*" scala.tools.nsc.Main -usejavacp -nowarn -d "$classes/recorder.jar" \
  "$here/../json.scala" "$here/probes.scala" "$here/record.scala"
RECORD_TO="$to/expected-scala.json" SPARK_HOME="$spark" "$spark/bin/spark-submit" --master 'local[2]' \
  --conf spark.ui.enabled=false --conf spark.ui.showConsoleProgress=false --class RecordMLlib "$classes/recorder.jar" >&2
RECORD_TO="$to/expected.json" PYSPARK_PYTHON="$python" "$python" -W ignore "$here/record.py" >&2
if [ "$to" = "$here" ]; then cd "$here/../../.." && npx biome check --write test/differential/mllib/*.json; fi
