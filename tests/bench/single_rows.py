#!/usr/bin/env python3
"""Single rows, each a signed batch of its own, pushed over kept connections by 1, 8 and 64 senders at once: acknowledged rows a second,
beside a plain log on the same disk in the same run (as many records of 1 KB as there are senders, then one fdatasync). Requests are
signed before the clock starts; one thread sends them, for it is the daemon that is measured.

Usage: single_rows.py [SECONDS]      SITECERT_BIN says where the programs are
"""
import os
import pathlib
import selectors
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "daemon"))
import daemon  # noqa: E402
from daemon import Client, Daemon, FastKey  # noqa: E402

RECORD = 1024
PER_SECOND = 4000  # requests signed for each second: more than are ever answered


def plain_log(folder, group, seconds):
    """Records a second."""
    path = folder / "plain"
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    text, count, began = b"x" * RECORD * group, 0, time.monotonic()
    while time.monotonic() - began < seconds:
        os.write(fd, text)
        os.fdatasync(fd)
        count += group
    took = time.monotonic() - began
    os.close(fd)
    path.unlink()
    return count / took


def processor_s(d):
    """Seconds of processor that the front and the core have used."""
    ticks = 0
    for pid in (d.process.pid, d.helper("sitecert-core")):
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def sign(client, who, key, n):
    """The whole request as it goes over the wire."""
    body = daemon.trainings(n)
    target = "/v1/batches?kind=training"
    headers = client.signed_headers(who, key, "POST", target, body, "text/csv", f"row-{n}", now=int(time.time()))
    lines = [f"POST {target} HTTP/1.1", f"Host: {client.address}", f"Content-Length: {len(body)}", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def whole(answer):
    """Whether all of an answer is there."""
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return False
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    return len(body) >= length


class Line:
    def __init__(self, address, requests):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)))
        self.requests, self.answer, self.began = requests, b"", 0

    def send(self):
        self.began = time.monotonic()
        self.socket.sendall(self.requests.pop())


def push(address, all_requests, seconds):
    """Seconds that each acknowledgement took, and how long all of it."""
    times, selector = [], selectors.DefaultSelector()
    began = time.monotonic()
    for requests in all_requests:
        line = Line(address, requests)
        selector.register(line.socket, selectors.EVENT_READ, line)
        line.send()
    waiting = len(all_requests)
    while waiting:
        for key, _ in selector.select():
            line = key.data
            line.answer += line.socket.recv(65536)
            if not whole(line.answer):
                continue
            if not line.answer.startswith(b"HTTP/1.1 202"):
                raise SystemExit(line.answer.decode(errors="replace"))
            now = time.monotonic()
            times.append(now - line.began)
            line.answer = b""
            if now - began < seconds and line.requests:
                line.send()
            else:
                selector.unregister(line.socket)
                line.socket.close()
                waiting -= 1
    return times, time.monotonic() - began


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5
    home = daemon.basic_home(clock=None)
    keys = [FastKey() for _ in range(64)]
    for i, key in enumerate(keys):
        home.register(f"s{i}", key)
    home.set("queue_batches", "100000")
    next_row = 0
    with Daemon(home) as d:
        client = Client(d.address)
        for senders in (1, 8, 64):
            count = int(PER_SECOND * seconds / (1 if senders == 64 else 3)) // senders
            requests = []
            for i in range(senders):
                requests.append([sign(client, f"s{i}", keys[i], next_row + k) for k in range(count)])
                next_row += count
            plain = plain_log(home.folder, senders, 1)
            used = processor_s(d)
            times, took = push(d.address, requests, seconds)
            used = processor_s(d) - used
            plain = (plain + plain_log(home.folder, senders, 1)) / 2
            times.sort()
            print(f"{senders:2} senders: {len(times) / took:6.0f} rows/s acknowledged, {len(times) / took / plain:.2f} x the plain log's "
                  f"{plain:.0f}/s; median {times[len(times) // 2] * 1000:.1f} ms, p99 "
                  f"{times[len(times) * 99 // 100] * 1000:.1f} ms; {used / len(times) * 1e6:.0f} us of processor a row", flush=True)
        d.stop()
    home.remove()


if __name__ == "__main__":
    main()
