#!/usr/bin/env bash
# Tests the programs in this folder, and with them that the constants in the sources are what the programs print. Puts the
# pinned Python packages into .hetal, once per version of Python.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly EX_CONFIG=78
root=$PWD
while [[ ! -f $root/hetal ]]; do
  [[ $root != / ]] || {
    echo "tools: expected the launcher hetal in a folder above $PWD, actual none" >&2
    exit "$EX_CONFIG"
  }
  root=$(dirname "$root")
done

if ! python3 -m pip --version >/dev/null 2>&1; then
  echo "tools: missing on this machine: python3 with pip (Debian: apt-get install python3-pip)" >&2
  exit "$EX_CONFIG"
fi
target=$root/.hetal/tools-python$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if ! cmp -s requirements.txt "$target/requirements.txt"; then
  mkdir -p "$root/.hetal"
  work=$(mktemp -d "$root/.hetal/tools-python.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  python3 -m pip --disable-pip-version-check install --quiet --no-deps --only-binary=:all: --require-hashes \
    --root-user-action=ignore --target "$work/tree" -r requirements.txt >&2 || {
    echo "tools: could not download numpy, scipy and mpmath from the package index (no network?)" >&2
    exit "$EX_CONFIG"
  }
  cp requirements.txt "$work/tree/"
  rm -rf "$target"
  mv "$work/tree" "$target"
fi

# The folder is among the sources whose digest says whether a build is stale.
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$target OMP_NUM_THREADS=1
for tests in */test_*.py; do
  python3 -m unittest -q "$tests"
done
