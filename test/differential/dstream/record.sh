#!/bin/sh
# Runs record.scala on Apache Spark and record.py on PySpark, and writes their answers to expected.json and expected-python.json.
# Needs Java and PySpark: PYTHON is the Python that has it, SPARK_HOME another Spark that runs the Scala programs.
#
# RECORD_TO_DIRECTORY names another directory to write to; RECORD_ONLY, one a line, the programs to run.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
to=${RECORD_TO_DIRECTORY:-$here}
python=${PYTHON:-python3}
spark=${SPARK_HOME:-$("$python" -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')}
classes=$(mktemp -d)
trap 'rm -rf "$classes"' EXIT
java -cp "$spark/jars/*" scala.tools.nsc.Main -usejavacp -nowarn -d "$classes/recorder.jar" \
  "$here/../json.scala" "$here/bench.scala" "$here/record.scala"
export TZ=UTC PYTHONHASHSEED=0
RECORD_TO="$to/expected.json" SPARK_HOME="$spark" "$spark/bin/spark-submit" --master 'local[2]' \
  --conf spark.ui.enabled=false --conf spark.ui.showConsoleProgress=false --class Record "$classes/recorder.jar" >&2
RECORD_TO="$to/expected-python.json" PYSPARK_PYTHON="$python" "$python" -W ignore "$here/record.py" >&2
if [ "$to" = "$here" ]; then cd "$here/../../.." && npx biome check --write test/differential/dstream/*.json; fi
