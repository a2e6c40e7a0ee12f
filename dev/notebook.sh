#!/usr/bin/env bash
# Opens the notebooks in Jupyter, as ./hetal notebook. What Jupyter needs goes into .hetal/jupyter, once.
set -euo pipefail
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." >/dev/null && pwd)
readonly root
# shellcheck source-path=SCRIPTDIR source=needs.sh
source "$root/dev/needs.sh"
# shellcheck source-path=SCRIPTDIR source=stamp.sh
source "$root/dev/stamp.sh"
# shellcheck source-path=SCRIPTDIR source=jupyter.sh
source "$root/dev/jupyter.sh"

usage() {
  cat <<'TEXT'
usage: ./hetal notebook [OPTION OF JUPYTER LAB...]
       ./hetal notebook --install        only builds and installs
       ./hetal notebook --environment    prints the variables that a Jupyter of your own needs, for eval
Builds the jars, installs Jupyter with a Java kernel into .hetal/jupyter, and opens the folder notebooks.
TEXT
}

prepare() {
  "$root/dev/build.sh" --if-stale
  install_jupyter
}

environment() {
  printf 'export JAVA_HOME=%q\n' "$JAVA_HOME"
  # The module hetal, from its sources.
  printf 'export PYTHONPATH=%q\n' "$root/notebooks/python/src${PYTHONPATH:+:$PYTHONPATH}"
  printf 'export HETAL_JARS=%q\n' "$(hetal_jars)"
  printf 'export JJAVA_CLASSPATH=%q\n' "$(java_class_path)"
  printf 'export JDK_JAVA_OPTIONS=%q\n' "$(java_kernel_options)"
}

case "${1:-}" in
  -h | --help) usage ;;
  --install)
    [[ $# == 1 ]] || fail "$EX_USAGE" "notebook: expected nothing after --install, actual '${*:2}'"
    prepare
    ;;
  --environment)
    [[ $# == 1 ]] || fail "$EX_USAGE" "notebook: expected nothing after --environment, actual '${*:2}'"
    "$root/dev/build.sh" --if-stale
    require build fetch
    environment
    ;;
  *)
    prepare
    options=("$@")
    # Jupyter refuses to start as root otherwise; in a container there is often no other user.
    [[ $(id -u) != 0 ]] || options+=(--allow-root)
    cd "$root/notebooks"
    exec "$JUPYTER/bin/jupyter" lab "${options[@]}"
    ;;
esac
