#!/usr/bin/env bash
# Tests of conf/airflow with Airflow itself, Spark and the product: dev/airflow_test.sh [OPTION OF PYTEST...]
# Installs Airflow below .hetal once (670 MB), in the versions that conf/airflow/tests pins.
set -euo pipefail
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." >/dev/null && pwd)
readonly root
# shellcheck source-path=SCRIPTDIR source=needs.sh
source "$root/dev/needs.sh"

readonly EX_RETRY=75
readonly TESTS=$root/conf/airflow/tests VENV=$STATE/airflow PINS=$STATE/airflow/pins

# The environment of the pins; another Python or other pins make it anew.
install_airflow() {
  local wanted
  wanted=$(python3 --version && cat "$TESTS/requirements-hashed.txt")
  if [[ ! -f $PINS || $(<"$PINS") != "$wanted" ]]; then
    echo "airflow_test: installing Airflow into $VENV" >&2
    rm -rf "$VENV"
    python3 -m venv "$VENV"
    if ! "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check \
      --require-hashes -r "$TESTS/requirements-hashed.txt" >"$STATE/airflow.log" 2>&1; then
      cat "$STATE/airflow.log" >&2
      fail "$EX_RETRY" "airflow_test: expected the packages of $TESTS/requirements-hashed.txt, actual none; try again later"
    fi
    echo "$wanted" >"$PINS"
  fi
}

require run build fetch surroundings
mkdir -p "$STATE"
"$root/dev/build.sh" --if-stale
install_airflow
SPARK_HOME=$("$root/spark-job/spark/install_spark.sh")
export SPARK_HOME PYTHONDONTWRITEBYTECODE=1
cd "$root"
"$VENV/bin/ruff" format --quiet --no-cache --check conf/airflow
"$VENV/bin/ruff" check --quiet --no-cache conf/airflow
exec "$VENV/bin/python" -m pytest -p no:cacheprovider --quiet --durations=10 "$TESTS" "$@"
