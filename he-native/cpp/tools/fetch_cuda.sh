#!/usr/bin/env bash
# Puts a CUDA compiler into .hetal/cuda (the Python packages of requirements-cuda.txt, 308 MB unpacked) and prints the path of
# nvcc. Nothing to do when it is there already, or when HETAL_NVCC names one. A GPU is not needed.
set -euo pipefail

readonly EX_CONFIG=78

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
readonly root target=$root/.hetal/cuda
readonly requirements=$root/he-native/cpp/tools/requirements-cuda.txt
readonly nvcc=$target/nvidia/cu13/bin/nvcc

fail() {
  echo "hetal: CUDA compiler: $1" >&2
  exit "$EX_CONFIG"
}

if [[ -n ${HETAL_NVCC:-} ]]; then
  [[ -x $HETAL_NVCC ]] || fail "HETAL_NVCC: expected the path of nvcc, actual $HETAL_NVCC"
  echo "$HETAL_NVCC"
  exit 0
fi
if cmp -s "$requirements" "$target/requirements.txt"; then
  echo "$nvcc"
  exit 0
fi
[[ $(uname -sm) == "Linux x86_64" ]] || fail "the packages are for Linux x86_64, this is $(uname -sm); install CUDA 13 and set HETAL_NVCC"
command -v python3 >/dev/null || fail "missing: python3 with pip (Debian: apt-get install python3-pip)"

mkdir -p "$root/.hetal"
work=$(mktemp -d "$root/.hetal/cuda.XXXXXX")
trap 'rm -rf "$work"' EXIT
echo "hetal: downloading the CUDA compiler (308 MB unpacked)" >&2
python3 -m pip --disable-pip-version-check install --quiet --no-deps --only-binary=:all: --root-user-action=ignore \
  --require-hashes --target "$work/tree" -r "$requirements" >&2 ||
  fail "could not download the packages of $requirements from the package index (no network?), or their digests are others; install CUDA 13 and set HETAL_NVCC"
[[ -x $work/tree/nvidia/cu13/bin/nvcc ]] || fail "the packages have no nvcc"
cp "$requirements" "$work/tree/requirements.txt"
rm -rf "$target"
mv "$work/tree" "$target"
echo "$nvcc"
