#!/usr/bin/env bash
# Tests what comes out of a run with the programs that people use: hetal status; both reports of hetal report in Chromium; the
# decrypted model in scikit-learn, in ONNX's checker and in Spark ML, whose predictions must be those that the cluster computed
# on ciphertexts. The run is the demo's on the simulator. Needs a tree that is built; fetches Python packages and Spark once.
#
# outputs_test.sh [FOLDER]: keeps pages and pictures of them in FOLDER.
set -euo pipefail
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." >/dev/null && pwd)
readonly root
# shellcheck source-path=SCRIPTDIR source=needs.sh
source "$root/dev/needs.sh"
readonly PACKAGES=$root/dev/outputs-requirements.txt
readonly CHECK=$root/dev/outputs_test.py
kept=${1:+$(readlink -f -- "$1")}
require run fetch outputs

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tests=0

die() {
  echo "outputs_test: $1" >&2
  [[ ! -f $work/log ]] || cat "$work/log" >&2
  exit 1
}
passed() { tests=$((tests + 1)) && echo "passed: $1 ($SECONDS s)"; }
hetal() { "$root/hetal" "$@" >"$work/log" 2>&1 || die "expected exit code 0, actual $?: hetal $*"; }
said() { grep -qF -- "$1" "$work/log" || die "expected the output to have: $1"; }

# Python packages in a folder of their own, once per list.
python_packages() {
  local name target
  name=$(sha256sum <"$PACKAGES")
  target=$STATE/outputs-python-${name:0:12}
  if [[ ! -d $target ]]; then
    echo "outputs_test: fetching the packages of $PACKAGES" >&2
    mkdir -p "$STATE"
    python3 -m pip install --quiet --disable-pip-version-check --target "$target.partial" --require-hashes -r "$PACKAGES" >&2
    mv "$target.partial" "$target"
  fi
  echo "$target"
}

# chromium_dom PAGE: the page after its scripts have run; what they wrote to the console goes to $work/console
chromium_dom() {
  timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --user-data-dir="$work/profile" --window-size=1200,3600 \
    --enable-logging=stderr "${@:2}" --virtual-time-budget=5000 --dump-dom "file://$1" 2>"$work/chromium"
  grep CONSOLE "$work/chromium" >"$work/console" || true
}

# drawn PAGE CHARTS: Chromium shows the page without a message on its console, and draws all its charts.
drawn() {
  chromium_dom "$1" >"$work/dom.html"
  [[ ! -s $work/console ]] && python3 "$CHECK" page "$work/dom.html" "$2"
}

picture() {
  [[ -n $kept ]] || return 0
  mkdir -p "$kept"
  cp "$1" "$kept"
  chromium_dom "$1" --screenshot="$kept/$(basename "${1%.html}").png" >/dev/null
}

python_path=$(python_packages)
spark=${SPARK_HOME:-$("$root/spark-job/spark/install_spark.sh")}
unset SPARK_HOME
cd "$work"
ln -s "$root/conf" conf # the settings of the demo name their data so
demo=(-c conf/demo.conf -c conf/demo-simulator.conf)
hetal demo --simulator
passed "a run to look at"

hetal status .hetal/demo/cluster/run
[[ $(wc -l <"$work/log") == 5 ]] || die "expected five lines"
said ".hetal/demo/cluster/run: finished"
SPARK_HOME=$spark HETAL_SPARK_OPTIONS="--master yarn --deploy-mode cluster" hetal status ".hetal/demo/cluster/run"
said ".hetal/demo/cluster/run: finished"
passed "hetal status, by itself and through spark-submit"

# The cluster's jar alone has the cluster's report: beside it are Spark's jars and the run directory.
mkdir cluster
cp -r .hetal/demo/cluster/run cluster/run
(cd cluster && "$JAVA_HOME/bin/java" -cp "$(echo "$root"/spark-job/spark/target/hetal-spark-*-spark.jar):$spark/jars/*" \
  org.hetal.spark.Main report run --output ../cluster.html) >"$work/log" 2>&1 || die "expected a report"
hetal report "${demo[@]}" --output owner.html
drawn "$work/cluster.html" 1 || die "expected a page with 1 chart and nothing on the console, actual: $(cat "$work/console")"
drawn "$work/owner.html" 3 || die "expected a page with 3 charts and nothing on the console, actual: $(cat "$work/console")"
grep -q "trained in the clear" owner.html || die "expected the comparison in the owner's report"
! grep -q "trained in the clear" cluster.html || die "expected no comparison in the cluster's report"
# The check finds a page whose script fails, and one that loads something.
sed 's/echarts\.init(/echarts.absent(/' owner.html >broken.html
! drawn "$work/broken.html" 3 || die "expected the check to refuse a page whose script fails"
sed 's|<main>|<main><img src="http://127.0.0.1:9/a.png">|' owner.html >loading.html
! drawn "$work/loading.html" 3 || die "expected the check to refuse a page that loads something"
picture "$work/cluster.html"
picture "$work/owner.html"
passed "the reports of the cluster and of the data owner in $(chromium --version 2>/dev/null)"

hetal decrypt-model "${demo[@]}" --format npz,json,spark-ml,onnx
"$root/hetal" decrypt-model "${demo[@]}" --format npz,tiff >"$work/log" 2>&1 && die "expected an unknown format to be refused"
said "expected json, npz, spark-ml, onnx, actual tiff"
zcat conf/data/digits.csv.gz | sed -n 1,300p | cut -d, -f1-64 >rows.csv
hetal encrypt "${demo[@]}" --rows rows.csv --output .hetal/demo/cluster/rows
hetal predict "${demo[@]}" --set paths.dataset=.hetal/demo/cluster/rows --output .hetal/demo/cluster/logits
hetal decrypt-predictions "${demo[@]}" --logits .hetal/demo/cluster/logits --output predictions.csv
model=.hetal/demo/owner/model
PYTHONPATH=$python_path python3 "$CHECK" scikit-learn "$model/model.npz" rows.csv predictions.csv || die "see above"
PYTHONPATH=$python_path python3 "$CHECK" onnx "$model/model.onnx" || die "see above"
passed "the model in scikit-learn and in ONNX's checker"
SPARK_HOME=$spark PYTHONPATH=$(dirname "$spark"):$python_path python3 "$CHECK" spark-ml "$model/spark-ml" rows.csv predictions.csv \
  2>"$work/log" || die "see above"
passed "the model in Spark ML"

# Two of the paper's sets by name, made up.
PYTHONPATH=$python_path python3 - "$work/sets" <<'PYTHON'
import pathlib
import sys

import numpy as np

random = np.random.default_rng(1)
for name, classes in {"pneumoniamnist-effnetlite0": 2, "facemask-effnetlite0": 3}.items():
    folder = pathlib.Path(sys.argv[1], name)
    folder.mkdir(parents=True)
    for split, rows in {"train": 130, "validation": 60, "test": 90}.items():
        labels = np.minimum(np.arange(rows) % (2 * classes), classes - 1).astype(np.int32)
        features = np.eye(classes, 6)[labels] + 0.1 * random.standard_normal((rows, 6))
        np.save(folder / f"{split}_features.npy", features.astype(np.float32))
        np.save(folder / f"{split}_labels.npy", labels)
PYTHON
paper=(bench paper --data "$work/sets" --dataset "pneumonia,facemask" --json paper.json --set backend=simulator
  --set parameters=insecure_simulator_n8_l12 --set training.batch-rows=60 --set training.epochs=3)
hetal "${paper[@]}"
said "HETAL: DermaMNIST"
said "HETAL: Face Mask Detection"
cp paper.json first.json
"$root/hetal" "${paper[@]}" >"$work/log" 2>&1 && die "expected a training that is there to be refused"
said "--resume goes on with it"
hetal "${paper[@]}" --resume
python3 - first.json paper.json <<'PYTHON' || die "see above"
import json
import sys

first, second = ([row for row in json.load(open(path))["sets"]] for path in sys.argv[1:])
assert [row["set"] for row in first] == ["pneumonia", "facemask"], first
for row, again in zip(first, second, strict=True):
    assert row["iterations"] == 9 and row["epochs"] == 3, row
    assert row["accuracy_encrypted"] == row["accuracy_plain"] > 0.9, row
    assert row["balanced_accuracy_encrypted"] == row["balanced_accuracy_plain"] > 0.9, row
    assert 0 < row["largest_weight_difference"] < 1e-2 and 0 < row["softmax_max_error"] < 1e-2, row
    # Times of the commands of this call; a training that went on has the time of all its parts.
    times = {"keygen_seconds", "encrypt_seconds", "seconds", "seconds_per_iteration"}
    assert {k: v for k, v in row.items() if k not in times} == {k: v for k, v in again.items() if k not in times}, again
PYTHON
passed "bench paper on two small sets, and again with --resume"
echo "outputs_test: $tests passed"
