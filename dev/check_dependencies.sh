#!/usr/bin/env bash
# Compares the jars of the built tree and pinned Python packages with dev/advisories.txt. Needs no network. ./hetal test runs it;
# faults that were planted must be found first, there and by dev/maven.sh.
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

# Maven finds other bytes than those of the list, and files that are not in it, in a copy of the tree's root.
mkdir -p "$planted/.hetal"
cp -r "$root/dev" "$root/.mvn" "$root/pom.xml" "$planted"
find "$root/.hetal" -maxdepth 1 -name 'apache-maven-*' -exec ln -s {} "$planted/.hetal" \;
list=$planted/.mvn/checksums/checksums.sha256
plugin=$(grep -oE 'flatten-maven-plugin/.*/flatten-maven-plugin-.*[.]jar$' "$list")
flatten() { "$planted/dev/maven.sh" -q -o -B -N -f "$planted/pom.xml" org.codehaus.mojo:flatten-maven-plugin:flatten >"$planted/log" 2>&1; }
flatten || { cat "$planted/log" >&2 && exit 70; }
sed -i "\\,$plugin\$,s/^......../00000000/" "$list"
if flatten; then
  echo "check_dependencies: expected a fault in a jar with other bytes, actual none" >&2
  exit 70
fi
grep -q 'flatten-maven-plugin:jar:.*trusted checksum mismatch' "$planted/log"
sed -i "\\,$plugin\$,d" "$list"
if flatten; then
  echo "check_dependencies: expected a fault in a jar that is not in the list, actual none" >&2
  exit 70
fi
grep -q 'Missing from summaryFile.*flatten-maven-plugin:jar:' "$planted/log"
rm -r "${planted:?}"/{dev,.mvn,.hetal,pom.xml}

mapfile -t folders < <(find "$root/spark-job" -path '*/target/lib' -type d)
((${#folders[@]})) || { echo "check_dependencies: expected a built tree, actual no spark-job/*/target/lib; run ./hetal build" >&2 && exit 78; }

mapfile -t requirements < <(cd "$root" && find conf dev examples he-native notebooks spark-job -name '*requirements*.txt' -not -path '*/target/*')
cd "$root"
python3 dev/check_dependencies.py dev/advisories.txt "${folders[@]}" "${requirements[@]}"
