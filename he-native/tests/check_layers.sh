#!/usr/bin/env bash
# Each folder of src includes only itself and folders before it in this list.
set -euo pipefail
cd "$(dirname "$0")/../src"
layers=(base arith random device ckks circuits bootstrap owner jni)
allowed="" bad=0
for layer in "${layers[@]}"; do
  allowed="$allowed|$layer"
  [[ -d $layer ]] || continue
  while IFS= read -r line; do
    echo "layering: $line" >&2
    bad=1
  done < <(grep -rnE '^#include "[a-z0-9_]+/' "$layer" | grep -vE "#include \"(${allowed#|})/" || true)
done
exit "$bad"
