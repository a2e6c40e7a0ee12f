#!/usr/bin/env bash
# Tests of ./hetal on a copy of a tree that is built: from other folders, through links, moved, for another user, and which
# program it becomes.
set -euo pipefail
source=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
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
parts=(hetal conf dev pom.xml he-native spark-job .hetal/build.stamp)
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
passed "HETAL_SPARK_OPTIONS with quotes"

# What decides which jars go to the cluster are the settings, however they are given.
printf 'hetal.device = cuda\n' >gpu.conf
printf 'hetal { device : "cuda" }\n' >"my gpü.hocon"
printf 'include "gpu.conf"\nhetal.threads = 2\n' >includes.conf
submit() { expect 0 without nvcc -- "$moved/hetal" train "$@"; }
rm -f "$moved"/he-native/java/cuda/target/*.jar
expect 78 without nvcc -- "$moved/hetal" train -c gpu.conf
said "build it with $moved/hetal build cuda"
[[ $(wc -l <"$work/log") == 1 ]] || die "expected one line"
version=$(sed -n 's/.*<revision>\(.*\)<\/revision>.*/\1/p' "$moved/pom.xml")
cuda=$moved/he-native/java/cuda/target/hetal-he-cuda-$version.jar
mkdir -p "$(dirname "$cuda")"
[[ -e $cuda ]] || touch "$cuda"
for line in "-c gpu.conf" "--set device=cuda" "--set=device=cuda" "--config=gpu.conf" "-cgpu.conf" "-c includes.conf" "--device cuda"; do
  read -ra words <<<"$line"
  submit "${words[@]}"
  said "<--jars>"
  said "<$cuda>"
done
submit -c "my gpü.hocon"
said "<$cuda>"
submit -c gpu.conf --device cpu
[[ $(grep -c jars "$work/log") == 0 ]] || die "expected no jar for the device cpu"
submit -s backend=openfhe -s parameters=openfhe_n16_l5
said "<$moved/he-native/java/openfhe/target/hetal-he-openfhe-$version.jar>"
submit -s client=openfhe
[[ $(grep -c jars "$work/log") == 0 ]] || die "expected no jar that can decrypt for the client openfhe"
passed "the settings decide which jars a command gets, in whatever form they are given"

printf '#!/bin/sh\ncat\nexit 42\n' >"$fake/spark-submit"
expect 42 "$moved/hetal" train -c conf/demo.conf < <(echo "from standard input")
said "from standard input"
unset SPARK_HOME
mkdir "näch ste"
cp rows.csv "näch ste/dätä rows.csv"
expect 0 "$moved/hetal" keygen --config=conf/demo.conf -q
expect 0 "$moved/hetal" encrypt --config=conf/demo.conf -s "data.train.features=näch ste/dätä rows.csv" -s "paths.dataset=näch ste/dä ta"
[[ -f "näch ste/dä ta/manifest.json" ]] || die "expected a data set in a folder with blanks and accents"
said 'settings: backend = "simulator", data.classes = 3'
"$moved/hetal" oracle -c conf/demo.conf -s "paths.dataset=näch ste/dä ta" -s "data.train.features=näch ste/dätä rows.csv" \
  -s oracle.port=0 -q >"$work/log" 2>&1 &
oracle=$!
for _ in {1..300}; do ! grep -q listening "$work/log" || break; sleep 0.1; done
said "oracle: listening"
[[ $(tr '\0' ' ' <"/proc/$oracle/cmdline") == *java*oracle* ]] || die "expected the launcher to become the oracle"
# jcmd can dump the heap of a process of the same user, which holds the key.
jcmd=$(dirname "$(readlink -f "$(command -v javac)")")/jcmd
cat >"$work/Waits.java" <<'JAVA'
class Waits { public static void main(String[] none) throws Exception { Thread.sleep(60_000); } }
JAVA
java "$work/Waits.java" &
waits=$!
for _ in {1..100}; do "$jcmd" "$waits" VM.version >/dev/null 2>&1 && break; sleep 0.1; done
"$jcmd" "$waits" VM.version >/dev/null || die "expected that jcmd attaches to a Java machine without the option"
kill "$waits"
! "$jcmd" "$oracle" VM.version >"$work/jcmd" 2>&1 || die "expected that jcmd cannot attach to the oracle: $(<"$work/jcmd")"
kill -TERM "$oracle"
status=0
wait "$oracle" || status=$?
[[ $status == 143 ]] || die "expected an oracle that SIGTERM ends, exit code 143, actual $status"
passed "signals, standard input and exit codes are those of the command"

expect 0 "$moved/hetal" --version
for line in "hetal   $version" "commit  " "Java    " "engine  commit " "Spark   "; do said "$line"; done
expect 64 "$moved/hetal" frobnicate
expect 64 "$moved/hetal" notebook --install again
expect 0 "$moved/hetal" notebook --help
said "usage: ./hetal notebook"
expect 64 "$moved/hetal" plan --clear
said "plan --clear is now named plan --plaintext"
expect 64 "$moved/hetal" bench he
said "bench he is now named bench engine"
mkdir -p "$work/fresh/spark-job"
cp -r "$moved/hetal" "$moved/dev" "$work/fresh"
cp -r "$moved/spark-job/launcher" "$work/fresh/spark-job"
rm -rf "$work/fresh/spark-job/launcher/target"
expect 0 "$work/fresh/hetal" --help
said "usage: ./hetal COMMAND"
passed "version, help without a build, and old names"

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
