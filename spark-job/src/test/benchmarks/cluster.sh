#!/usr/bin/env bash
# Runs ClusterBenchmark on a standalone cluster on this machine. Build the job jar first.
# Usage:
#   spark-job/src/test/benchmarks/cluster.sh executors MODEL IMAGES ROUNDS PRECISION
#   spark-job/src/test/benchmarks/cluster.sh scale MODEL IMAGES...
#   spark-job/src/test/benchmarks/cluster.sh waiting LISTING MICROSECONDS_PER_IMAGE
# IMAGES are directories of images.
set -euo pipefail
program=cluster.sh
root=$(cd "$(dirname "$0")/../../../.." && pwd)
# shellcheck source=spark-job/src/test/benchmarks/classpath.sh
. "$root/spark-job/src/test/benchmarks/classpath.sh"
java "-Dcardinal.jar=$root/spark-job/target/cardinal.jar" "-Dcardinal.spark.classpath=$root/spark-job/target/spark.classpath" \
    "-Dcardinal.spark.jvm.options=${spark_java_options[*]}" "-Dcardinal.launcher=$root/deploy/local/cardinal" \
    -cp "$classpath" \
    dev.cardinal.job.ClusterBenchmark "$@"
