#!/usr/bin/env python3
"""Kills the issuer's processes with -9 at random moments under load, and looks whether anything that was acknowledged is lost or takes
effect twice: each request is sent 1 to 5 times, every answer to it must name the same batch, every row must have taken effect once,
results read early must read the same at the end, and the audit must agree.

Usage: kill.py [--kills N] [--requests N] [--senders N] [--seed N] [--within-s S] [--mirror]
Prints its figures; exit 1 when anything was wrong. --within-s: how long a restart may take before it counts as wrong. --mirror: the home has a
mirror; at the end it is lost, and made again of a backup from before the first request and of the mirror.
"""
import argparse
import json
import pathlib
import random
import shutil
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "daemon"))
import daemon  # noqa: E402
import parts  # noqa: E402
from daemon import BIN, Client, Core, Daemon, FastKey, Reader  # noqa: E402

wrong = []


def note(what):
    wrong.append(what)
    print("wrong:", what, flush=True)


class Sender(threading.Thread):
    """Trains and tests people of its own, each with a request of its own, until there are enough of them."""

    def __init__(self, campaign, n):
        super().__init__(daemon=True)
        self.c, self.n = campaign, n
        self.random = random.Random(campaign.seed * 1000 + n)
        self.who = f"s{n}"
        self.client = Client(campaign.address, timeout=20)
        self.batches = []  # (location, kind, rows)
        self.early = {}  # location: results as they were first read
        self.sent = 0

    def keep_trying(self, ask):
        """Until it is answered by more than an excuse. ask signs anew each time: a request that its connection took with it, and the
        client then sent again as it was, may have been taken."""
        pause = 0.01
        while not self.c.give_up:
            try:
                a = ask()
            except OSError:
                a = None
            if a is not None and a.status not in (429, 500, 503) and not (a.status == 401 and a.code() == "nonce_used"):
                return a
            if a is not None and a.status == 500:
                note(f"500: {a.body[:200]}")
            self.client.close()
            time.sleep(pause)
            pause = min(pause * 1.5, 0.25)
        raise SystemExit

    def push(self, kind, body, key):
        locations = set()
        for _ in range(self.random.randint(1, 5)):
            wait = self.random.choice((None, None, 1))
            a = self.keep_trying(lambda: self.client.push(self.who, self.c.keys[self.n], kind, body, key, wait=wait, now=int(time.time())))
            self.sent += 1
            if a.status not in (200, 202):
                note(f"{kind} {key}: {a.status} {a.body[:200]}")
                return None
            locations.add(a.headers["location"])
            if a.status == 200:
                self.compare(a.headers["location"], a.body)
        if len(locations) != 1:
            note(f"{key}: several batches: {locations}")
        return locations.pop()

    def compare(self, location, results):
        if self.early.setdefault(location, results) != results:
            note(f"{location}: results have changed\n{self.early[location]}\n{results}")

    def run(self):
        while self.c.take_request():
            first = self.c.take_person()
            people = range(first, first + self.random.choice((1, 1, 1, 2, 40)))
            self.c.people += len(people)
            for kind, body in (("training", daemon.trainings(*people)), ("test", daemon.tests(*people))):
                location = self.push(kind, body, f"{kind}-{first}")
                if location:
                    self.batches.append((location, kind, len(people)))

    def check(self):
        """Every row of every batch, once."""
        numbers = []
        for location, kind, rows in self.batches:
            key = self.c.keys[self.n]
            self.client.now = int(time.time())
            state = self.keep_trying(lambda: self.client.get(self.who, key, location, headers={"Prefer": "wait=50"})).json()
            if state["state"] != "done":
                note(f"{location}: {state}")
                continue
            self.client.now = int(time.time())
            a = self.keep_trying(lambda: self.client.get(self.who, key, location + "/results"))
            self.compare(location, a.body)
            lines = a.lines()
            wanted = "recorded" if kind == "training" else "issued"
            if [r["row"] for r in lines] != list(range(1, rows + 1)) or any(r["outcome"] != wanted for r in lines):
                note(f"{location} {kind}: {a.body[:300]}")
            numbers += [r["number"] for r in lines if r["number"]]
        return numbers


class Campaign:
    def __init__(self, o):
        self.seed, self.kills, self.left = o.seed, o.kills, o.requests // 2
        self.within_s = o.within_s
        self.lock = threading.Lock()
        self.people, self.next_person, self.give_up, self.front_kills = 0, 0, False, 0
        self.random = random.Random(o.seed)
        self.home = daemon.basic_home(clock=None)
        self.keys = []
        for n in range(o.senders):
            self.keys.append(FastKey())
            self.home.register(f"s{n}", self.keys[-1])
        self.home.set("queue_batches", "100000")
        self.backup = None
        if o.mirror:
            (self.home.folder / "second").mkdir()
            self.home.set("mirror", self.home.folder / "second")
            self.home.sitecert("publish", self.home.folder / "pub")
            self.backup = self.home.folder / "first.tar"
            self.home.sitecert("backup", self.backup)
        self.address = f"unix:{self.home.folder}/front.sock"
        self.core, self.reader = Core(self.home), Reader(self.home)
        self.front = None
        self.start_front()
        self.core_ready()

    def take_request(self):
        with self.lock:
            self.left -= 1
            return self.left >= 0

    def take_person(self):
        with self.lock:
            self.next_person += 40
            return self.next_person

    def start_front(self):
        self.front = Daemon(self.home, "--no-helpers", listen=self.address, wait=False)

    def core_ready(self):
        """Seconds until the core says that it is ready."""
        began = time.monotonic()
        question = parts.encode({0: 1, 1: 1})
        while time.monotonic() - began < 60:
            try:
                with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
                    s.settimeout(5)
                    s.connect(str(self.home.path / "run" / "core.sock"))
                    s.sendall(struct.pack(">I", len(question)) + question)
                    length, _ = parts.receive(s, 4)
                    answer = parts.decode(parts.receive(s, struct.unpack(">I", length)[0])[0])[0] if length else {}
                    if length and parts.decode(answer.get(5, parts.encode({})))[0].get(parts.STATUS["ready"]):
                        return time.monotonic() - began
            except OSError:
                pass
            time.sleep(0.002)
        note("the core never became ready:\n" + self.core.said()[-2000:])
        return 60

    def kill_something(self):
        """The core mostly; gives how long it took until the core was ready again, or None."""
        if self.random.random() < 0.1:
            self.front_kills += 1
            self.front.kill()
            self.front.log.close()
            self.start_front()
            return None
        self.core.kill()
        self.core.start_at_once()
        return self.core_ready()

    def run(self, senders):
        threads = [Sender(self, n) for n in range(senders)]
        began = time.monotonic()
        for t in threads:
            t.start()
        restarts = []
        for k in range(self.kills):
            time.sleep(self.random.uniform(0, 0.25))
            took = self.kill_something()
            if took is not None:
                restarts.append(took)
            if (k + 1) % 100 == 0:
                print(f"{k + 1} kills, {sum(t.sent for t in threads)} requests answered, {time.monotonic() - began:.0f} s", flush=True)
            if self.core.process.poll() is not None or wrong:
                break
        for t in threads:
            t.join(300)
            if t.is_alive():
                note("a sender has not ended")
        numbers = [number for t in threads for number in t.check()]
        self.report(threads, restarts, numbers, time.monotonic() - began)

    def lose_the_disk(self):
        """All that follows is asked of a home that the backup and the mirror gave."""
        self.home.sitecert("publish", self.home.folder / "pub")
        before = self.home.sitecert("report", "--json").stdout
        lost = self.home.folder / "lost"
        self.home.path.rename(lost)
        began = time.monotonic()
        self.home.sitecert("restore", self.backup)
        print(f"restored with the mirror in {time.monotonic() - began:.1f} s")
        for key in (lost / "keys").iterdir():
            shutil.copy2(key, self.home.path / "keys")
        self.home.sitecert("restore", "--published", self.home.folder / "pub")
        self.home.sitecert("keys", "adopt")
        if self.home.sitecert("report", "--json").stdout != before:
            note("the restored home reports something else")
        for file in (lost / "batches").rglob("*"):
            again = self.home.path / "batches" / file.relative_to(lost / "batches")
            if file.is_file() and "torn" not in file.name and again.read_bytes() != file.read_bytes():
                note(f"{again} differs")
        self.core = Core(self.home)
        self.core_ready()
        self.core.stop()

    def report(self, threads, restarts, numbers, seconds):
        restarts.sort()
        if len(numbers) != self.people or len(set(numbers)) != self.people:
            note(f"{self.people} people, {len(numbers)} certificates, {len(set(numbers))} numbers")
        late = [r for r in restarts if r > self.within_s]
        if late:
            note(f"{len(late)} restarts took over {self.within_s} s: {late}")
        self.front.stop()
        self.core.stop()
        self.reader.stop()
        if self.backup:
            self.lose_the_disk()
        audit = self.home.sitecert("audit", check=False)
        if audit.returncode != 0:
            note(audit.stdout + audit.stderr)
        total = json.loads(self.home.sitecert("report", "--json").stdout)["total"]
        if (total["trainings"], total["tests"], total["issued"]) != (self.people,) * 3:
            note(f"the report: {total}")
        print(f"{len(restarts)} kills of the core, {self.front_kills} of the front; {sum(len(t.batches) for t in threads)} requests, "
              f"sent {sum(t.sent for t in threads)} times; {self.people} people in {seconds:.0f} s")
        if restarts:
            print(f"restart until ready: median {restarts[len(restarts) // 2] * 1000:.0f} ms, p99 "
                  f"{restarts[len(restarts) * 99 // 100] * 1000:.0f} ms, longest {restarts[-1] * 1000:.0f} ms")
        print("audit:", audit.stdout.strip())


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--kills", type=int, default=1000)
    p.add_argument("--requests", type=int, default=10000)
    p.add_argument("--senders", type=int, default=16)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--within-s", type=float, default=2)
    p.add_argument("--mirror", action="store_true")
    o = p.parse_args()
    c = Campaign(o)
    try:
        c.run(o.senders)
    finally:
        c.give_up = True
        for process in (c.front, c.core, c.reader):
            if process and process.process.poll() is None:
                process.kill()
        if not wrong:
            c.home.remove()
        else:
            print("kept:", c.home.folder)
    print("nothing was lost and nothing happened twice" if not wrong else f"{len(wrong)} things were wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
