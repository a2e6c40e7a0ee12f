#!/usr/bin/env bash
# Fuzzes one reader with libFuzzer, AddressSanitizer and UBSan: run.sh TARGET SECONDS [LIBFUZZER_OPTION...]
# TARGET: ciphertext, secret_key, public_key, manifest, key_file or openfhe_ciphertext. Needs clang (Debian: apt-get install clang
# libclang-rt-14-dev). What it finds lies in .hetal/fuzz/TARGET beside the corpus; a crash ends it with a status that is not 0.
# run.sh --check: only whether clang, where it is installed, accepts the engine's targets, and each target has its seeds. Takes seconds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The files of a target's seeds: its list in the source, after its name.
seeds_of() { # TARGET LIST
  local names=() seed
  mapfile -t names < <(tr '\n' ' ' <fuzz/"$2".cpp | grep -oE "\{\"$1\", +\{[^}]+\}" | grep -oE '"[^"]+\.(bin|key|txt)"|"[^"]+/manifest"' | tr -d '"')
  ((${#names[@]})) || missing_seeds "$1"
  for seed in "${names[@]}"; do
    if [[ -f tests/vectors/$seed ]]; then
      echo "tests/vectors/$seed"
    elif [[ -f fuzz/seeds/$seed ]]; then
      echo "fuzz/seeds/$seed"
    else
      missing_seeds "$1 $seed"
    fi
  done
}
missing_seeds() { # NAME
  echo "fuzz: expected seeds of $1 in tests/vectors or fuzz/seeds, actual none" >&2
  exit 70
}

libraries=()
if [[ ${1:-} == --check ]]; then
  if command -v "${CLANGXX:-clang++}" >/dev/null; then
    "${CLANGXX:-clang++}" -std=c++20 -fsyntax-only -Isrc -I. -Itests/unit fuzz/engine_targets.cpp
  else
    echo "fuzz: NOT TESTED: clang on the targets in C++; ${CLANGXX:-clang++} is missing" >&2
  fi
  for target in ciphertext public_key secret_key manifest key_file; do seeds_of "$target" engine_targets >/dev/null; done
  seeds_of openfhe_ciphertext openfhe_targets >/dev/null
  exit
fi
target=${1:?run.sh: expected a target} seconds=${2:?run.sh: expected a number of seconds}
shift 2
cxx=${CLANGXX:-clang++}
command -v "$cxx" >/dev/null || {
  echo "fuzz: missing on this machine: $cxx (Debian: apt-get install clang libclang-rt-14-dev)" >&2
  exit 78
}
root=$PWD/../..
work=$root/.hetal/fuzz
checks=fuzzer-no-link,address,undefined
flags=(-std=c++20 -O1 -g1 -fno-omit-frame-pointer -ffp-contract=off -pthread -Isrc -I. -Itests/unit -I"$work/generated"
  -fsanitize="$checks" -fno-sanitize-recover=all)
case $target in
  ciphertext | public_key | secret_key | manifest | key_file)
    list=engine_targets
    sources=(fuzz/engine_targets.cpp src/owner/*.cpp)
    ;;
  openfhe_ciphertext)
    list=openfhe_targets
    openfhe=${OpenFHE_DIR:+$OpenFHE_DIR/../..}
    openfhe=${openfhe:-$root/.hetal/openfhe}
    headers=$openfhe/include/openfhe
    sources=(fuzz/openfhe_targets.cpp src/openfhe/{ciphertext_format,context,exchange,keys,secret}.cpp)
    # OpenFHE's headers are not free of undefined shifts; the reader under test is.
    flags+=(-isystem "$headers" -isystem "$headers/third-party/include" -isystem "$headers/core" -isystem "$headers/pke"
      -isystem "$headers/binfhe" -fno-sanitize=undefined)
    libraries=(-L"$openfhe/lib" -lopenfhe "-Wl,-rpath,$openfhe/lib")
    ;;
  *)
    echo "fuzz: expected a target of the list in $0, actual $target" >&2
    exit 64
    ;;
esac
sources+=(src/base/*.cpp)
[[ $list == openfhe_targets ]] || sources+=(src/arith/*.cpp src/random/*.cpp src/ckks/*.cpp src/circuits/*.cpp src/bootstrap/*.cpp
  src/device/*.cpp src/device/cpu/*.cpp)

objects=$work/objects/$list
mkdir -p "$objects" "$work/generated" "$work/$target/corpus" "$work/$target/found"
cmake -DOUTPUT="$work/generated/build_info.h" -P cmake/build_info.cmake
compile() { # SOURCE: an object that is older than any source is made again
  local object=$objects/${1//\//_}.o wide=()
  case $1 in
    */kernels_avx2.cpp) wide=(-mavx2 -mfma) ;;
    */kernels_avx512_ifma.cpp) wide=(-mavx512f -mavx512dq -mavx512vl -mavx512bw -mavx512ifma) ;;
    */kernels_neon.cpp) return ;;
  esac
  [[ -e $object && -z $(find src fuzz tests/unit/support "$0" -newer "$object" -print -quit) ]] ||
    "$cxx" "${flags[@]}" "${wide[@]}" -c "$1" -o "$object"
}
pids=()
for source in "${sources[@]}"; do
  compile "$source" &
  pids+=($!)
  ((${#pids[@]} % $(nproc) != 0)) || wait "${pids[@]: -$(nproc):1}"
done
for pid in "${pids[@]}"; do wait "$pid"; done
program=$work/$target/fuzz
"$cxx" "${flags[@]}" -fsanitize=fuzzer -DHETAL_FUZZ_TARGET="\"$target\"" -DHETAL_FUZZ_TARGETS="$list" fuzz/libfuzzer.cpp \
  "$objects"/*.o "${libraries[@]}" -ldl -o "$program"
seeds_of "$target" "$list" | while read -r seed; do cp "$seed" "$work/$target/corpus/seed_${seed//\//_}"; done
exec "$program" -max_total_time="$seconds" -print_final_stats=1 -artifact_prefix="$work/$target/found/" "$@" "$work/$target/corpus"
