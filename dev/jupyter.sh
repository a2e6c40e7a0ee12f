#!/usr/bin/env bash
# Jupyter with a Java and a Python kernel in .hetal/jupyter. Other scripts source this file, after needs.sh and stamp.sh.
# shellcheck disable=SC2154 # $root comes from the script that sources this

readonly JUPYTER=$STATE/jupyter

# What was asked for: a change of it installs anew. An environment of Python cannot be moved.
jupyter_stamp() {
  echo "$JUPYTER"
  cat "$root/notebooks/requirements-hashed.txt" "$root/spark-job/spark/install_spark.sh"
}

# Installs once; a second command that wants the same waits for the first.
install_jupyter() {
  local stamp spark
  require build fetch notebook
  mkdir -p "$STATE"
  exec 7>"$STATE/jupyter.lock"
  flock 7
  stamp=$(jupyter_stamp)
  if [[ ! -f $JUPYTER/stamp || $(<"$JUPYTER/stamp") != "$stamp" ]]; then
    echo "hetal: installing Jupyter and its Java kernel into $JUPYTER (some minutes, about 700 MB)" >&2
    spark=$("$root/spark-job/spark/install_spark.sh")
    rm -rf "$JUPYTER"
    python3 -m venv "$JUPYTER" || fail "$EX_CONFIG" "python3 -m venv could not make $JUPYTER"
    "$JUPYTER/bin/python" -m pip --disable-pip-version-check install --quiet --only-binary=:all: \
      --require-hashes -r "$root/notebooks/requirements-hashed.txt" >"$STATE/jupyter.log" 2>&1 ||
      { tail -n 5 "$STATE/jupyter.log" >&2 && fail 75 "Jupyter could not be installed; see $STATE/jupyter.log"; }
    # The module hetal from its sources, and pyspark from the Spark that the tests use.
    printf '%s\n' "$root/notebooks/python/src" "$(dirname "$spark")" >"$(echo "$JUPYTER"/lib/python3*/site-packages)/hetal-tree.pth"
    echo "$stamp" >"$JUPYTER/stamp"
  fi
  write_java_kernel
  exec 7>&-
}

# The jars of both parties without Spark, separated by colons.
hetal_jars() {
  local jars=("$(owner_jar)" "$root"/spark-job/owner/target/lib/*.jar "$(spark_jar)")
  local IFS=:
  echo "${jars[*]}"
}

# What the Java notebooks have on their class path: Spark first, whose versions of common libraries belong together, the jars
# of both parties, and a library that draws.
java_class_path() {
  local spark
  spark=${SPARK_HOME:-$("$root/spark-job/spark/install_spark.sh")}
  [[ -d $spark/jars ]] || fail "$EX_CONFIG" "SPARK_HOME: expected a folder with jars, actual $spark"
  echo "$spark/jars/*:$(hetal_jars):$(echo "$root"/spark-job/tools/target/lib/jfreechart-*.jar)"
}

# The options that Spark wants of a Java machine, from a file whose path may have blanks; no window for a plot.
java_kernel_options() { echo "\"@$root/spark-job/spark/java.options\" -Djava.awt.headless=true"; }

write_java_kernel() {
  local path
  path=$(java_class_path)
  "$JUPYTER/bin/python" - "$JUPYTER/share/jupyter/kernels/java" "$JAVA_HOME/bin/java" "$path" "$(java_kernel_options)" <<'PYTHON'
import json
import pathlib
import sys

folder, java, class_path, options = sys.argv[1:]
kernel = {
    "argv": [java, "-jar", "{resource_dir}/jjava-launcher.jar", "{resource_dir}/jjava.jar", "{connection_file}"],
    "display_name": "Java",
    "language": "java",
    "interrupt_mode": "message",
    "env": {"JJAVA_CLASSPATH": class_path, "JDK_JAVA_OPTIONS": options},
}
pathlib.Path(folder, "kernel.json").write_text(json.dumps(kernel, indent=2) + "\n", encoding="utf-8")
PYTHON
}
