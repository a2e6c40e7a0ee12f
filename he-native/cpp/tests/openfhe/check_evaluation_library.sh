#!/usr/bin/env bash
# The library that the cluster gets has none of our code that makes or uses a secret key and does not call OpenFHE's
# decryption; the client's does, or this check would look for the wrong names. (OpenFHE itself can decrypt, of course.)
set -euo pipefail
evaluation=$1 client=$2
secret='hetal::openfhe::decrypt|secret_coefficients|secret_from_coefficients|private_key_from|ClientNatives_|CryptoContextImpl<[^(]*>::Decrypt\('
calls() { nm -DC "$1" | grep -E "$secret" || true; }
found=$(calls "$evaluation")
if [[ -n $found ]]; then
  echo "$evaluation can use a secret key:" >&2
  echo "$found" >&2
  exit 1
fi
[[ -n $(calls "$client") ]] || { echo "$client: none of the names is there: $secret" >&2; exit 1; }
