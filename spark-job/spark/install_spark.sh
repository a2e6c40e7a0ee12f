#!/usr/bin/env bash
# Puts a Spark of the version that this project is built with into .hetal/spark, once, and prints its SPARK_HOME:
#   SPARK_HOME=$(spark-job/spark/install_spark.sh) ./hetal train -c conf/demo.conf
# install_spark.sh VERSION: that version.
# It is PyPI's pyspark: a whole Spark with bin/spark-submit (about 500 MB). Needs python3 with pip, and the network.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly VERSION=${1:-4.1.3}
readonly TARGET=.hetal/spark-$VERSION
if [[ ! -x $TARGET/pyspark/bin/spark-submit ]]; then
  if ! python3 -m pip --version >/dev/null 2>&1; then
    echo "install_spark: missing on this machine: python3 with pip (Debian: apt-get install python3-pip), or set SPARK_HOME" >&2
    exit 78
  fi
  echo "install_spark: fetching Spark $VERSION into $TARGET" >&2
  mkdir -p .hetal
  partial=$(mktemp -d .hetal/spark-partial.XXXXXX)
  trap 'rm -rf "$partial"' EXIT
  if ! python3 -m pip install --quiet --disable-pip-version-check --target "$partial" \
    --require-hashes -r "spark-job/spark/requirements-$VERSION.txt" >"$partial.log" 2>&1; then
    cat "$partial.log" >&2
    echo "install_spark: pyspark $VERSION could not be installed" >&2
    exit 75
  fi
  chmod 755 "$partial" # other users of the tree run it, too
  rm -rf "$TARGET"
  mv "$partial" "$TARGET"
fi
rm -f .hetal/spark-partial.*.log
echo "$PWD/$TARGET/pyspark"
