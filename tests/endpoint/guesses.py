#!/usr/bin/env python3
"""Guesses at a holder's document number, from many addresses and at many numbers: how many get through, and whether answer or time tells.

Usage: guesses.py [COUNT]     COUNT guesses (by default 3000); the long form is 100000, some minutes
"""
import json
import random
import re
import socket
import statistics
import sys
import time

import scene as scenes
from scene import DUE, REVOKED, SUSPENDED, VALID, Endpoint, Scene

BOUND = 100       # misses of an address, and for a number, in an hour
BATCH = 64        # guesses that are sent before their answers are read
EACH = 180        # guesses of each kind whose times are compared
SHUFFLES = 2000   # of the permutation test
FOLLY = 0.001     # how likely chance may make the difference that is called one
TELLING = 0.03    # of the median: what smaller a difference could be seen over no network
HEAD = re.compile(rb"HTTP/1\.1 (\d+) .*?\r\n\r\n", re.S)


class Guesser:
    """One connection, many guesses: the address is what the proxy says."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.room = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    @staticmethod
    def request(address, fields):
        body = json.dumps({**scenes.PERSON, **fields}).encode()
        return (f"POST /api/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Real-IP: {address}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode() + body

    def answer(self):
        """Status, seconds until it may be asked again, body."""
        while not (head := HEAD.match(self.room)):
            self.more()
        length = int(re.search(rb"(?i)\r\ncontent-length: *(\d+)", head[0])[1])
        retry = re.search(rb"(?i)\r\nretry-after: *(\d+)", head[0])
        while len(self.room) < head.end() + length:
            self.more()
        body, self.room = self.room[head.end():head.end() + length], self.room[head.end() + length:]
        return int(head[1]), int(retry[1]) if retry else 0, body

    def more(self):
        piece = self.socket.recv(1 << 16)
        assert piece, "the endpoint hung up"
        self.room += piece

    def guess(self, address, **fields):
        """One guess and the time that it took; what the helper's bound in a second refuses is asked again."""
        while True:
            began = time.perf_counter()
            self.socket.sendall(self.request(address, fields))
            status, retry, body = self.answer()
            took = time.perf_counter() - began
            if retry != 1:
                return status, retry, body, took
            time.sleep(0.2)

    def guesses(self, asked):
        """Many, of (address, fields): status, retry, body of each."""
        asked, answers = list(asked), []
        while asked:
            batch, again = asked[:BATCH], []
            asked = asked[BATCH:]
            self.socket.sendall(b"".join(self.request(*one) for one in batch))
            for one in batch:
                answer = self.answer()
                if answer[1] == 1:
                    again.append(one)
                else:
                    answers.append(answer)
            if again:
                asked = again + asked
                time.sleep(0.1)
        return answers


def address_of(i):
    return f"10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}"


def difference(a, b):
    """Of two medians, and how likely chance alone makes as large a one."""
    found = abs(statistics.median(a) - statistics.median(b))
    together, larger, dice = a + b, 0, random.Random(1)
    for _ in range(SHUFFLES):
        dice.shuffle(together)
        larger += abs(statistics.median(together[:len(a)]) - statistics.median(together[len(a):])) >= found
    return found, (larger + 1) / (SHUFFLES + 1)


def same_answer_same_time(guesser):
    """Whichever of the three does not fit. Kinds in random order, each guess from an address of its own."""
    there = (VALID, DUE, SUSPENDED, REVOKED)
    kinds = {"another name": lambda i: {"number": there[i % 4], "name": "李示例"},
             "another document": lambda i: {"number": there[i % 4], "id_number": f"1101011990030{i:05d}"},
             # As few numbers as are there: a count that was touched lately is found sooner.
             "no such number": lambda i: {"number": f"0330120200007777{i % 4}", "id_number": f"1101011990030{i:05d}"},
             "no number at all": lambda i: {"number": "x" * (i % 4 + 14), "name": "李示例"}}
    order = [(kind, i) for kind in kinds for i in range(EACH)]
    random.Random(2).shuffle(order)
    bodies, times = set(), {kind: [] for kind in kinds}
    for n, (kind, i) in enumerate(order):
        status, _, body, took = guesser.guess(address_of(n), **kinds[kind](i))
        bodies.add((status, body))
        times[kind].append(took)
    if len(bodies) != 1:
        print(bodies)
    failed = [] if len(bodies) == 1 and next(iter(bodies))[0] == 200 else [f"{len(bodies)} different answers"]
    middle = statistics.median(sum(times.values(), []))
    print("one answer:", len(bodies) == 1, "· medians in µs:", {k: round(statistics.median(t) * 1e6) for k, t in times.items()})
    for kind in list(kinds)[1:]:
        found, chance = difference(times["another name"], times[kind])
        print(f"  'another name' against '{kind}': {found * 1e6:.1f} µs apart, by chance as often as {chance:.3f}")
        if chance < FOLLY and found > TELLING * middle:
            failed.append(f"'{kind}' takes another time")
    return failed


def bounds_hold(guesser, each):
    """At a number that is there, at one that is not, and from one address: as many are heard, then the door is shut for an hour."""
    asked = {
        "a number that is there": [(address_of(1 << 20 | i), {"number": SUSPENDED, "id_number": f"{i:018d}"}) for i in range(each)],
        "a number that is not": [(address_of(2 << 20 | i), {"number": "03301202000088888", "id_number": f"{i:018d}"}) for i in range(each)],
        "one address": [("192.0.2.9", {"number": f"n{i}", "id_number": f"{i:018d}"}) for i in range(each)],
    }
    failed, shut = [], set()
    for what, guesses in asked.items():
        answers = guesser.guesses(guesses)
        heard = sum(status == 200 for status, _, _ in answers)
        waits = [retry for status, retry, _ in answers if status == 429]
        shut |= {body for status, _, body in answers if status != 200}
        print(f"  {what}: {heard} of {len(answers)} heard, then shut for {min(waits)} to {max(waits)} s")
        if heard != BOUND or len(waits) != len(answers) - heard or not 3000 < min(waits) <= max(waits) <= 3600:
            failed.append(f"{what}: {heard} were heard")
    # Now the right answer helps nobody, and says nothing either.
    right = [guesser.guess(address_of(3 << 20 | i), number=number)[:3] for i, number in enumerate((SUSPENDED, "03301202000088888"))]
    from_there = guesser.guess("192.0.2.9")
    shut |= {body for _, _, body in right} | {from_there[2]}
    if {status for status, _, _ in right} != {429} or from_there[0] != 429 or len(shut) != 1:
        failed.append("a door that is shut tells what is behind it")
    if guesser.guess(address_of(4 << 20))[0] != 200:
        failed.append("others are shut out too")
    return failed


def spread(guesser, count):
    """Each from an address of its own and at a number of its own: no bound of one, only the helper's in a second. One answer."""
    answers = guesser.guesses((address_of(5 << 20 | i), {"number": f"0330{i:013d}", "id_number": f"{i:018d}"}) for i in range(count))
    bodies = {(status, body) for status, _, body in answers}
    print(f"  {count} spread over as many addresses and numbers: {len(bodies)} answer{'s' * (len(bodies) > 1)}")
    return [] if len(bodies) == 1 else ["spread guesses get different answers"]


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    scene = Scene()
    began = time.monotonic()
    with Endpoint(scene, "--client-address", "X-Real-IP") as endpoint, Guesser(endpoint.address) as guesser:
        failed = same_answer_same_time(guesser)
    each = (count - min(count // 4, 20000) - 4 * EACH) // 3
    few = count - 3 * each - 4 * EACH
    with Endpoint(scene, "--client-address", "X-Real-IP") as endpoint, Guesser(endpoint.address) as guesser:
        failed += bounds_hold(guesser, each)
        failed += spread(guesser, few)
    scene.remove()
    print(f"{4 * EACH + 3 * each + few} guesses in {time.monotonic() - began:.0f} s")
    print("\n".join(failed) or "one answer, one time, and the bounds hold")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
