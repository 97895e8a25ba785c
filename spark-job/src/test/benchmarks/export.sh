#!/usr/bin/env bash
# Runs ExportBenchmark, which writes the same files with tar and with export in turns, on one core if the second argument is local[1]:
#   spark-job/src/test/benchmarks/export.sh FILES MASTER [BYTES ROUNDS]
# Files and archives are written below TMPDIR and removed: twice FILES x BYTES (110,000 by default, the mean of ImageNet).
set -euo pipefail
files=$1
master=$2
bytes=${3:-110000}
rounds=${4:-3}
program=export.sh
root=$(cd "$(dirname "$0")/../../../.." && pwd)
# shellcheck source=spark-job/src/test/benchmarks/classpath.sh
. "$root/spark-job/src/test/benchmarks/classpath.sh"
java -Xmx1g "${spark_java_options[@]}" "-Djava.io.tmpdir=$scratch" "-Dspark.master=$master" -cp "$classpath" \
    dev.cardinal.job.export.ExportBenchmark "$scratch/data" "$files" "$bytes" "$rounds"
