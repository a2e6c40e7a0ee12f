#!/usr/bin/env bash
# Compares the jars of the built tree that Maven fetched with the digests in dev/maven.sha256. The build runs it, before a jar is used.
# check_jars.sh --write: writes the digests of the built tree, after a dependency was changed; look at the difference.
# check_jars.sh --folders: prints the folders with jars.
set -euo pipefail
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." >/dev/null && pwd)
readonly root

mapfile -t folders < <(find "$root/spark-job" -path '*/target/lib' -type d)
if ((${#folders[@]} == 0)); then
  echo "check_jars: expected a built tree, actual no spark-job/*/target/lib; run ./hetal build" >&2
  exit 78
fi
if [[ ${1:-} == --folders ]]; then
  printf '%s\n' "${folders[@]}"
  exit
fi

digests() {
  (cd "$1" && find . -maxdepth 1 -name '*.jar' ! -name 'hetal-*' -printf '%P\n' | LC_ALL=C sort | xargs -r sha256sum)
}
actual=$(for folder in "${folders[@]}"; do digests "$folder"; done | LC_ALL=C sort -u -k2)
if [[ ${1:-} == --write ]]; then
  echo "$actual" >"$root/dev/maven.sha256"
  exit
fi
if other=$(grep -vxFf "$root/dev/maven.sha256" <<<"$actual"); then
  printf 'check_jars: expected jars with the digests of dev/maven.sha256, actual also:\n%s\n' "$other" >&2
  echo "check_jars: after a change of a version: remove spark-job/*/target/lib, build, dev/check_jars.sh --write, build again" >&2
  exit 65
fi
