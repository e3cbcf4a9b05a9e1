#!/usr/bin/env python3
"""The notice year (notice_year.c), imported by the command and pushed by its 19 provinces at once through HTTP, each its own rows with its
own key: how long each takes in one run. Both registers must give the same report, and the audit of the pushed one must agree. Authorities
and providers are imported in both, before the clock starts.

Usage: pushed_year.py [SCALE]     1 (692,000 rows, 195,010 certificates): two minutes on a quiet machine; 10: a tenth of the rows
SITECERT_BIN says where the programs are, SITECERT_BENCH where notice_year and intake_load are
"""
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "daemon"))
from daemon import BIN, Client, Daemon, Home  # noqa: E402

BENCH = pathlib.Path(os.environ.get("SITECERT_BENCH", BIN.parent / "tests" / "bin")).resolve()
CLOCK = "2020-11-30T09:00:00+08:00"
NOW = 1606698000  # the same
KINDS = ("training", "test", "legacy", "education")


def new_home(records):
    home = Home(clock=CLOCK)
    for kind in ("authority", "provider"):
        home.sitecert("import", records / f"{kind}.csv", "--quiet")
    return home


def units_of_providers(records):
    with open(records / "provider.csv", encoding="utf-8", newline="") as f:
        return {row["credit_code"]: row["unit_id"] for row in csv.DictReader(f)}


def split(records, folder):
    """Each kind's rows by authority: {unit: {kind: file}}, rows as they are."""
    units, files = units_of_providers(records), {}
    for kind in KINDS:
        lines = (records / f"{kind}.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        column = lines[0].rstrip().split(",").index("unit_id" if kind == "legacy" else "provider")
        texts = {}
        for line in lines[1:]:
            cell = line.split(",", column + 1)[column]
            texts.setdefault(cell if kind == "legacy" else units[cell], []).append(line)
        for unit, rows in texts.items():
            path = folder / f"{kind}-{unit}.csv"
            path.write_text(lines[0] + "".join(rows), encoding="utf-8")
            files.setdefault(unit, {})[kind] = path
    return files


def import_all(home, records):
    """Seconds, rows."""
    began, rows = time.monotonic(), 0
    for kind in KINDS:
        rows += json.loads(home.sitecert("import", records / f"{kind}.csv", "--json", "--quiet").stdout)["rows"]
    return time.monotonic() - began, rows


def register_senders(home, units):
    for unit in units:
        private, public = home.folder / f"{unit}.pem", home.folder / f"{unit}.pub"
        subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", private], check=True,
                       stderr=subprocess.DEVNULL)
        subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True)
        home.sitecert("sender", "add", f"p{unit}", "--unit", unit, "--key", public, "--quiet")


def push_all(home, files):
    """Seconds until every row is done."""
    register_senders(home, files)
    plan = home.folder / "plan"
    plan.write_text("".join(f"p{unit} {home.folder / unit}.pem {kind} {files[unit][kind]}\n" for unit in sorted(files) for kind in KINDS
                            if kind in files[unit]))
    with Daemon(home) as d:
        said = subprocess.run([BENCH / "intake_load", d.address, f"http://{d.address}", str(NOW), "push", plan], check=True, stdout=subprocess.PIPE)
        refused_none(home, d)
        d.stop()
    return json.loads(said.stdout)["seconds"]


def refused_none(home, d):
    text = Client(d.address).ask("GET", "/metrics").body.decode()
    for outcome in ("refused", "conflict"):
        assert f'sitecert_rows_total{{outcome="{outcome}"}} 0\n' in text, home.folder


def main():
    scale = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with tempfile.TemporaryDirectory(prefix="sitecert-year-") as folder:
        records, parts = pathlib.Path(folder) / "records", pathlib.Path(folder) / "parts"
        records.mkdir()
        parts.mkdir()
        subprocess.run([BENCH / "notice_year", records, str(scale)], check=True)
        files = split(records, parts)
        imported, pushed = new_home(records), new_home(records)
        import_s, rows = import_all(imported, records)
        push_s = push_all(pushed, files)
    reports = [json.loads(home.sitecert("report", "--json").stdout) for home in (imported, pushed)]
    audit = pushed.sitecert("audit", check=False)
    total = reports[1]["total"]
    good = reports[0] == reports[1] and audit.returncode == 0 and total["issued"] + total["exchanged"] == 43416 // scale + 151594 // scale
    print(f"{rows} rows, {total['issued'] + total['exchanged']} certificates: imported in {import_s:.1f} s, pushed by {len(files)} senders in "
          f"{push_s:.1f} s ({rows / push_s:.0f} rows/s): {import_s / push_s:.2f} x the rate; the reports {'agree' if reports[0] == reports[1] else 'DIFFER'}; "
          f"audit: {audit.stdout.strip()}")
    for home in (imported, pushed):
        home.remove()
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
