#!/usr/bin/env bash
# Puts OpenFHE (library and headers) into .hetal/openfhe from a wheel that carries them, and prints where it is.
# Nothing to do when it is there already. OPENFHE_WHEEL=FILE takes the wheel from a file instead of downloading it.
set -euo pipefail

readonly EX_DATA=65 EX_CONFIG=78
# Later versions of the wheel carry no headers. Its headers equal those of OpenFHE v1.4.1 and v1.4.2.
readonly wheel_version=2026.6.1
readonly wheel_sha256=704ac3b4a0ba84d976fb7761027899bb620b10e3ef94590ed754ec693ed5e70f
readonly openfhe_version=1.4.2

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
readonly root target=$root/.hetal/openfhe

fail() {
  echo "hetal: OpenFHE: $2" >&2
  exit "$1"
}

if [[ -f $target/sha256 && $(<"$target/sha256") == "$wheel_sha256" ]]; then
  echo "$target"
  exit 0
fi
[[ $(uname -sm) == "Linux x86_64" ]] ||
  fail "$EX_CONFIG" "the wheel is for Linux x86_64, this is $(uname -sm); install OpenFHE 1.4 or newer and set OpenFHE_DIR"
command -v python3 >/dev/null || fail "$EX_CONFIG" "missing: python3 with pip, which downloads the wheel (Debian: apt-get install python3-pip)"

mkdir -p "$root/.hetal"
work=$(mktemp -d "$root/.hetal/openfhe.XXXXXX")
trap 'rm -rf "$work"' EXIT
wheel=${OPENFHE_WHEEL:-}
if [[ -z $wheel ]]; then
  echo "hetal: downloading OpenFHE $openfhe_version (heir_py $wheel_version, 37 MB)" >&2
  python3 -m pip --disable-pip-version-check download --quiet --no-deps --only-binary=:all: --python-version 3.12 \
    --platform manylinux_2_28_x86_64 -d "$work" "heir_py==$wheel_version" >&2 ||
    fail "$EX_CONFIG" "could not download heir_py $wheel_version from the package index (no network?); set OPENFHE_WHEEL to the file, or OpenFHE_DIR to an installation of OpenFHE 1.4 or newer"
  wheel=$(echo "$work"/*.whl)
fi
actual=$(sha256sum "$wheel" | cut -d' ' -f1)
[[ $actual == "$wheel_sha256" ]] || fail "$EX_DATA" "$wheel: expected SHA-256 $wheel_sha256, actual $actual"

python3 - "$wheel" "$work/tree" <<'PYTHON'
import os, sys, zipfile

wheel, target = sys.argv[1:]
places = {
    "heir/libopenfhe.so": "lib/libopenfhe.so",
    "heir/openfhe+/src/core/include/": "include/openfhe/core/",
    "heir/openfhe+/src/pke/include/": "include/openfhe/pke/",
    "heir/openfhe+/src/binfhe/include/": "include/openfhe/binfhe/",
    "heir/cereal+/include/": "include/openfhe/third-party/include/",
}
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        for source, place in places.items():
            if name.startswith(source) and not name.endswith("/"):
                path = os.path.join(target, place + name[len(source):])
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "wb") as out:
                    out.write(archive.read(name))
PYTHON
[[ -f $work/tree/lib/libopenfhe.so && -f $work/tree/include/openfhe/pke/openfhe.h ]] ||
  fail "$EX_DATA" "$wheel lacks libopenfhe.so or openfhe.h"

# What an installed OpenFHE says about itself in its OpenFHEConfig.cmake, so that find_package serves both.
mkdir -p "$work/tree/lib/OpenFHE"
cat >"$work/tree/lib/OpenFHE/OpenFHEConfig.cmake" <<CMAKE
get_filename_component(_openfhe_root "\${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
set(BASE_OPENFHE_VERSION $openfhe_version)
set(OpenFHE_INCLUDE "\${_openfhe_root}/include/openfhe")
set(OpenFHE_LIBDIR "\${_openfhe_root}/lib")
set(OpenFHE_OPENMP OFF)
set(OpenFHE_NATIVE_SIZE 64)
if(NOT TARGET openfhe_wheel)
  add_library(openfhe_wheel SHARED IMPORTED)
  set_target_properties(openfhe_wheel PROPERTIES
    IMPORTED_LOCATION "\${_openfhe_root}/lib/libopenfhe.so" IMPORTED_NO_SONAME ON)
endif()
set(OpenFHE_SHARED_LIBRARIES openfhe_wheel)
CMAKE
echo "$wheel_sha256" >"$work/tree/sha256"
rm -rf "$target"
mv -T "$work/tree" "$target"
echo "$target"
