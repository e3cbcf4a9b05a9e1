#!/usr/bin/env bash
# How many signed PDFs a second, by us and by what one would write otherwise: Node with pdfkit, qrcode and @signpdf; Java with PDFBox, ZXing
# and BouncyCastle (libpdfbox2-java, libzxing-core-java, libbcprov-java, libbcpkix-java, a JDK; left out where they are not). The same page,
# face, photo and length of code, one process each, taking turns. Theirs are the median of one page in a warm process, and write no
# files; ours is the whole command, start and files in memory included: with one thread, and as it comes.
# Installs the Node packages below tests/bench/rivals.
# usage: pdf_rivals.sh BIN_FOLDER TOOLS_FOLDER [COUNT [ROUNDS]]     default 5,000 of ours a round, 5 rounds
set -euo pipefail
bin=$1 tools=$2 count=${3:-5000} rounds=${4:-5}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
face=/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf
work=$(mktemp -d) memory=$(mktemp -d -p /dev/shm)
trap 'rm -rf "$work" "$memory"' EXIT
[ -d "$here/rivals/node_modules" ] || (cd "$here/rivals" && npm ci --no-audit --no-fund --loglevel=error >&2)

# A deployment with certificates to draw.
export SITECERT_HOME=$work/home SITECERT_CLOCK=2020-11-30T09:00:00+08:00 LC_ALL=C.UTF-8
mkdir "$work/records"
scale=$((195000 / count))
"$tools/notice_year" "$work/records" "$scale"
"$bin/sitecert" init --demo --quiet >/dev/null
for kind in authority provider training test legacy education; do
    "$bin/sitecert" import "$work/records/$kind.csv" --quiet >/dev/null
done
"$bin/sitecert" publish "$work/public" --quiet

# What @signpdf signs with; few iterations, since it opens the file for every signature.
openssl req -x509 -newkey rsa:3072 -nodes -keyout "$work/key.pem" -out "$work/crt.pem" -subj /CN=bench -days 30 2>/dev/null
openssl pkcs12 -export -inkey "$work/key.pem" -in "$work/crt.pem" -iter 1 -nomaciter -passout pass:bench -out "$work/key.p12"

# ours [OPTION…]
ours() {
    rm -rf "$memory/copies"
    "$bin/sitecert" pdf --all -o "$memory/copies" "$@" --json |
        python3 -c 'import json,sys; s=json.load(sys.stdin); print(s["seconds"] / s["made"])'
}
theirs() {
    node "$here/rivals/pdfkit.mjs" 20 "$face" "$here/../vectors/picture/grey.jpg" "$work/key.p12" "$work/theirs.pdf"
}
jars=/usr/share/java
path=$work/classes
for jar in pdfbox2 fontbox2 commons-logging bcprov bcpkix bcutil core; do path=$path:$jars/$jar.jar; done
java=
if command -v javac >/dev/null && [ -f $jars/pdfbox2.jar ] && [ -f $jars/bcpkix.jar ] && [ -f $jars/core.jar ]; then
    java=yes
    javac -cp "$path" -d "$work/classes" "$here/rivals/Pdfbox.java"
fi
by_java() {
    java -cp "$path" Pdfbox 40 "$face" "$here/../vectors/picture/grey.jpg" "$work/java.pdf"
}
for ((round = 0; round < rounds; round++)); do
    ours --jobs 1 >>"$work/alone"
    ours >>"$work/all"
    theirs >>"$work/theirs"
    [ -z "$java" ] || by_java >>"$work/java"
done
python3 - "$work" <<'PY'
import os, statistics, sys
work = sys.argv[1]
def median(name):
    return statistics.median(map(float, open(f"{work}/{name}")))
alone, all_of_them = median("alone"), median("all")
print(f"sitecert pdf --all: {1 / all_of_them:.0f} a second, with one thread {1 / alone:.0f}")
for name, what, goal in (("theirs", "pdfkit, qrcode, @signpdf", 150), ("java", "PDFBox, ZXing, BouncyCastle", 40)):
    if os.path.exists(f"{work}/{name}"):
        theirs = median(name)
        print(f"{what}: {1 / theirs:.1f} a second; ratio {theirs / all_of_them:.0f} (goal {goal}), with one thread {theirs / alone:.0f}")
PY
