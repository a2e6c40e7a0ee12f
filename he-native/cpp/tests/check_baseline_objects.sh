#!/usr/bin/env bash
# check_baseline_objects.sh OBJECT...: x86-64 objects that run on every processor hold no AVX, FMA or BMI instruction,
# except in the clones of a function with target_clones, between which the dynamic loader chooses, and in chacha20_avx2 and
# chacha20_avx512, between which the program chooses.
set -euo pipefail
[[ $# -gt 0 ]] || { echo "check_baseline_objects.sh: expected object files, actual none" >&2; exit 64; }
[[ $(uname -m) == x86_64 ]] || { echo "check_baseline_objects.sh: x86-64 only; nothing to check on $(uname -m)"; exit 0; }
bad=0
for object in "$@"; do
  # VEX and EVEX instructions start with v; verr, verw and the virtual machine instructions do too, and no compiler makes them.
  wide=$(objdump -d --no-show-raw-insn "$object" | sed -E '/^[0-9a-f]+ <.*(\.(avx|arch|fma)[a-z0-9_]*|chacha20_avx[0-9]+E[^>]*)>:$/,/^$/d' | grep -P '^ +[0-9a-f]+:\t(v[a-z]|mulx|rorx|sarx|shlx|shrx|andn |bextr|blsr|blsi|blsmsk|pdep|pext|popcnt|lzcnt|adcx|adox)' | head -3 || true)
  [[ -z $wide ]] || { echo "$object: expected baseline instructions, actual, among others:" >&2; echo "$wide" >&2; bad=1; }
done
exit "$bad"
