#!/usr/bin/env bash
# Tests of ./hetal notebook: Jupyter itself, the Python module, each notebook in a real kernel, and the Zeppelin note in JShell and
# Spark's Scala shell. Builds what is stale and installs Jupyter once. notebooks_test.sh --write: also writes the outputs into
# the notebooks, for a commit.
set -euo pipefail
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." >/dev/null && pwd)
readonly root
# shellcheck source-path=SCRIPTDIR source=needs.sh
source "$root/dev/needs.sh"
# shellcheck source-path=SCRIPTDIR source=stamp.sh
source "$root/dev/stamp.sh"
# shellcheck source-path=SCRIPTDIR source=jupyter.sh
source "$root/dev/jupyter.sh"

write=()
case "$*" in
  "") ;;
  --write) write=(--write) ;;
  *) fail "$EX_USAGE" "notebooks_test: expected nothing or --write, actual '$*'" ;;
esac

work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server"; rm -rf "$work"' EXIT

die() {
  echo "notebooks_test: $1" >&2
  [[ ! -f $work/log ]] || cat "$work/log" >&2
  exit 1
}

passed() { echo "passed: $1 ($SECONDS s)"; }

"$root/hetal" notebook --install
require build
readonly python=$JUPYTER/bin/python module=$root/notebooks/python

# The address of a server that is ready, from its log; it is on a free port.
server_address() {
  for _ in {1..300}; do
    kill -0 "$server" 2>/dev/null || die "expected Jupyter to run"
    grep -oE 'http://(localhost|127\.0\.0\.1):[0-9]+/lab\?token=[0-9a-f]+' "$work/log" | head -n 1 && return
    sleep 0.2
  done
  die "expected Jupyter to print its address"
}

test_server() {
  local address
  "$root/hetal" notebook --no-browser --port=0 --ip=127.0.0.1 >"$work/log" 2>&1 &
  server=$!
  address=$(server_address)
  "$python" - "$address" "$root/notebooks" <<'PYTHON' || die "expected Jupyter to have the kernel and the notebooks"
import json
import pathlib
import sys
import urllib.request

address, folder = sys.argv[1:]
base, token = address.split("/lab?")

def get(path):
    with urllib.request.urlopen(f"{base}/api/{path}?{token}", timeout=30) as answer:
        return json.load(answer)

kernels = get("kernelspecs")["kernelspecs"]
assert {"java", "python3"} <= set(kernels), kernels.keys()
assert "hetal-owner" in kernels["java"]["spec"]["env"]["JJAVA_CLASSPATH"], kernels["java"]
names = {entry["name"] for entry in get("contents")["content"]}
expected = {file.name for file in pathlib.Path(folder).glob("*.ipynb")}
assert len(expected) == 3 and expected <= names, names
PYTHON
  kill "$server"
  wait "$server" || true
  server=
  passed "./hetal notebook opens Jupyter with both kernels in the folder of the notebooks"
}

test_module() {
  "$python" -m pip --disable-pip-version-check install --quiet --require-hashes -r "$module/requirements-test-hashed.txt"
  (
    cd "$module"
    "$JUPYTER/bin/ruff" format --quiet --check .
    "$JUPYTER/bin/ruff" check --quiet .
    "$JUPYTER/bin/mypy" --no-error-summary
    "$python" -m pytest
  )
  passed "the module hetal: ruff, mypy, pytest"

  # As a user installs it, away from the tree; dependencies are those of Jupyter's environment.
  "$python" -m pip --disable-pip-version-check install --quiet --no-deps --target "$work/site" "$module" 2>"$work/log" ||
    die "expected pip to install the module"
  (
    cd "$work"
    eval "$("$root/hetal" notebook --environment)"
    unset JDK_JAVA_OPTIONS
    PYTHONPATH=$work/site "$python" - "$work/site" >"$work/log" 2>&1 <<'PYTHON' || die "expected the installed module to train"
import sys

import numpy as np

import hetal

assert hetal.__file__.startswith(sys.argv[1]), hetal.__file__
random = np.random.default_rng(1)
y = np.arange(180) % 3
X = np.eye(3, 4)[y] + 0.2 * random.standard_normal((180, 4))
model = hetal.HetalClassifier(
    "insecure_simulator_n8_l12", epochs=3, batch_rows=60, learning_rate=4, logit_range=32
).fit(X, y)
assert model.score(X, y) > 0.9, model.score(X, y)
PYTHON
  )
  passed "the module hetal, installed by pip elsewhere"
}

test_notebooks() {
  local names=(first_steps explore_a_run from_python)
  local files=("${names[@]/#/$root/notebooks/}")
  "$python" "$root/dev/notebooks_test.py" "${write[@]}" "${files[@]/%/.ipynb}" 2>"$work/log" || die "expected notebooks without errors"
}

test_note() {
  SPARK_HOME=$("$root/spark-job/spark/install_spark.sh") "$python" "$root/dev/zeppelin_test.py" "${write[@]}" \
    "$root/notebooks/first_steps.zpln" 2>"$work/log" || die "expected a note without errors"
}

test_server
test_module
test_notebooks
test_note
echo "notebooks_test: passed in $SECONDS s"
