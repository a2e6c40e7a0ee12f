#!/usr/bin/env bash
# check_layers.sh accepts the sources, and refuses each kind of include that it is there for.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$here/check_layers.sh"

# expect TEXT FILE LINE: with LINE in FILE the script fails and says TEXT.
expect() {
  rm -rf "$work/src" "$work/bench"
  mkdir -p "$work/bench" "$work/src/$(dirname "$2")"
  echo "$3" >"$work/src/$2"
  if output=$("$here/check_layers.sh" "$work/src" 2>&1); then
    echo "check_layers.sh: expected a failure for $3 in $2, actual none" >&2
    exit 1
  fi
  if [[ $output != *"$1"* ]]; then
    echo "check_layers.sh: expected '$1', actual $output" >&2
    exit 1
  fi
}
expect "arith may not include" arith/a.h '#include "device/device.h"'
expect "base may not include" base/a.h '# include <jni/engine/engine.h>'
expect "device/cpu may not include device/cuda" device/cpu/a.cpp '#include "device/cuda/ntt.h"'
expect "device/cuda may not include device/cpu" device/cuda/a.h '#include "device/cpu/pages.h"'
expect "the cluster's library may not include" jni/engine/a.cpp '#include "owner/client.h"'
expect "the cluster's library may not include" jni/engine/a.cpp '#include "jni/owner/client.h"'
expect "expected a folder of the list" more/a.h '#include "base/error.h"'
expect "locale: expected to_chars" base/a.cpp 'double d = strtod(text, &end);'

rm -rf "$work/src"
mkdir -p "$work/src/openfhe"
echo '#include "math/dftransform.h"' >"$work/src/openfhe/a.cpp"
"$here/check_layers.sh" "$work/src"
