#!/usr/bin/env bash
# Writes .mvn/checksums/checksums.sha256 anew, from what an empty local repository needs for the build, the tests, the Javadoc, the
# clusters of the tests, the examples in Java and the fuzzer. For a change of a version: run it and look at the difference. Takes some minutes.
set -euo pipefail
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." >/dev/null && pwd)
readonly root
work=$(mktemp -d)
readonly work
trap 'rm -rf "$work"' EXIT
rm -f "$root/.mvn/checksums/checksums.sha256"

write() { (cd "$root" && dev/maven.sh --write -q -B -Dmaven.repo.local="$work/repository" "$@"); }
dependency=org.apache.maven.plugins:maven-dependency-plugin:3.8.1

# One test of each kind: the runners of tests are fetched when there is one.
write verify -Dtest=ClusterEstimateTest -Dit.test=ArtifactIT -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false
write install -Papi-docs -DskipTests -pl spark-job/owner,spark-job/spark -am
for project in spark-job/spark/src/test/clusters/hadoop.xml spark-job/spark/src/test/clusters/s3proxy.xml conf/spark/s3a-jars.xml; do
  write -f "$project" "$dependency:copy-dependencies" -DincludeScope=runtime -DoutputDirectory="$work/jars"
done
cp -r "$root/examples/java" "$work/example"
# The only version in the new repository.
version=$(basename "$(find "$work/repository/org/hetal/hetal-owner" -mindepth 1 -maxdepth 1 -type d)")
write -f "$work/example/pom.xml" -Dhetal.version="$version" compile "$dependency:build-classpath" -Dmdep.outputFile="$work/classpath"
version=$(sed -n 's/.*JAZZER=\([0-9.]*\).*/\1/p' "$root/dev/fuzz.sh")
for artifact in jazzer jazzer-api; do
  (cd "$work" && "$root/dev/maven.sh" --write -q -B -Dmaven.repo.local="$work/repository" "$dependency:copy" \
    -Dartifact="com.code-intelligence:$artifact:$version" -DoutputDirectory="$work/jars")
done
rm -f "$root/.mvn/checksums/checksums.sha256.bak" # Maven's copy
wc -l "$root/.mvn/checksums/checksums.sha256"
