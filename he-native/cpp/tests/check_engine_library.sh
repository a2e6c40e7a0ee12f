#!/usr/bin/env bash
# The cluster's library holds no code and no text of the data owner's side; the owner's library, as a check of the check,
# does.
set -euo pipefail
engine=$1 owner=$2 nm=${NM:-nm}
secret='owner::|SecretKey|KeyGenerator|HETALSEC|HETALPUB|[Dd]ecrypt'
found() { { "$nm" -C "$1"; strings -a "$1"; } | grep -cE "$secret" || true; }
[[ $(found "$owner") -gt 0 ]] || { echo "the owner's library $owner shows none of: $secret" >&2; exit 1; }
[[ $(found "$engine") -eq 0 ]] || { { "$nm" -C "$engine"; strings -a "$engine"; } | grep -E "$secret" | head >&2; exit 1; }
exported=$("$nm" -D --defined-only "$engine" | grep -vE ' Java_org_hetal_he_engine_[A-Z][A-Za-z]*_[a-zA-Z]+$' || true)
[[ -z $exported ]] || { echo "exported beside the native methods: $exported" >&2; exit 1; }
