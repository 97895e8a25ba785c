#!/usr/bin/env bash
# Labels the same images with two models, in turns in two runs and in one pass in one process, and prints the time of each:
#   teachers.sh MODEL_A MODEL_B IMAGES ROUNDS
set -euo pipefail
program=teachers.sh
root=$(cd "$(dirname "$0")/../../../.." && pwd)
# shellcheck source=deploy/lib/spark.sh
. "$root/deploy/lib/spark.sh"
[ $# = 4 ] || fail 2 'four arguments are required: MODEL_A MODEL_B IMAGES ROUNDS'
java=$(find_java)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$root/mvnw" -B -q -f "$root/pom.xml" -pl spark-job -am test-compile dependency:build-classpath \
    -Dmdep.outputFile="$scratch/classpath" -Dmdep.includeScope=test
classpath=$root/spark-job/target/test-classes:$root/spark-job/target/classes:$(cat "$scratch/classpath")
# shellcheck disable=SC2154 # set by lib/spark.sh
TF_CPP_MIN_LOG_LEVEL=3 "$java" -Xmx4g -Dorg.bytedeco.javacpp.maxBytes=0 -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 \
    "${spark_java_options[@]}" -cp "$classpath" dev.cardinal.job.TeachersBenchmark "$1" "$2" "$3" "$4" \
    2> >(grep -v -E ' (INFO|WARN) |^WARNING|log4j' >&2)
