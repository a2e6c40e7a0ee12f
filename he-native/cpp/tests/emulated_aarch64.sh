#!/usr/bin/env bash
# Cross-builds the engine and both Java libraries for arm64, and runs the C++ tests under emulation, with the NEON kernels
# and with the portable ones, which must give the same bytes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=he-native/cpp/tests/emulated.sh
source tests/emulated.sh

need cmake cmake "builds the engine"
need aarch64-linux-gnu-g++ g++-aarch64-linux-gnu "compiles for arm64"
need qemu-aarch64 qemu-user "emulates arm64"
[[ -e /usr/src/googletest/googletest/CMakeLists.txt ]] || {
  echo "emulated_aarch64.sh: missing: the sources of GoogleTest; nothing was tested (Debian: apt-get install googletest)" >&2
  exit "$EX_CONFIG"
}

readonly BUILD=build/aarch64
log=$(mktemp)
trap 'rm -f "$log"' EXIT
seconds=$SECONDS
quietly "$log" ./configure.sh aarch64 build/aarch64
quietly "$log" cmake --build --preset aarch64 -j "$(nproc)" --target unit_tests hetal_engine_jni hetal_owner_jni hetal_bench
for file in $BUILD/lib/libhetal_engine.so $BUILD/lib/libhetal_owner.so $BUILD/unit_tests; do
  machine=$(LC_ALL=C aarch64-linux-gnu-readelf -h "$file" | sed -n 's/^ *Machine: *//p')
  [[ $machine == AArch64 ]] || { echo "emulated_aarch64.sh: $file: expected machine AArch64, actual $machine" >&2; exit 1; }
done
NM=aarch64-linux-gnu-nm tests/check_engine_library.sh $BUILD/lib/libhetal_engine.so $BUILD/lib/libhetal_owner.so
echo "cross-build for arm64: $((SECONDS - seconds)) s"

# Without SVE, as on Neoverse N1.
unit_tests_take neon "$SMALL" $BUILD/unit_tests qemu-aarch64 -L /usr/aarch64-linux-gnu -cpu neoverse-n1
