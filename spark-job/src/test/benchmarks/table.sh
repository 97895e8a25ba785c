#!/usr/bin/env bash
# Runs TableBenchmark, which labels a simulated listing with a simulated classifier, in a driver with 2 GB:
#   spark-job/src/test/benchmarks/table.sh run sim://10000x1000/ SLOTS MICROSECONDS_PER_IMAGE OUTPUT SLOWER
#   spark-job/src/test/benchmarks/table.sh layouts ROWS ROWS_PER_TASK OUTPUT
# OUTPUT is a directory that does not exist; ten million images need 2 GB there, and as much below TMPDIR.
set -euo pipefail
program=table.sh
root=$(cd "$(dirname "$0")/../../../.." && pwd)
# shellcheck source=spark-job/src/test/benchmarks/classpath.sh
. "$root/spark-job/src/test/benchmarks/classpath.sh"
java -Xmx2g "${spark_java_options[@]}" -cp "$classpath" dev.cardinal.job.label.TableBenchmark "$@" \
    2> >(grep -v -E ' (INFO|WARN) |^WARNING|log4j' >&2)
