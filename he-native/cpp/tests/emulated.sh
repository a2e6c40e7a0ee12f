# shellcheck shell=bash
# Sourced by emulated_x86.sh and emulated_aarch64.sh: the C++ tests under emulation of a processor.
readonly EX_CONFIG=78
# Left out: large rings, which take minutes under emulation. EveryProcessor has the toy ring's bootstrap, and the smallest
# rings of CudaDevice run the kernels of the device cuda. Also left out: statistics over many seeds, fuzzing of parsers and
# kernels with emulated intrinsics, which do not depend on the processor.
readonly SMALL='-InsecureEngine.*Bootstrap*:Chebyshev.*:CudaEngine.*:CudaDeeperSet.*:CudaMemory.*:*CudaDevice*_2_9:*CudaDevice*_2_1?:Files.SecretKeyFiles*:Files.DamagedBundles*:Files.APublicKey*:*Noise.*:*Fuzz.*:FuzzTargets.*:*/emulated_*'

# need TOOL PACKAGE WHY
need() {
  command -v "$1" >/dev/null 2>&1 || {
    echo "$(basename "$0"): missing: $1 ($3); nothing was tested (Debian: apt-get install $2)" >&2
    exit "$EX_CONFIG"
  }
}

# Runs a command; its output goes to a file, which is printed if it fails.
quietly() {
  local log=$1 status=0
  shift
  "$@" >"$log" 2>&1 || status=$?
  if ((status)); then
    grep -v "TCG doesn't support" "$log" | tail -n 100 >&2
    echo "$(basename "$0"): expected exit status 0, actual $status: $*" >&2
    exit 1
  fi
}

# unit_tests_take PATH FILTER BINARY EMULATOR...: the unit tests of the filter pass under the emulator; the kernels of
# PATH are those that the engine chose.
unit_tests_take() {
  local path=$1 filter=$2 binary=$3 log line seconds=$SECONDS
  local -a lines=("cpu path: $path" "[       OK ] EveryProcessor.TakesThePathThatTheTestExpects"
    "[       OK ] Paths/FastKernels.NttEqualsItsDefinitionBothWays/${path//-/_}")
  shift 3
  # The toy ring's keys, product and bootstrap were made with these kernels. A test that was skipped is no proof.
  [[ $filter != -* ]] || lines+=("[       OK ] Paths/ProcessorPath.EncryptsMultipliesRotatesAndBootstrapsToTheseBytes/${path//-/_}"
    "[       OK ] Rings/CudaDevice.EqualsTheCpuOnEveryOperation/fp64_2_4")
  log=$(mktemp)
  quietly "$log" env -u HETAL_CPU_PATH HETAL_TEST_EXPECTED_PATH="$path" "$@" "$binary" --gtest_filter="$filter"
  for line in "${lines[@]}"; do
    if ! grep -qF "$line" "$log"; then
      echo "$(basename "$0"): $*: expected the line '$line' in the tests' output, actual none" >&2
      exit 1
    fi
  done
  echo "$*: cpu path $path, $(sed -n 's/^\[  PASSED  \] //p' "$log") $((SECONDS - seconds)) s"
  rm -f "$log"
}
