#!/usr/bin/env bash
# Labels the same images with two models, in turns in two runs and in one pass in one process, and prints the time of each:
#   teachers.sh MODEL_A MODEL_B IMAGES ROUNDS
set -euo pipefail
program=teachers.sh
root=$(cd "$(dirname "$0")/../../../.." && pwd)
# shellcheck source=spark-job/src/test/benchmarks/classpath.sh
. "$root/spark-job/src/test/benchmarks/classpath.sh"
[ $# = 4 ] || fail 2 'four arguments are required: MODEL_A MODEL_B IMAGES ROUNDS'
java=$(find_java)
# shellcheck disable=SC2154 # set by lib/spark.sh
TF_CPP_MIN_LOG_LEVEL=3 "$java" -Xmx4g -Dorg.bytedeco.javacpp.maxBytes=0 -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 \
    "${spark_java_options[@]}" -cp "$classpath" dev.cardinal.job.TeachersBenchmark "$1" "$2" "$3" "$4" \
    2> >(grep -v -E ' (INFO|WARN) |^WARNING|log4j' >&2)
