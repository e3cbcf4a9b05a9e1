#!/usr/bin/env python3
"""Single rows, each a signed batch of its own, pushed over kept connections by 1, 8 and 64 senders at once: acknowledged rows a second.

What it is measured by is a group commit of as many writers on the same disk in the same run: 1, 8 or 64 threads, each writing a record of
1 KiB and waiting until it is on disk, all that wait sharing an fdatasync (intake_load raw). That is what this disk gives to so many senders
who each wait for their own record; a log that one writer fills a thousand records at a time has nobody to answer.

Requests are signed (P-256) before the clock starts, and one thread sends them all, for it is the daemon that is measured. Client, front,
core, signer and reader share the processors: what each uses a row is printed, and beside it the most rows a second that these processors
could do at all. That counts what nobody can leave out who acknowledges certificates: the check of the request's signature, the
certificate's signature and the check of that one, each as bare as `openssl speed` has them right before and after, and the client's own HTTP.
Not in it are the daemon's HTTP, the disk and the register.

The rows are passed tests of people whose training has been imported before: each is a certificate. With --wait each sender waits for its result, number and pick-up code, not for the disk alone.

Usage: single_rows.py [SECONDS] [--wait] [--senders N] [--json]     SITECERT_BIN says where the programs are, SITECERT_BENCH where intake_load is
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "daemon"))
import daemon  # noqa: E402
from daemon import BIN, Daemon, eventually  # noqa: E402

BENCH = pathlib.Path(os.environ.get("SITECERT_BENCH", BIN.parent / "tests" / "bin")).resolve()
PER_SECOND = 14000  # requests signed for each second: more than are ever answered
PARTS = ("sitecert-core", "sitecert-signer", "sitecert-reader")


def load(*arguments):
    return json.loads(subprocess.run([BENCH / "intake_load", *map(str, arguments)], check=True, stdout=subprocess.PIPE).stdout)


def processor_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def processor_of_helper_s(d, name):
    """Of the one that runs: the front's signer may have found the core's own at work, and have begun anew."""
    while True:
        pid = d.helper(name)
        try:
            return processor_s(pid)
        except FileNotFoundError:
            eventually(lambda: d.helper(name) != pid)


def used_by(d):
    """Seconds of processor of each process."""
    return {"front": processor_s(d.process.pid), **{name.removeprefix("sitecert-"): processor_of_helper_s(d, name) for name in PARTS}}


def bare_us():
    """Of one signature of P-256, and of its check, on one processor."""
    said = subprocess.run(["openssl", "speed", "-seconds", "1", "ecdsap256"], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    sign, check = (1e6 / float(per_second) for per_second in said.stdout.split()[-2:])
    return {"sign": sign, "check": check}


def most_per_second(bare, client_us):
    """Rows that all processors could do, did they nothing but what nobody can leave out."""
    return os.cpu_count() * 1e6 / (2 * bare["check"] + bare["sign"] + client_us)


class Keys:
    """Senders s0 … with P-256 keys."""

    def __init__(self, home, count):
        self.folder = home.folder / "keys-of-senders"
        self.folder.mkdir()
        for i in range(count):
            private, public = self.folder / f"s{i}.pem", self.folder / f"s{i}.pub"
            subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", private], check=True,
                           stderr=subprocess.DEVNULL)
            subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True)
            home.sitecert("sender", "add", f"s{i}", "--unit", "033", "--key", public, "--quiet")


def measure(d, home, keys, senders, people, o):
    """What the load says, with what each process used a row, in microseconds."""
    path = home.folder / "tests.csv"
    path.write_bytes(daemon.tests(*people))
    before = used_by(d)
    said = load(d.address, f"http://{d.address}", int(time.time()), "single", senders, o.seconds, "test", path, keys.folder, len(people),
                *(["wait"] if o.wait else []))
    said["us"] = {name: (s - before[name]) / said["count"] * 1e6 for name, s in used_by(d).items()}
    said["us"]["client"] = said["processor_s"] / said["count"] * 1e6
    return said


def say(r):
    print(f"{r['senders']:2} senders: {r['per_second']:6.0f} certificates/s acknowledged, {r['of_commit']:.2f} x the group commit of {r['senders']} writers "
          f"({r['commit_per_second']:.0f}/s), {r['of_most']:.2f} of the most that {os.cpu_count()} processors can do ({r['most_per_second']:.0f}/s: "
          f"{r['bare_us']['check']:.0f} + {r['bare_us']['sign']:.0f} + {r['bare_us']['check']:.0f} us of signatures, client {r['us']['client']:.0f}); "
          f"median {r['p50_ms']:.1f} ms, p99 {r['p99_ms']:.1f} ms; us of processor a row: "
          + ", ".join(f"{name} {us:.0f}" for name, us in r["us"].items()), flush=True)


def until_idle(d):
    """The rows that are acknowledged are applied before the next ones come."""
    client, end = daemon.Client(d.address), time.monotonic() + 120
    while time.monotonic() < end:
        text = client.ask("GET", "/metrics").body.decode()
        if "sitecert_queue_depth 0\n" in text:
            return
        time.sleep(0.1)
    raise SystemExit("the rows are not applied")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("seconds", type=float, nargs="?", default=5)
    p.add_argument("--senders", type=int, action="append")
    p.add_argument("--wait", action="store_true")
    p.add_argument("--json", action="store_true")
    o = p.parse_args()
    home = daemon.basic_home(clock=None)
    counts = {n: max(n, int(PER_SECOND * o.seconds / (1 if n > 8 else 2))) for n in o.senders or (1, 8, 64)}
    keys = Keys(home, max(counts))
    home.set("queue_batches", "100000")
    trained = home.folder / "trainings.csv"
    trained.write_bytes(daemon.trainings(*range(sum(counts.values()))))
    home.sitecert("import", "--kind", "training", trained, "--quiet")
    first = 0
    with Daemon(home) as d:
        for senders, count in counts.items():
            people = range(first, first + count)
            first += count
            commit, bare = load("raw", senders, 1, home.folder)["per_second"], bare_us()
            r = {"senders": senders, **measure(d, home, keys, senders, people, o)}
            r["commit_per_second"] = (commit + load("raw", senders, 1, home.folder)["per_second"]) / 2
            until_idle(d)
            r["bare_us"] = {what: (us + bare[what]) / 2 for what, us in bare_us().items()}
            r["most_per_second"] = most_per_second(r["bare_us"], r["us"]["client"])
            r["of_commit"] = r["per_second"] / r["commit_per_second"]
            r["of_most"] = r["per_second"] / r["most_per_second"]
            if o.json:
                print(json.dumps(r), flush=True)
            else:
                say(r)
        d.stop()
    home.remove()


if __name__ == "__main__":
    main()
