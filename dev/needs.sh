#!/usr/bin/env bash
# What the commands need of this machine, how it is found, and how it is installed. Other scripts source this file.
# It takes the root of the tree from $root.
# shellcheck disable=SC2034,SC2154 # $root comes from the script that sources this, and it uses the variables

readonly EX_USAGE=64 EX_INPUT=65 EX_INTERNAL=70 EX_CONFIG=78
readonly JAVA_LEAST=17 JAVA_MOST=21 # Spark 4.1 runs on these
readonly STATE=$root/.hetal
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$root} CCACHE_NOHASHDIR=${CCACHE_NOHASHDIR:-true}

fail() {
  echo "hetal: $2" >&2
  exit "$1"
}

# What the launcher needs: for which purpose | what | how it is checked | Debian package | what it is for.
# run: to run what is built; build: to build it; fetch: to fetch OpenFHE, nvcc, Spark; bench: to build the C++ benchmarks;
# package: for ./hetal package; notebook: to install Jupyter; test: for ./hetal test as well; surroundings: for ./hetal test --surroundings; outputs: for
# dev/outputs_test.sh.
readonly NEEDS="\
run|Java $JAVA_LEAST to $JAVA_MOST|find_java|JDK|runs every command
build|a JDK $JAVA_LEAST to $JAVA_MOST|find_java javac|JDK|compiles the Java part
build|Maven 3.6.3 or newer|at_least mvn 3.6.3|maven|builds the Java part
build|cmake 3.22 or newer|at_least cmake 3.22|cmake|builds the engine
build|g++ 11 or newer|at_least g++ 11|g++|compiles the engine
build|make|have make|make|builds the engine
fetch|Python 3.9 or newer|at_least python3 3.9|python3|fetches OpenFHE, nvcc and Spark
fetch|pip|have_pip|python3-pip|fetches OpenFHE, nvcc and Spark
bench|CLI11|have_header CLI/CLI.hpp|libcli11-dev|reads the options of the benchmarks
bench|JSON for Modern C++|have_header nlohmann/json.hpp|nlohmann-json3-dev|writes the figures of the benchmarks
package|git|have git|git|tells the files and the time of a package
notebook|Python 3.11 or newer|at_least python3 3.11|python3|runs Jupyter
notebook|Python's venv|have_venv|python3-venv|holds Jupyter and its packages
test|GoogleTest|have_gtest|libgtest-dev|C++ tests
test|ccache|have ccache|ccache|compiles each C++ file once
test|qemu|have qemu-x86_64|qemu-user|runs the C++ tests as on other processors
test|a compiler for arm64|have aarch64-linux-gnu-g++|g++-aarch64-linux-gnu|builds the engine for arm64
test|sources of locales|have_locales|locales|tests under a locale with a decimal comma
test|shellcheck|have shellcheck|shellcheck|checks the shell scripts
surroundings|Python 3.11 or newer|at_least python3 3.11|python3|runs Airflow
surroundings|Python's module venv|have_venv|python3-venv|installs Airflow
outputs|Chromium|have chromium|chromium|opens the reports of runs"

# Each check leaves in $actual what it found instead.
actual=none

have() { command -v "$1" >/dev/null 2>&1; }
have_pip() { python3 -m pip --version >/dev/null 2>&1; }
have_venv() { python3 -c 'import ensurepip, venv' >/dev/null 2>&1; }
have_header() { [[ -e /usr/include/$1 || -e /usr/local/include/$1 ]]; }
have_gtest() { have_header gtest/gtest.h; }

have_locales() { [[ -e /usr/share/i18n/locales/de_DE ]]; }

# at_least TOOL VERSION: is the first version number that `TOOL --version` prints that or a later one?
at_least() {
  have "$1" || return 1
  actual=$("$1" --version 2>/dev/null </dev/null | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1) || actual="no version"
  [[ $(printf '%s\n' "$2" "$actual" | sort -V | head -n 1) == "$2" ]]
}

# find_java [javac]: sets JAVA_HOME to the first Java of the right versions in JAVA_HOME, the PATH or /usr/lib/jvm. Maven and
# Spark use it, too.
find_java() {
  local program text home version
  for program in "${JAVA_HOME:+$JAVA_HOME/bin/java}" "$(type -P java)" /usr/lib/jvm/*/bin/java; do
    [[ -n $program && -x $program ]] || continue
    text=$("$program" -XshowSettings:properties -version 2>&1 </dev/null) || continue
    home=$(sed -n 's/^ *java\.home = //p' <<<"$text")
    version=$(sed -n 's/^ *java\.specification\.version = //p' <<<"$text")
    if [[ ${version%%.*} -ge $JAVA_LEAST && ${version%%.*} -le $JAVA_MOST && -x $home/bin/${1:-java} ]]; then
      export JAVA_HOME=$home
      return 0
    fi
    [[ $actual != none ]] || actual="Java $version in $home${1:+, perhaps without $1}"
  done
  return 1
}

# Says so when JAVA_HOME was set and another Java is taken.
readonly GIVEN_JAVA=${JAVA_HOME:-}
note_java() {
  [[ -z $GIVEN_JAVA || $(readlink -f -- "$GIVEN_JAVA") == "$(readlink -f -- "$JAVA_HOME")" ]] ||
    echo "hetal: JAVA_HOME: expected Java $JAVA_LEAST to $JAVA_MOST, actual another or none in $GIVEN_JAVA; taking $JAVA_HOME" >&2
}

# Prints the package of the first JDK from 17 on that this release of Debian or Ubuntu has.
jdk_package() {
  local version
  for version in 17 21; do
    if apt-cache show "openjdk-$version-jdk-headless" >/dev/null 2>&1; then
      echo "openjdk-$version-jdk-headless"
      return
    fi
  done
  # No package lists here: only a guess, which apt-get checks.
  if grep -qE '^VERSION_CODENAME=(bullseye|bookworm|jammy|noble)$' /etc/os-release 2>/dev/null; then
    echo openjdk-17-jdk-headless
  else
    echo openjdk-21-jdk-headless
  fi
}

# Prints what is missing for these purposes, one per line: PACKAGE|WHAT|ACTUAL|WHY.
missing() {
  local purpose what check package why words
  while IFS='|' read -r purpose what check package why; do
    [[ " $* " == *" $purpose "* ]] || continue
    read -ra words <<<"$check"
    actual=none
    "${words[@]}" || echo "$package|$what|$actual|$why"
  done <<<"$NEEDS"
}

# Provides what these purposes need. As root it installs what is missing; otherwise it prints the command and fails.
require() {
  local found package what here why packages=()
  # The common case, quickly: nothing to build.
  if [[ "$*" == run ]] && find_java; then
    note_java
    return
  fi
  found=$(missing "$@")
  if [[ -n $found ]]; then
    if [[ $(id -u) == 0 ]] && have apt-get; then
      apt-get update -qq >&2 || true # the lists that exist may be enough
    fi
    while IFS='|' read -r package what here why; do
      [[ $package != JDK ]] || package=$(jdk_package)
      echo "hetal: missing: $what ($why); actual: $here; Debian package: $package" >&2
      [[ " ${packages[*]} " == *" $package "* ]] || packages+=("$package")
    done <<<"$found"
    if [[ $(id -u) != 0 ]] || ! have apt-get; then
      fail "$EX_CONFIG" "install it and try again: sudo apt-get update && sudo apt-get install --no-install-recommends ${packages[*]}"
    fi
    echo "hetal: installing ${packages[*]}" >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null ||
      fail "$EX_CONFIG" "apt-get could not install ${packages[*]}"
    found=$(missing "$@")
    [[ -z $found ]] || while IFS='|' read -r package what here why; do
      echo "hetal: still missing: $what ($why); actual: $here; this release's package is not enough" >&2
    done <<<"$found"
    [[ -z $found ]] || exit "$EX_CONFIG"
  fi
  [[ " $* " != *" run "* ]] || find_java
  [[ " $* " != *" build "* ]] || find_java javac
  [[ -z ${JAVA_HOME:-} ]] || note_java
}

in_tree() { (cd -- "$root" >/dev/null && "$@"); }

# Where OpenFHE is: an installation that OpenFHE_DIR names, or what he-native/cpp/tools/fetch_openfhe.sh left; nothing without one.
openfhe_config() {
  local config=${OpenFHE_DIR:-$STATE/openfhe/lib/OpenFHE}
  [[ ! -f $config/OpenFHEConfig.cmake ]] || echo "$config"
}

# OpenFHE is optional. A build includes it if it is there. Commands that need it call this function, which fetches it.
need_openfhe() {
  if [[ -n ${OpenFHE_DIR:-} && -z $(openfhe_config) ]]; then
    fail "$EX_CONFIG" "OpenFHE_DIR: expected a folder with OpenFHEConfig.cmake, actual $OpenFHE_DIR"
  fi
  export HETAL_REQUIRE_OPENFHE=1
  [[ -z $(openfhe_config) ]] || return 0
  require fetch
  "$root/he-native/cpp/tools/fetch_openfhe.sh" >/dev/null
}

# The CUDA compiler: HETAL_NVCC, what he-native/cpp/tools/fetch_cuda.sh left, or that of the PATH; nothing without one.
nvcc_path() {
  local fetched=$STATE/cuda/nvidia/cu13/bin/nvcc
  if [[ -n ${HETAL_NVCC:-} ]]; then
    echo "$HETAL_NVCC"
  elif [[ -x $fetched ]]; then
    echo "$fetched"
  else
    type -P nvcc || true
  fi
}

# CUDA is optional, and its compiler is large. Commands that need it call this function, which fetches it.
need_cuda() {
  export HETAL_REQUIRE_CUDA=1
  [[ -z $(nvcc_path) || -n ${HETAL_NVCC:-} ]] || return 0
  require fetch
  "$root/he-native/cpp/tools/fetch_cuda.sh" >/dev/null
}

# Configures a C++ build, with OpenFHE if it is there.
configure() {
  local openfhe
  openfhe=$(openfhe_config)
  "$root/he-native/cpp/configure.sh" "$1" "build/$1" ${openfhe:+-DOpenFHE_DIR="$openfhe"} >/dev/null
}
