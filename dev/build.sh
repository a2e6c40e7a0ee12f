#!/usr/bin/env bash
# Builds the jars and the engine: build.sh [cuda], as ./hetal build. Prints the jars.
# build.sh --if-stale PART...: builds what a command needs if it is older than the sources; PART is an optional part, openfhe or
# cuda.
set -euo pipefail
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." >/dev/null && pwd)
readonly root
# shellcheck source-path=SCRIPTDIR source=needs.sh
source "$root/dev/needs.sh"
# shellcheck source-path=SCRIPTDIR source=stamp.sh
source "$root/dev/stamp.sh"

readonly MODULES=spark-job/launcher,spark-job/owner,spark-job/spark,spark-job/features,spark-job/tools

# Builds the modules with Maven; the engine's own build runs inside it.
build_modules() {
  local modules=$1
  in_tree dev/maven.sh -q -B package -DskipTests -Dspotless.check.skip -Dforbiddenapis.skip -pl "$modules" -am >"$STATE/build.log" 2>&1 &&
    return
  local other
  if other=$(grep -m 1 -oE '(Artifact [^ ]+ trusted checksum mismatch|Missing from summaryFile trusted checksum).*' "$STATE/build.log"); then
    fail "$EX_INPUT" "the build fetched other bytes than .mvn/checksums/checksums.sha256 says, or a file that is not in it: $other; see $STATE/build.log and dev/maven.sh"
  fi
  grep -vE '^\s+at |\[Help|^\[ERROR\] *$|[Rr]e-run Maven' "$STATE/build.log" | tail -n 30 >&2 || true
  fail "$EX_INTERNAL" "the build failed; see $STATE/build.log"
}

# build [cuda]: builds what is stale; cuda adds the library with the CUDA kernels. A second process waits for the first.
build() {
  local cuda=${1:-} modules=$MODULES
  [[ -z $cuda ]] || modules+=,he-native/java/cuda
  if ! stale && { [[ -z $cuda ]] || ! cuda_stale; }; then return; fi
  if [[ ! -w $root || (-e $STATE && ! -w $STATE) ]]; then
    fail "$EX_CONFIG" "the build in $root is missing or older than the sources, and $(id -un) may not write there: ask its owner to run $root/hetal build"
  fi
  require build
  mkdir -p "$STATE"
  exec 8>"$STATE/build.lock"
  flock 8
  if stale || { [[ -n $cuda ]] && cuda_stale; }; then
    echo "hetal: building (the first time takes some minutes); log in $STATE/build.log" >&2
    local digest
    digest=$(build_digest)
    rm -f "$STAMP" # a build that is interrupted leaves none
    build_modules "$modules"
    built "$digest"
    [[ -z $cuda ]] || cuda_digest >"$CUDA_STAMP"
  fi
  exec 8>&-
}

# Without a CUDA compiler an existing library is used; the program checks its commit.
build_cuda_for_a_command() {
  if [[ -n $(nvcc_path) ]]; then
    build cuda
    return
  fi
  build
  [[ -n $(cuda_jar) ]] ||
    fail "$EX_CONFIG" "device cuda: expected the library with the CUDA kernels in he-native/java/cuda/target, actual none; build it with $root/hetal build cuda (fetches the CUDA compiler, 308 MB; needs no GPU)"
}

build_for_a_command() {
  local part cuda=
  for part in "$@"; do
    case $part in
      openfhe) need_openfhe ;;
      cuda) cuda=1 ;;
      *) fail "$EX_USAGE" "build: expected openfhe or cuda, actual '$part'" ;;
    esac
  done
  if [[ -n $cuda ]]; then build_cuda_for_a_command; else build; fi
}

case "${1:-}" in
  --if-stale)
    shift
    build_for_a_command "$@"
    ;;
  "")
    build
    spark_jar
    owner_jar
    ;;
  cuda)
    need_cuda
    build cuda
    cuda_jar
    ;;
  -h | --help)
    echo "usage: ./hetal build [cuda]"
    echo "Builds the jars and prints them; cuda: also the library with the CUDA kernels (fetches nvcc, 308 MB, if there is none)."
    ;;
  *) fail "$EX_USAGE" "build: expected nothing or cuda, actual '$*'" ;;
esac
