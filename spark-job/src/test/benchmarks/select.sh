#!/usr/bin/env bash
# Runs SelectBenchmark, which selects from synthetic predictions on two cores of this machine:
#   spark-job/src/test/benchmarks/select.sh curve HEAP IMAGES...
#   spark-job/src/test/benchmarks/select.sh duckdb HEAP IMAGES ROUNDS [quota|adaptive]
# Tables, spills and selections are written below TMPDIR and removed: 10 million images need about 12 GB, and twice as much if DuckDB
# spills.
set -euo pipefail
program=select.sh
root=$(cd "$(dirname "$0")/../../../.." && pwd)
# shellcheck source=spark-job/src/test/benchmarks/classpath.sh
. "$root/spark-job/src/test/benchmarks/classpath.sh"
java -Xmx256m "-Djava.io.tmpdir=$scratch" "-Dcardinal.spark.jvm.options=${spark_java_options[*]}" -cp "$classpath" \
    dev.cardinal.job.select.SelectBenchmark "$@"
