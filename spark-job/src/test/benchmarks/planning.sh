#!/usr/bin/env bash
# Plans a run over a simulated listing in a driver with 2 GB: planning.sh LISTING LABELED IN_TABLE, for example
#   spark-job/src/test/benchmarks/planning.sh sim://1000x1000/ 500000 10000000
set -euo pipefail
program=planning.sh
root=$(cd "$(dirname "$0")/../../../.." && pwd)
# shellcheck source=spark-job/src/test/benchmarks/classpath.sh
. "$root/spark-job/src/test/benchmarks/classpath.sh"
java -Xmx2g "${spark_java_options[@]}" -cp "$classpath" dev.cardinal.job.label.PlanningBenchmark "$1" "$2" "$3" "$scratch" \
    2> >(grep -v -E ' (INFO|WARN) |^WARNING|log4j' >&2)
