#!/usr/bin/env bash
# Runs ExportBenchmark, which writes the same files with tar and with export in turns, on one core if the second argument is local[1]:
#   spark-job/src/test/benchmarks/export.sh FILES MASTER [BYTES ROUNDS]
# Files and archives are written below TMPDIR and removed: twice FILES x BYTES (110,000 by default, the mean of ImageNet).
set -euo pipefail
files=$1
master=$2
bytes=${3:-110000}
rounds=${4:-3}
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
# shellcheck disable=SC2086 # the options are words
java -Xmx1g $options "-Djava.io.tmpdir=$scratch" "-Dspark.master=$master" -cp "$classpath:$(cat "$scratch/classpath")" \
    dev.cardinal.job.export.ExportBenchmark "$scratch/data" "$files" "$bytes" "$rounds"
