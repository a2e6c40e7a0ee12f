#!/usr/bin/env bash
# Each folder of src includes only itself and folders before it in this list, and no source uses what depends on the
# process's locale, which Java sets from the environment: numbers in names, hashes and files would depend on it.
set -euo pipefail
cd "$(dirname "$0")/../src"
layers=(base arith random device ckks circuits bootstrap engine owner openfhe jni)
allowed="" bad=0
for layer in "${layers[@]}"; do
  allowed="$allowed|$layer"
  [[ -d $layer ]] || continue
  while IFS= read -r line; do
    echo "layering: $line" >&2
    bad=1
  done < <(grep -rnE '^#include "[a-z0-9_]+/' "$layer" | grep -vE "#include \"(${allowed#|})/" || true)
done
while IFS= read -r line; do
  echo "locale: expected to_chars, from_chars or a stream, actual $line" >&2
  bad=1
done < <(grep -rnE '\b(s?n?printf|v?snprintf|strto(d|f|ld)|sto(d|f|ld)|ato(f|i|l)|sscanf|setlocale|strftime|put_time|toupper|tolower|std::locale)\b *\(' \
  . ../bench || true)
exit "$bad"
