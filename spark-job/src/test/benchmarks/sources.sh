#!/usr/bin/env bash
# Labels the same images in turns from files, from tar shards of equal size, and from tar shards of which one is 50 times as large as each
# other one, and prints the rate of each. From the repository root, with a model bundle:
#   spark-job/src/test/benchmarks/sources.sh MODEL [copies of the demo's 1,000 images] [rounds]
set -euo pipefail
model=$1
copies=${2:-2}
rounds=${3:-3}
root=$(cd "$(dirname "$0")/../../../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

mkdir -p "$scratch/files" "$scratch/even" "$scratch/skewed"
find "$root/spark-job/src/main/resources/dev/cardinal/job/demo/images" -name '*.png' ! -path '*/not_images/*' | sort >"$scratch/list"
for ((copy = 0; copy < copies; copy++)); do
    while read -r image; do
        cp "$image" "$scratch/files/$copy-$(basename "$(dirname "$image")")-$(basename "$image")"
    done <"$scratch/list"
done
(cd "$scratch/files" && find . -name '*.png' | sort | shuf --random-source="$scratch/list" >"$scratch/names")
count=$(wc -l <"$scratch/names")
split -n l/20 -d "$scratch/names" "$scratch/part-even-"
# 50 of 70 parts in the first shard, one in each of the 20 others.
large=$((count * 50 / 70))
head -n "$large" "$scratch/names" >"$scratch/part-skewed-00"
tail -n +"$((large + 1))" "$scratch/names" >"$scratch/rest"
split -n l/20 -d "$scratch/rest" "$scratch/part-skewed-x"
for part in "$scratch"/part-*; do
    name=$(basename "$part")
    kind=${name#part-}
    tar cf "$scratch/${kind%%-*}/${name}.tar" -C "$scratch/files" -T "$part"
done

for ((round = 1; round <= rounds; round++)); do
    for kind in files even skewed; do
        rm -rf "$scratch/out"
        CI=true "$root/deploy/local/cardinal" label --model "$model" --input "$scratch/$kind" --output "$scratch/out" \
            >"$scratch/log" 2>&1 || { cat "$scratch/log"; exit 1; }
        echo "round $round $kind: $(grep -o 'labeled .* images/s' "$scratch/log")"
    done
done
