#!/usr/bin/env python3
"""Writes the seeds that can be told in a few words, into corpus/, named by what they show.

The others come from tests/vectors and from what campaigns found. Signatures are any 64 bytes: harnesses of what lies
behind a signature have the rule of signature_rule.h in place of the check. Usage: make_seeds.py [--check]; with --check nothing is written, and status 1 says which seeds differ.
"""
import os
import sys

from seed_forms import seeds_of

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")


def main(args):
    check = args == ["--check"]
    if args and not check:
        print(__doc__, file=sys.stderr)
        return 2
    wrong = 0
    for folder, name, content in seeds_of():
        path = os.path.join(HERE, folder, name)
        if check:
            if not os.path.exists(path) or open(path, "rb").read() != content:
                print(f"{folder}/{name} is not what make_seeds.py writes", file=sys.stderr)
                wrong += 1
            continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(content)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
