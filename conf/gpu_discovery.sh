#!/usr/bin/env bash
# Tells Spark which GPUs a process of this machine may use, in the form that Spark asks for:
#   spark.executor.resource.gpu.discoveryScript=/path/to/gpu_discovery.sh     (also spark.driver..., spark.worker...)
# An address is the number of a GPU among those that the process sees, from 0, in the order of nvidia-smi
# (CUDA_DEVICE_ORDER=PCI_BUS_ID, which the job sets for its executors). With CUDA_VISIBLE_DEVICES only those count, numbered
# anew from 0, as CUDA does. NVIDIA_SMI names another nvidia-smi.
set -euo pipefail

readonly EX_UNAVAILABLE=69
smi=${NVIDIA_SMI:-nvidia-smi}

fail() {
  echo "gpu_discovery: $1" >&2
  exit "$EX_UNAVAILABLE"
}

command -v "$smi" >/dev/null 2>&1 || fail "expected nvidia-smi, which comes with NVIDIA's driver, actual none: no GPU here"
all=$("$smi" --query-gpu=index --format=csv,noheader 2>&1) || fail "nvidia-smi failed: $(head -n 1 <<<"$all")"
count=$(grep -cE '^[0-9]+$' <<<"$all") || fail "expected at least one GPU, actual none: ${all:-nvidia-smi says nothing}"
if [[ -n ${CUDA_VISIBLE_DEVICES+set} ]]; then
  IFS=, read -ra visible <<<"$CUDA_VISIBLE_DEVICES"
  count=0
  for device in "${visible[@]}"; do
    [[ -n $device && $device != -* && $device != NoDevFiles ]] || break # CUDA ignores what follows, too
    count=$((count + 1))
  done
  ((count > 0)) || fail "CUDA_VISIBLE_DEVICES='$CUDA_VISIBLE_DEVICES' leaves no GPU"
fi
addresses=$(seq -s '", "' 0 $((count - 1)))
echo "{\"name\": \"gpu\", \"addresses\": [\"$addresses\"]}"
