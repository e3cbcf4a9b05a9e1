#!/usr/bin/env python3
"""A day of work in small: both daemons under bounded load for so many minutes, and whether anything grows.

Usage: soak.py MINUTES [--rate N]     SITECERT_BIN says where the programs are

A home with issuerd (single rows, batches, orders, reads, changes, report, a reload now and then) and the endpoint on what is published
from it (verdicts, look-ups, published files, and a new publication every few minutes, for which issuerd is stopped and started as an
operator would). Every second each process's resident memory and descriptors are sampled. Printed are the medians of the first and the
last quarter of each process's life; a process that grew by more than a quarter and 8 MB, or by more than 4 descriptors, fails the run, as
do answers that are none of the expected ones. What a register that grows takes (its pages in memory are the file's) is counted apart:
anonymous memory alone is judged.
"""
import argparse
import collections
import os
import pathlib
import random
import statistics
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
for folder in (HERE.parent / "endpoint", HERE.parent / "daemon"):
    sys.path.insert(0, str(folder))
import daemon  # noqa: E402
from daemon import BIN, Client, Daemon, environment, processes_of  # noqa: E402

ISSUER = ("sitecert-issuerd", "sitecert-core", "sitecert-reader", "sitecert-signer")
ENDPOINT = ("sitecert-verifierd", "sitecert-digests", "sitecert-staple")
GROWTH, GROWTH_KB, GROWTH_FILES = 1.25, 8192, 4
BATCH = 200


class Samples:
    """Of each process, by name and pid: (anonymous kilobytes, descriptors) every second."""

    def __init__(self):
        self.of = collections.defaultdict(list)

    def take(self, home):
        for name in ISSUER + ENDPOINT:
            for pid in processes_of(name, home):
                try:
                    status = pathlib.Path(f"/proc/{pid}/status").read_text()
                    files = len(os.listdir(f"/proc/{pid}/fd"))
                except OSError:
                    continue
                self.of[name, pid].append((int(status.split("RssAnon:")[1].split()[0]), files))

    def judge(self, least):
        """True: nothing grew. A process too short-lived for quarters is left out, and said."""
        fine = True
        print(f"{'process':<22}{'pid':>8}{'samples':>9}   anonymous KB: first quarter → last     descriptors")
        for (name, pid), taken in sorted(self.of.items()):
            if len(taken) < least:
                continue
            quarter = len(taken) // 4
            memory, files = ([statistics.median(s[i] for s in part) for part in (taken[:quarter], taken[-quarter:])] for i in (0, 1))
            grew = memory[1] > memory[0] * GROWTH and memory[1] > memory[0] + GROWTH_KB or files[1] > files[0] + GROWTH_FILES
            fine = fine and not grew
            print(f"{name:<22}{pid:>8}{len(taken):>9}   {memory[0]:>12.0f} → {memory[1]:<12.0f} {files[0]:>12.0f} → {files[1]:<6.0f}{'  GREW' if grew else ''}")
        return fine


class Issuer:
    """Drives issuerd, one question after another."""

    def __init__(self, home):
        self.home, self.key = home, home.register("fast", daemon.FastKey())
        self.next, self.numbers, self.counts, self.after = 0, [], collections.Counter(), 0
        self.published = []
        self.operator = home.path / "keys" / "operator-1.pem"

    def start(self):
        self.daemon = Daemon(self.home)
        self.client = Client(self.daemon.address)

    def stop(self):
        self.client.close()
        assert self.daemon.stop() == 0

    def push(self, kind, body):
        self.counts["push"] += 1
        a = self.client.push("fast", self.key, kind, body, f"{kind}-{self.counts['push']}", wait=30)
        assert a.status == 200, (a.status, a.body[:300])
        return a.lines()

    def people(self, count):
        people = range(self.next, self.next + count)
        self.next += count
        self.push("training", daemon.trainings(*people))
        self.numbers += [r["number"] for r in self.push("test", daemon.tests(*people))]

    def get(self, target, what):
        a = self.client.get("fast", self.key, target)
        assert a.status == 200, (target, a.status, a.body[:300])
        self.counts[what] += 1
        return a

    def change(self):
        rows = self.get(f"/v1/changes?after={self.after}&limit=1000", "changes").json()
        self.after = rows.get("next", self.after)

    def order(self):
        number = self.numbers.pop()  # the newest: it is in no publication yet
        signed = self.home.sitecert("order", "suspend", number, "--reason", "核查中", "--ref", "示例〔2020〕1号", "--sign-only",
                                    "--operator", self.operator).stdout
        a = self.client.ask("POST", "/v1/orders", {"Content-Type": "application/json"}, signed.encode())
        assert a.status in (200, 422), (a.status, a.body[:300])  # 422: above the day's count two must sign
        self.counts["orders"] += 1

    def turn(self, i):
        self.people(BATCH if i % 50 == 0 else 1)
        for _ in range(4):
            number = random.choice(self.numbers)
            self.get(f"/v1/certificates/{number}", "looks")
            self.get(f"/v1/certificates/{number}/token", "tokens")
        if i % 5 == 0:
            self.change()
        if i % 40 == 0:
            self.get("/v1/report", "reports")
        if i % 20 == 5 and self.published:
            self.get(f"/v1/certificates/{random.choice(self.published)}/pdf", "PDFs")
        if i % 60 == 10:
            self.order()
        if i % 100 == 99:
            self.daemon.process.send_signal(1)
            self.counts["reloads"] += 1


class Public:
    """Drives verifierd: verdicts, look-ups, files."""

    def __init__(self, home, published):
        self.home, self.counts = home, collections.Counter()
        self.log = open(home.folder / "endpoint.log", "ab")
        self.process = subprocess.Popen([BIN / "sitecert-verifierd", "--published", published, "--listen", "127.0.0.1:0", "--home", home.path],
                                        env=environment(home.clock), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log)
        self.client = Client(self.process.stdout.readline().decode().split(" ", 1)[1].strip())

    def ask(self, method, target, what, expected=(200,), **more):
        a = self.client.ask(method, target, **more)
        assert a.status in expected, (target[:40], a.status, a.body[:300])
        self.counts[what] += 1

    def turn(self, codes):
        for code in random.sample(codes, min(8, len(codes))):
            self.ask("GET", "/" + code.split("/", 3)[3], "verdicts", headers={"Accept": "application/json"})
        body = b"number=03301202000000013&name=%E5%BC%A0%E7%A4%BA%E4%BE%8B&id_number=110101199003074776"
        self.ask("POST", "/lookup", "look-ups", (200, 404, 429), body=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
        for name in ("bundle.scb", "trust.cbor", "status.cwt", "log/checkpoint"):
            self.ask("GET", f"/publish/{name}", "files")

    def stop(self):
        self.client.close()
        self.process.terminate()
        assert self.process.wait(30) == 0


def sample(home, samples, ended):
    while not ended.wait(1):
        samples.take(home)


def work(issuer, home, published, end, rate, publish_s):
    """Until the time is over; what is published stops issuerd for a moment, so its processes change every publish_s."""
    public, i, due, codes = None, 0, time.monotonic(), []
    while time.monotonic() < end:
        began = time.monotonic()
        issuer.turn(i)
        if began >= due:
            issuer.published = issuer.numbers[:50]
            codes = [issuer.get(f"/v1/certificates/{n}/token", "tokens").body.decode().strip() for n in issuer.published]
            issuer.stop()
            home.sitecert("publish", published, "--quiet")
            issuer.start()
            issuer.counts["publications"] += 1
            due = time.monotonic() + publish_s
            public = public or Public(home, published)
        public.turn(codes)
        i += 1
        time.sleep(max(0, 1 / rate - (time.monotonic() - began)))
    public.stop()
    return public.counts


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("minutes", type=float)
    parser.add_argument("--rate", type=float, default=10, help="turns a second, each of some twenty questions")
    o = parser.parse_args()
    home = daemon.basic_home()
    published = home.folder / "published"
    issuer, samples, ended = Issuer(home), Samples(), threading.Event()
    issuer.start()
    issuer.people(BATCH)
    sampler = threading.Thread(target=sample, args=(home, samples, ended))
    sampler.start()
    try:
        public = work(issuer, home, published, time.monotonic() + o.minutes * 60, o.rate, max(20, o.minutes * 60 / 3))
    finally:
        ended.set()
        sampler.join()
    issuer.stop()
    print(f"{issuer.next} people, " + ", ".join(f"{n} {what}" for what, n in sorted((issuer.counts + public).items())))
    fine = samples.judge(max(8, int(o.minutes * 60 / 6)))
    audit = home.sitecert("audit", check=False)
    print("audit:", "clean" if audit.returncode == 0 else audit.stdout)
    home.remove()
    return 0 if fine and audit.returncode == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
