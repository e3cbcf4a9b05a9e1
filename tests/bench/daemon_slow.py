#!/usr/bin/env python3
"""Slow and half-open clients by the thousand against the daemons themselves, and what a well-behaved one notices of them.

usage: daemon_slow.py issuerd|verifierd [CONNECTIONS [P99_MS [BODY_S]]]

A fifth each: silent, dripping a request line, dripping headers, silent behind an answer, dripping a body. Prints the p50 and p99 of real
questions (a signed look at a certificate; a verdict) over one kept connection and over new ones, the daemon's memory, and how late the
slow ones were cut; fails when p99 is over P99_MS (50), memory over 200 MB, or a slow one outlives its limit. A body may take ten minutes
(the endpoint's: two): those are waited for when BODY_S is that long, else only the others are.

SITECERT_BIN says where the programs are. Beside other tests, give P99_MS more room.
"""
import json
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
for folder in (HERE.parent / "blackbox", HERE.parent / "endpoint", HERE.parent / "daemon", HERE):
    sys.path.insert(0, str(folder))
import daemon  # noqa: E402
import http_slow  # noqa: E402
from daemon import Client, Daemon  # noqa: E402
from http_scene import request  # noqa: E402

HEAD_S = IDLE_S = 10  # core/http/limits.c
BODY_S = {"issuerd": 600, "verifierd": 120}
SECONDS = 3  # of well-behaved questions, of each kind
POSTS = {"issuerd": "/v1/batches?kind=training", "verifierd": "/api/verify"}


def kinds(name):
    """As http_slow.KINDS: name, what is sent first, what drips, seconds until it is cut."""
    get = request(target="/livez", headers=("Host: here",))
    post = request("POST", POSTS[name], headers=("Host: here", "Content-Type: application/json", "Content-Length: 1000"))
    return (
        ("silent", b"", b"", IDLE_S),
        ("request line", b"GET /", b"a", HEAD_S),
        ("headers", b"GET /livez HTTP/1.1\r\nHost: here\r\nX-Slow: ", b"a", HEAD_S),
        ("behind an answer", get, b"", IDLE_S + HEAD_S),
        ("body", post, b"a", BODY_S[name]),
    )


class Issuer:
    """A home with one certificate, and who asks for it by signed requests."""

    def __init__(self, connections):
        self.home = daemon.basic_home()
        for kind, rows in (("training", daemon.trainings(1)), ("test", daemon.tests(1))):
            path = self.home.folder / f"{kind}.csv"
            path.write_bytes(rows)
            self.home.sitecert("import", path, "--quiet", "--results", self.home.folder / f"{kind}.ndjson")
        number = json.loads((self.home.folder / "test.ndjson").read_text().splitlines()[0])["number"]
        self.key = self.home.register("fast", daemon.FastKey())
        self.home.set("connections", min(connections + 200, 65536))
        self.daemon = Daemon(self.home)
        self.target, self.process, self.address = f"/v1/certificates/{number}", self.daemon.process, self.daemon.address

    def headers(self, client):
        return client.signed_headers("fast", self.key, "GET", self.target)

    def close(self):
        self.daemon.stop()
        self.home.remove()


class Verifier:
    """A published deployment, and who asks for a verdict."""

    def __init__(self, connections):
        from scene import VALID, Endpoint, Scene
        self.scene = Scene()
        self.target = "/" + self.scene.text(VALID).split("/", 3)[3]
        self.daemon = Endpoint(self.scene)
        self.process, self.address = self.daemon.process, self.daemon.address

    def headers(self, client):
        return {"Accept": "application/json"}

    def close(self):
        self.daemon.stop()
        self.scene.remove()


def ask(place, new_connections):
    """Milliseconds of each question; a signature is made before its clock begins."""
    times, client = [], Client(place.address)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        headers = place.headers(client)
        began = time.monotonic()
        status = client.ask("GET", place.target, headers).status
        times.append((time.monotonic() - began) * 1000)
        assert status == 200, status
        if new_connections:
            client.close()
        time.sleep(0.002)
    client.close()
    return times


def descriptors(place):
    return len(os.listdir(f"/proc/{place.process.pid}/fd"))


def main(name, count=10000, p99_max_ms=http_slow.P99_MAX_MS, body_s=0):
    http_slow.raise_files()
    place = {"issuerd": Issuer, "verifierd": Verifier}[name](count)
    try:
        return measure(place, name, count, p99_max_ms, body_s)
    finally:
        place.close()


def measure(place, name, count, p99_max_ms, body_s):
    before = descriptors(place)
    quiet = http_slow.shown("nobody else", ask(place, False))
    limit_s = max(body_s, IDLE_S + HEAD_S) + 5
    attacker = subprocess.Popen([sys.executable, __file__, "--attack", name, place.address, str(count), str(limit_s)], text=True,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    began = time.monotonic()
    attacker.stdout.readline()
    while descriptors(place) - before < count and time.monotonic() - began < 5:
        time.sleep(0.05)
    opened, opening = descriptors(place) - before, time.monotonic() - began
    kept = http_slow.shown("one kept connection", ask(place, False))
    new = http_slow.shown("a new connection each", ask(place, True))
    rows = json.loads(attacker.stdout.readline())
    attacker.communicate()
    memory = http_slow.memory_mb(place.process.pid)
    print(f"{'memory at most':<34} {memory:.0f} MB with {opened} connections, opened in {opening:.1f} s (p99 {quiet:.2f} ms without them)")
    waited_for = [k for k in kinds(name) if k[0] != "body" or body_s >= BODY_S[name]]
    late = http_slow.judge_lateness(rows, None, opening, waited_for)
    enough = opened >= count
    if not enough:
        print(f"only {opened} of {count} were let in")
    return max(kept, new) <= p99_max_ms and memory <= http_slow.MEMORY_MAX_MB and late and enough


if __name__ == "__main__":
    if sys.argv[1] == "--attack":
        http_slow.attack(sys.argv[3], int(sys.argv[4]), kinds(sys.argv[2]), float(sys.argv[5]))
    else:
        sys.exit(0 if main(sys.argv[1], *map(int, sys.argv[2:5])) else 1)
