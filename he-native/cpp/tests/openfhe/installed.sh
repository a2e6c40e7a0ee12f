#!/usr/bin/env bash
# Builds the binding against an OpenFHE as `cmake --install` leaves it, and runs its C++ tests: three libraries that need
# each other, with sonames and without run paths, with OpenMP, behind the targets and variables of OpenFHE's own
# OpenFHEConfig.cmake. With OpenFHE_DIR that installation is taken. Without, one is put together in
# .hetal/openfhe-installed from OpenFHE's Python wheel, which has the project's own libraries of that version, and from
# the headers that tools/fetch_openfhe.sh brings.
set -euo pipefail

readonly EX_DATA=65 EX_CONFIG=78
readonly version=1.4.2 wheel_version=1.4.2.0.22.4
readonly wheel_sha256=36fc605e929790cb2c12ad6696d632fa478499b83b75ea6772774a0daf055e75

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../../.." && pwd)
readonly root target=$root/.hetal/openfhe-installed

fail() {
  echo "hetal: installed OpenFHE: $2" >&2
  exit "$1"
}

# The libraries and headers in the places of an installation.
fetch() {
  local tree=$1 wheel actual headers
  python3 -m pip --disable-pip-version-check download --quiet --no-deps --only-binary=:all: --python-version 3.10 \
    --platform manylinux_2_35_x86_64 -d "$tree" "openfhe==$wheel_version" >&2 ||
    fail "$EX_CONFIG" "could not download openfhe $wheel_version from the package index (no network?)"
  wheel=$(echo "$tree"/*.whl)
  actual=$(sha256sum "$wheel" | cut -d' ' -f1)
  [[ $actual == "$wheel_sha256" ]] || fail "$EX_DATA" "$wheel: expected SHA-256 $wheel_sha256, actual $actual"
  python3 -m zipfile -e "$wheel" "$tree/wheel"
  headers=$("$root/he-native/cpp/tools/fetch_openfhe.sh")/include/openfhe
  mkdir -p "$tree/lib/OpenFHE" "$tree/include/openfhe"
  cp -r "$headers"/{core,pke,binfhe} "$headers/third-party/include/cereal" "$tree/include/openfhe"
  for library in core binfhe pke; do
    cp "$tree/wheel/openfhe/lib/libOPENFHE$library.so.1" "$tree/lib/libOPENFHE$library.so.$version"
    ln -s "libOPENFHE$library.so.$version" "$tree/lib/libOPENFHE$library.so.1"
    ln -s "libOPENFHE$library.so.1" "$tree/lib/libOPENFHE$library.so"
  done
  rm -r "$tree/wheel" "$wheel"
}

# What the build of those libraries says of itself; the other wheel's has another MATHBACKEND.
write_settings() {
  local tree=$1
  cat >"$tree/include/openfhe/core/config_core.h" <<'H'
#define WITH_BE4
#define WITH_OPENMP
#define CKKS_M_FACTOR 1
#define HAVE_INT128 TRUE
#define HAVE_INT64 TRUE
#define MATHBACKEND 4
#define NATIVEINT 64
H
  cat >"$tree/lib/OpenFHE/OpenFHETargets.cmake" <<CMAKE
get_filename_component(_prefix "\${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
foreach(_library core pke binfhe)
  add_library(OPENFHE\${_library} SHARED IMPORTED)
  set_property(TARGET OPENFHE\${_library} APPEND PROPERTY IMPORTED_CONFIGURATIONS RELEASE)
  set_target_properties(OPENFHE\${_library} PROPERTIES
    IMPORTED_LOCATION_RELEASE "\${_prefix}/lib/libOPENFHE\${_library}.so.$version"
    IMPORTED_SONAME_RELEASE "libOPENFHE\${_library}.so.1")
endforeach()
set_target_properties(OPENFHEcore PROPERTIES INTERFACE_LINK_LIBRARIES "-fopenmp;-ldl")
set_target_properties(OPENFHEpke PROPERTIES INTERFACE_LINK_LIBRARIES "OPENFHEcore;OPENFHEbinfhe;-fopenmp;-ldl")
set_target_properties(OPENFHEbinfhe PROPERTIES INTERFACE_LINK_LIBRARIES "OPENFHEcore;-fopenmp;-ldl")
CMAKE
  cat >"$tree/lib/OpenFHE/OpenFHEConfig.cmake" <<CMAKE
get_filename_component(OpenFHE_CMAKE_DIR "\${CMAKE_CURRENT_LIST_FILE}" PATH)
include("\${OpenFHE_CMAKE_DIR}/OpenFHETargets.cmake")
set(OpenFHE_INCLUDE "\${OpenFHE_CMAKE_DIR}/../../include/openfhe")
set(OpenFHE_LIBDIR "\${OpenFHE_CMAKE_DIR}/../../lib")
set(OpenFHE_LIBRARIES OPENFHEcore;OPENFHEpke;OPENFHEbinfhe  -fopenmp)
set(OpenFHE_STATIC_LIBRARIES   -fopenmp)
set(OpenFHE_SHARED_LIBRARIES OPENFHEcore;OPENFHEpke;OPENFHEbinfhe  -fopenmp)
set(BASE_OPENFHE_VERSION $version)
set(OpenFHE_STATIC "OFF")
set(OpenFHE_SHARED "ON")
set(OpenFHE_OPENMP "ON")
set(OpenFHE_NATIVE_SIZE "64")
CMAKE
}

config=${OpenFHE_DIR:-$target/lib/OpenFHE}
if [[ -z ${OpenFHE_DIR:-} && ! -f $config/OpenFHEConfig.cmake ]]; then
  mkdir -p "$root/.hetal"
  work=$(mktemp -d "$root/.hetal/openfhe-installed.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  fetch "$work"
  write_settings "$work"
  rm -rf "$target"
  mv -T "$work" "$target"
fi

cd "$root/he-native/cpp"
build=build/openfhe-installed
./configure.sh cpu-release "$build" -DOpenFHE_DIR="$config"
cmake --build "$build" --target openfhe_binding_tests hetal_openfhe_jni -j "$(nproc)"
"$build/openfhe_binding_tests"

# Java loads the libraries one by one, in the order of this list: each must come after those that it needs.
loaded=" "
while IFS='=' read -r file name; do
  [[ $file == /* ]] || continue
  while read -r needed; do
    [[ $needed != libOPENFHE* || $loaded == *" $needed "* ]] ||
      fail 1 "$name: expected to be listed after $needed, which it needs; before it are:$loaded"
  done < <(readelf -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
  loaded+="$name "
done <"$build/generated/openfhe_runtime.txt"
[[ $loaded != " " ]] || fail 1 "$build/generated/openfhe_runtime.txt: expected OpenFHE's libraries, actual none"
echo "installed OpenFHE: $config:$loaded"
