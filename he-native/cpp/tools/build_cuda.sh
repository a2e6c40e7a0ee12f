#!/usr/bin/env bash
# Builds the library with the CUDA kernels and puts it where its jar takes it from: build_cuda.sh OUTPUT_FOLDER
# nvcc is the one of HETAL_NVCC, of .hetal/cuda (fetch_cuda.sh), or of the PATH. Without it there is no library and no jar; with
# HETAL_REQUIRE_CUDA=1 that is an error.
set -euo pipefail
output=$1
cd "$(dirname "${BASH_SOURCE[0]}")/.."
nvcc=${HETAL_NVCC:-$PWD/../../.hetal/cuda/nvidia/cu13/bin/nvcc}
[[ -x $nvcc ]] || nvcc=$(command -v nvcc || true)
rm -f "$output"/../hetal-he-cuda-*.jar
if [[ -z $nvcc ]]; then
  rm -rf "$output"
  echo "he-native: the CUDA library is left out: no nvcc (run he-native/cpp/tools/fetch_cuda.sh, or set HETAL_NVCC)" >&2
  [[ ${HETAL_REQUIRE_CUDA:-} != 1 ]] || exit 78
  exit 0
fi
build=build/cpu-release
log=$(mktemp)
trap 'rm -f "$log"' EXIT
run() { "$@" >"$log" 2>&1 || { cat "$log" >&2; echo "he-native: failed: $*" >&2; exit 70; }; }
run ./configure.sh cpu-release "$build" ${HETAL_NVCC:+-DHETAL_NVCC="$HETAL_NVCC"}
run cmake --build "$build" --target hetal_cuda -j "$(nproc)"
put() { cmp -s "$1" "$2" || cp "$1" "$2"; }  # cmp keeps the time stamp when nothing changed
platform=linux-$(uname -m)
mkdir -p "$output/native/$platform" "$output/META-INF"
put "$build/lib/libhetal_cuda.so" "$output/native/$platform/libhetal_cuda.so"
for text in LICENSE NOTICE; do put "../../$text" "$output/META-INF/$text"; done
