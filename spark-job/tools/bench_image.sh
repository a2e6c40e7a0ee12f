#!/usr/bin/env bash
# Packs the benchmarks with a Java run-time of their own for machines without a JDK: .hetal/bench-image.tar.gz, whose path it
# prints. `./hetal bench image` builds what goes in first. Unpacked, ./run --help tells the rest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly EX_INTERNAL=70 EX_CONFIG=78 MODULES=java.base,java.logging MOST_MIB=60
readonly JARS='/(hetal-[a-z-]*|jackson-[a-z]*|config|picocli|fastcsv|commons-io|slf4j-api)-[^/]*\.jar$'
native=he-native/cpp/build/cpu-release

java_home=$(java -XshowSettings:properties -version 2>&1 | sed -n 's/.*java.home = //p')
if [[ ! -x $java_home/bin/jlink || ! -d $java_home/jmods ]]; then
  echo "hetal: bench image: expected a JDK with jlink and jmods in $java_home (Debian: apt-get install openjdk-17-jdk-headless)" >&2
  exit "$EX_CONFIG"
fi

mkdir -p .hetal
work=$(mktemp -d .hetal/bench-image.XXXXXX)
trap 'rm -rf "$work"' EXIT
image=$work/hetal-bench
mkdir -p "$image/jars" "$image/bin" "$image/lib" "$image/conf/data"
"$java_home/bin/jlink" --add-modules "$MODULES" --strip-debug --no-header-files --no-man-pages --compress=2 \
  --output "$image/java"

tr : '\n' <spark-job/tools/target/classpath.txt | grep -E "$JARS" | while read -r jar; do cp "spark-job/tools/target/$jar" "$image/jars/"; done
cp spark-job/tools/target/hetal-tools-*.jar "$image/jars/"
# Of OpenFHE's jars the classes are needed to load ours, its library is not.
python3 - "$image"/jars/hetal-he-openfhe*.jar <<'PYTHON'
import os, sys, zipfile

for jar in sys.argv[1:]:
    with zipfile.ZipFile(jar) as old, zipfile.ZipFile(jar + ".new", "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if not entry.filename.startswith("native/"):
                new.writestr(entry, old.read(entry))
    os.replace(jar + ".new", jar)
PYTHON

cp "$native/hetal_bench" "$image/bin/"
for library in libhetal_cuda.so libhetal_cuda_emulated.so; do
  if [[ -f $native/lib/$library ]]; then cp "$native/lib/$library" "$image/lib/"; fi
done
# The compiler's run-time may be older over there.
for library in libstdc++.so.6 libgcc_s.so.1; do cp -L "$(g++ -print-file-name="$library")" "$image/lib/"; done
strip "$image/bin/hetal_bench"
cp conf/demo.conf conf/demo-fast.conf "$image/conf/"
cp conf/data/* "$image/conf/data/"
cp LICENSE NOTICE "$image/"
cp spark-job/tools/bench_run.sh "$image/run"

size=$(du -sm "$image" | cut -f1)
if ((size > MOST_MIB)); then
  echo "hetal: bench image: expected at most $MOST_MIB MiB unpacked, actual $size" >&2
  exit "$EX_INTERNAL"
fi
tar -C "$work" -czf .hetal/bench-image.tar.gz.new hetal-bench
mv .hetal/bench-image.tar.gz.new .hetal/bench-image.tar.gz
echo "hetal: unpacked $size MiB, packed $(du -m .hetal/bench-image.tar.gz | cut -f1) MiB" >&2
echo .hetal/bench-image.tar.gz
