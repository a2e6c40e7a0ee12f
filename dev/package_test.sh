#!/usr/bin/env bash
# Tests of ./hetal package: the archives are reproducible, the cluster's has nothing that can decrypt, and both run with a Java
# run-time alone, from a folder with blanks, through a symbolic link, and for a user who may not write there.
set -euo pipefail
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." >/dev/null && pwd)
readonly root
# shellcheck source-path=SCRIPTDIR source=needs.sh
source "$root/dev/needs.sh"
require build fetch package

work=$(mktemp -d)
oracle=
# Under as_other it is a child of the subshell that this script started.
end_oracle() {
  [[ -n $oracle ]] || return 0
  pkill -TERM -P "$oracle" || kill "$oracle" 2>/dev/null || true
  wait "$oracle" || true
  oracle=
}
trap 'end_oracle; rm -rf "$work"' EXIT
chmod 755 "$work"
spark=${SPARK_HOME:-$("$root/spark-job/spark/install_spark.sh")}
jdk=$JAVA_HOME
readonly spark jdk
umask 022
tests=0

die() {
  echo "package_test: $1" >&2
  [[ ! -f $work/log ]] || tail -n 30 "$work/log" >&2
  [[ ! -f $work/oracle.log ]] || tail -n 5 "$work/oracle.log" >&2
  exit 1
}
passed() { tests=$((tests + 1)) && echo "passed: $1 ($SECONDS s)"; }

# expect STATUS COMMAND...: its output goes to $work/log
expect() {
  local wanted=$1 actual=0
  shift
  "$@" >"$work/log" 2>&1 || actual=$?
  [[ $actual == "$wanted" ]] || die "expected exit code $wanted, actual $actual: $*"
}
said() { grep -qF -- "$1" "$work/log" || die "expected the output to have: $1"; }
list() { (cd "$1" && find . -printf '%y %m %p %T@\n' | sort); }

# As a user who may not write in the packages and has no home.
as_other() {
  if [[ $(id -u) == 0 ]]; then
    HOME=/nonexistent setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
  else
    HOME=/nonexistent "$@"
  fi
}

expect 0 "$root/hetal" package
mapfile -t archives < <(grep -E '\.tar\.gz$' "$work/log")
[[ ${#archives[@]} == 2 ]] || die "expected the paths of two archives"
sha256sum "${archives[@]}" >"$work/digests"
expect 0 "$root/hetal" package
sha256sum --quiet -c "$work/digests" >"$work/log" 2>&1 || die "expected the same bytes of the same build"
python3 - "$(git -C "$root" log -1 --format=%ct)" "${archives[@]}" >"$work/log" 2>&1 <<'PYTHON' || die "expected reproducible archives"
import sys
import tarfile

for path in sys.argv[2:]:
    with tarfile.open(path) as archive:
        members = archive.getmembers()
    names = [member.name for member in members]
    assert names == sorted(names, key=lambda name: name.split("/")), path
    for member in members:
        assert (member.uid, member.gid, member.mtime) == (0, 0, int(sys.argv[1])), member
        assert member.isdir() or member.isfile(), member
        assert member.mode in (0o755, 0o644), member
PYTHON
passed "two archives with sorted names, one owner, the time of the commit, the same bytes again"

# What a JRE has: no compiler and no other tool of a JDK. Spark's spark-submit wants jdk.incubator.vector.
readonly JRE=java.se,jdk.charsets,jdk.crypto.cryptoki,jdk.crypto.ec,jdk.httpserver,jdk.incubator.vector,jdk.jfr,jdk.localedata,jdk.management,\
jdk.management.agent,jdk.naming.dns,jdk.net,jdk.nio.mapmode,jdk.sctp,jdk.security.auth,jdk.security.jgss,jdk.unsupported,\
jdk.xml.dom,jdk.zipfs
"$JAVA_HOME/bin/jlink" --output "$work/jre" --add-modules "$JRE" >"$work/log" 2>&1 || die "expected a Java run-time"
[[ ! -e $work/jre/bin/javac && ! -e $work/jre/bin/jar ]] || die "expected a Java run-time without a compiler"

# The programs of this machine but for those that build, and that Java.
mkdir "$work/bin"
ln -s /usr/bin/* "$work/bin"
for program in java javac jar cmake make mvn g++ gcc c++ cc git python3; do rm -f "$work/bin/$program"; done
export PATH=$work/bin JAVA_HOME=$work/jre
unset SPARK_HOME HETAL_SPARK_OPTIONS

unpacked="$work/some packages"
mkdir "$unpacked" "$work/links"
for archive in "${archives[@]}"; do
  role=$(basename "$archive" | cut -d- -f2)
  tar -C "$unpacked" -xzf "$archive"
  ln -s "../some packages/$(basename "$archive" .tar.gz)/hetal" "$work/links/$role"
done
before=$(list "$unpacked")
owner=$work/links/owner cluster=$work/links/cluster

# What can decrypt, by the names in the jars of a package: prints what it finds.
can_decrypt() {
  /usr/bin/python3 - "$1" <<'PYTHON'
import pathlib
import re
import sys
import zipfile

forbidden = re.compile(
    r"org/hetal/(he/)?owner/|org/hetal/he/openfhe/|META-INF/services/org\.hetal\.(he\.)?owner|native/.*(owner|openfhe|client)", re.I
)
jars = sorted(pathlib.Path(sys.argv[1], "lib").glob("*.jar"))
assert len(jars) > 20, jars
for jar in jars:
    names = zipfile.ZipFile(jar).namelist()
    for name in names:
        if name.endswith(".jar"):
            raise SystemExit(f"expected no jar in a jar, actual {jar}: {name}")
        if forbidden.search(name):
            print(jar.name, name)
others = [path for path in pathlib.Path(sys.argv[1]).rglob("*") if path.suffix in {".so", ".class"}]
assert not others, others
PYTHON
}
[[ -z $(can_decrypt "$(dirname "$(readlink -f "$cluster")")") ]] ||
  die "expected nothing that can decrypt, actual: $(can_decrypt "$(dirname "$(readlink -f "$cluster")")" | head -n 5)"
found=$(can_decrypt "$(dirname "$(readlink -f "$owner")")")
for name in org/hetal/owner/DataOwner.class org/hetal/he/owner/ libhetal_owner.so; do
  [[ $found == *"$name"* ]] || die "expected the check to find $name in the owner's package"
done
passed "the cluster's archive has nothing that can decrypt"

expect 0 "$owner" --version
said "Spark   none in this package"
said "commit  $(<"$root/.hetal/build.commit")"
expect 0 "$cluster" --version
said ", embedded"
expect 0 "$owner" --help
said "usage: ./hetal COMMAND"
for command in keygen decrypt-model evaluate; do
  expect 0 "$owner" "$command" --help
  expect 78 "$cluster" "$command"
  said "the data owner's package"
  [[ $(wc -l <"$work/log") == 1 ]] || die "expected one line"
done
for command in build package demo "bench engine"; do
  read -ra words <<<"$command"
  expect 78 "$owner" "${words[@]}"
  expect 78 "$cluster" "${words[@]}"
  said "a tree with the sources"
done
expect 78 "$owner" train
said "the cluster's package"
expect 78 "$cluster" train --set device=cuda
said "this package was made without it"
passed "each package has the commands of its role and builds nothing"

# A picture and a model that gives its pixels, in the folder $1.
picture_and_model() {
  mkdir -p "$1/pictures/white" "$1/pictures/red"
  /usr/bin/python3 - "$1" <<'PYTHON'
import pathlib
import struct
import sys
import zlib


def field(number, value):
    """A field of a protocol buffer: a whole number below 128, or bytes."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    value = value.encode() if isinstance(value, str) else value
    return bytes([number << 3 | 2, len(value)]) + value


def tensor(name, *shape):
    dimensions = b"".join(field(1, field(1, size)) for size in shape)
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, dimensions)))


def png(red, green, blue):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + bytes([red, green, blue]) * 2) * 2
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


folder = pathlib.Path(sys.argv[1])
(folder / "pictures/white/a.png").write_bytes(png(255, 255, 255))
(folder / "pictures/red/b.png").write_bytes(png(255, 0, 0))
node = field(1, "x") + field(2, "y") + field(4, "Flatten")
graph = field(1, node) + field(2, "pixels") + field(11, tensor("x", 1, 3, 2, 2)) + field(12, tensor("y", 1, 12))
(folder / "pixels.onnx").write_bytes(field(1, 8) + field(7, graph) + field(8, field(2, 13)))
PYTHON
}

pictures="$work/some pictures"
picture_and_model "$pictures"
chmod -R a+rwX "$pictures"
expect 0 as_other "$owner" features --model "$pictures/pixels.onnx" --images "$pictures/pictures" --output "$pictures/features.csv.gz"
[[ $(zcat "$pictures/features.csv.gz" | wc -l) == 3 && $(zcat "$pictures/features.csv.gz" | tail -n 1) == *white* ]] ||
  die "expected a header and a row for each picture, actual: $(zcat "$pictures/features.csv.gz")"
expect 78 "$cluster" features --help
passed "features of pictures by an ONNX model"

# The notebooks' class path: Spark's, both parties' and the plots' classes in one process.
cat >"$work/Both.java" <<'JAVA'
public class Both {
  public static void main(String[] args) throws Exception {
    var model = new org.hetal.spark.ml.EncryptedSoftmaxRegression();
    var chart = org.jfree.chart.ChartFactory.createPieChart("t", new org.jfree.data.general.DefaultPieDataset<String>());
    System.out.println(org.apache.spark.package$.MODULE$.SPARK_VERSION() + model.params().size() + chart.getTitle().getText()
        + org.hetal.owner.DataOwner.class.getSimpleName());
  }
}
JAVA
expect 78 "$owner" notebook
said "hetal notebook --environment"
expect 78 "$cluster" notebook --environment
expect 78 env JAVA_HOME="$jdk" HETAL_CLUSTER_PACKAGE="$work" "$owner" notebook --environment
said "HETAL_CLUSTER_PACKAGE: expected the folder of the cluster's package"
expect 0 env JAVA_HOME="$jdk" "$owner" notebook --environment
environment=$(<"$work/log")
expect 0 bash -c "$environment"$'\nexec "$JAVA_HOME/bin/java" -cp "$JJAVA_CLASSPATH" "$1"' both "$work/Both.java"
said DataOwner
passed "the environment of a Jupyter of the user's own"

free_port() { /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# A whole training in a folder of the user's: training FOLDER BACKEND PARAMETERS RUN_AS...
training() {
  local folder=$1 backend=$2 parameters=$3
  shift 3
  mkdir "$folder"
  for i in {0..239}; do echo "$((i % 3 == 0 ? 9 : i % 4)),$((3 * (i % 3))).$((i % 7)),0.$((1000 + i)),$((i % 3))"; done >"$folder/rows.csv"
  cat >"$folder/my.conf" <<CONF
hetal {
  backend = $backend, parameters = $parameters, threads = 2
  data { train.features = "rows.csv", classes = 3 }
  training { batch-rows = 60, epochs = 4, learning-rate = 4, logit-range = 32 }
  oracle { port = $(free_port), retry-timeout = 20s }
  cluster.master = "local[2]"
}
CONF
  chmod -R a+rwX "$folder"
  cd "$folder"
  for command in plan keygen encrypt; do expect 0 "$@" "$owner" "$command" -c my.conf; done
  "$@" "$owner" oracle -c my.conf >"$work/oracle.log" 2>&1 &
  oracle=$!
  expect 0 "$@" "$cluster" train -c my.conf
  end_oracle
  expect 0 "$@" "$cluster" status .hetal/cluster/run
  said finished
  expect 0 "$@" "$owner" decrypt-model -c my.conf
  expect 0 "$@" "$owner" evaluate -c my.conf
  grep -qE '^evaluate: accuracy, encrypted +100.00 %$' "$work/log" || die "expected an encrypted model that separates the classes"
  [[ -f .hetal/owner/secret.key && -d .hetal/owner/model ]] || die "expected keys and model in the user's folder"
}

training "$work/a user's folder" simulator insecure_simulator_n8_l12 env
passed "keys to evaluation on the simulator, through symbolic links, with a Java run-time alone"
training "$work/another user's folder" native insecure_n10_l12 as_other
passed "keys to evaluation on ciphertexts, for a user who may not write in the packages"
training "$work/with a Spark" simulator insecure_simulator_n8_l12 env SPARK_HOME="$spark" HETAL_SPARK_OPTIONS="--master local[2]"
passed "keys to evaluation on the simulator, through the spark-submit of a Spark of the user's"
[[ $(list "$unpacked") == "$before" ]] || die "expected the packages as they were: $(diff <(echo "$before") <(list "$unpacked"))"
passed "nothing was written into the packages"
echo "package_test: $tests passed"
