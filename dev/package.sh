#!/usr/bin/env bash
# Packs what runs with a Java alone, one archive for each role, as ./hetal package: package.sh [cuda]
# The archives have sorted names and one owner, and every file has the time of the commit: the same jars give the same bytes.
set -euo pipefail
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." >/dev/null && pwd)
readonly root
# shellcheck source-path=SCRIPTDIR source=needs.sh
source "$root/dev/needs.sh"
# shellcheck source-path=SCRIPTDIR source=stamp.sh
source "$root/dev/stamp.sh"

readonly PACKAGES=$STATE/package
# Names that only the data owner's jars and OpenFHE's, whose library can decrypt, have in their lists of entries.
readonly OWNERS='org/hetal/owner/|org/hetal/he/owner/|org/hetal/he/openfhe/|libhetal_owner|libhetal_openfhe|libopenfhe'

# Adds files that git knows, as they are in the tree: tracked FOLDER PATH...
tracked() {
  in_tree git ls-files -z -- "${@:2}" | in_tree tar --null -cf - --files-from=- | tar -C "$1" -xf -
}

# Adds a module of spark-job with its dependencies: program FOLDER MODULE JAR [PATTERN]; without the dependencies that PATTERN
# matches. The launcher reads lib/MODULE.classpath.
program() {
  local folder=$1 module=$2 jar=$3 without=${4:-^$} target entry names
  target=$root/spark-job/$module/target
  names=$jar
  cp "$target/$jar" "$folder/lib/"
  while read -r entry; do
    entry=${entry#lib/}
    [[ -n $entry && ! $entry =~ $without ]] || continue
    cp "$target/lib/$entry" "$folder/lib/"
    names+=:$entry
  done < <(tr ':' '\n' <"$target/classpath.txt" && echo)
  echo "${names%:}" >"$folder/lib/$module.classpath"
}

# What both roles get: common FOLDER ROLE
common() {
  local folder=$1 role=$2
  mkdir -p "$folder/lib" "$folder/dev" "$folder/conf"
  cp "$root/hetal" "$root/LICENSE" "$root/NOTICE" "$root/CHANGELOG.md" "$folder/"
  cp "$root/dev/needs.sh" "$folder/dev/"
  cp "$root/spark-job/launcher/src/main/resources/org/hetal/launcher/help.txt" "$folder/lib/"
  cp "$root/spark-job/spark/java.options" "$folder/lib/spark-java.options"
  cp "$root/spark-job/io/src/main/resources/org/hetal/config/defaults.conf" "$folder/conf/"
  program "$folder" launcher hetal-launcher.jar
  printf 'role=%s\nversion=%s\ncommit=%s\n' "$role" "$version" "$(<"$STATE/build.commit")" >"$folder/package.properties"
}

owner() {
  local folder=$1
  common "$folder" owner
  program "$folder" owner "hetal-owner-$version.jar"
  program "$folder" features "hetal-features-$version.jar"
  # Draws in the notebooks.
  cp "$root"/spark-job/tools/target/lib/jfreechart-*.jar "$folder/lib/"
  cp "$root/dev/package_notebook.sh" "$folder/dev/notebook.sh"
  tracked "$folder" README.md docs notebooks conf spark-job/spark/requirements-4.1.3.txt ':!conf/docker' ':!conf/airflow/tests' ':!notebooks/python/tests'
}

# With Spark's jars, for a cluster that has no Spark of its own.
cluster() {
  local folder=$1 file
  common "$folder" cluster
  program "$folder" spark "hetal-spark-$version.jar" '^hetal-he-openfhe-'
  cp "$(spark_jar)" "$folder/lib/"
  tracked "$folder" docs/clusters.md docs/gpu.md docs/metrics.md docs/security.md conf/gpu_discovery.sh conf/kubernetes conf/spark
  [[ -z $cuda ]] || cp "$(cuda_jar)" "$folder/lib/"
  for file in "$folder"/lib/*.jar; do
    # The names of the entries of a jar are not compressed.
    ! LC_ALL=C grep -qaE "$OWNERS" "$file" ||
      fail "$EX_INTERNAL" "package: expected nothing that can decrypt in the cluster's archive, actual $(basename "$file") with $(LC_ALL=C grep -aoE -m 1 "$OWNERS" "$file" | head -n 1)"
  done
}

# Writes the archive of a role and prints its path: pack ROLE
pack() {
  local role=$1 name archive
  name=hetal-$role-$version-linux-$(uname -m)
  archive=$PACKAGES/$name.tar.gz
  mkdir "$work/$name"
  "$role" "$work/$name"
  tar -C "$work" --format=gnu --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$time" --mode=u+rwX,go+rX,go-w \
    -cf - "$name" | gzip -n >"$work/$role.tar.gz"
  mv "$work/$role.tar.gz" "$archive"
  echo "$archive"
}

cuda=
case "$*" in
  "") ;;
  cuda) cuda=cuda ;;
  -h | --help)
    echo "usage: ./hetal package [cuda]"
    echo "Packs .hetal/package/hetal-{owner,cluster}-VERSION-linux-ARCH.tar.gz and prints them; they run with a Java alone."
    echo "cuda: the cluster's has the library with the CUDA kernels, too."
    exit
    ;;
  *) fail "$EX_USAGE" "package: expected nothing or cuda, actual '$*'" ;;
esac
readonly cuda

require build package
time=${SOURCE_DATE_EPOCH:-$(in_tree git log -1 --format=%ct)} ||
  fail "$EX_CONFIG" "package: expected a clone of the repository, which tells the time of the commit, actual none in $root"
# All of one commit.
[[ -f $STATE/build.commit && $(<"$STATE/build.commit") == "$(commit)" ]] || rm -f "$STAMP"
"$root/dev/build.sh" ${cuda:+"$cuda"} >/dev/null
version=$(basename "$(owner_jar)" .jar)
version=${version#hetal-owner-}
readonly time version

mkdir -p "$PACKAGES"
work=$(mktemp -d "$PACKAGES/partial.XXXXXX")
trap 'rm -rf "$work"' EXIT
pack owner
pack cluster
