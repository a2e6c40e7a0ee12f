#!/usr/bin/env bash
# check_layers.sh accepts the sources and refuses each kind of import that it is there for.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$here/check_layers.sh"

# check PACKAGE LINE: runs the script on a class of the package with the line.
check() {
  rm -rf "$work/spark-job"
  mkdir -p "$work/spark-job/m/src/main/java/a"
  printf 'package org.hetal.%s;\n\n%s\n' "$1" "$2" >"$work/spark-job/m/src/main/java/a/A.java"
  "$here/check_layers.sh" "$work" 2>&1
}

refuse() {
  local output
  if output=$(check "$2" "$3"); then
    echo "check_layers.sh: expected a failure for '$3' in $2, actual none" >&2
    exit 1
  fi
  if [[ $output != *"$1"* ]]; then
    echo "check_layers.sh: expected '$1', actual $output" >&2
    exit 1
  fi
}

refuse "packing may not import linalg" packing "import org.hetal.linalg.Products;"
refuse "linalg may not import softmax" linalg "import static org.hetal.softmax.Softmax.apply;"
refuse "training may not import config" training "  org.hetal.config.Settings settings;"
refuse "spark.executor may not import spark.job" spark.executor "import org.hetal.spark.job.TrainJob;"
refuse "spark.job may never import he.owner" spark.job "import org.hetal.he.owner.Client;"
refuse "owner.cli may never import spark.job" owner.cli "import org.hetal.spark.job.TrainJob;"
refuse "expected a package of layers.txt, actual more" more "class A {}"
refuse "expected a package of layers.txt, actual more" spark "import org.hetal.more.A;"
check spark.job 'import org.hetal.training.Trainer; String s = "org.hetal.owner.cli.HetalOwner";'
