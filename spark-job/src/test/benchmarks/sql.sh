#!/usr/bin/env bash
# Classifies the same images with label and with SQL, in turns, and prints the rate of each: sql.sh MODEL IMAGES ROUNDS
set -euo pipefail
root=$(cd "$(dirname "$0")/../../../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$root/mvnw" -B -q -f "$root/pom.xml" -pl spark-job -am test-compile dependency:build-classpath \
    -Dmdep.outputFile="$scratch/classpath" -Dmdep.includeScope=test
classpath=$root/spark-job/target/test-classes:$root/spark-job/target/classes:$(cat "$scratch/classpath")
read -ra options <<<"$("$root/mvnw" -B -q -f "$root/pom.xml" -pl spark-job help:evaluate -Dexpression=spark.jvm.options -DforceStdout)"
java -Xmx4g "${options[@]}" -cp "$classpath" dev.cardinal.job.SqlBenchmark "$1" "$2" "$3" \
    2> >(grep -v -E ' (INFO|WARN) |^WARNING|log4j|I tensorflow' >&2)
