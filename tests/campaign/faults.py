#!/usr/bin/env python3
"""Lets one call after the other fail while a certificate is issued: of the command and of the core, and of the signer of each.

Usage: faults.py FAULT_CALL.so [--every N] [--start N] [--of command,core,publish]        SITECERT_BIN: where the programs are

Each call that reaches the system (open, read, write, sync, rename, lock, map, send, receive) fails once with EIO, once with ENOSPC, and is once the
last before a kill, and once the last before which there is one (fault_call.c). After each fault the same is asked again without one. What was
acknowledged before must be answered as it was, with the same number; nobody may have two certificates, nobody none, no two people one number; two
checkpoints of one size must have one root; the audit must agree, and monitor at the end. Prints how many faults there were; exit 1 on the first wrong.
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
from daemon import BIN, Client, Core, Daemon, FastKey, environment  # noqa: E402

HOWS = ("eio", "enospc", "before", "after")
AUDIT_EVERY = 20


class FaultyCore(Core):
    """The core under one fault; it starts a signer of its own, which has the fault when it is meant."""

    def __init__(self, home, faults):
        self.faults = faults
        super().__init__(home)

    def start_at_once(self):
        self.process = subprocess.Popen([BIN / self.program, "--home", self.home.path], env=environment(self.home.clock, **self.faults),
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def start(self):
        self.start_at_once()


class Campaign:
    def __init__(self, o):
        self.library, self.every, self.first = os.path.abspath(o.library), o.every, o.start
        self.home = daemon.basic_home()
        self.published = self.home.folder / "pub"
        self.mark, self.count = self.home.folder / "mark", self.home.folder / "count"
        self.next_person, self.numbers, self.roots = 0, {}, {}
        self.now, self.running = "", None
        self.key = FastKey()
        self.home.register("s1", self.key)
        self.home.set("group_rows", "1")
        self.sitecert("publish", self.published)

    def wrong(self, what):
        if self.running and self.running.process.poll() is None:
            self.running.kill()
        raise SystemExit(f"wrong: {self.now}: {what}\nkept: {self.home.folder}")

    def sitecert(self, *arguments, faults=None, check=True):
        env = environment(self.home.clock, SITECERT_HOME=str(self.home.path), **(faults or {}))
        done = subprocess.run([BIN / "sitecert", *map(str, arguments)], env=env, capture_output=True, text=True, timeout=120)
        if check and done.returncode != 0:
            self.wrong(f"{arguments}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def people(self, count):
        first = self.next_person
        self.next_person += count
        return range(first, first + count)

    def fault(self, program, how, nth):
        self.now = f"{program} {how} {nth}"
        self.mark.unlink(missing_ok=True)
        self.count.unlink(missing_ok=True)
        return {"LD_PRELOAD": self.library, "FAULT": f"{program} {how} {nth}", "FAULT_MARK": str(self.mark), "FAULT_COUNT": str(self.count)}

    def learn(self, people, rows, told=None):
        """Everybody has one certificate, with a number of his own; what was told before is as it was."""
        now = {r["record_id"]: r for r in rows}
        for n in people:
            r = now.get(f"x{n}")
            if not r or r["outcome"] not in ("issued", "duplicate") or not r["number"]:
                self.wrong(f"person {n}: {r}")
            if self.numbers.setdefault(r["number"], n) != n:
                self.wrong(f"{r['number']} is of {n} and of {self.numbers[r['number']]}")
        for r in told or []:
            if now[r["record_id"]]["number"] != r["number"] or (r["outcome"] == "issued" and now[r["record_id"]]["outcome"] != "duplicate"):
                self.wrong(f"told {r}, now {now[r['record_id']]}")

    def look(self):
        """The checkpoint that is published: one root for each size, and sizes never go back."""
        lines = (self.published / "log/checkpoint").read_text().split("\n")
        size, root = int(lines[1]), lines[2]
        if self.roots.setdefault(size, root) != root or size < max(self.roots):
            self.wrong(f"a checkpoint of {size} entries with root {root}; seen: {self.roots}")

    def audit(self):
        self.sitecert("audit")

    # --- one issue each: with a fault, and without ---

    def command(self, faults):
        people = self.people(2)
        file, results = self.home.folder / "test-x.csv", self.home.folder / "told.ndjson"
        (self.home.folder / "training-x.csv").write_bytes(daemon.trainings(*people))
        self.sitecert("import", self.home.folder / "training-x.csv", "--quiet")
        file.write_text(daemon.TEST + "".join(daemon.test_row(n, "x") for n in people))
        results.unlink(missing_ok=True)
        self.sitecert("import", file, "--quiet", "--results", results, faults=faults, check=False)
        told = [json.loads(line) for line in results.read_text().split("\n")[:-1]] if results.exists() else []
        results.unlink(missing_ok=True)
        self.sitecert("import", file, "--quiet", "--results", results)
        self.learn(people, [json.loads(line) for line in results.read_text().splitlines()], told)

    def publish(self, faults):
        people = self.people(1)
        for kind, text in (("training", daemon.trainings(*people)), ("test", daemon.TEST.encode() + daemon.test_row(people[0], "x").encode())):
            (self.home.folder / f"{kind}-x.csv").write_bytes(text)
            self.sitecert("import", self.home.folder / f"{kind}-x.csv", "--quiet")
        self.sitecert("publish", self.published, faults=faults, check=False)
        self.look()
        self.sitecert("publish", self.published)
        self.look()

    def core(self, faults):
        people = self.people(1)
        core = self.running = FaultyCore(self.home, faults)
        self.client.close()
        try:
            told = []
            for kind, body in (("training", daemon.trainings(*people)), ("test", daemon.TEST.encode() + daemon.test_row(people[0], "x").encode())):
                core, answer = self.push(core, kind, body, f"{kind}-{people[0]}")
                told.append(answer)
            rows = [json.loads(line) for line in told[1].body.decode().splitlines()]
            core, again = self.push(core, "test", body, f"test-{people[0]}")
            if again.body != told[1].body:
                self.wrong(f"results have changed: {told[1].body} {again.body}")
            self.learn(people, rows)
        finally:
            if core.process.poll() is None:
                core.stop()
            core.log.close()

    def push(self, core, kind, body, key):
        """Until there are results; the core is started again, without the fault, when it ends."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if core.process.poll() is not None:
                core.log.close()
                core = self.running = Core(self.home)
            try:
                a = self.client.push("s1", self.key, kind, body, key, wait=5)
            except OSError:
                a = None
            if a and a.status == 200:
                return core, a
            if a and a.status not in (202, 429, 500, 503):
                self.wrong(f"{kind} {key}: {a.status} {a.body}")
            self.client.close()
            time.sleep(0.02)
        self.wrong(f"{kind} {key} was never answered")
        return core, None

    # --- all of them ---

    def calls_of(self, way, program):
        """How many there are when none fails."""
        way(self.fault(program, "none", 0))
        end = time.monotonic() + 10
        while not self.count.exists() and time.monotonic() < end:
            time.sleep(0.01)
        if not self.count.exists():
            self.wrong(f"{program} did not say how many calls it makes")
        return int(self.count.read_text())

    def run(self, name):
        way = getattr(self, name)
        for program in (("sitecert-core" if name == "core" else "sitecert"), "sitecert-signer"):
            began, tried, happened = time.monotonic(), 0, 0
            calls = max(self.calls_of(way, program), self.calls_of(way, program))
            for nth in range(self.first, calls + 1, self.every):
                # one way each when only some are tried
                for how in HOWS if self.every == 1 else (HOWS[nth // self.every % len(HOWS)],):
                    way(self.fault(program, how, nth))
                    tried, happened = tried + 1, happened + self.mark.exists()
                    if tried % AUDIT_EVERY == 0:
                        self.audit()
            self.audit()
            print(f"{name}, {program}: {calls} calls, {tried} runs, {happened} faults; {time.monotonic() - began:.0f} s", flush=True)
            if happened < tried // 2:
                self.wrong("too few of the faults happened: this tries nothing")

    def run_core(self):
        front = Daemon(self.home, "--no-helpers", listen=f"unix:{self.home.folder}/front.sock", wait=False)
        self.client = Client(f"unix:{self.home.folder}/front.sock", timeout=20)
        try:
            self.run("core")
        finally:
            front.stop()


def main():
    p = argparse.ArgumentParser()
    p.add_argument("library")
    p.add_argument("--every", type=int, default=1)
    p.add_argument("--start", type=int, default=1)
    p.add_argument("--of", default="command,publish,core")
    o = p.parse_args()
    c = Campaign(o)
    for name in o.of.split(","):
        c.run_core() if name == "core" else c.run(name)
    c.sitecert("publish", c.published)
    c.look()
    c.sitecert("monitor", c.published)
    print(f"{len(c.numbers)} people, each with a number of his own; {len(c.roots)} checkpoints")
    c.home.remove()


main()
