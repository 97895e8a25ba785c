#!/usr/bin/env bash
# Classifies the same images with label and with SQL, in turns in one process, and prints the rate of each: sql.sh MODEL IMAGES ROUNDS
set -euo pipefail
program=sql.sh
root=$(cd "$(dirname "$0")/../../../.." && pwd)
# shellcheck source=spark-job/src/test/benchmarks/classpath.sh
. "$root/spark-job/src/test/benchmarks/classpath.sh"
[ $# = 3 ] || fail 2 'three arguments are required: MODEL IMAGES ROUNDS'
java=$(find_java)
# shellcheck disable=SC2154 # set by lib/spark.sh
TF_CPP_MIN_LOG_LEVEL=3 "$java" -Xmx4g -Dorg.bytedeco.javacpp.maxBytes=0 -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 \
    "${spark_java_options[@]}" -cp "$classpath" dev.cardinal.job.SqlBenchmark "$1" "$2" "$3" \
    2> >(grep -v -E ' (INFO|WARN) |^WARNING|log4j' >&2)
