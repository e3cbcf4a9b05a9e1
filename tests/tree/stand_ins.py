#!/usr/bin/env python3
"""The stand-ins of tests/daemon/parts.py know all that the processes of the issuer say to each other: each question, answer and field
under its number. Usage: stand_ins.py SOURCE-FOLDER"""
import pathlib
import re
import sys


def values(text, name, prefix):
    """{number: word} of an enum whose members are PREFIX_WORD = NUMBER; but 0, which none says."""
    body = re.search(rf"enum {name} {{(.*?)\n}};", text, re.S)[1]
    return {int(number): word.lower() for word, number in re.findall(rf"\b{prefix}_(\w+) = (\d+)", body) if number != "0"}


def fields(text, macro):
    """{number: member} of a table of cbor_field."""
    return {int(number): member for number, member in re.findall(rf"^ +{macro}\((\d+), \w+, (\w+),", text, re.M)}


def turned(names):
    return {number: name for name, number in names.items()}


def main(root):
    sys.path.insert(0, str(root / "tests/daemon"))
    import parts
    header = (root / "issuer/daemon/protocol.h").read_text()
    table = (root / "issuer/daemon/protocol.c").read_text()
    holder = (root / "core/holder/holder.h").read_text()
    pairs = {
        "ASKS": (parts.ASKS, values(header, "ask", "ASK")),
        "REPLIES": (turned(parts.REPLIES), values(header, "reply", "REPLY")),
        "QUESTION": (parts.QUESTION, fields(table, "Q")),
        "ANSWER": (turned(parts.ANSWER), fields(table, "A")),
        "STATUS": (turned(parts.STATUS), fields(table, "S")),
        "Holder.ASKS": (turned(parts.Holder.ASKS), values(holder, "holder_ask", "HOLDER")),
        "Holder.REPLIES": (parts.Holder.REPLIES, values(holder, "holder_reply", "HOLDER")),
    }
    wrong = 0
    for name, (has, wants) in pairs.items():
        if len(wants) < 5:
            sys.exit(f"{name}: the code's list was not found")
        for number, word in sorted(has.items() ^ wants.items()):
            print(f"parts.py, {name}: {number} {word} is {'lacking' if (number, word) in wants.items() else 'not of the code'}")
            wrong += 1
    print(", ".join(f"{name}: {len(has)}" for name, (has, _) in pairs.items()))
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
