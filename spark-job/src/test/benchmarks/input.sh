#!/usr/bin/env bash
# Labels copies of a photo with a model that costs nothing, from files, tar archives, Parquet files and an S3 server on this machine:
#   input.sh DIRECTORY PHOTO COPIES ROUNDS
# ./mvnw verify puts the server into spark-job/target. loaders.py measures other programs on the same copies.
set -euo pipefail
program=input.sh
root=$(cd "$(dirname "$0")/../../../.." && pwd)
# shellcheck source=spark-job/src/test/benchmarks/classpath.sh
. "$root/spark-job/src/test/benchmarks/classpath.sh"
[ $# = 4 ] || fail 2 'four arguments are required: DIRECTORY PHOTO COPIES ROUNDS'
java=$(find_java)
# shellcheck disable=SC2154 # set by lib/spark.sh
TF_CPP_MIN_LOG_LEVEL=3 "$java" -Xmx4g "-Dcardinal.s3mock=$root/spark-job/target/s3mock.jar" \
    "${spark_java_options[@]}" -cp "$classpath" dev.cardinal.job.InputBenchmark "$@" \
    2> >(grep -v -E ' (INFO|WARN) |^WARNING|log4j' >&2)
