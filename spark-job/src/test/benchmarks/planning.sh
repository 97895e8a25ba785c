#!/usr/bin/env bash
# Plans a run over a simulated listing in a driver with 2 GB: planning.sh LISTING LABELED IN_TABLE, for example
#   spark-job/src/test/benchmarks/planning.sh sim://1000x1000/ 500000 10000000
set -euo pipefail
root=$(cd "$(dirname "$0")/../../../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$root/mvnw" -B -q -f "$root/pom.xml" -pl spark-job -am test-compile dependency:build-classpath \
    -Dmdep.outputFile="$scratch/classpath" -Dmdep.includeScope=test
classpath=$root/spark-job/target/test-classes:$root/spark-job/target/classes:$(cat "$scratch/classpath")
opens=()
for package in java.lang java.lang.invoke java.io java.net java.nio java.util java.util.concurrent \
    java.util.concurrent.atomic sun.nio.ch sun.nio.cs sun.security.action sun.util.calendar; do
    opens+=("--add-opens=java.base/$package=ALL-UNNAMED")
done
java -Xmx2g "${opens[@]}" -cp "$classpath" dev.cardinal.job.label.PlanningBenchmark "$1" "$2" "$3" "$scratch" \
    2> >(grep -v -E ' (INFO|WARN) |^WARNING|log4j' >&2)
