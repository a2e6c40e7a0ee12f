#!/usr/bin/env bash
# cmake with a preset, into a build folder of this tree: configure.sh PRESET BUILD_FOLDER [CMAKE_ARGUMENT...]
# A build folder that was made for another place (the tree was moved or copied) is removed, since cmake refuses it.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
preset=$1 build=$2
shift 2
if [[ -f $build/CMakeCache.txt ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "$build/CMakeCache.txt"; then
  echo "he-native: $build was made in another folder: built anew" >&2
  rm -rf "$build"
fi
# An object compiled for one build folder serves the others, those of other copies of the tree, too.
ccache=$(type -P ccache || true)
launcher="env;CCACHE_BASEDIR=$(cd ../.. && pwd);CCACHE_NOHASHDIR=1;$ccache"
cmake --preset "$preset" -B "$build" ${ccache:+-DCMAKE_CXX_COMPILER_LAUNCHER="$launcher"} "$@"
