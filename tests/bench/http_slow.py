#!/usr/bin/env python3
"""Slow and half-open clients by the thousand, and what a well-behaved one notices of them.

usage: http_slow.py HTTP_SCENE [CONNECTIONS [P99_MS]]

A fifth each: silent, dripping a request line, dripping headers, dripping a body, not taking an answer. Prints the p50 and p99
of requests over one kept connection and over new ones, the server's memory, and how late the slow ones were cut; fails when p99
is over P99_MS (50), memory over 200 MB, or a slow one outlives its limit. Beside other tests, give P99_MS more room.
"""
import json
import pathlib
import resource
import select
import socket
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "blackbox"))
from http_scene import Scene, read_answer, request  # noqa: E402

P99_MAX_MS = 50  # of a machine that does nothing else
MEMORY_MAX_MB = 200
LATE_MAX_S = 1.5  # libmicrohttpd counts idle time in whole seconds
DRIP_S = 2.0
HEAD_S, BODY_S, ANSWER_S, IDLE_S = 12, 14, 16, 10

POST = request("POST", "/memory", headers=("Host: here", "Content-Length: 1000"))
KINDS = (
    # name, what is sent first, what drips, seconds until it is cut
    ("silent", b"", b"", IDLE_S),
    ("request line", b"GET /", b"a", HEAD_S),
    ("headers", b"GET /hello HTTP/1.1\r\nHost: here\r\nX-Slow: ", b"a", HEAD_S),
    ("body", POST, b"a", BODY_S),
    ("answer", request(target="/stream?n=3000000", headers=("Host: here",)), b"", ANSWER_S),
)


class Slow:
    def __init__(self, address, kind):
        self.name, first, self.drip, self.limit = kind
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        host, port = address.rsplit(":", 1)
        self.socket.connect((host, int(port)))
        self.socket.setblocking(False)
        self.began, self.cut = time.monotonic(), None
        if first:
            self.socket.send(first)

    def more(self):
        """One more byte, or a look whether it was cut."""
        try:
            if self.drip:
                self.socket.send(self.drip)
        except BlockingIOError:
            pass
        except OSError:
            self.end()

    def end(self):
        if self.cut is None:
            self.cut = time.monotonic() - self.began
            self.socket.close()


def attack(address, count, kinds=KINDS, limit_s=60):
    """Opens all, says so, drips until each is cut, and says when that was."""
    raise_files()
    everyone = [Slow(address, kinds[i % len(kinds)]) for i in range(count)]
    print("opened", flush=True)
    poll = select.epoll()
    by_fd = {}
    for slow in everyone:
        # Hang-up alone: an answer that nobody takes is readable all the time.
        poll.register(slow.socket, select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR)
        by_fd[slow.socket.fileno()] = slow
    rounds = 20
    turn = 0
    # The end of an answer stands behind what nobody has read: those are counted in the server.
    waited_for = [s for s in everyone if s.name != "answer"]
    while any(s.cut is None for s in waited_for) and time.monotonic() - everyone[-1].began < limit_s:
        begun = time.monotonic()
        for slow in everyone[turn % rounds::rounds]:
            if slow.cut is None:
                slow.more()
        for fd, _ in poll.poll(0.001):
            by_fd[fd].end()
        turn += 1
        time.sleep(max(0, DRIP_S / rounds - (time.monotonic() - begun)))
    print(json.dumps([(s.name, s.cut) for s in waited_for]), flush=True)
    sys.stdin.read()


def ask(scene, seconds, new_connections):
    """Milliseconds of each request."""
    times, end = [], time.monotonic() + seconds
    kept = scene.connect()
    while time.monotonic() < end:
        began = time.monotonic()
        connection = scene.connect() if new_connections else kept
        connection.sendall(request(headers=("Host: here",)))
        status = read_answer(connection)[0]
        assert status == 200, status
        if new_connections:
            connection.close()
        times.append((time.monotonic() - began) * 1000)
        time.sleep(0.002)
    kept.close()
    return times


def memory_mb(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(text.split("VmHWM:")[1].split()[0]) / 1024


def shown(name, times):
    p50, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
    print(f"{name:<34} p50 {p50:7.2f} ms   p99 {p99:7.2f} ms   worst {max(times):7.2f} ms   {len(times)} requests")
    return p99


def judge_lateness(rows, all_cut, opening, kinds=KINDS):
    fine = True
    for name, _, _, limit in kinds:
        cuts = [cut for kind, cut in rows if kind == name] if name != "answer" else [all_cut]
        left = sum(cut is None for cut in cuts)
        worst = max((cut for cut in cuts if cut is not None), default=0)
        print(f"{'cut: ' + name:<34} limit {limit:4} s   latest {worst:6.2f} s   never {left}")
        fine = fine and left == 0 and worst <= limit + opening + LATE_MAX_S
    return fine


def raise_files():
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)


def wait_until_empty(scene, began):
    """Seconds until the server has no connection left; None: a minute was not enough."""
    while scene.counts()["open"] > 0:
        if time.monotonic() - began > 60:
            return None
        time.sleep(0.1)
    return time.monotonic() - began


def main(program, count=10000, p99_max_ms=P99_MAX_MS):
    raise_files()
    with Scene(program, connections=count + 100, head_ms=HEAD_S * 1000, body_ms=BODY_S * 1000, answer_ms=ANSWER_S * 1000,
               idle_ms=IDLE_S * 1000) as scene:
        attacker = subprocess.Popen([sys.executable, __file__, "--attack", scene.address, str(count)], text=True,
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        began = time.monotonic()
        attacker.stdout.readline()
        while scene.counts()["open"] < count and time.monotonic() - began < 5:
            time.sleep(0.05)
        open_now = scene.counts()["open"]
        opening = time.monotonic() - began
        kept = shown("one kept connection", ask(scene, 2, False))
        new = shown("a new connection each", ask(scene, 2, True))
        rows = json.loads(attacker.stdout.readline())
        all_cut = wait_until_empty(scene, began)
        attacker.communicate()
        memory = memory_mb(scene.process.pid)
        print(f"{'memory at most':<34} {memory:.0f} MB with {open_now} connections, opened in {opening:.1f} s")
        late = judge_lateness(rows, all_cut, opening)
    return max(kept, new) <= p99_max_ms and memory <= MEMORY_MAX_MB and late


if __name__ == "__main__":
    if sys.argv[1] == "--attack":
        attack(sys.argv[2], int(sys.argv[3]))
    else:
        sys.exit(0 if main(sys.argv[1], *map(int, sys.argv[2:4])) else 1)
