#!/usr/bin/env bash
# The C++ tests and the Java binding on x86-64 processors without AVX (Nehalem) and without AVX-512 (Haswell), emulated:
# an instruction that such a processor lacks ends the tests. Builds the tests; the Java part needs the test classes of
# he-native/java/conformance. --native-only leaves it out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=he-native/cpp/tests/emulated.sh
source tests/emulated.sh

if [[ $(uname -m) != x86_64 ]]; then
  echo "emulated_x86.sh: expected an x86-64 machine, actual $(uname -m); nothing was tested" >&2
  exit "$EX_CONFIG"
fi
need qemu-x86_64 qemu-user "emulates other processors"
need cmake cmake "builds the engine"
readonly UNIT_TESTS=build/cpu-release/unit_tests
log=$(mktemp)
trap 'rm -f "$log"' EXIT
quietly "$log" ./configure.sh cpu-release build/cpu-release
quietly "$log" cmake --build --preset cpu-release -j "$(nproc)" --target unit_tests

unit_tests_take portable "$SMALL" "$UNIT_TESTS" qemu-x86_64 -cpu Nehalem
# An emulated multiply-add takes 25 times as long as the portable kernels' instructions. Every x86-64 processor with AVX2
# runs the other tests of these kernels by itself; the JVM below bootstraps with them.
unit_tests_take avx2 'EveryProcessor.*:Paths/FastKernels.*/avx2' "$UNIT_TESTS" qemu-x86_64 -cpu Haswell

[[ ${1:-} != --native-only ]] || exit 0
need java openjdk-17-jdk-headless "loads the engine into a JVM"
class_path=
for folder in ../java/{conformance/target/test-classes,{api,engine,simulator,owner}/target/classes}; do
  [[ -d $folder ]] || { echo "emulated_x86.sh: expected $folder, actual no folder: mvn test-compile -pl he-native/java/conformance -am" >&2; exit "$EX_CONFIG"; }
  class_path+=$PWD/$folder:
done
java=$(readlink -f "$(command -v "${JAVA_HOME:+$JAVA_HOME/bin/}java")")
native=$("$java" -cp "$class_path" org.hetal.he.conformance.ToyRing)
for model in Nehalem:portable Haswell:avx2; do
  seconds=$SECONDS path=${model#*:}
  quietly "$log" env -u HETAL_CPU_PATH qemu-x86_64 -cpu "${model%:*}" "$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$class_path" \
    org.hetal.he.conformance.ToyRing
  expected="device cpu/$path ${native#device cpu/* }"
  actual=$(grep -E '^(device|sha256) ' "$log")
  if [[ $actual != "$expected" ]]; then
    echo "emulated_x86.sh: JVM on ${model%:*}: expected $expected, actual $actual" >&2
    exit 1
  fi
  echo "JVM on ${model%:*}: cpu path $path, bytes as on this machine's own processor, $((SECONDS - seconds)) s"
done
