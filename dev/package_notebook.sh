#!/usr/bin/env bash
# What a Jupyter of your own needs to run the notebooks of the data owner's package, as `hetal notebook --environment` there.
# They show both parties, so the cluster's package must be beside it, or where HETAL_CLUSTER_PACKAGE says.
set -euo pipefail
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." >/dev/null && pwd)
readonly root
# shellcheck source-path=SCRIPTDIR source=needs.sh
source "$root/dev/needs.sh"

readonly PYSPARK=spark-job/spark/requirements-4.1.3.txt

usage() {
  cat <<TEXT
usage: hetal notebook --environment       prints the variables that a Jupyter of your own needs, for eval
A package installs no Jupyter. In the shell that starts yours (with a JDK, whose compiler the Java notebooks need):
  pip install --require-hashes -r $root/notebooks/requirements-hashed.txt -r $root/$PYSPARK
  eval "\$($root/hetal notebook --environment)"
  cp -r $root/notebooks . && jupyter lab notebooks
TEXT
}

environment() {
  local other jars
  find_java javac ||
    fail "$EX_CONFIG" "notebook: expected a JDK $JAVA_LEAST to $JAVA_MOST, whose compiler the Java notebooks need, actual $actual"
  other=${HETAL_CLUSTER_PACKAGE:-$(dirname "$root")/$(basename "$root" | sed 's/owner/cluster/')}
  [[ -f $other/package.properties ]] ||
    fail "$EX_CONFIG" "HETAL_CLUSTER_PACKAGE: expected the folder of the cluster's package, actual none in $other"
  grep -qFx "$(grep '^commit=' "$root/package.properties")" "$other/package.properties" ||
    fail "$EX_CONFIG" "HETAL_CLUSTER_PACKAGE: expected a package of the commit $(sed -n 's/^commit=//p' "$root/package.properties"), actual another in $other"
  jars=("$other"/lib/hetal-spark-*-spark.jar)
  jars+=("$root"/lib/*.jar)
  printf 'export JAVA_HOME=%q\n' "$JAVA_HOME"
  # The module hetal, from its sources.
  printf 'export PYTHONPATH=%q\n' "$root/notebooks/python/src${PYTHONPATH:+:$PYTHONPATH}"
  printf 'export HETAL_JARS=%q\n' "$(IFS=: && echo "${jars[*]}")"
  # Spark first: the versions of its libraries belong together.
  printf 'export JJAVA_CLASSPATH=%q\n' "$other/lib/*:$root/lib/*"
  printf 'export JDK_JAVA_OPTIONS=%q\n' "\"@$other/lib/spark-java.options\" -Djava.awt.headless=true"
}

case "$*" in
  --environment) environment ;;
  -h | --help) usage ;;
  *)
    usage >&2
    fail "$EX_CONFIG" "notebook: expected --environment in a package, actual '$*'"
    ;;
esac
