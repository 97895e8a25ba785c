#!/usr/bin/env bash
# Runs PrepareBenchmark and Pillow in turn on the same image and core. From the repository root:
#   udf/src/test/benchmarks/run.sh [rounds] [core]
set -euo pipefail
rounds=${1:-3}
core=${2:-0}
here=$(dirname "$0")
udf=$(cd "$here/../../.." && pwd)
image=$udf/src/test/resources/dev/cardinal/udf/image/images/photo_500x375.jpg
"$udf/../mvnw" -B -q -f "$udf/../pom.xml" -pl udf -am test-compile dependency:build-classpath \
    -Dmdep.outputFile="$udf/target/benchmark-classpath.txt" -Dmdep.includeScope=test
classpath=$udf/target/test-classes:$udf/target/classes:$(cat "$udf/target/benchmark-classpath.txt")
for ((round = 1; round <= rounds; round++)); do
    taskset -c "$core" /usr/bin/python3 "$here/prepare_pillow.py" "$image"
    TF_CPP_MIN_LOG_LEVEL=2 taskset -c "$core" java -cp "$classpath" org.openjdk.jmh.Main PrepareBenchmark -jvmArgs "-Xmx1g" 2>&1 |
        grep -E '^PrepareBenchmark.*(p0.00|p0.50|p0.90) '
done
