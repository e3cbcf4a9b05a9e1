#!/usr/bin/env python3
"""The same files imported by the command, and pushed by 19 senders at once through HTTP: how long each takes in one run. Both registers
must give the same report, and the audit of the pushed one must agree.

Usage: pushed_rows.py [ROWS]     rows of training and as many of tests for each sender; SITECERT_BIN says where the programs are
"""
import json
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "daemon"))
import daemon  # noqa: E402
from daemon import Client, Daemon, FastKey  # noqa: E402

SENDERS = 19
KINDS = ("training", "test")


def import_all(home, files):
    """Seconds."""
    paths = []
    for kind in KINDS:
        for s in range(SENDERS):
            paths.append(home.folder / f"{kind}-{s}.csv")
            paths[-1].write_bytes(files[s][kind])
    began = time.monotonic()
    home.sitecert("import", *paths, "--quiet")
    return time.monotonic() - began


def push_files(address, who, key, files):
    client = Client(address)
    for kind in KINDS:
        answer = client.push(who, key, kind, files[kind], kind, now=int(time.time()))
        assert answer.status == 202, answer.body
    state = ""
    while state != "done":
        state = client.get(who, key, answer.headers["location"], headers={"Prefer": "wait=30"}, now=int(time.time())).json()["state"]
        assert state != "failed"
    client.close()


def push_all(home, files):
    for s in range(SENDERS):
        home.register(f"s{s}", FastKey())
    with Daemon(home) as d:
        threads = [threading.Thread(target=push_files, args=(d.address, f"s{s}", home.keys[f"s{s}"], files[s])) for s in range(SENDERS)]
        began = time.monotonic()
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        took = time.monotonic() - began
        d.stop()
    return took


def main():
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    people = [range(s * rows, (s + 1) * rows) for s in range(SENDERS)]
    files = [{"training": daemon.trainings(*p), "test": daemon.tests(*p)} for p in people]
    imported, pushed = daemon.basic_home(clock=None), daemon.basic_home(clock=None)
    import_s, push_s = import_all(imported, files), push_all(pushed, files)
    reports = [json.loads(home.sitecert("report", "--json").stdout) for home in (imported, pushed)]
    audit = pushed.sitecert("audit", check=False)
    good = reports[0] == reports[1] and reports[1]["total"]["issued"] == rows * SENDERS and audit.returncode == 0
    print(f"{2 * rows * SENDERS} rows: imported in {import_s:.1f} s, pushed by {SENDERS} senders in {push_s:.1f} s: {import_s / push_s:.2f} x the rate; "
          f"the reports {'agree' if good else 'DIFFER'}; {audit.stdout.strip()}")
    for home in (imported, pushed):
        home.remove()
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
