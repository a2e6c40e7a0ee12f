#!/usr/bin/env bash
# Compares the jars of the built tree, those of S3A and pinned Python packages with dev/advisories.txt and dev/looked_up.txt. Needs
# no network but for Maven.
# ./hetal test runs it; faults that were planted must be found first, there and by dev/maven.sh.
set -euo pipefail
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." >/dev/null && pwd)
readonly root

planted=$(mktemp -d)
trap 'rm -rf "$planted"' EXIT
mkdir "$planted/lib"

# check ADVISORIES: the planted dependencies, with the planted look-ups.
check() {
  python3 "$root/dev/check_dependencies.py" "$1" "$planted/looked_up.txt" "$planted/lib" "$planted/requirements.txt" >"$planted/log"
}
# finds WHAT LINE ADVISORIES: the check ends with a fault that says LINE.
finds() {
  if check "$3"; then
    echo "check_dependencies: expected a fault in $1, actual none" >&2
    exit 70
  fi
  grep -qF "$2" "$planted/log" || { cat "$planted/log" >&2 && exit 70; }
}

# Jars, one with numbers in its name and one with a hyphen in its version.
touch "$planted/requirements.txt"
for jar in 'bcpkix-jdk18on 1.82' 'log4j-1.2-api 2.24.3' 'zstd-jni 1.5.7-6'; do
  touch "$planted/lib/${jar/ /-}.jar"
  echo "== $(date +%F) a test" >"$planted/looked_up.txt"
  finds "$jar, which was not looked up" "expected a look-up of 'maven $jar'" "$root/dev/advisories.txt"
  echo "maven $jar" >>"$planted/looked_up.txt"
  finds "$jar" "${jar/ /-}.jar: $jar: expected" "$root/dev/advisories.txt"
  rm "$planted/lib/${jar/ /-}.jar"
done

# Python packages, in another spelling of the name and with an extra.
echo "pypi | Planted_Package | 1.0 | 2.0 | a test | $(date +%F) |" >"$planted/advisories.txt"
printf '== %s a test\npypi planted_package 1.9\npypi planted-package 2.0\n' "$(date +%F)" >"$planted/looked_up.txt"
for requirement in 'planted-package==1.9 \' 'planted.package[extra]==1.9 ; python_version >= "3.11"'; do
  echo "$requirement" >"$planted/requirements.txt"
  finds "$requirement" 'planted-package 1.9: expected 2.0 or later' "$planted/advisories.txt"
done
echo 'planted-package==2.1' >"$planted/requirements.txt"
finds "a package that was not looked up" "expected a look-up of 'pypi planted-package 2.1'" "$planted/advisories.txt"
echo 'planted-package==2.0' >"$planted/requirements.txt"
check "$planted/advisories.txt"
sed -i 's/^== [^ ]*/== 2020-01-01/' "$planted/looked_up.txt"
finds "a look-up of 2020" 'expected a date of the last year, actual 2020-01-01' "$planted/advisories.txt"
rm -r "${planted:?}"/{advisories.txt,requirements.txt,looked_up.txt,lib}

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

# Those of S3A are in no build.
mkdir -p "$planted/s3a"
"$root/dev/maven.sh" -q -B -f "$root/conf/spark/s3a-jars.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$planted/s3a"
folders+=("$planted/s3a")

mapfile -t requirements < <(cd "$root" && find conf dev examples he-native notebooks spark-job -name '*requirements*.txt' -not -path '*/target/*')
cd "$root"
python3 dev/check_dependencies.py dev/advisories.txt dev/looked_up.txt "${folders[@]}" "${requirements[@]}"
