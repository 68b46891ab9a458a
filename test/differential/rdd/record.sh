#!/bin/sh
# Runs record.scala on Apache Spark and writes its answers to expected.json. Needs spark-shell on the path.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
RECORD_TO="$here/expected.json" spark-shell --master 'local[4]' --conf spark.ui.enabled=false \
  --conf spark.ui.showConsoleProgress=false -I "$here/../json.scala" -I "$here/record.scala" </dev/null
cd "$here/../../.." && npx biome check --write test/differential/rdd/expected.json
