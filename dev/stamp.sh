#!/usr/bin/env bash
# Decides whether the build is older than the sources. Other scripts source this file, after needs.sh.
# shellcheck disable=SC2034,SC2154 # $root comes from the script that sources this, and it uses the variables

readonly STAMP=$STATE/build.stamp CUDA_STAMP=$STATE/build-cuda.stamp

# The jars of any version.
jar_of() { find "$root/$1/target" -maxdepth 1 -name "$2" ! -name '*-sources.jar' ! -name '*-javadoc.jar' 2>/dev/null | sort | tail -n 1; }
owner_jar() { jar_of spark-job/owner 'hetal-owner-*.jar'; }
spark_jar() { jar_of spark-job/spark 'hetal-spark-*-spark.jar'; }
cuda_jar() { jar_of he-native/java/cuda 'hetal-he-cuda-*.jar'; }

# Prints a digest of what a build depends on: the content of the sources and the OpenFHE that it found. Times and paths are not
# part of it, so a tree can be moved or copied.
build_digest() {
  in_tree find pom.xml he-native spark-job \
    \( -name target -o -name build -o -name docs -o -name results -o -name __pycache__ -o -path '*/src/test' -o -name tests \) -prune \
    -o -type f -print0 | LC_ALL=C sort -z | in_tree xargs -0 sha256sum | sha256sum | cut -d' ' -f1
  local openfhe
  openfhe=$(openfhe_config)
  echo "OpenFHE ${openfhe#"$root/"}"
}

# Succeeds if a jar is missing or the stamp of the last successful build has another digest.
stale() {
  local module
  for module in owner spark features tools; do
    [[ -e $root/spark-job/$module/target/classpath.txt ]] || return 0
  done
  [[ -e $STAMP && -e $root/spark-job/launcher/target/hetal-launcher.jar ]] || return 0
  [[ $(<"$STAMP") != "$(build_digest)" ]]
}

# The CUDA library must be of the same commit as the engine. A build without it leaves it stale.
cuda_digest() {
  local nvcc
  nvcc=$(nvcc_path)
  cat "$STAMP" && echo "nvcc ${nvcc#"$root/"}"
}

cuda_stale() {
  [[ -z $(cuda_jar) || ! -e $CUDA_STAMP || $(<"$CUDA_STAMP") != "$(cuda_digest)" ]]
}

# Prints the commit of the sources, as the libraries have it.
commit() { in_tree git describe --always --abbrev=12 --dirty=-modified 2>/dev/null || echo unknown; }

# Records the digest that was taken before the build, and the commit.
built() {
  echo "$1" >"$STAMP"
  commit >"$STATE/build.commit"
}
