#!/usr/bin/env bash
# Builds one shared library and puts it where a jar takes it from: build_native.sh TARGET LIBRARY OUTPUT_FOLDER
set -euo pipefail
target=$1 library=$2 output=$3
cd "$(dirname "${BASH_SOURCE[0]}")/.."
case $(uname -sm) in
  "Linux x86_64" | "Linux aarch64") ;;
  *)
    echo "he-native: the engine is for Linux on x86_64 and aarch64, this is $(uname -sm)" >&2
    exit 78
    ;;
esac
missing=()
for tool in cmake g++; do command -v "$tool" >/dev/null 2>&1 || missing+=("$tool"); done
command -v ninja >/dev/null 2>&1 || command -v make >/dev/null 2>&1 || missing+=(make)
if ((${#missing[@]})); then
  echo "he-native: the engine is built from C++ and needs: ${missing[*]} (Debian: apt-get install cmake g++ make)" >&2
  exit 78
fi
build=build/cpu-release
log=$(mktemp)
trap 'rm -f "$log"' EXIT
run() { "$@" >"$log" 2>&1 || { cat "$log" >&2; echo "he-native: failed: $*" >&2; exit 70; }; }
run ./configure.sh cpu-release "$build"
if ! cmake --build "$build" --target help | grep "$target" >/dev/null; then
  echo "he-native: no target $target: jni.h was not found; set JAVA_HOME to a JDK (now '${JAVA_HOME:-}')" >&2
  exit 78
fi
run cmake --build "$build" --target "$target" -j "$(nproc)"
mkdir -p "$output"
# cmp keeps the time stamp when nothing changed.
for file in "$build/lib/$library" "$build/generated/build.properties"; do
  name=$(basename "$file")
  [[ $name == build.properties ]] && name="$library.properties"
  cmp -s "$file" "$output/$name" || cp "$file" "$output/$name"
done
