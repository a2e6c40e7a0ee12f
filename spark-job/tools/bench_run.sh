#!/usr/bin/env bash
# The benchmarks of hetal, with all that they need but the GPU's driver.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here EX_USAGE=64
export CUDA_DEVICE_ORDER=${CUDA_DEVICE_ORDER:-PCI_BUS_ID}
export LD_LIBRARY_PATH=$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}

help() {
  cat <<'HELP'
usage: ./run COMMAND [OPTIONS]          every command has --help

  engine  times the engine's operations and verifies each result
            ./run engine --device cuda --json engine.json
  train   times encrypted training iterations, decrypts, and verifies the weights against plain training
            ./run train --device cuda --synthetic-features 784 --set data.classes=10 --iterations 3 --json train.json
            ./run train --device cuda -c conf/demo.conf --iterations 2            (in this folder)

--device cpu (default) or cuda; --emulated before the command: the CUDA kernels in emulation on the processor, slow, to try
it without a GPU. Memory: n16_l12 takes 12 GB of the machine's, and of the GPU's what hetal plan --device cuda tells.
HELP
}

library=$here/lib/libhetal_cuda.so
if [[ ${1:-} == --emulated ]]; then
  library=$here/lib/libhetal_cuda_emulated.so
  shift
fi
command=${1:-}
[[ -z $command ]] || shift
case $command in
  engine)
    if [[ " $* " =~ --device[\ =]cuda ]]; then set -- "$@" --library "$library"; fi
    exec "$here/bin/hetal_bench" "$@"
    ;;
  train) exec "$here/java/bin/java" "-Dhetal.cuda.library=$library" -cp "$here/jars/*" org.hetal.tools.Main bench train "$@" ;;
  -h | --help | help) help ;;
  *)
    echo "hetal: expected engine or train, actual '$command'; see ./run --help" >&2
    exit "$EX_USAGE"
    ;;
esac
