#!/usr/bin/env bash
# Fuzzes the readers of outside bytes: fuzz.sh [SECONDS [TARGET...]]. Each target runs for SECONDS (default 60): those in C++ with
# libFuzzer (he-native/cpp/fuzz), those in Java with Jazzer (spark-job/*/src/test). Seeds are in the repository. Corpora, logs and
# what is found go to .hetal/fuzz/TARGET. Prints executions and result of each target and appends them to .hetal/fuzz/results.tsv.
# Without a fault it ends with 0. fuzz.sh --list prints the targets; fuzz.sh --table prints the totals of all runs that were
# recorded, in the form of he-native/cpp/bench/results/fuzz.tsv. fuzz.sh --short, after the Java tests: three targets in Java, others
# with each commit, for five seconds each; of those of the engine whether clang accepts them, where it is installed.
set -euo pipefail
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." >/dev/null && pwd)
readonly root
# shellcheck source-path=SCRIPTDIR source=needs.sh
source "$root/dev/needs.sh"

readonly JAZZER=0.30.0 WORK=$root/.hetal/fuzz
readonly NATIVE=(ciphertext secret_key public_key manifest key_file openfhe_ciphertext)
# Module and class of Jazzer's entry.
readonly ENTRIES=(owner:org.hetal.owner.fuzz.JazzerEntry spark:org.hetal.spark.fuzz.JazzerEntry)

fetch_jazzer() {
  mkdir -p "$WORK/jazzer" "$WORK/tmp"
  local artifact
  for artifact in jazzer jazzer-api; do
    [[ -f $WORK/jazzer/$artifact-$JAZZER.jar ]] ||
      (cd "$WORK/jazzer" && "$root/dev/maven.sh" -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -Dartifact="com.code-intelligence:$artifact:$JAZZER" -DoutputDirectory="$PWD")
  done
}

# What Java needs: Jazzer, and the class path of the tests of each module.
prepare_java() {
  fetch_jazzer
  # Also shows that the seeds are accepted. Surefire's report has the class path of the tests.
  in_tree dev/maven.sh -q -B test -Dtest=FuzzTargetsTest,CheckpointFuzzTest -Dsurefire.failIfNoSpecifiedTests=false \
    -Dspotless.check.skip -Dforbiddenapis.skip -pl spark-job/owner,spark-job/spark -am >"$WORK/build.log" 2>&1 ||
    fail "$EX_INTERNAL" "fuzz: the tests of the targets failed; see $WORK/build.log"
}

class_path_of() { # MODULE
  python3 - "$root/spark-job/$1/target/surefire-reports/" <<'PYTHON'
import pathlib, sys
from xml.etree import ElementTree
for report in pathlib.Path(sys.argv[1]).glob("TEST-*.fuzz.*.xml"):
    for each in ElementTree.parse(report).iter("property"):
        if each.get("name") == "java.class.path":
            print(each.get("value"))
            sys.exit()
sys.exit(f"fuzz: expected a report of the targets' tests in {sys.argv[1]}, actual none")
PYTHON
}

# shellcheck disable=SC2317 # in run_java
jazzer_path() {
  echo "$WORK/jazzer/jazzer-$JAZZER.jar:$WORK/jazzer/jazzer-api-$JAZZER.jar"
}

# A module's entry, with options of Java before it.
entry() { # MODULE CLASS ARGUMENT...
  (cd "$root/spark-job/$1" && java -cp "$(class_path_of "$1")" "$2" "${@:3}")
}

# shellcheck disable=SC2317 # called by name
run_java() { # MODULE CLASS TARGET SECONDS
  mkdir -p "$WORK/$3/corpus" "$WORK/$3/found"
  (cd "$root/spark-job/$1" && nice -n 19 java -Xmx2g -Djava.io.tmpdir="$WORK/tmp" -Dhetal.fuzz.target="$3" -cp "$(class_path_of "$1"):$(jazzer_path)" \
    com.code_intelligence.jazzer.Jazzer --target_class="$2" --instrumentation_includes='org.hetal.**' \
    --reproducer_path="$WORK/$3/found" -artifact_prefix="$WORK/$3/found/" -max_total_time="$4" -print_final_stats=1 \
    -rss_limit_mb=4096 "$WORK/$3/corpus" "$WORK/$3/seeds")
}

record() { # TARGET SECONDS STATUS LOG
  local executions result=passed
  executions=$(grep -oE 'number_of_executed_units: [0-9]+' "$4" | grep -oE '[0-9]+' || echo 0)
  (($3 == 0)) || result="failed ($3), see $4"
  printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$executions" "$result" | tee -a "$WORK/results.tsv"
  (($3 == 0))
}

fuzz() { # TARGET SECONDS COMMAND...
  local log=$WORK/$1/log status=0 begin=$SECONDS
  mkdir -p "$WORK/$1"
  "${@:3}" >"$log" 2>&1 || status=$?
  record "$1" $((SECONDS - begin)) "$status" "$log"
}

# Whether these are targets in C++, which need no Java: all_native [TARGET...]; false: none is named, which stands for all.
all_native() {
  local target
  (($#)) || return 1
  for target in "$@"; do [[ " ${NATIVE[*]} " == *" $target "* ]] || return 1; done
}

# The totals of each target over all runs in results.tsv.
table() {
  [[ -s $WORK/results.tsv ]] || fail "$EX_INPUT" "fuzz: expected runs in $WORK/results.tsv, actual none; dev/fuzz.sh SECONDS makes them"
  printf '# total of all runs in .hetal/fuzz/results.tsv\n# target\tseconds with the start of the program\texecutions\tresult\n'
  LC_ALL=C awk -F '\t' -v OFS='\t' '
    NF != 4 || $2 !~ /^[0-9]+$/ || $3 !~ /^[0-9]+$/ { printf "fuzz: results.tsv, line %d: expected target, seconds, executions, result\n", NR >"/dev/stderr"; bad = 1; exit }
    !($1 in runs) { order[++targets] = $1 }
    { runs[$1]++; seconds[$1] += $2; executions[$1] += $3; failed[$1] += $4 != "passed" }
    END {
      if (bad) exit 65
      for (i = 1; i <= targets; i++) {
        t = order[i]
        printf "%s\t%d\t%d\t%s\n", t, seconds[t], executions[t], failed[t] ? failed[t] " of " runs[t] " runs failed" : "passed"
      }
    }' "$WORK/results.tsv"
}

if [[ ${1:-} == --table && $# == 1 ]]; then
  table
  exit
fi
short=
if [[ ${1:-} == --short && $# == 1 ]]; then
  short=yes
  shift
fi
if [[ ${1:-} != --list && ! ${1:-60} =~ ^[1-9][0-9]*$ ]]; then
  fail "$EX_USAGE" "fuzz: expected a number of seconds and names of targets, --list, --table or --short; actual '$*'"
fi
seconds=${1:-60}
chosen=("${@:2}")
declare -A java_targets=()
if [[ ${1:-} == --list || -n $short ]] || ! all_native "${chosen[@]}"; then
  if [[ -n $short ]]; then fetch_jazzer; else prepare_java; fi
  for pair in "${ENTRIES[@]}"; do
    while read -r target; do java_targets[$target]=$pair; done < <(entry "${pair%%:*}" "${pair#*:}" "$WORK")
  done
fi
mapfile -t all < <(printf '%s\n' "${NATIVE[@]}" && printf '%s\n' "${!java_targets[@]}" | LC_ALL=C sort)
if [[ ${1:-} == --list ]]; then
  printf '%s\n' "${all[@]}"
  exit
fi
if [[ -n $short ]]; then
  # The unit tests run the functions of the targets in C++ on changed seeds.
  "$root/he-native/cpp/fuzz/run.sh" --check
  seconds=5
  mapfile -t in_java < <(printf '%s\n' "${!java_targets[@]}" | LC_ALL=C sort)
  first=$((3 * $(in_tree git rev-list --count HEAD 2>/dev/null || echo 0)))
  for i in 0 1 2; do chosen+=("${in_java[(first + i) % ${#in_java[@]}]}"); done
fi
((${#chosen[@]})) || chosen=("${all[@]}")
bad=0
for target in "${chosen[@]}"; do
  if [[ -n ${java_targets[$target]:-} ]]; then
    pair=${java_targets[$target]}
    fuzz "$target" "$seconds" run_java "${pair%%:*}" "${pair#*:}" "$target" "$seconds" || bad=1
  elif [[ " ${NATIVE[*]} " == *" $target "* ]]; then
    fuzz "$target" "$seconds" nice -n 19 "$root/he-native/cpp/fuzz/run.sh" "$target" "$seconds" || bad=1
  else
    fail "$EX_USAGE" "fuzz: expected targets of fuzz.sh --list, actual '$target'"
  fi
done
exit "$bad"
