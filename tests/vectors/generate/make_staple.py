#!/usr/bin/env python3
"""Writes tests/vectors/staple: staples by docs/formats.md section 16 for the token vectors' "full", and what is not one."""
import hashlib

import cases
import make_token
from cbor import array, integer, octets, tag, text
from cose import EDDSA, SM2, Key, header, sign1

KEY, ED_KEY, SM2_KEY, OTHER_KEY = Key("staple"), Key("staple ed25519", EDDSA), Key("staple sm2", SM2), Key("staple of another")
VALID, SUSPENDED, REVOKED = 90, 2, 3
TOKEN = make_token.token_with()
LEAF = hashlib.sha256(b"\0" + TOKEN).digest()[:12]
DEADLINE, IAT = 20885, 1717214400


def staple(items=None, key=KEY, protected=None, **how):
    items = items if items is not None else [octets(LEAF), integer(VALID), integer(DEADLINE), integer(IAT)]
    return sign1(key, array(items), header(key.alg) if protected is None else protected, **how)


def fields(leaf=octets(LEAF), state=integer(VALID), deadline=integer(DEADLINE), iat=integer(IAT)):
    return [leaf, state, deadline, iat]


def valid(name, state=VALID, deadline=DEADLINE, iat=IAT, key=KEY):
    data = staple([octets(LEAF), integer(state), integer(deadline), integer(iat)], key)
    assert len(data) <= (103 if key.alg == SM2 else 99), len(data)
    words = {VALID: "valid", SUSPENDED: "suspended", REVOKED: "revoked"}
    cases.write("staple", "valid", name, data, [
        "verdict: good", "leaf: " + LEAF.hex(), "state: " + words[state], "deadline: %d" % deadline, "iat: %d" % iat])


def invalid(name, data, offset, reason):
    cases.write("staple", "invalid", name, data, cases.refused("malformed", offset, reason))


def at(data, needle, skip=0):
    assert data.count(needle) == 1, needle.hex()
    return data.index(needle) + skip


def make_valid():
    valid("valid")
    valid("suspended", SUSPENDED)
    valid("revoked", REVOKED)
    valid("ed25519", key=ED_KEY)
    valid("sm2", key=SM2_KEY)
    valid("smallest-numbers", deadline=0, iat=0)
    valid("largest-numbers", deadline=47481, iat=2**32 - 1)


def make_invalid():
    data = staple(fields(deadline=integer(0), iat=integer(0)), protected=header(-7, KEY.kid))
    invalid("with-a-kid", data, at(data, header(-7, KEY.kid)), "a staple's header has an algorithm alone")
    data = staple(protected=header(-7, None, "x"))
    invalid("with-a-typ", data, at(data, header(-7, None, "x")), "a staple's header has an algorithm alone")
    for name, state in (("state-0", 0), ("state-due", 80), ("state-lapsed", 6), ("state-withdrawn", 4), ("state-91", 91)):
        data = staple(fields(state=integer(state)))
        invalid(name, data, at(data, octets(LEAF), 13), "a state that no staple tells")
    data = staple(fields(state=integer(256)))
    invalid("state-256", data, at(data, octets(LEAF), 13), "the state is over 255")
    data = staple(fields(leaf=octets(LEAF[:11])))
    invalid("leaf-of-eleven-bytes", data, at(data, octets(LEAF[:11])), "the leaf has 11 bytes, not 12 to 12")
    data = staple(fields(leaf=octets(LEAF + b"\0")))
    invalid("leaf-of-thirteen-bytes", data, at(data, octets(LEAF + b"\0")), "the leaf has 13 bytes, not 12 to 12")
    data = staple(fields(deadline=integer(47482)))
    invalid("deadline-in-2100", data, at(data, integer(47482)), "the deadline is over 47481")
    data = staple(fields(iat=integer(2**32)))
    invalid("iat-2-32", data, at(data, integer(2**32)), "the time is over 4294967295")
    data = staple(fields()[:3])
    invalid("three-fields", data, at(data, b"\x83" + octets(LEAF)), "a staple of 3 fields")
    data = staple(fields() + [integer(0)])
    invalid("five-fields", data, at(data, b"\x85" + octets(LEAF)), "a staple has more than 4 items")
    good = array(fields())
    data = sign1(KEY, good + b"\0", header(-7))
    invalid("byte-after-the-fields", data, at(data, integer(IAT) + b"\0", 5), "bytes follow the end")
    data = staple() + b"\0"
    invalid("byte-after-the-staple", data, len(data) - 1, "bytes follow the end")
    data = staple(fields(state=integer(VALID, width=2)))
    invalid("state-with-a-longer-head", data, at(data, octets(LEAF), 13), "the state has a longer head than it needs")
    long = staple(fields(leaf=octets(LEAF + bytes(8))))
    assert len(long) > 104
    cases.write("staple", "invalid", "longer-than-104-bytes", long, cases.refused("malformed", 104, "a staple of more than 104 bytes"))

    unsigned = staple(key=OTHER_KEY)
    cases.write("staple", "invalid", "by-a-key-that-is-not-listed", unsigned, ["verdict: bad signature"])
    turned = bytearray(staple())
    turned[-1] ^= 1
    cases.write("staple", "invalid", "flipped-bit", bytes(turned), ["verdict: bad signature"])
    high = staple(low=False)
    cases.write("staple", "invalid", "high-s", high, ["verdict: bad signature"])


def main():
    cases.start("staple")
    make_valid()
    make_invalid()
    with open(cases.ROOT / "staple" / "keys.txt", "w") as f:
        f.write("# COSE_Keys that the cases believe. Their secrets are published: generate/cose.py.\n")
        for key in (KEY, ED_KEY, SM2_KEY):
            f.write(key.cose_key.hex() + "\n")


if __name__ == "__main__":
    main()
