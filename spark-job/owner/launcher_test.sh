#!/usr/bin/env bash
# Tests of the launcher, on a copy of a tree that is built: from other folders, through links, moved, for another user.
set -euo pipefail
source=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
readonly source

work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
chmod 755 "$work"
tests=0

die() {
  echo "launcher_test: $1" >&2
  [[ ! -f $work/log ]] || cat "$work/log" >&2
  exit 1
}

# expect STATUS COMMAND...: its output goes to $work/log
expect() {
  local wanted=$1 actual=0
  shift
  "$@" >"$work/log" 2>&1 || actual=$?
  [[ $actual == "$wanted" ]] || die "expected exit code $wanted, actual $actual: $*"
}

said() { grep -qF -- "$1" "$work/log" || die "expected the output to have: $1"; }
passed() { tests=$((tests + 1)) && echo "passed: $1"; }
list() { (cd "$1" && find . -printf '%y %p %T@\n' | sort); }

# A folder of a user's own, with settings whose name the product has, too.
user_folder() {
  mkdir -p "$1/conf"
  for i in {1..60}; do echo "$((i % 3 == 0 ? 9 : i % 4)),$((3 * (i % 3))),$((i % 3))"; done >"$1/rows.csv"
  cat >"$1/conf/demo.conf" <<'CONF'
hetal {
  backend = simulator, parameters = insecure_simulator_n8_l12
  data { train.features = "rows.csv", classes = 3 }
  training { batch-rows = 60, logit-range = 32 }
}
CONF
}

# With the programs of this machine, but for these: without PROGRAM... -- COMMAND...
without() {
  local folder
  folder=$(mktemp -d "$work/path.XXXXXX")
  chmod 755 "$folder"
  ln -s /usr/bin/* "$folder"
  while [[ $1 != -- ]]; do
    rm -f "$folder/$1"
    shift
  done
  shift
  PATH=$folder "$@"
}

# As a user who may not write in the tree and has no home.
as_other() {
  if [[ $(id -u) == 0 ]]; then
    HOME=/nonexistent setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
  else
    HOME=/nonexistent "$@"
  fi
}

tree=$work/tree
mkdir "$tree"
parts=(hetal conf pom.xml he-native spark-job .hetal/build.stamp)
[[ ! -d $source/.hetal/openfhe ]] || parts+=(.hetal/openfhe)
tar -C "$source" -cf - --exclude='*/build' --exclude=surefire-reports "${parts[@]}" | tar -C "$tree" -xf -
# Nothing here may build: a build would call this.
mkdir "$work/stub"
cat >"$work/stub/mvn" <<'STUB'
#!/bin/sh
[ "$1" = --version ] && echo "Apache Maven 3.9.9" && exit
echo "built in $PWD" >>"${STUB_LOG:?}"
exit 1
STUB
chmod 755 "$work/stub/mvn"
export PATH=$work/stub:$PATH STUB_LOG=$work/stub.log
before=$(list "$tree")

user=$work/user
user_folder "$user"
cd "$user"
expect 0 "$tree/hetal" keygen -c conf/demo.conf
expect 0 "$tree/hetal" encrypt -c conf/demo.conf
[[ -f $user/.hetal/owner/secret.key && -d $user/.hetal/cluster/dataset ]] || die "expected keys and data in the user's folder"
[[ $(list "$tree") == "$before" ]] || die "expected the tree as it was: $(diff <(echo "$before") <(list "$tree"))"
passed "relative paths are the user's"

mkdir -p "$work/bin"
ln -s ../tree/hetal "$work/bin/hetal"
ln -s "$work/bin/hetal" "$work/bin/again"
for command in "$work/bin/hetal" "$work/bin/again" ../bin/hetal; do
  rm -rf .hetal
  expect 0 "$command" keygen -c conf/demo.conf
  [[ -f .hetal/owner/secret.key ]] || die "expected keys in the user's folder"
done
PATH=$work/bin:$PATH expect 0 hetal plan -c conf/demo.conf
[[ ! -e $work/bin/.hetal ]] || die "expected nothing beside the link"
passed "through symbolic links"

moved="$work/a tree with blänks"
mv "$tree" "$moved"
user_folder "$work/a folder with é"
cd "$work/a folder with é"
LC_ALL=C expect 0 "$moved/hetal" keygen -c conf/demo.conf
[[ -f "$work/a folder with é/.hetal/owner/secret.key" ]] || die "expected keys in the user's folder"
LC_ALL=C expect 0 "$moved/hetal" plan -c "$work/a folder with é/conf/demo.conf"
expect 64 "$moved/hetal" train --set training,epochs=3
passed "moved, with blanks and accents, under the locale C"

fake=$work/spark/bin
mkdir -p "$fake"
printf '#!/bin/sh\nprintf "<%%s>\\n" "$@"\n' >"$fake/spark-submit"
chmod 755 "$fake/spark-submit"
export SPARK_HOME=$work/spark
HETAL_SPARK_OPTIONS="--name 'my job' --conf \"spark.driver.extraJavaOptions=-Da=1 -Db=\$HOME\"  --conf x=a\\ b" \
  expect 0 "$moved/hetal" train -c conf/demo.conf
# shellcheck disable=SC2016 # as it stands
for word in --name 'my job' 'spark.driver.extraJavaOptions=-Da=1 -Db=$HOME' 'x=a b' conf/demo.conf; do said "<$word>"; done
HETAL_SPARK_OPTIONS="--name 'my job" expect 78 "$moved/hetal" train -c conf/demo.conf
said "matching quotes"
SPARK_HOME=$work expect 78 "$moved/hetal" train -c conf/demo.conf
said "bin/spark-submit"
unset SPARK_HOME
passed "HETAL_SPARK_OPTIONS with quotes"

mkdir -p "$work/java25/bin"
cat >"$work/java25/bin/java" <<STUB
#!/bin/sh
[ "\$1" = -XshowSettings:properties ] || exit 99
echo "    java.home = $work/java25" >&2
echo "    java.specification.version = 25" >&2
STUB
chmod 755 "$work/java25/bin/java"
JAVA_HOME=$work/java25 expect 0 "$moved/hetal" plan -c conf/demo.conf
said "hetal: JAVA_HOME: expected Java 17 to 21"
passed "another Java than one that Spark does not run on"

chmod -R go+rX "$moved"
chmod -R a-w "$moved"
other=$work/other
user_folder "$other"
chmod -R a+rwX "$other"
cd "$other"
expect 0 as_other "$moved/hetal" keygen -c conf/demo.conf
[[ -f $other/.hetal/owner/secret.key ]] || die "expected keys in the other user's folder"
passed "another user, who may not write in the tree"

chmod u+w "$moved/spark-job" "$moved/spark-job/pom.xml"
echo "<!-- changed -->" >>"$moved/spark-job/pom.xml"
expect 78 as_other "$moved/hetal" plan -c conf/demo.conf
said "ask its owner to run $moved/hetal build"
[[ ! -e $STUB_LOG ]] || die "expected no build so far, actual $(cat "$STUB_LOG")"
chmod -R u+w "$moved"
expect 70 "$moved/hetal" plan -c conf/demo.conf
[[ $(cat "$STUB_LOG") == "built in $moved" ]] || die "expected a build in $moved, actual $(cat "$STUB_LOG")"
passed "a changed source is built, in its own tree, by who may write there"

if [[ $(id -u) == 0 ]]; then
  # As root the launcher would install what is missing.
  expect 78 without cmake mvn make -- as_other "$moved/hetal" build
else
  expect 78 without cmake mvn make -- "$moved/hetal" build
fi
if [[ $(id -u) == 0 ]]; then said "ask its owner"; else said "sudo apt-get update"; fi
chmod -R a+rwX "$moved"
expect 78 without cmake mvn make -- as_other "$moved/hetal" test
said "cmake 3.22 or newer (builds the engine); actual: none; Debian package: cmake"
[[ $(grep -c 'sudo apt-get update && sudo apt-get install' "$work/log") == 1 ]] || die "expected one command to run"
passed "what is missing is named, with one command"

echo "launcher_test: $tests passed"
