#!/usr/bin/env bash
# Runs ClusterBenchmark on a standalone cluster on this machine. Build the job jar first.
# Usage:
#   spark-job/src/test/benchmarks/cluster.sh executors MODEL IMAGES ROUNDS PRECISION
#   spark-job/src/test/benchmarks/cluster.sh scale MODEL IMAGES...
# IMAGES are directories of images.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$root/mvnw" -B -q -f "$root/pom.xml" -pl spark-job -am test-compile dependency:build-classpath \
    -Dmdep.outputFile="$scratch/classpath" -Dmdep.includeScope=test
options=$("$root/mvnw" -B -q -f "$root/pom.xml" -pl spark-job help:evaluate -Dexpression=spark.jvm.options -DforceStdout)
java "-Dcardinal.jar=$root/spark-job/target/cardinal.jar" "-Dcardinal.spark.classpath=$root/spark-job/target/spark.classpath" \
    "-Dcardinal.spark.jvm.options=$options" "-Dcardinal.launcher=$root/deploy/local/cardinal" \
    -cp "$root/spark-job/target/test-classes:$root/spark-job/target/classes:$(cat "$scratch/classpath")" \
    dev.cardinal.job.ClusterBenchmark "$@"
