#!/usr/bin/env python3
"""Guesses at a holder's document number, from many addresses and at many numbers: how many get through, and whether time tells.

Usage: guesses.py [COUNT]     COUNT guesses (by default 3000); the long form is 100000
"""
import json
import http.client
import statistics
import sys
import time

import scene as scenes
from scene import VALID, Endpoint, Scene

BOUND = 100  # of an address, and for a number


class Guesser:
    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.connection = http.client.HTTPConnection(host, int(port), timeout=30)

    def guess(self, address, **fields):
        body = json.dumps({**scenes.PERSON, **fields})
        while True:
            began = time.perf_counter()
            self.connection.request("POST", "/api/verify", body, {"Content-Type": "application/json", "X-Real-IP": address})
            answer = self.connection.getresponse()
            bytes_ = answer.read()
            took = time.perf_counter() - began
            if int(answer.headers.get("Retry-After", 0)) != 1:  # the helper's bound in a second
                return answer.status, bytes_, took
            time.sleep(0.2)


def address_of(i):
    return f"10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}"


def heard(guesser, count, number, addresses):
    """How many of so many guesses at one number are looked at, each address in turn."""
    return sum(guesser.guess(address_of(addresses + i), number=number, id_number=f"{i:018d}")[0] == 200 for i in range(count))


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    scene, failed = Scene(), []
    with Endpoint(scene, "--client-address", "X-Real-IP") as endpoint:
        guesser = Guesser(endpoint.address)

        kinds = {"another name": {"name": "李示例"}, "another document": {"id_number": "110101199003074777"},
                 "no such number": {"number": "03301202000099999"}}
        bodies, times = set(), {kind: [] for kind in kinds}
        for i in range(90):
            for n, (kind, fields) in enumerate(kinds.items()):
                status, body, took = guesser.guess(address_of(n << 8 | i), **{**fields, **({"number": VALID} if n < 2 and i % 2 else {})}) \
                    if kind != "no such number" else guesser.guess(address_of(n << 8 | i), **fields)
                if status == 200:
                    bodies.add(body)
                    times[kind].append(took)
        medians = {kind: statistics.median(t) * 1e6 for kind, t in times.items()}
        print("one answer:", len(bodies) == 1, "· medians in µs:", {k: round(m) for k, m in medians.items()})
        if len(bodies) != 1:
            failed.append("kinds of no-match differ")
        if max(medians.values()) > 1.5 * min(medians.values()):
            failed.append("kinds of no-match take different times")

        began, each = time.monotonic(), count // 3
        there = heard(guesser, each, scenes.SUSPENDED, 1 << 20)
        absent = heard(guesser, each, "03301202000088888", 2 << 20)
        alone = sum(guesser.guess("192.0.2.9", number=f"n{i}", id_number=f"{i:018d}")[0] == 200 for i in range(each))
        print(f"{3 * each} guesses in {time.monotonic() - began:.0f} s: {there} heard at a number that is there, {absent} at one that is "
              f"not, {alone} from one address")
        if (there, absent, alone) != (BOUND, BOUND, BOUND):
            failed.append("another count than the bound")
    scene.remove()
    print("\n".join(failed) or "the bounds hold")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
