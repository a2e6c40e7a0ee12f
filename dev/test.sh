#!/usr/bin/env bash
# Everything that CI runs, as ./hetal test; test.sh --device cuda: the tests of the device, on this machine's GPU.
# test.sh --surroundings: the example DAG with Airflow, the example of images, YARN with HDFS, S3A, other Sparks, Java 21.
# test.sh --spark VERSION, --java VERSION: what runs through spark-submit, on another Spark or Java.
set -euo pipefail
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." >/dev/null && pwd)
readonly root
# shellcheck source-path=SCRIPTDIR source=needs.sh
source "$root/dev/needs.sh"
# shellcheck source-path=SCRIPTDIR source=stamp.sh
source "$root/dev/stamp.sh"

# Builds and runs the C++ tests: native_tests PRESET [CTEST_OPTION...]
native_tests() {
  local preset=$1 processors
  shift
  configure "$preset"
  in_tree cmake --build "he-native/cpp/build/$preset" -j "$(nproc)"
  processors=$(nproc)
  # A test has threads of its own, and some memory.
  in_tree ctest --test-dir "he-native/cpp/build/$preset" --output-on-failure -j $((processors < 4 ? processors : 4)) "$@"
}

# The sections of a test, with their seconds: a table at the end and a file for machines.
readonly TEST_TIMES=$STATE/test-times.json
section_names=() section_starts=() section_cpu=()

# Notes the seconds of processor time, of all cores, of the commands that have ended. Not in a subshell, which has none.
note_cpu() {
  times >"$STATE/times"
  section_cpu+=("$(awk 'NR == 2 { for (i = 1; i <= 2; i++) { split($i, part, "m"); all += part[1] * 60 + part[2] } } END { printf "%d", all }' "$STATE/times")")
}

section() {
  section_names+=("$1")
  section_starts+=("$SECONDS")
  note_cpu
  printf '\n== %s (%s s)\n' "$1" "$SECONDS"
}

# Starts a command that waits more than it computes, beside the sections that follow: beside NAME COMMAND [ARGUMENT...]
beside_name='' beside_process=''
beside() {
  beside_name=$1
  setsid "${@:2}" >"$STATE/beside.log" 2>&1 &
  beside_process=$!
}

# Waits for it and shows what it printed. Its status is the test's.
join_beside() {
  local status=0
  section "$beside_name, the rest of it: it runs beside the sections before"
  wait "$beside_process" || status=$?
  beside_process=
  cat "$STATE/beside.log"
  return "$status"
}

# Also of a test that failed, whose last section is the one that did.
show_times() {
  local status=$? i end cpu count=${#section_names[@]} comma=
  [[ -z $beside_process ]] || kill -- "-$beside_process"
  ((count)) || return 0
  section_starts+=("$SECONDS")
  note_cpu
  printf '\n%8s %10s  %s\n' seconds processor section >&2
  {
    printf '{"command": "./hetal test", "commit": "%s", "processors": %s, "status": %s, "seconds": %s, "sections": [' \
      "$(commit)" "$(nproc)" "$status" "$SECONDS"
    for ((i = 0; i < count; i++)); do
      end=$((section_starts[i + 1] - section_starts[i]))
      cpu=$((section_cpu[i + 1] - section_cpu[i]))
      printf '%8s %10s  %s\n' "$end" "$cpu" "${section_names[i]}" >&2
      printf '%s\n  {"section": "%s", "seconds": %s, "processor_seconds": %s}' "$comma" "${section_names[i]}" "$end" "$cpu"
      comma=,
    done
    printf '\n]}\n'
  } >"$TEST_TIMES"
  printf '%8s  %s\n' "$SECONDS" "in all; status $status" >&2
}

# On this machine's GPU: the C++ tests of the device, the conformance suite and whole trainings, all bit for bit.
test_cuda() {
  trap show_times EXIT
  require build fetch bench test
  mkdir -p "$STATE"
  section "CUDA library"
  need_cuda
  configure cpu-release
  in_tree cmake --build he-native/cpp/build/cpu-release -j "$(nproc)" --target unit_tests --target hetal_bench --target hetal_cuda
  section "C++ tests on the GPU"
  "$root/he-native/cpp/tests/test_gpu.sh"
  section "conformance and whole trainings on the GPU, Java"
  in_tree dev/maven.sh -q -B test -pl he-native/java/conformance,spark-job/spark,spark-job/owner,spark-job/tools -am -Dspotless.check.skip \
    -Dhetal.test.cuda.library="$root/he-native/cpp/build/cpu-release/lib/libhetal_cuda.so" \
    -Dtest.excludedGroups=none -Dtest='Cuda*Test' -Dsurefire.failIfNoSpecifiedTests=false
}

# What installs or fetches much: Airflow, the images of an example, Hadoop's servers, an S3 server, other Sparks.
test_surroundings() {
  trap show_times EXIT
  mkdir -p "$STATE"
  section "features of images, and a training on them"
  "$root/examples/images/run.sh"
  section "Airflow"
  "$root/dev/airflow_test.sh"
  section "clusters: YARN with HDFS, S3A"
  "$root/dev/clusters_test.sh"
  section "clusters: Spark 4.0"
  "$root/dev/clusters_test.sh" --spark 4.0.5
  section "clusters: Spark 4.3"
  "$root/dev/clusters_test.sh" --spark 4.3.0
  section "clusters: Java 21"
  "$root/dev/clusters_test.sh" --java 21
}

test_all() {
  local digest
  trap show_times EXIT
  require build fetch bench notebook package test outputs
  mkdir -p "$STATE"
  section "OpenFHE"
  need_openfhe
  section "CUDA compiler"
  need_cuda
  section "layers and format of the C++ folders, shell scripts"
  "$root/he-native/cpp/tests/check_layers.sh"
  "$root/he-native/cpp/tests/check_layers_test.sh"
  "$root/spark-job/check_layers_test.sh"
  "$root/he-native/cpp/format.sh" check
  check_scripts
  section "C++ tests"
  native_tests cpu-release
  section "programs that compute constants of the sources"
  "$root/he-native/cpp/tools/check.sh"
  section "compiled CUDA kernels, none of which may spill registers"
  python3 "$root/he-native/cpp/tools/cuda_report.py" "$root/he-native/cpp/build/cpu-release/lib/libhetal_cuda.so"
  section "one bootstrap at 128-bit security"
  in_tree ctest --test-dir he-native/cpp/build/cpu-release --output-on-failure -C secure -L secure
  section "C++ tests under the address and undefined-behaviour sanitizers"
  # Left out: large rings, statistics and whole bootstraps on the emulated GPU, which run the code of other tests on more data.
  native_tests cpu-asan -E '_2_1[3-7]( |$)|^CudaEngine\.(Encrypts|.*Bootstraps|Threads)|^CudaDeeperSet|Noise\.'
  section "the OpenFHE binding against an installed OpenFHE"
  env -u OpenFHE_DIR "$root/he-native/cpp/tests/openfhe/installed.sh"
  section "format of the Java folders, Java tests, spark-submit"
  digest=$(build_digest)
  rm -f "$STAMP"
  SPARK_HOME=${SPARK_HOME:-$("$root/spark-job/spark/install_spark.sh")} in_tree dev/maven.sh -q -B -T 1C verify
  # It left what `build` leaves.
  built "$digest"
  cuda_digest >"$CUDA_STAMP"
  section "three of the fuzzer's targets, for five seconds each"
  "$root/dev/fuzz.sh" --short
  section "training while five things go wrong"
  # Each on the local disk, without waiting for a lease; ./hetal bench chaos without --fault does the others.
  SPARK_HOME=${SPARK_HOME:-$("$root/spark-job/spark/install_spark.sh")} in_tree ./hetal bench chaos --quiet --kills 5 --seed 5 \
    --fault EXECUTOR_KILLED,WORKER_STOPPED,DRIVER_KILLED,ORACLE_KILLED,CHECKPOINT_TRUNCATED
  section "dependencies against the list of advisories"
  "$root/dev/check_dependencies.sh"
  section "Javadoc of the API, examples in Java against installed artifacts"
  "$root/examples/java/test.sh"
  beside "notebooks in Jupyter, the Python module, the Zeppelin note" "$root/dev/notebooks_test.sh"
  section "launcher"
  "$root/dev/launcher_test.sh"
  section "passphrases on a terminal"
  in_tree python3 dev/terminal_test.py
  section "packages of both roles with a Java run-time alone"
  "$root/dev/package_test.sh"
  section "status, reports in Chromium, the model in scikit-learn, ONNX and Spark ML"
  "$root/dev/outputs_test.sh"
  join_beside
  if [[ $(uname -m) == x86_64 ]]; then
    section "C++ tests and the Java binding on x86-64 without AVX and without AVX-512, emulated"
    "$root/he-native/cpp/tests/emulated_x86.sh"
    section "C++ tests on arm64, emulated"
    "$root/he-native/cpp/tests/emulated_aarch64.sh"
  else
    echo "hetal: NOT TESTED: other processors, which are emulated on x86-64 only; this is $(uname -m)" >&2
  fi
  section "fast demo"
  in_tree ./hetal demo --fast --json .hetal/demo-fast.json
  section "fast demo, the secret key in OpenFHE's hands"
  in_tree ./hetal demo --fast --client openfhe --json .hetal/demo-fast-openfhe.json
  section "fast demo of three data owners"
  in_tree ./hetal demo --owners 3 --fast --json .hetal/demo-owners-fast.json
  one_secret_key .hetal/demo-owners
  same_epochs .hetal/demo-owners-fast.json
  section "demo of three data owners on the simulator"
  in_tree ./hetal demo --owners 3 --simulator --json .hetal/demo-owners-simulator.json
  same_epochs .hetal/demo-owners-simulator.json
  section "bench image, its training on the CUDA kernels in emulation"
  in_tree ./hetal bench image
  try_bench_image
}

# Of the folders of a joint training only the key holder's may have a secret key, in whatever file: one_secret_key FOLDER
one_secret_key() {
  local found
  found=$(in_tree grep -rlaE 'HETALSEC|HETALPWD' "$1")
  [[ $found == "$1/key-holder/secret.key" ]] ||
    fail "$EX_INTERNAL" "test: expected a secret key in $1/key-holder/secret.key alone, actual in: ${found:-no file}"
}

# A training on ciphertexts ended and was best after the same epochs as in the clear: same_epochs FILE
same_epochs() {
  in_tree python3 - "$1" <<'END'
import json, sys
figures = json.load(open(sys.argv[1]))
found = [figures[name] for name in ("epochs", "best_epoch", "losses", "plain_epochs", "plain_best_epoch", "plain_losses")]
if found[:2] != found[3:5] or not found[1]:
    sys.exit(f"hetal: {sys.argv[1]}: expected as many epochs and the same best one as in the clear, {found[3:5]}; actual {found[:2]}")
if max(abs(a - b) for a, b in zip(found[2], found[5], strict=True)) > 1e-3:
    sys.exit(f"hetal: {sys.argv[1]}: expected losses within 0.001 of {found[5]}, actual {found[2]}")
END
}

check_scripts() {
  local files
  mapfile -t files < <(in_tree grep -rlE --exclude-dir=target --exclude-dir=build '^#!.*\b(ba)?sh$' hetal .ci conf dev examples he-native spark-job)
  in_tree shellcheck -x -S warning "${files[@]}"
}

# Without a JDK on the PATH.
try_bench_image() {
  local folder
  folder=$(mktemp -d)
  tar -C "$folder" -xzf "$STATE/bench-image.tar.gz"
  env -i PATH=/usr/bin:/bin "$folder/hetal-bench/run" --emulated train --quiet --device cuda --synthetic-features 30 --iterations 1 \
    --set parameters=insecure_n10_l12 --set data.classes=3 --set training.batch-rows=64 --set training.logit-range=32
  rm -rf "$folder"
}

case "$*" in
  "") test_all ;;
  "--device cuda" | "--device=cuda") test_cuda ;;
  --surroundings) test_surroundings ;;
  "--spark "* | "--java "*) exec "$root/dev/clusters_test.sh" "$@" ;;
  -h | --help) echo "usage: ./hetal test [--device cuda | --surroundings | --spark VERSION | --java VERSION]          the times of the sections go to .hetal/test-times.json" ;;
  *) fail "$EX_USAGE" "test: expected nothing, --device cuda, --surroundings, --spark VERSION or --java VERSION, actual '$*'" ;;
esac
