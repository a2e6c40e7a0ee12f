#!/usr/bin/env bash
# Java packages import each other one way, as layers.txt says; a package that is not in layers.txt is refused.
#
# check_layers.sh [ROOT]: ROOT is the folder with he-native, spark-job and examples.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "${1:-$here/..}"
find . -path '*/src/main/java/*' -name '*.java' -not -path '*/target/*' -print0 | sort -z |
  xargs -0 awk -v layers="$here/layers.txt" '
    # Whether package p is a or lies below it.
    function below(p, a) { return p == a || index(p, a ".") == 1 }
    function fail(what) { print "layering: " FILENAME ":" FNR ": " what > "/dev/stderr"; bad = 1 }
    BEGIN {
      while ((getline line < layers) > 0) {
        count = split(line, word, " ")
        if (count == 0 || word[1] ~ /^#/) continue
        if (word[1] == "never") { rule[++rules] = word[2]; refused[rules] = word[3]; continue }
        floors++
        for (i = 1; i <= count; i++) floor[word[i]] = floors
      }
      if (floors == 0) { print "layering: " layers ": expected packages, actual none" > "/dev/stderr"; exit bad = 1 }
    }
    FNR == 1 { package = "" }
    /^package org\.hetal/ {
      package = $2
      sub(/;.*/, "", package)
      sub(/^org\.hetal\.?/, "", package)
      if (!(package in floor)) fail("expected a package of layers.txt, actual " package)
      next
    }
    package != "" {
      text = $0
      gsub(/"([^"\\]|\\.)*"/, "", text)
      while (match(text, /org\.hetal(\.[a-z][a-z0-9_]*)*\.[A-Z]/)) {
        used = substr(text, RSTART + 10, RLENGTH - 12)
        text = substr(text, RSTART + RLENGTH)
        if (used == package) continue
        if (!(used in floor)) { fail("expected a package of layers.txt, actual " used); continue }
        if (floor[used] >= floor[package]) fail(package " may not import " used)
        for (i = 1; i <= rules; i++)
          if (below(package, rule[i]) && below(used, refused[i])) fail(package " may never import " used)
      }
    }
    END { exit bad }'
