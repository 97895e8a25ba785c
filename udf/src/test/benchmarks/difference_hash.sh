#!/usr/bin/env bash
# Runs DifferenceHashBenchmark: the time of the difference hash and of decoding, in turns. From the repository root:
#   udf/src/test/benchmarks/difference_hash.sh [rounds] [core]
set -euo pipefail
rounds=${1:-3}
core=${2:-0}
udf=$(cd "$(dirname "$0")/../../.." && pwd)
"$udf/../mvnw" -B -q -f "$udf/../pom.xml" -pl udf -am test-compile dependency:build-classpath \
    -Dmdep.outputFile="$udf/target/benchmark-classpath.txt" -Dmdep.includeScope=test
classpath=$udf/target/test-classes:$udf/target/classes:$(cat "$udf/target/benchmark-classpath.txt")
for ((round = 1; round <= rounds; round++)); do
    TF_CPP_MIN_LOG_LEVEL=2 taskset -c "$core" java -Xmx1g -cp "$classpath" dev.cardinal.udf.image.DifferenceHashBenchmark
done
