#!/usr/bin/env python3
"""Writes tests/vectors/token: tokens by docs/formats.md section 5, and what is not one."""

import cases
import p256
import sm2
from cbor import NULL, array, integer, mapping, octets, tag, text
from cose import EDDSA, SM2, Key, header, sign1

TOKEN_KEY = Key("token")
ED_KEY = Key("token ed25519", EDDSA)
SM2_KEY = Key("token sm2", SM2)
PHOTO = bytes(range(1, 9))

FULL = {1: "张示例", 2: 111, 3: "002X", 4: 1, 5: 33, 6: 415, 7: 19425, 8: 20885, 9: 3, 10: 43415, 11: 61007,
        12: [1, 32, 22, 2, 40, 24], 13: PHOTO}
NUMBER, IAT = "03301202300012349", 1678348800
NAMES = ["name", "id_type", "id_tail", "post", "unit", "provider", "issued", "deadline", "version", "status_index",
         "log_index", "ce", "photo"]


def value(v):
    if isinstance(v, bytes):
        return octets(v)
    if isinstance(v, str):
        return text(v)
    return array([integer(i) for i in v]) if isinstance(v, list) else integer(v)


def pairs(claims):
    return [(integer(k), value(v)) for k, v in sorted(claims.items())]


def payload(inner, number=text(NUMBER), iat=integer(IAT)):
    return mapping([(integer(2), number), (integer(6), iat), (integer(-65537), inner)])


def claims_with(**changed):
    """FULL with a claim changed ("c9"), or left out (None)."""
    claims = dict(FULL)
    for name, v in changed.items():
        claims[int(name[1:])] = v
    return {k: v for k, v in claims.items() if v is not None}


def token_with(**changed):
    return sign1(TOKEN_KEY, payload(mapping(pairs(claims_with(**changed)))))


def expected(claims, key, number=NUMBER, iat=IAT):
    lines = ["verdict: authentic", "kid: " + key.kid.hex(), "number: " + number, "iat: %d" % iat]
    for i, name in enumerate(NAMES, 1):
        if i not in claims:
            continue
        v = claims[i]
        shown = v.hex() if isinstance(v, bytes) else " ".join(map(str, v)) if isinstance(v, list) else str(v)
        lines.append("%s: %s" % (name, shown))
    return lines


def valid(name, claims, key=TOKEN_KEY, number=NUMBER, iat=IAT):
    data = sign1(key, payload(mapping(pairs(claims)), text(number), integer(iat)))
    cases.write("token", "valid", name, data, expected(claims, key, number, iat))


def make_valid():
    bare = {k: v for k, v in FULL.items() if k < 12}
    valid("full", FULL)
    valid("no-hours-no-photo", bare)
    valid("one-ce-year", claims_with(c12=[1, 64, 44]))
    valid("ed25519", FULL, key=ED_KEY)
    valid("sm2", FULL, key=SM2_KEY)
    valid("name-beyond-the-bmp", claims_with(c1="𰻝·示例"))
    valid("passport", claims_with(c2=414, c3="A1B2"))
    valid("smallest-numbers", {**bare, 2: 1, 3: "0", 4: 1, 5: 1, 6: 0, 7: 0, 8: 0, 9: 1, 10: 0, 11: 0}, number="0", iat=1)
    valid("largest-numbers",
          {**FULL, 2: 999, 4: 9999, 5: 999, 6: 2**32 - 1, 7: 47481, 8: 47481, 9: 65535, 10: 2**28 - 1, 11: 2**53 - 1,
           12: [1, 64, 64, 65535, 64, 64]}, number="Z-" * 20, iat=2**40 - 1)
    valid("heads-at-their-borders", claims_with(c4=23, c5=24, c6=255, c9=256, c10=65535, c11=65536))
    valid("deadline-on-the-day-of-issue", claims_with(c8=19425))


def at(data, needle, skip=0):
    """Where a piece of a case begins: the offset that a reader should name."""
    assert data.count(needle) == 1, needle.hex()
    return data.index(needle) + skip


def invalid(name, data, offset, reason):
    cases.write("token", "invalid", name, data, cases.refused("malformed", offset, reason))


def claim_is(name, claim, bad, reason):
    data = token_with(**{"c%d" % claim: bad})
    invalid(name, data, at(data, integer(claim) + value(bad), 1), reason)


def make_ranges():
    claim_is("version-0", 9, 0, "claim 9 (version) is under 1")
    claim_is("version-65536", 9, 65536, "claim 9 (version) is over 65535")
    claim_is("post-0", 4, 0, "claim 4 (post) is under 1")
    claim_is("post-10000", 4, 10000, "claim 4 (post) is over 9999")
    claim_is("unit-0", 5, 0, "claim 5 (unit) is under 1")
    claim_is("unit-1000", 5, 1000, "claim 5 (unit) is over 999")
    claim_is("id-type-1000", 2, 1000, "claim 2 (id type) is over 999")
    claim_is("status-index-2-28", 10, 2**28, "claim 10 (status index) is over 268435455")
    claim_is("log-index-2-53", 11, 2**53, "claim 11 (log index) is over 9007199254740991")
    claim_is("issued-in-2100", 7, 47482, "claim 7 (issued) is over 47481")
    claim_is("name-empty", 1, "", "claim 1 (name) has 0 bytes, not 1 to 400")
    claim_is("name-with-a-newline", 1, "张\n示", "claim 1 (name) has a control character")
    claim_is("name-with-a-c1-control", 1, "张\u0085示", "claim 1 (name) has a control character")
    claim_is("id-tail-in-lower-case", 3, "002x", "claim 3 (id tail) has a character that is not allowed")
    claim_is("id-tail-of-five", 3, "1002X", "claim 3 (id tail) has 5 bytes, not 1 to 4")
    claim_is("photo-of-seven-bytes", 13, b"1234567", "claim 13 (photo) has 7 bytes, not 8 to 8")
    claim_is("hours-of-two-items", 12, [1, 32], "claim 12 (CE hours) has not 3 or 6 items")
    claim_is("hours-of-no-items", 12, [], "claim 12 (CE hours) has not 3 or 6 items")
    claim_is("hours-of-nine-items", 12, [1, 9, 9, 2, 9, 9, 3, 9, 9], "claim 12 (CE hours) has more than 6 items")
    data = token_with(c12=[1, 65, 22])
    invalid("hours-65", data, at(data, b"\x0c\x83\x01\x18\x41", 3), "hours of claim 12 is over 64")
    data = token_with(c12=[1, 20, 21])
    invalid("post-hours-over-hours", data, at(data, b"\x0c\x83\x01\x14\x15", 4), "post-specific hours of claim 12 is over 20")
    data = token_with(c12=[2, 20, 20, 2, 20, 20])
    invalid("ce-year-twice", data, at(data, b"\x0c\x86\x02\x14\x14", 5), "a CE year of claim 12 is under 3")
    data = token_with(c12=[0, 20, 20])
    invalid("ce-year-0", data, at(data, b"\x0c\x83\x00", 2), "a CE year of claim 12 is under 1")
    data = token_with(c8=19424)
    invalid("deadline-before-issue", data, at(data, integer(11) + integer(61007), 4), "claim 8 (deadline) is before claim 7 (issued)")
    inner = mapping(pairs(FULL))
    data = sign1(TOKEN_KEY, payload(inner, number=text("0330a")))
    invalid("number-in-lower-case", data, at(data, text("0330a")), "claim 2 (sub) has a character that is not allowed")
    data = sign1(TOKEN_KEY, payload(inner, iat=integer(0)))
    invalid("iat-0", data, at(data, b"\x06\x00\x3a", 1), "claim 6 (iat) is under 1")
    data = sign1(TOKEN_KEY, payload(inner, iat=integer(-1)))
    invalid("iat-negative", data, at(data, b"\x06\x20\x3a", 1), "claim 6 (iat) is not an unsigned integer")
    data = sign1(TOKEN_KEY, payload(inner, iat=integer(2**40)))
    invalid("iat-2-40", data, at(data, integer(2**40)), "claim 6 (iat) is over 1099511627775")


def make_claims():
    full = pairs(FULL)
    for missing in (1, 11):
        claims = claims_with(**{"c%d" % missing: None})
        data = sign1(TOKEN_KEY, payload(mapping(pairs(claims))))
        nxt = integer(missing + 1) + value(FULL[missing + 1])
        label = {1: "claim 1 (name)", 11: "claim 11 (log index)"}[missing]
        invalid("claim-%d-missing" % missing, data, at(data, nxt), label + " is missing")
    data = sign1(TOKEN_KEY, payload(mapping(full + [(integer(14), integer(0))])))
    invalid("claim-14", data, at(data, integer(-65537) + b"\xae", 5), "claim -65537 has more than 13 keys")
    bare = pairs(claims_with(c13=None)) + [(integer(14), integer(0))]
    data = sign1(TOKEN_KEY, payload(mapping(bare)))
    invalid("claim-14-for-13", data, at(data, b"\x0e\x00", 0), "claim -65537 has a key that is not known")
    swapped = full[:]
    swapped[3], swapped[4] = swapped[4], swapped[3]
    data = sign1(TOKEN_KEY, payload(mapping(swapped)))
    invalid("claims-out-of-order", data, at(data, b"\x05\x18\x21"), "claim 4 (post) is missing")
    doubled = full[:4] + [full[3]] + full[4:12]
    data = sign1(TOKEN_KEY, payload(mapping(doubled)))
    invalid("claim-4-twice", data, at(data, b"\x04\x01\x04\x01", 2), "claim 5 (unit) is missing")
    number, iat, inner = (integer(2), text(NUMBER)), (integer(6), integer(IAT)), (integer(-65537), mapping(full))
    data = sign1(TOKEN_KEY, mapping([iat, number, inner]))
    invalid("iat-before-sub", data, at(data, b"\xa3\x06\x1a", 1), "claim 2 (sub) is missing")
    data = sign1(TOKEN_KEY, mapping([number, iat]))
    invalid("no-certificate-claim", data, at(data, integer(IAT), 5), "claim -65537 is missing")
    data = sign1(TOKEN_KEY, mapping([number, (integer(4), integer(IAT)), inner]))
    invalid("exp-for-iat", data, at(data, b"\x04" + integer(IAT)), "claim 6 (iat) is missing")


def inner_with(claim, encoded):
    return mapping([(k, encoded if k == integer(claim) else v) for k, v in pairs(FULL)])


def make_encodings():
    def case(name, claim, encoded, reason):
        data = sign1(TOKEN_KEY, payload(inner_with(claim, encoded)))
        invalid(name, data, at(data, integer(claim) + encoded, 1), reason)

    longer = " has a longer head than it needs"
    case("number-with-a-longer-head", 9, integer(3, width=1), "claim 9 (version)" + longer)
    case("number-with-the-longest-head", 9, integer(3, width=8), "claim 9 (version)" + longer)
    case("text-with-a-longer-head", 1, text(FULL[1], width=1), "claim 1 (name)" + longer)
    case("text-of-indefinite-length", 1, b"\x7f" + text(FULL[1]) + b"\xff",
         "claim 1 (name) has an indefinite length or a reserved head")
    case("array-of-indefinite-length", 12, b"\x9f\x01\x02\x03\xff", "claim 12 (CE hours) has an indefinite length or a reserved head")
    case("number-as-bignum", 9, tag(2, octets(b"\x03")), "claim 9 (version) is not an unsigned integer")
    case("number-as-half-float", 9, b"\xf9\x42\x00", "claim 9 (version) is a float or a simple value that is not allowed")
    case("number-negative", 9, integer(-3), "claim 9 (version) is not an unsigned integer")
    case("number-as-text", 9, text("3"), "claim 9 (version) is not an unsigned integer")
    case("number-null", 9, NULL, "claim 9 (version) is not an unsigned integer")
    case("name-as-bytes", 1, octets(FULL[1].encode()), "claim 1 (name) is not a text")
    case("name-not-utf-8", 1, text(b"\xe5\xbc"), "claim 1 (name) is not UTF-8")
    case("name-with-a-surrogate", 1, text(b"\xed\xa0\x80"), "claim 1 (name) is not UTF-8")
    case("name-overlong-utf-8", 1, text(b"\xc1\x81"), "claim 1 (name) is not UTF-8")
    good = payload(mapping(pairs(FULL)))
    data = sign1(TOKEN_KEY, good + b"\x00")
    invalid("byte-after-the-claims", data, at(data, PHOTO + b"\x00", 8), "bytes follow the end")
    indefinite = b"\xbf" + good[1:] + b"\xff"
    data = sign1(TOKEN_KEY, indefinite)
    invalid("claims-of-indefinite-length", data, at(data, b"\xbf\x02"), "the claims has an indefinite length or a reserved head")
    data = sign1(TOKEN_KEY, tag(61, good))
    invalid("claims-in-a-cwt-tag", data, at(data, b"\xd8\x3d\xa3"), "the claims is not a map")


def make_envelopes():
    good = payload(mapping(pairs(FULL)))
    ok = sign1(TOKEN_KEY, good)
    invalid("no-tag", sign1(TOKEN_KEY, good, wrap=lambda body: body), 0, "COSE_Sign1 is not a tag")
    invalid("tag-61-around", tag(61, ok), 0, "COSE_Sign1 has another tag than 18")
    invalid("tag-18-in-two-bytes", sign1(TOKEN_KEY, good, wrap=lambda b: tag(18, b, width=1)), 0,
            "COSE_Sign1 has a longer head than it needs")
    invalid("tag-98", sign1(TOKEN_KEY, good, wrap=lambda body: tag(98, body)), 0, "COSE_Sign1 has another tag than 18")
    invalid("byte-after-the-signature", ok + b"\x00", len(ok), "bytes follow the end")
    invalid("last-byte-missing", ok[:-1], len(ok) - 66, "the signature is cut short")
    invalid("empty", b"", 0, "COSE_Sign1 is cut short")
    kid_pair = (integer(4), octets(TOKEN_KEY.kid))
    data = sign1(TOKEN_KEY, good, protected=header(-7), unprotected=mapping([kid_pair]))
    invalid("kid-unprotected", data, at(data, b"\xa1\x04\x48"), "the unprotected header has more than 0 keys")
    data = sign1(TOKEN_KEY, good, protected=header(-7))
    invalid("no-kid", data, 3, "header 4 (kid) is missing")
    data = sign1(TOKEN_KEY, good, protected=mapping([kid_pair]))
    invalid("no-alg", data, 4, "header 1 (alg) is missing")
    data = sign1(TOKEN_KEY, good, protected=header(-7, TOKEN_KEY.kid, "application/statuslist+cwt"))
    invalid("with-a-typ", data, 4, "header 16 (typ) does not belong in a token")
    data = sign1(TOKEN_KEY, good, protected=header(-7, TOKEN_KEY.kid[:7]))
    invalid("kid-of-seven-bytes", data, at(data, b"\x04\x47", 1), "header 4 (kid) has 7 bytes, not 8 to 8")
    crit = mapping([(integer(1), integer(-7)), (integer(2), array([integer(4)])), kid_pair])
    data = sign1(TOKEN_KEY, good, protected=crit)
    invalid("with-crit", data, at(data, b"\x02\x81\x04"), "the protected header has a key that is not known")
    cases.write("token", "invalid", "longer-than-768-bytes", ok + bytes(768), cases.refused("malformed", 768, "a token of more than 768 bytes"))


def make_signatures():
    good = payload(mapping(pairs(FULL)))
    ok = sign1(TOKEN_KEY, good)

    def bad(name, data):
        cases.write("token", "invalid", name, data, cases.refused("bad signature"))

    bad("flipped-bit-in-the-name", ok.replace("张".encode(), "弡".encode()))
    bad("flipped-bit-in-the-signature", ok[:-1] + bytes([ok[-1] ^ 1]))
    bad("high-s", sign1(TOKEN_KEY, good, low=False))
    bad("signed-by-another-key", sign1(Key("another"), good, protected=header(-7, TOKEN_KEY.kid)))
    bad("alg-eddsa-with-an-es256-key", sign1(TOKEN_KEY, good, protected=header(-8, TOKEN_KEY.kid)))
    bad("r-and-s-zero", ok[:-64] + bytes(64))
    n = p256.N.to_bytes(32, "big")
    bad("r-is-n", ok[:-64] + n + ok[-32:])
    sound = sign1(SM2_KEY, good)
    bad("sm2-under-the-empty-id", sign1(Key("token sm2", SM2, sm2_id=b""), good))
    bad("sm2-under-another-id", sign1(Key("token sm2", SM2, sm2_id=b"ALICE123@YAHOO.COM"), good))
    s = int.from_bytes(sound[-32:], "big")
    bad("sm2-n-minus-s", sound[:-32] + (sm2.N - s).to_bytes(32, "big"))
    bad("sm2-s-is-n", sound[:-32] + sm2.N.to_bytes(32, "big"))
    bad("sm2-r-and-s-zero", sound[:-64] + bytes(64))
    bad("sm2-flipped-bit", sound[:-1] + bytes([sound[-1] ^ 1]))
    ecdsa = p256.sign(int.from_bytes(SM2_KEY.secret, "big"), sound[:-66])
    bad("sm2-with-a-p256-signature", sound[:-64] + ecdsa)
    bad("alg-es256-with-an-sm2-key", sign1(SM2_KEY, good, protected=header(-7, SM2_KEY.kid)))
    bad("alg-sm2-with-an-es256-key", sign1(TOKEN_KEY, good, protected=header(SM2, TOKEN_KEY.kid)))
    bad("alg-sm2-with-an-ed25519-key", sign1(ED_KEY, good, protected=header(SM2, ED_KEY.kid)))
    unknown = Key("another")
    cases.write("token", "invalid", "unknown-key", sign1(unknown, good), cases.refused("unknown key"))


def main():
    cases.start("token")
    (cases.ROOT / "token").mkdir(exist_ok=True)
    (cases.ROOT / "token" / "keys.txt").write_text(
        "# COSE_Keys that the cases believe. Their secrets are published: generate/cose.py.\n"
        + TOKEN_KEY.cose_key.hex() + "\n" + ED_KEY.cose_key.hex() + "\n" + SM2_KEY.cose_key.hex() + "\n")
    make_valid()
    make_ranges()
    make_claims()
    make_encodings()
    make_envelopes()
    make_signatures()


if __name__ == "__main__":
    main()
