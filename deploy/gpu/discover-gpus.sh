#!/usr/bin/env bash
# Tells Spark which GPUs this machine has: {"name": "gpu", "addresses": ["0","1"]}, by their places in the order of the PCI bus, as
# CUDA_DEVICE_ORDER=PCI_BUS_ID numbers them for TensorFlow.
#
#   standalone   spark.worker.resource.gpu.discoveryScript of a worker, beside spark.worker.resource.gpu.amount
#   YARN, Kubernetes   spark.executor.resource.gpu.discoveryScript, a path on (or in the image of) the executors
#
# Ends with 1, and says why, where nvidia-smi is missing, fails or finds none: a machine that should have GPUs and has none must not
# pass for one that has.
set -euo pipefail

fail() {
    printf 'discover-gpus: %s\n' "$*" >&2
    exit 1
}

command -v nvidia-smi >/dev/null || fail 'there is no nvidia-smi on PATH: is the NVIDIA driver installed, and in a container passed in?'
listing=$(nvidia-smi --query-gpu=pci.bus_id --format=csv,noheader 2>&1) || fail "nvidia-smi fails: ${listing%%$'\n'*}"

addresses=
count=0
while IFS= read -r bus; do
    [ -n "$bus" ] || continue
    [[ $bus =~ ^[0-9A-Fa-f]+:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\.[0-9A-Fa-f]+[[:space:]]*$ ]] || fail "nvidia-smi gives no PCI bus id but: $bus"
    addresses+="${addresses:+,}\"$count\""
    count=$((count + 1))
done <<<"$listing"
[ "$count" -gt 0 ] || fail 'nvidia-smi finds no GPU'

printf '{"name": "gpu", "addresses": [%s]}\n' "$addresses"
