#!/usr/bin/env bash
# Runs TableBenchmark, which labels a simulated listing with a simulated classifier, in a driver with 2 GB:
#   spark-job/src/test/benchmarks/table.sh run sim://10000x1000/ SLOTS MICROSECONDS_PER_IMAGE OUTPUT
#   spark-job/src/test/benchmarks/table.sh layouts ROWS ROWS_PER_TASK OUTPUT
# OUTPUT is a directory that does not exist; ten million images need 2 GB there, and as much below TMPDIR.
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
read -ra options <<< "$options"
java -Xmx2g "${options[@]}" -cp "$classpath:$(cat "$scratch/classpath")" dev.cardinal.job.label.TableBenchmark "$@" \
    2> >(grep -v -E ' (INFO|WARN) |^WARNING|log4j' >&2)
