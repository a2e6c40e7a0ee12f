#!/usr/bin/env bash
# The C++ formatter, of a pinned version so that everybody gets the same result:  format.sh check | apply
# It is PyPI's clang-format, fetched once into .hetal/clang-format.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly TARGET=../../.hetal/clang-format-18.1.8
if [[ ! -d $TARGET ]]; then
  if ! python3 -m pip --version >/dev/null 2>&1; then
    echo "format: missing on this machine: python3 with pip (Debian: apt-get install python3-pip)" >&2
    exit 78
  fi
  mkdir -p ../../.hetal
  partial=$(mktemp -d ../../.hetal/clang-format-partial.XXXXXX)
  trap 'rm -rf "$partial"' EXIT
  python3 -m pip install --quiet --disable-pip-version-check --no-cache-dir --root-user-action ignore --target "$partial" \
    --require-hashes -r requirements.txt
  mv "$partial" "$TARGET"
fi

mapfile -t files < <(find src bench fuzz tests \( -name target -o -name build \) -prune -o \( -name '*.cpp' -o -name '*.h' \) -print | sort)
format() { PYTHONPATH=$TARGET "$TARGET/bin/clang-format" "$@" "${files[@]}"; }
case "${1:-}" in
  check) format --dry-run -Werror ;;
  apply) format -i ;;
  *)
    echo "format: expected check or apply, actual '${1:-}'" >&2
    exit 64
    ;;
esac
