#!/usr/bin/env python3
"""Lets single allocations and writes of `sitecert pdf` fail, one a run, from the first to the last of them.

    pdf_faults.py SITECERT FAIL_NTH_LIBRARY NUMBER     in a folder of its own, SITECERT_HOME and SITECERT_CLOCK set

The first ones are tried each, later ones by growing steps. No run may end by a signal, leave a file under a final name
that is not whole, or leave one beside it; and one that says it was done has done it.
"""
import os
import pathlib
import shutil
import subprocess
import sys

PROGRAM, LIBRARY, NUMBER = sys.argv[1:]
EACH = 25      # so many from the first
STEP = 0.15    # then further by this share
COUNT = pathlib.Path("count").resolve()


def run(what, command):
    environment = dict(os.environ, LD_PRELOAD=LIBRARY, FAIL_NTH=what, FAIL_COUNT=str(COUNT))
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)


def is_whole(path):
    return subprocess.run([PROGRAM, "pdf", "--compare", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def check(what, done, folder, wanted):
    found = sorted(folder.iterdir()) if folder.exists() else []
    for path in found:
        if path.name.endswith("~") or not is_whole(path):
            sys.exit(f"{what}: {path} is left, status {done.returncode}: {done.stdout.decode()}")
    if done.returncode < 0 or done.returncode > 100:
        sys.exit(f"{what}: status {done.returncode}: {done.stdout.decode()}")
    if done.returncode == 0 and len(found) != wanted:
        sys.exit(f"{what}: status 0 with {len(found)} files: {done.stdout.decode()}")


def try_all(kind, command, folder, wanted):
    run(f"{kind} 1000000000", command)
    check(f"{kind}, none fails", run(f"{kind} 1000000000", command), folder, wanted)
    count = int(COUNT.read_text())
    tried, failed, nth = 0, 0, 1
    while nth <= count:
        shutil.rmtree(folder)
        folder.mkdir()
        done = run(f"{kind} {nth}", command)
        check(f"{kind} {nth} of {count}", done, folder, wanted)
        tried, failed = tried + 1, failed + (done.returncode != 0)
        nth += 1 if nth < EACH else max(1, int(nth * STEP))
    if not failed or tried < min(EACH, count):
        sys.exit(f"{kind}: {failed} of {tried} runs failed, of {count}")


def main():
    one, copies = pathlib.Path("one"), pathlib.Path("copies")
    for folder in (one, copies):
        folder.mkdir()
    for kind in ("malloc", "write"):
        try_all(kind, [PROGRAM, "pdf", NUMBER, "-o", one / "a.pdf"], one, 1)
        try_all(kind, [PROGRAM, "pdf", "--all", "-o", copies, "--jobs", "1"], copies, 3)
    print("nothing was left behind, nothing crashed")


main()
