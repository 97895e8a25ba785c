#!/usr/bin/env bash
# Reports this machine's GPUs to Spark: {"name": "gpu", "addresses": ["0","1"]}. An address is the GPU's position in PCI bus order, the
# number that TensorFlow uses with CUDA_DEVICE_ORDER=PCI_BUS_ID.
#
#   standalone   spark.worker.resource.gpu.discoveryScript of a worker, together with spark.worker.resource.gpu.amount
#   YARN, Kubernetes   spark.executor.resource.gpu.discoveryScript, a path on (or in the image of) the executors
#
# Prints the reason and exits with 1 if nvidia-smi is missing, fails or finds no GPU: Spark must not start a machine without GPUs as one
# that has them.
set -euo pipefail

fail() {
    printf 'discover-gpus: %s\n' "$*" >&2
    exit 1
}

command -v nvidia-smi >/dev/null || fail 'no nvidia-smi on PATH: install the NVIDIA driver, and give a container access to it'
listing=$(nvidia-smi --query-gpu=pci.bus_id --format=csv,noheader 2>&1) || fail "nvidia-smi failed: ${listing%%$'\n'*}"

addresses=
count=0
while IFS= read -r bus; do
    [ -n "$bus" ] || continue
    [[ $bus =~ ^[0-9A-Fa-f]+:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\.[0-9A-Fa-f]+[[:space:]]*$ ]] || fail "nvidia-smi printed something other than a PCI bus id: $bus"
    addresses+="${addresses:+,}\"$count\""
    count=$((count + 1))
done < <(sort <<<"$listing")
[ "$count" -gt 0 ] || fail 'nvidia-smi found no GPU'

printf '{"name": "gpu", "addresses": [%s]}\n' "$addresses"
