#!/usr/bin/env bash
# Runs Maven here with these arguments: maven.sh ARGUMENT... Every plugin, jar and POM is compared with .mvn/checksums/checksums.sha256
# before it is used; other bytes, and files that are not in the list, end the build. Maven before 3.9.6 cannot do that: it fetches a
# later one into .hetal, once.
# maven.sh --write ARGUMENT...: adds the digests of what these arguments use, after a dependency was changed; look at the difference.
set -euo pipefail
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." >/dev/null && pwd)
readonly root
# shellcheck source-path=SCRIPTDIR source=needs.sh
source "$root/dev/needs.sh"

readonly LEAST=3.9.6 VERSION=3.9.11
readonly DIGEST=4b7195b6a4f5c81af4c0212677a32ee8143643401bc6e1e8412e6b06ea82beac
readonly CHECKSUMS=$root/.mvn/checksums FETCHED=$STATE/apache-maven-$VERSION

fetch() {
  local archive=apache-maven-$VERSION-bin.tar.gz partial
  mkdir -p "$STATE"
  partial=$(mktemp -d "$STATE/maven-partial.XXXXXX")
  # Outside the tree, whose settings are for the later one.
  (cd "$partial" && mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -DoutputDirectory="$partial" \
    -Dartifact="org.apache.maven:apache-maven:$VERSION:tar.gz:bin") >&2 || fail 75 "maven: Maven $VERSION could not be fetched"
  (cd "$partial" && sha256sum --quiet -c <<<"$DIGEST  $archive") ||
    fail "$EX_INPUT" "maven: $archive: expected SHA-256 $DIGEST, actual $(sha256sum "$partial/$archive")"
  tar -C "$partial" -xzf "$partial/$archive"
  rm -rf "$FETCHED"
  mv "$partial/apache-maven-$VERSION" "$FETCHED"
  rm -rf "$partial"
}

checks=(
  -Daether.artifactResolver.postProcessor.trustedChecksums=true
  -Daether.artifactResolver.postProcessor.trustedChecksums.checksumAlgorithms=SHA-256
  -Daether.trustedChecksumsSource.summaryFile=true
  -Daether.trustedChecksumsSource.summaryFile.originAware=false
  -Daether.trustedChecksumsSource.summaryFile.basedir="$CHECKSUMS"
)
if [[ ${1:-} == --write ]]; then
  shift
  checks+=(-Daether.artifactResolver.postProcessor.trustedChecksums.record=true)
  trap 'LC_ALL=C sort -k2 -o "$CHECKSUMS/checksums.sha256" "$CHECKSUMS/checksums.sha256"' EXIT
else
  checks+=(-Daether.artifactResolver.postProcessor.trustedChecksums.failIfMissing=true)
fi

maven=mvn
if ! at_least mvn "$LEAST"; then
  [[ -x $FETCHED/bin/mvn ]] || fetch
  maven=$FETCHED/bin/mvn
fi
"$maven" "${checks[@]}" "$@"
