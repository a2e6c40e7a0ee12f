#!/usr/bin/env bash
# Compares the jars of the built tree with the digests in dev/maven.sha256, and jars and pinned Python packages with
# dev/advisories.txt. Needs no network. ./hetal test runs it; a fault that was planted must be found first.
# check_dependencies.sh --write: writes the digests of the built tree, after a dependency was changed; look at the difference.
set -euo pipefail
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." >/dev/null && pwd)
readonly root

planted=$(mktemp -d)
trap 'rm -rf "$planted"' EXIT
touch "$planted/bcpkix-jdk18on-1.82.jar"
if python3 "$root/dev/check_dependencies.py" "$root/dev/advisories.txt" "$planted" >"$planted/log"; then
  echo "check_dependencies: expected a fault in bcpkix 1.82, actual none" >&2
  exit 70
fi
rm "$planted/bcpkix-jdk18on-1.82.jar"

mapfile -t folders < <(find "$root/spark-job" -path '*/target/lib' -type d)
if ((${#folders[@]} == 0)); then
  echo "check_dependencies: expected a built tree, actual no spark-job/*/target/lib; run ./hetal build" >&2
  exit 78
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
  printf 'check_dependencies: expected jars with the digests of dev/maven.sha256, actual also:\n%s\n' "$other" >&2
  echo "check_dependencies: after a change of a version: remove spark-job/*/target/lib, build, check_dependencies.sh --write" >&2
  exit 1
fi

mapfile -t requirements < <(cd "$root" && find conf dev examples he-native notebooks spark-job -name 'requirements*.txt' -not -path '*/target/*')
cd "$root"
python3 dev/check_dependencies.py dev/advisories.txt "${folders[@]}" "${requirements[@]}"
