#!/usr/bin/env bash
# Benchmarks of the C++ code, as ./hetal bench: bench.sh engine|openfhe|image [OPTIONS]
set -euo pipefail
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." >/dev/null && pwd)
readonly root
# shellcheck source-path=SCRIPTDIR source=needs.sh
source "$root/dev/needs.sh"
# shellcheck source-path=SCRIPTDIR source=stamp.sh
source "$root/dev/stamp.sh"

native_build() {
  require build bench
  configure cpu-release
  in_tree cmake --build he-native/cpp/build/cpu-release --target "$@" -j "$(nproc)" >/dev/null
}

native_bench() {
  local program=$1
  shift
  native_build "$program"
  exec "$(find "$root/he-native/cpp/build/cpu-release" -name "$program" -type f | head -n 1)" "$@"
}

case "${1:-}" in
  engine)
    shift
    native_bench hetal_bench "$@"
    ;;
  openfhe)
    shift
    need_openfhe
    native_bench openfhe_bench "$@"
    ;;
  image)
    # All of one commit.
    [[ -f $STATE/build.commit && $(<"$STATE/build.commit") == "$(commit)" ]] || rm -f "$STAMP"
    require build fetch # Python packs it
    if [[ -n $(nvcc_path) ]]; then
      "$root/dev/build.sh" --if-stale cuda
    else
      echo "hetal: bench image: no nvcc, so without the CUDA library (./hetal build cuda brings it)" >&2
      "$root/dev/build.sh" --if-stale
    fi
    native_build hetal_bench hetal_cuda_emulated
    "$root/spark-job/tools/bench_image.sh"
    ;;
  *) fail "$EX_USAGE" "bench: expected engine, image or openfhe, actual '${1:-}'" ;;
esac
