#!/usr/bin/env bash
# Labels the same images with two models, in turns in two runs and in one pass, and prints the time of the commands, with start-up and
# listing, and that of labeling alone, as a Markdown table. From the repository root, with the job jar and two model bundles:
#   spark-job/src/test/benchmarks/teachers.sh MODEL_A MODEL_B IMAGES [rounds]
set -euo pipefail
a=$1
b=$2
images=$3
rounds=${4:-3}
root=$(cd "$(dirname "$0")/../../../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Runs label with these arguments. Sets seconds to the time of the command, and labeling to the time from the first task to the last commit.
label() {
    local start
    start=$(date +%s.%N)
    CI=true "$root/deploy/local/cardinal" label --input "$images" "$@" >"$scratch/log" 2>&1 || { cat "$scratch/log"; exit 1; }
    seconds=$(echo "$(date +%s.%N) - $start" | bc)
    labeling=$(sed -n 's/^labeled .* images in \([0-9.,]*\) s.*/\1/p' "$scratch/log" | tr -d , | sort -n | tail -1)
}

ratio() { echo "scale=4; $1 / $2" | bc; }

echo '| | two runs, s | one pass, s | ratio | labeling: two runs, s | one pass, s | ratio |'
echo '| --- | ---: | ---: | ---: | ---: | ---: | ---: |'
for ((round = 1; round <= rounds; round++)); do
    rm -rf "$scratch"/table-*
    label --model "$a" --output "$scratch/table-a"
    two=$seconds two_labeling=$labeling
    label --model "$b" --output "$scratch/table-b"
    two=$(echo "$two + $seconds" | bc) two_labeling=$(echo "$two_labeling + $labeling" | bc)
    label --model "$a" --model "$b" --output "$scratch/table-c" --output "$scratch/table-d"
    whole=$(ratio "$seconds" "$two") part=$(ratio "$labeling" "$two_labeling")
    echo "$whole" >>"$scratch/whole"
    echo "$part" >>"$scratch/part"
    printf '| round %d | %.1f | %.1f | %.2f | %.1f | %.1f | %.2f |\n' \
        "$round" "$two" "$seconds" "$whole" "$two_labeling" "$labeling" "$part"
done
median() { sort -n "$1" | sed -n "$(((rounds + 1) / 2))p"; }
printf '| median | | | %.2f | | | %.2f |\n' "$(median "$scratch/whole")" "$(median "$scratch/part")"
