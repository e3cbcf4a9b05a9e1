#!/usr/bin/env bash
# Imports the notice year, compares the report with the notice's figures, audits, and prints the time as a
# multiple of bare ES256 signing of its certificates, measured in the same run.
# usage: notice_year.sh BIN_FOLDER TOOLS_FOLDER [SCALE]
set -euo pipefail
bin=$1 tools=$2 scale=${3:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

export SITECERT_HOME=$work/home SITECERT_CLOCK=2020-11-30T09:00:00+08:00 LC_ALL=C.UTF-8
mkdir "$work/records"
"$tools/notice_year" "$work/records" "$scale"
"$bin/sitecert" init --demo --quiet >/dev/null

seconds=0
for kind in authority provider training test legacy education; do
    "$bin/sitecert" import "$work/records/$kind.csv" --json >"$work/$kind.json"
    python3 - "$kind" "$work/$kind.json" <<'PY'
import json, sys
s = json.load(open(sys.argv[2]))
print(f"{sys.argv[1]:<10} {s['rows']:>7} rows  {s['issued']:>6} issued  {s['exchanged']:>6} exchanged  "
      f"{s['refused']} refused  {s['seconds']:.2f} s")
sys.exit(s["refused"] or s["conflicts"])
PY
done
seconds=$(python3 -c 'import json,sys; print(sum(json.load(open(f))["seconds"] for f in sys.argv[1:]))' "$work"/*.json)

"$bin/sitecert" report --json >"$work/report"
python3 - "$work/report" "$scale" <<'PY'
import json, sys
report, scale = json.load(open(sys.argv[1])), int(sys.argv[2])
want = {"providers": 416, "trainings": 173792 // scale, "tests": 127746 // scale, "passes": 43416 // scale,
        "issued": 43416 // scale, "education_persons": 195010 // scale, "legacy": 195010 // scale,
        "exchanged": 151594 // scale}
units = report["units"]
got = {k: report["total"][k] for k in want}
want |= {"approved": 26, "started": 19, "requested": 6, "done": 4, "teaching": 8}
got |= {"approved": sum(u["plan"] == "approved" for u in units),
        "started": sum(u["trainings"] > 0 for u in units),
        "requested": sum(u["docking"] != "none" for u in units),
        "done": sum(u["docking"] == "done" for u in units),
        "teaching": sum(u["education_persons"] > 0 for u in units)}
for k in want:
    print(f"{k:<18} {got[k]:>7}" + ("" if got[k] == want[k] else f"  WANTED {want[k]}"))
sys.exit(got != want)
PY

"$bin/sitecert" audit --json >"$work/audit"
python3 -c 'import json,sys; a=json.load(open(sys.argv[1])); print("audit:", "all agree" if a["agree"] else a["findings"][:5]); sys.exit(not a["agree"])' "$work/audit"

certificates=$(((43416 / scale) + (151594 / scale)))
bare=$("$tools/bench_sign" --seconds-for "$certificates")
bytes=$(stat -c %s "$work/home/register/data.mdb")
python3 - "$seconds" "$bare" "$certificates" "$bytes" <<'PY'
import sys
seconds, bare, certificates, size = map(float, sys.argv[1:])
print(f"import {seconds:.1f} s; bare ES256 signing of {certificates:.0f} certificates {bare:.2f} s; ratio {seconds / bare:.1f} (goal 10)")
print(f"register {size / certificates:.0f} bytes a certificate (goal 1200)")
PY
