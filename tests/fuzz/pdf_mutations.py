#!/usr/bin/env python3
"""Changes a signed PDF at random and lets certcheck judge what came of it: nothing may pass as authentic.

usage: pdf_mutations.py CERTCHECK BUNDLE ROOT PDF [COUNT [SEED]]      default 10,000 mutations, seed 1

Mutations: a bit turned, bytes taken out, put in, doubled or exchanged, digits of a number changed, the end cut off or grown, an
increment appended. Prints how many were refused as what, the longest that one took, and the most memory; exits 1 when one passed,
took over a second, or needed over 64 MB.
"""
import collections
import json
import pathlib
import random
import resource
import subprocess
import sys
import tempfile
import time

BATCH = 50
SECONDS_MAX, MEGABYTES_MAX = 1.0, 64


def place(pdf, dice):
    """Half of them in the objects of the copy's own, where the grammar is."""
    return dice.randrange(len(pdf)) if dice.random() < 0.5 else dice.randrange(len(pdf) * 3 // 4, len(pdf))


def turn_bit(pdf, dice):
    at = place(pdf, dice)
    pdf[at] ^= 1 << dice.randrange(8)


def take_out(pdf, dice):
    at = place(pdf, dice)
    del pdf[at : at + dice.randrange(1, 40)]


def put_in(pdf, dice):
    at = place(pdf, dice)
    pdf[at:at] = bytes(dice.randrange(256) for _ in range(dice.randrange(1, 40)))


def double(pdf, dice):
    at, length = place(pdf, dice), dice.randrange(1, 2000)
    pdf[at:at] = pdf[at : at + length]


def exchange(pdf, dice):
    a, b, length = place(pdf, dice), place(pdf, dice), dice.randrange(1, 200)
    pdf[a : a + length], pdf[b : b + length] = pdf[b : b + length], pdf[a : a + length]


def change_digit(pdf, dice):
    at = place(pdf, dice)
    while at < len(pdf) and not 48 <= pdf[at] <= 57:
        at += 1
    if at < len(pdf):
        pdf[at] = 48 + (pdf[at] - 48 + dice.randrange(1, 10)) % 10


def cut(pdf, dice):
    del pdf[dice.randrange(len(pdf)) :]


def grow(pdf, dice):
    pdf += bytes(dice.randrange(256) for _ in range(dice.randrange(1, 2000)))


def append_increment(pdf, dice):
    number = dice.randrange(1, 70)
    at = len(pdf)
    pdf += b"%d 0 obj\n<</Type/Catalog/Pages 61 0 R>>\nendobj\n" % number
    pdf += b"xref\n%d 1\n%010d 00000 n \ntrailer\n<</Size 400/Root %d 0 R/Prev 0>>\nstartxref\n%d\n%%%%EOF\n" % (number, at, number, len(pdf))


KINDS = [turn_bit, take_out, put_in, double, exchange, change_digit, cut, grow, append_increment]


def judge(command, files):
    began = time.monotonic()
    answer = subprocess.run([*command, *files], stdout=subprocess.PIPE, check=False)
    if answer.returncode not in (0, 1, 3, 4, 5, 6, 7, 8):
        sys.exit(f"certcheck ended with {answer.returncode}")
    return json.loads(answer.stdout), time.monotonic() - began


def main(certcheck, bundle, root, pdf, count=10000, seed=1):
    original, dice = pathlib.Path(pdf).read_bytes(), random.Random(int(seed))
    command = [certcheck, "--json", "--bundle", bundle, "--root", root]
    if judge(command, [pdf])[0][0]["authentic"] is not True:
        sys.exit("the PDF to begin with is not authentic")

    found, slowest, passed = collections.Counter(), 0.0, 0
    with tempfile.TemporaryDirectory() as folder:
        done = 0
        while done < int(count):
            files = []
            for i in range(min(BATCH, int(count) - done)):
                changed = bytearray(original)
                kind = dice.choice(KINDS)
                kind(changed, dice)
                path = pathlib.Path(folder, f"{i}-{kind.__name__}.pdf")
                path.write_bytes(changed)
                if changed != original:
                    files.append(str(path))
            verdicts, seconds = judge(command, files)
            if len(verdicts) != len(files):
                sys.exit("a verdict is missing")
            if seconds > SECONDS_MAX:  # which of them?
                seconds = max(judge(command, [path])[1] for path in files)
            slowest = max(slowest, seconds)
            for path, verdict in zip(files, verdicts):
                found[" ".join(p["code"] for p in verdict["problems"] if p["code"] != "demo")] += 1
                if verdict["authentic"] is True or verdict["holder"]:
                    passed += 1
                    print(f"PASSED: {path}, mutation {done}, seed {seed}")
            done += BATCH
            for path in files:
                pathlib.Path(path).unlink()
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    for problem, times in found.most_common():
        print(f"{times:7} {problem}")
    print(f"{sum(found.values())} mutations, {passed} passed; at most {slowest:.2f} s for one or a batch, {megabytes:.0f} MB")
    return 1 if passed or slowest > SECONDS_MAX or megabytes > MEGABYTES_MAX else 0


if __name__ == "__main__":
    if not 5 <= len(sys.argv) <= 7:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
