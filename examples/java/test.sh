#!/usr/bin/env bash
# Builds the Javadoc of the API, where a warning is an error, and installs the artifacts into a local repository of its own.
# Builds the examples against them and runs a training of each
# kind on the simulator and on a toy parameter set. Needs a tree that is built, and the JDK of JAVA_HOME, 17 to 21.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
readonly root

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
repository=$work/repository
mkdir "$repository"

# What Maven has downloaded before, as links where the file system has them, without artifacts of this project.
known=${HETAL_MAVEN_REPOSITORY:-$HOME/.m2/repository}
if [[ -d $known ]]; then
  cp -al "$known/." "$repository/" 2>/dev/null || cp -a "$known/." "$repository/"
  rm -rf "$repository/org/hetal"
fi

die() {
  echo "examples/java/test.sh: $1" >&2
  exit 1
}

(cd "$root" && dev/maven.sh -q -B install -Papi-docs -DskipTests -Dspotless.check.skip -Dforbiddenapis.skip \
  -Dmaven.repo.local="$repository" -pl spark-job/owner,spark-job/spark -am)
# The only version in the new repository.
version=$(basename "$(find "$repository/org/hetal/hetal-owner" -mindepth 1 -maxdepth 1 -type d)")

cp -r "$root/examples/java/pom.xml" "$root/examples/java/src" "$work/"
(cd "$work" && "$root/dev/maven.sh" -q -B compile org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath \
  -Dmdep.outputFile="$work/classpath" -Dhetal.version="$version" -Dmaven.repo.local="$repository")

java=${JAVA_HOME:+$JAVA_HOME/bin/}java

# run NAME ARGUMENT...: the example prints accuracies, all of which must be above 90 %
run() {
  local name=$1 lines
  shift
  "$java" "@$root/spark-job/spark/java.options" -Xmx1g -Djava.io.tmpdir="$work" \
    -cp "$work/target/classes:$(cat "$work/classpath")" "org.hetal.examples.$name" "$@" >"$work/log" 2>"$work/errors" ||
    { cat "$work/log" "$work/errors" >&2 && die "expected $name $* to end with 0"; }
  cat "$work/log"
  lines=$(grep -c '^accuracy' "$work/log") || die "expected an accuracy of $name $*"
  [[ $(grep '^accuracy' "$work/log" | grep -oE '[0-9.]+ %' | awk '$1 > 90' | wc -l) == \
    $(grep '^accuracy' "$work/log" | grep -oE '[0-9.]+ %' | wc -l) ]] || die "expected accuracies above 90 % of $name $*"
  echo "passed: $name $* ($lines lines)"
}

run TrainInOneJvm simulator insecure_simulator_n8_l12
run TrainInOneJvm native insecure_n10_l12
run TrainOnSpark simulator insecure_simulator_n8_l12 "$work/simulator"
run TrainOnSpark native insecure_n10_l12 "$work/native"
