#!/usr/bin/env bash
# Imports a checkpoint, and reads it for comparison: import.sh CARD CHECKPOINT [rounds] [scratch directory], for example
#   model-zoo/src/test/benchmarks/import.sh ig_resnext101_32x48d /tmp/large/ig_resnext101_32x48d.pth 3
# Each round runs once with the file in the operating system's page cache and once with the file dropped from the cache before each step
# (posix_fadvise; fincore reports how many bytes stayed). Each step is a separate process with a heap of 4 GB, the launcher's default.
# Needs Linux with coreutils and util-linux.
set -euo pipefail
card=$1
checkpoint=$(realpath "$2")
rounds=${3:-3}
root=$(cd "$(dirname "$0")/../../../.." && pwd)
scratch=$(mktemp -d -p "${4:-${TMPDIR:-/tmp}}")
trap 'rm -rf "$scratch"' EXIT
"$root/mvnw" -B -q -f "$root/pom.xml" -pl model-zoo test-compile dependency:build-classpath \
    -Dmdep.outputFile="$scratch/classpath" -Dmdep.includeScope=test
classpath=$root/model-zoo/target/test-classes:$root/model-zoo/target/classes:$(cat "$scratch/classpath")

step() {
    rm -rf "$scratch/model"
    TF_CPP_MIN_LOG_LEVEL=2 java -Xmx4g -Dorg.bytedeco.javacpp.maxBytes=0 -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 \
        -cp "$classpath" dev.cardinal.zoo.ImportBenchmark "$@"
}

cached() {
    cat "$checkpoint" >/dev/null
}

dropped() {
    dd if="$checkpoint" iflag=nocache count=0 status=none
    echo "  $(fincore -b -n -o RES "$checkpoint" | tr -d ' ') bytes in the cache"
}

for ((round = 1; round <= rounds; round++)); do
    for state in cached dropped; do
        echo "round $round, $state, load average $(cut -d ' ' -f 1 /proc/loadavg)"
        "$state"
        echo "  $(step read "$checkpoint")"
        "$state"
        echo "  $(step import "$card" "$checkpoint" "$scratch/model")"
    done
done
