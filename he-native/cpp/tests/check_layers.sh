#!/usr/bin/env bash
# 1. Each folder of src includes only itself and the folders before it in the list. Only names of these folders are
#    checked: OpenFHE's headers have folders of their own.
# 2. Inside device, the folders cpu and cuda do not include each other.
# 3. The cluster's JNI library does not include what belongs to the data owner.
# 4. No source uses a function that depends on the locale of the process, which Java sets from the environment: numbers
#    in names, hashes and files would depend on it.
#
# check_layers.sh [SRC]: another folder than src, for the test of this script.
set -euo pipefail
cd "${1:-$(dirname "$0")/../src}"
layers=(base arith random device ckks circuits bootstrap engine owner openfhe jni)
bad=0

# refuse FOLDER NAMES WHY: no file of FOLDER includes a header of the folders NAMES, an expression.
refuse() {
  [[ -d $1 ]] || return 0
  local line
  while IFS= read -r line; do
    echo "layering: $3: $line" >&2
    bad=1
  done < <(grep -rnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[\"<]($2)/" "$1" || true)
}

for ((i = 0; i + 1 < ${#layers[@]}; i++)); do
  later=$(IFS='|' && echo "${layers[*]:i+1}")
  refuse "${layers[i]}" "$later" "${layers[i]} may not include $later"
done
refuse device/cpu device/cuda "device/cpu may not include device/cuda"
refuse device/cuda device/cpu "device/cuda may not include device/cpu"
refuse jni/engine 'owner|jni/owner|openfhe|jni/openfhe' "the cluster's library may not include the owner's code or OpenFHE"

for folder in */; do
  if [[ " ${layers[*]} " != *" ${folder%/} "* ]]; then
    echo "layering: $folder: expected a folder of the list in check_layers.sh" >&2
    bad=1
  fi
done

while IFS= read -r line; do
  echo "locale: expected to_chars, from_chars or a stream, actual $line" >&2
  bad=1
done < <(grep -rnE '\b(s?n?printf|v?snprintf|strto(d|f|ld)|sto(d|f|ld)|ato(f|i|l)|sscanf|setlocale|strftime|put_time|toupper|tolower|std::locale)\b *\(' \
  . ../bench || true)
exit "$bad"
