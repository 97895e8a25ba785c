#!/usr/bin/env bash
# Runs SelectBenchmark, which selects from synthetic predictions on two cores of this machine:
#   spark-job/src/test/benchmarks/select.sh curve HEAP IMAGES...
#   spark-job/src/test/benchmarks/select.sh duckdb HEAP IMAGES ROUNDS [quota|adaptive]
# Tables, spills and selections are written below TMPDIR and removed: 10 million images need about 12 GB, and twice as much if DuckDB
# spills.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$root/mvnw" -B -q -f "$root/pom.xml" -pl spark-job -am test-compile dependency:build-classpath \
    -Dmdep.outputFile="$scratch/classpath" -Dmdep.includeScope=test
options=$("$root/mvnw" -B -q -f "$root/pom.xml" -pl spark-job help:evaluate -Dexpression=spark.jvm.options -DforceStdout)
classpath=$root/spark-job/target/test-classes
for module in spark-job udf model-zoo; do
    classpath+=:$root/$module/target/classes
done
java -Xmx256m "-Djava.io.tmpdir=$scratch" "-Dcardinal.spark.jvm.options=$options" -cp "$classpath:$(cat "$scratch/classpath")" \
    dev.cardinal.job.select.SelectBenchmark "$@"
