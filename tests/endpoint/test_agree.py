#!/usr/bin/env python3
"""The offline tool and the endpoint say the same, whole: of every vector of tokens and of random ones, good and bad.

Usage: test_agree.py [COUNT [SEED]]     COUNT random inputs (by default 300)
"""
import json
import pathlib
import random
import subprocess
import sys
import time

from scene import BIN, DUE, HERE, NOW, REVOKED, SUSPENDED, VALID, Endpoint, Scene, environment, to_digits

JSON = {"Accept": "application/json"}


def vectors():
    """The bytes that stand in the vectors of tokens, each as digits."""
    for path in sorted((HERE.parent / "vectors/token").rglob("*")):
        if path.is_file() and path.suffix in (".hex", ".cbor", ".bin"):
            token = bytes.fromhex("".join(path.read_text().split())) if path.suffix == ".hex" else path.read_bytes()
            if token:
                yield to_digits(token)


def mutate(dice, tokens):
    token = bytearray(dice.choice(tokens))
    kind = dice.randrange(8)
    if kind <= 2:  # as it is, or with a bit turned
        for _ in range(kind):
            token[dice.randrange(len(token))] ^= 1 << dice.randrange(8)
    elif kind == 3:
        del token[dice.randrange(len(token)):]
    elif kind == 4:
        token += bytes(dice.randrange(256) for _ in range(dice.randrange(1, 9)))
    elif kind == 5:  # two halves of two tokens
        other = dice.choice(tokens)
        at = dice.randrange(len(token))
        token = token[:at] + other[at:]
    elif kind == 6:
        token = bytearray(dice.randrange(256) for _ in range(dice.randrange(1, 200)))
    digits = to_digits(bytes(token))
    if kind == 7 and digits:
        at = dice.randrange(len(digits))
        digits = digits[:at] + dice.choice("0123456789") + digits[at + dice.randrange(2):]
    return digits


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    dice = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    scene = Scene()
    tokens = [scene.raw(n) for n in (VALID, DUE, REVOKED, SUSPENDED)]
    tokens.append(subprocess.run([BIN / "sitecert", "token", VALID, "--version", "1", "--raw"], check=True, stdout=subprocess.PIPE,
                                 env=environment(NOW, SITECERT_HOME=str(scene.home.path))).stdout)
    inputs = list(vectors())
    known = len(inputs)
    inputs += [d for d in (mutate(dice, tokens) for _ in range(count)) if d]
    inputs = [d for d in inputs if len(d) < 4000]
    listed = pathlib.Path(scene.home.folder / "inputs")
    listed.write_text("".join(d + "\n" for d in inputs))
    done = subprocess.run([BIN / "certcheck", "--json", "--lang", "zh", "--quiet", "--bundle", scene.public / "bundle.scb", "--root",
                           scene.public / "root.cbor", "--from", listed], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          env=environment(NOW, XDG_STATE_HOME=str(scene.home.folder / "state")))
    offline = json.loads(done.stdout)
    assert len(offline) == len(inputs) and known >= 50, (len(offline), len(inputs), known)
    differ, states, began = 0, {}, time.monotonic()
    with Endpoint(scene) as endpoint:
        client = endpoint.client()
        for digits, want in zip(inputs, offline):
            got = client.ask("GET", "/V/" + digits, JSON).json()
            state = got["state"] if got["authentic"] else got["problems"][-1]["code"]
            states[state] = states.get(state, 0) + 1
            if got != want:
                differ += 1
                print(f"{digits}\n  offline:  {want}\n  endpoint: {got}")
        client.close()
    scene.remove()
    print(f"{len(inputs)} inputs ({known} vectors) in {time.monotonic() - began:.1f} s, {differ} differ: {states}")
    return 1 if differ or len(states) < 4 else 0


if __name__ == "__main__":
    sys.exit(main())
