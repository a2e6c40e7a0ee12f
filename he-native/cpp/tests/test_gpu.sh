#!/usr/bin/env bash
# The tests of the CUDA device on a real GPU, from a build that is there: test_gpu.sh [BUILD_FOLDER]
# Needs no compiler and no JDK. Exit code 78 without a GPU.
set -euo pipefail

readonly EX_CONFIG=78
build=$(cd "${1:-$(dirname "${BASH_SOURCE[0]}")/../build/cpu-release}" && pwd)
readonly build library=$build/lib/libhetal_cuda.so

for file in "$library" "$build/unit_tests" "$build/hetal_bench"; do
  if [[ ! -e $file ]]; then
    echo "hetal: $file is missing: build with nvcc (he-native/cpp/tools/fetch_cuda.sh brings it), then try again" >&2
    exit "$EX_CONFIG"
  fi
done

echo "== is there a GPU"
"$build/hetal_bench" --device cuda --set insecure_n10_l12 --operations-only

export HETAL_CUDA_LIBRARY=$library
echo "== every operation at every ring, ciphertext operations and bootstraps, equal to the CPU's"
"$build/unit_tests" --gtest_filter='*Cuda*'

echo "== the same at 128-bit security: rotation, multiplication, bootstrap"
"$build/hetal_bench" --device cuda --set n16_l12 --threads "$(nproc)" --repetitions 1

if command -v compute-sanitizer >/dev/null; then
  for tool in memcheck racecheck synccheck; do
    echo "== compute-sanitizer $tool on a small ring"
    compute-sanitizer --tool "$tool" --error-exitcode 1 "$build/unit_tests" \
      --gtest_filter='*CudaDevice*/fp64_2_10:*CudaDevice*/integer_2_10'
  done
else
  echo "== compute-sanitizer is not on this machine: left out"
fi
echo "== done"
