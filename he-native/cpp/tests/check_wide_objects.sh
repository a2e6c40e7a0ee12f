#!/usr/bin/env bash
# check_wide_objects.sh OBJECT...: objects that are compiled for a wider instruction set than the program.
#
# Nothing of such an object may run before the processor was asked, and the linker may not take a function of it for
# other units. So each defines one global symbol, its table of kernels, and that in data; no weak or unique symbol, no
# section group (inline functions, templates), no initialiser that runs at start, no thread-local or ifunc symbol.
set -euo pipefail
[[ $# -gt 0 ]] || { echo "check_wide_objects.sh: expected object files, actual none" >&2; exit 64; }
bad=0
fail() { echo "$1: $2" >&2; bad=1; }
for object in "$@"; do
  [[ -f $object ]] || { fail "$object" "no such file"; continue; }
  symbols=$(nm --defined-only "$object" | sed 's/^[0-9a-f]* *//' | c++filt)
  # Small letters are local symbols; i, u, v and w are not: indirect, unique, weak.
  shared=$(grep -E '^[A-Ziuvw] ' <<<"$symbols" || true)
  tables=$(grep -E '^[DR] hetal::device::k[A-Za-z0-9]+Kernels$' <<<"$shared" || true)
  [[ $(grep -c . <<<"$tables") -eq 1 ]] || fail "$object" "expected one table hetal::device::k…Kernels in data, actual: ${tables:-none}"
  others=$(grep -vxF "${tables:-none}" <<<"$shared" | grep . || true)
  [[ -z $others ]] || fail "$object" "expected no other global or weak symbol, actual: ${others//$'\n'/, }"
  sections=$(readelf -SW "$object")
  started=$(grep -oE '\.(preinit_array|init_array|fini_array|ctors|dtors|init|fini|tbss|tdata)[^ ]*' <<<"$sections" | sort -u || true)
  [[ -z $started ]] || fail "$object" "expected nothing that runs at start, actual sections: ${started//$'\n'/ }"
  groups=$(readelf -gW "$object" | grep -E 'COMDAT|group section' || true)
  [[ -z $groups ]] || fail "$object" "expected no section group, actual: ${groups//$'\n'/, }"
done
exit "$bad"
