#!/usr/bin/env bash
# Runs PrepareBenchmark and Pillow in turn on the same images and core. PYTHON is a Python with Pillow [python3]. From the repository root:
#   udf/src/test/benchmarks/run.sh [rounds] [core]
set -euo pipefail
rounds=${1:-3}
core=${2:-0}
python=${PYTHON:-python3}
here=$(dirname "$0")
udf=$(cd "$here/../../.." && pwd)
small=$udf/src/test/resources/dev/cardinal/udf/image/images/photo_500x375.jpg
large=$udf/target/photo_2048x1536.jpg
"$udf/../mvnw" -B -q -f "$udf/../pom.xml" -pl udf -am test-compile dependency:build-classpath \
    -Dmdep.outputFile="$udf/target/benchmark-classpath.txt" -Dmdep.includeScope=test
classpath=$udf/target/test-classes:$udf/target/classes:$(cat "$udf/target/benchmark-classpath.txt")
"$python" "$here/prepare_pillow.py" "$small" "$large"
for image in "$small" "$large"; do
    echo "${image##*/}"
    for ((round = 1; round <= rounds; round++)); do
        taskset -c "$core" "$python" "$here/prepare_pillow.py" "$image"
        TF_CPP_MIN_LOG_LEVEL=2 taskset -c "$core" java -cp "$classpath" org.openjdk.jmh.Main PrepareBenchmark -p file="$image" \
            -jvmArgs "-Xmx1g" 2>&1 | grep -E '^PrepareBenchmark.*(p0.00|p0.50|p0.90) '
    done
done
