#!/usr/bin/env bash
# Builds one of the OpenFHE libraries and puts it where a jar takes it from: build_openfhe.sh evaluation|client OUTPUT_FOLDER
# OpenFHE is the one of OpenFHE_DIR (an installation), or else of .hetal/openfhe (fetch_openfhe.sh). Without either the jar stays
# without natives, and what needs them says so; with HETAL_REQUIRE_OPENFHE=1 that is an error.
set -euo pipefail
part=$1 output=$2
cd "$(dirname "${BASH_SOURCE[0]}")/.."
config=${OpenFHE_DIR:-$PWD/../../.hetal/openfhe/lib/OpenFHE}
if [[ ! -f $config/OpenFHEConfig.cmake ]]; then
  rm -rf "$output"
  line="he-native: OpenFHE is left out: no $config/OpenFHEConfig.cmake (run he-native/cpp/tools/fetch_openfhe.sh, or set OpenFHE_DIR)"
  echo "$line" >&2
  [[ ${HETAL_REQUIRE_OPENFHE:-} != 1 ]] || exit 78
  exit 0
fi
case $part in
  evaluation) target=hetal_openfhe_jni library=libhetal_openfhe.so ;;
  client) target=hetal_openfhe_client_jni library=libhetal_openfhe_client.so ;;
  *) echo "build_openfhe.sh: expected evaluation or client, actual $part" >&2; exit 64 ;;
esac
build=build/cpu-release
log=$(mktemp)
trap 'rm -f "$log"' EXIT
run() { "$@" >"$log" 2>&1 || { cat "$log" >&2; echo "he-native: failed: $*" >&2; exit 70; }; }
run ./configure.sh cpu-release "$build" -DOpenFHE_DIR="$config"
run cmake --build "$build" --target "$target" -j "$(nproc)"
mkdir -p "$output"
put() { cmp -s "$1" "$output/$2" || cp "$1" "$output/$2"; }  # cmp keeps the time stamp when nothing changed
put "$build/lib/$library" "$library"
[[ $part == evaluation ]] || exit 0

properties=$(mktemp)
trap 'rm -f "$log" "$properties"' EXIT
names=()
{
  grep '^version=' "$build/generated/openfhe_runtime.txt"
  grep '^commit=' "$build/generated/build.properties"
} >"$properties"
while IFS='=' read -r file name; do
  [[ $file == /* ]] || continue
  put "$file" "$name"
  names+=("$name")
done <"$build/generated/openfhe_runtime.txt"
# Those of another OpenFHE, built before.
for file in "$output"/*.so*; do
  [[ " ${names[*]} $library " == *" ${file##*/} "* ]] || rm "$file"
done
echo "libraries=${names[*]}" >>"$properties"
for name in "${names[@]}" "$library"; do
  echo "sha256.$name=$(sha256sum "$output/$name" | cut -d' ' -f1)" >>"$properties"
done
put "$properties" build.properties
