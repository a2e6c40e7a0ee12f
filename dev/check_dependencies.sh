#!/usr/bin/env bash
# Compares the jars of the built tree with the digests in dev/maven.sha256 (check_jars.sh), and jars and pinned Python packages with
# dev/advisories.txt. Needs no network. ./hetal test runs it; faults that were planted must be found first.
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

# So is one in a Python package, in another spelling of its name and with an extra.
echo "pypi | Planted_Package | 1.0 | 2.0 | a test | $(date +%F) |" >"$planted/advisories.txt"
for requirement in 'planted-package==1.9 \' 'planted.package[extra]==1.9 ; python_version >= "3.11"'; do
  echo "$requirement" >"$planted/requirements.txt"
  if python3 "$root/dev/check_dependencies.py" "$planted/advisories.txt" "$planted/requirements.txt" >"$planted/log"; then
    echo "check_dependencies: expected a fault in $requirement, actual none" >&2
    exit 70
  fi
  grep -q 'planted-package 1.9: expected 2.0 or later' "$planted/log"
done
echo 'planted-package==2.0' >"$planted/requirements.txt"
python3 "$root/dev/check_dependencies.py" "$planted/advisories.txt" "$planted/requirements.txt" >"$planted/log"
rm "$planted/advisories.txt" "$planted/requirements.txt"

# A changed jar is found, in a copy of the scripts.
mkdir -p "$planted/dev" "$planted/spark-job/x/target/lib"
cp "$root/dev/check_jars.sh" "$root/dev/maven.sha256" "$planted/dev"
echo changed >"$planted/spark-job/x/target/lib/jackson-core-2.0.jar"
if "$planted/dev/check_jars.sh" 2>"$planted/log"; then
  echo "check_dependencies: expected a fault in a changed jar, actual none" >&2
  exit 70
fi
grep -q jackson-core-2.0.jar "$planted/log"
rm -r "${planted:?}/dev" "${planted:?}/spark-job"

"$root/dev/check_jars.sh"
mapfile -t folders < <("$root/dev/check_jars.sh" --folders)

mapfile -t requirements < <(cd "$root" && find conf dev examples he-native notebooks spark-job -name '*requirements*.txt' -not -path '*/target/*')
cd "$root"
python3 dev/check_dependencies.py dev/advisories.txt "${folders[@]}" "${requirements[@]}"
