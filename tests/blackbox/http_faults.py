#!/usr/bin/env python3
"""Lets single allocations fail while core/http takes a connection and answers it, one a run: whoever was dropped counts no longer, and
the next one is served. usage: http_faults.py HTTP_SCENE FAIL_NTH_LIBRARY"""
import os
import pathlib
import sys
import tempfile
import time

from http_scene import Scene, request

PROGRAM, LIBRARY = sys.argv[1:]
LIMITS = {"connections": 2, "header_bytes": 4096, "threads": 1}  # libmicrohttpd allocates a connection's memory, and does not map it


def allocations(folder, requests):
    """How many there are in the life of a server that answers so many requests."""
    count = folder / "count"
    os.environ.update(FAIL_NTH="malloc 1000000000", FAIL_COUNT=str(count))
    with Scene(PROGRAM, **LIMITS) as scene:
        for _ in range(requests):
            assert scene.status(request()) == 200
    return int(count.read_text())


def open_in_the_end(scene):
    until = time.monotonic() + 2
    while (left := scene.counts()["open"]) and time.monotonic() < until:
        time.sleep(0.01)
    return left


def unanswered(nth):
    """Of three requests one after another, at least the last of which is answered."""
    os.environ["FAIL_NTH"] = f"malloc {nth}"
    with Scene(PROGRAM, **LIMITS) as scene:
        answers = [scene.status(request()) for _ in range(3)]
        left = open_in_the_end(scene)
        counts = scene.counts()
    if answers[-1] != 200 or left or counts["refused_limit"]:
        sys.exit(f"allocation {nth}: {answers}, {counts}")
    return answers.count(None)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LD_PRELOAD"] = LIBRARY
        none, two = (allocations(pathlib.Path(folder), n) for n in (0, 2))
    dropped = sum(unanswered(nth) for nth in range(none + 1, two + 1))
    print(f"{two - none} allocations failed, {dropped} requests had no answer")
    return two - none < 10 or dropped < 3


if __name__ == "__main__":
    sys.exit(main())
