#!/usr/bin/env python3
"""Guesses at what holders are given: number, name, document number and pick-up code. None gets in, one answer, and the bounds hold.

Usage: guesses_holder.py [COUNT]     COUNT guesses (by default 2000); the long form is 100000, a minute or two
"""
import json
import random
import subprocess
import sys
import time

import scene as scenes
from guesses import Guesser, address_of
from scene import BIN, DUE, NOW, SUSPENDED, VALID, Endpoint, Scene, environment, eventually

OF_NUMBER = 5     # wrong answers for a certificate in an hour
OF_ADDRESS = 100  # and from an address
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ABSENT = "03301202000088888"


class Thief(Guesser):
    """Knows everything but what he is told to guess."""

    person = {}

    @staticmethod
    def request(address, fields):
        body = json.dumps({**Thief.person, **fields}).encode()
        return (f"POST /api/holder/history HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Real-IP: {address}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode() + body


def code_of(dice):
    return "".join(dice.choice(ALPHABET) for _ in range(10))


def one_answer(thief):
    """Whichever of the four does not fit, and whether there is such a number or not."""
    wrong = ({"name": "李示例"}, {"id_number": "110101199003074777"}, {"pickup": "0000000001"}, {"number": ABSENT})
    answers = {thief.guess(address_of(i), **fields)[::2] for i, fields in enumerate(wrong)}
    print("  whichever does not fit:", len(answers), "answer", *(status for status, _ in answers))
    return [] if len(answers) == 1 else [f"{len(answers)} different answers"]


def bounds_hold(thief, each, dice):
    asked = {
        "the code of a number that is there": (OF_NUMBER, [(address_of(1 << 20 | i), {"number": DUE, "pickup": code_of(dice)}) for i in range(each)]),
        "the code of a number that is not": (OF_NUMBER, [(address_of(2 << 20 | i), {"number": ABSENT + "9", "pickup": code_of(dice)}) for i in range(each)]),
        "one address": (OF_ADDRESS, [("192.0.2.9", {"number": f"0330{i:013d}", "pickup": code_of(dice)}) for i in range(each)]),
    }
    failed, shut = [], set()
    for what, (bound, guesses) in asked.items():
        answers = thief.guesses(guesses)
        heard = sum(status not in (200, 429) for status, _, _ in answers)
        waits = [retry for status, retry, _ in answers if status == 429]
        shut |= {body for status, _, body in answers if status == 429}
        print(f"  {what}: {heard} of {len(answers)} heard, then shut for {min(waits)} to {max(waits)} s")
        if any(status == 200 for status, _, _ in answers):
            failed.append(f"{what}: somebody got in")
        if heard != bound or not 3000 < min(waits) <= max(waits) <= 3600:
            failed.append(f"{what}: {heard} were heard")
    if len(shut) != 1:
        failed.append("a door that is shut tells what is behind it")
    return failed


def spread(thief, count, dice):
    """Each from an address of its own and at a number of its own."""
    answers = thief.guesses((address_of(5 << 20 | i), {"number": f"0331{i:013d}", "pickup": code_of(dice)}) for i in range(count))
    kinds = {(status, body) for status, _, body in answers}
    print(f"  {count} spread over as many addresses and numbers: {len(kinds)} answer{'s' * (len(kinds) > 1)}")
    return [] if len(kinds) == 1 and next(iter(kinds))[0] != 200 else ["spread guesses get different answers, or in"]


def holder_still_served(thief):
    """Whoever is not tried is let in; after so many wrong ones for a number its holder waits, too."""
    right = thief.guess(address_of(6 << 20))[0]
    for i in range(OF_NUMBER):
        thief.guess(address_of(7 << 20 | i), pickup="0000000001")
    after = thief.guess(address_of(8 << 20))[0]
    print(f"  the holder: {right}, and {after} after {OF_NUMBER} wrong ones for the number")
    return [] if (right, after) == (200, 429) else ["the holder is shut out, or a number stays open"]


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    dice, scene = random.Random(1), Scene()
    home, began = scene.home, time.monotonic()
    Thief.person = {**scenes.PERSON, "pickup": json.loads(home.sitecert("pickup", VALID, "--json").stdout)["pickup"]}
    home.sitecert("pickup", DUE, "--json")
    home.sitecert("pickup", SUSPENDED, "--json")
    with open(home.folder / "reader.log", "ab") as log:
        reader = subprocess.Popen([BIN / "sitecert-reader", "--home", home.path], env=environment(NOW), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            with Endpoint(scene, "--client-address", "X-Real-IP") as endpoint:
                assert eventually(lambda: (home.path / "run" / "holder.sock").exists())
                with Thief(endpoint.address) as thief:
                    failed = one_answer(thief)
                    each = (count - count // 4) // 3
                    failed += bounds_hold(thief, each, dice)
                    failed += spread(thief, count - 3 * each, dice)
                    # The number of one_answer() had four wrong ones: the right one sets it back.
                    failed += holder_still_served(thief)
        finally:
            reader.terminate()
            reader.wait(30)
    scene.remove()
    print(f"{count} guesses in {time.monotonic() - began:.0f} s")
    print("\n".join(failed) or "none in, one answer, and the bounds hold")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
