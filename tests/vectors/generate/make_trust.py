#!/usr/bin/env python3
"""Writes tests/vectors/trust: trust lists by docs/formats.md section 6, read by their own roots, and what is not one."""
import hashlib

import cases
from cbor import FALSE, TRUE, array, integer, mapping, octets, text
from cose import EDDSA, SM2, Key, sign_many

ROOTS = [Key("root 1"), Key("root 2", EDDSA), Key("root 3")]
START, END = 1678348800, 1709884800
USES = ["", "token", "publish", "log", "document", "staple", "operator", "answer"]


def root_set(threshold, keys):
    return array([integer(threshold), array([k.cose_key for k in keys])])


def entry(key, use, span=None, units=None, posts=None, name=None, kid=None, dates=(START, END), extra=()):
    pairs = [(integer(1), octets(kid or key.kid)), (integer(2), key.cose_key), (integer(3), integer(use)),
             (integer(4), integer(dates[0])), (integer(5), integer(dates[1]))]
    if span:
        pairs.append((integer(6), array([integer(i) for i in span])))
    if units:
        pairs.append((integer(7), array([integer(i) for i in units])))
    if posts:
        pairs.append((integer(8), array([integer(i) for i in posts])))
    if name:
        pairs.append((integer(9), text(name)))
    return mapping(pairs + list(extra))


TOKEN = entry(Key("trust token"), 1, span=(0, 1000000))


def payload(keys, roots=None, deployment=None, demo=FALSE, hosts=("CERT.EXAMPLE",), sequence=1, issued=START, update=END,
            origin="cert.example/log", uri="https://cert.example/publish/status", drop=None):
    roots = roots or root_set(1, ROOTS[:1])
    deployment = deployment or hashlib.sha256(roots).digest()
    values = [octets(deployment), demo, array([text(h) for h in hosts]), text(origin), text(uri), integer(sequence),
              integer(issued), integer(update), roots, array(list(keys))]
    return mapping([(integer(i), v) for i, v in enumerate(values, 1) if i != drop])


def describe(sequence, demo, hosts, threshold, roots, keys):
    lines = ["verdict: good", "sequence: %d" % sequence, "demo: " + ("yes" if demo else "no"), "hosts: " + " ".join(hosts),
             "roots: %d of %d" % (threshold, roots)]
    return lines + ["key: " + k for k in keys]


def line(key, use, rest=""):
    return "%s %s%s" % (key.kid.hex(), USES[use], rest)


def make_valid():
    token = line(Key("trust token"), 1, " 0-1000000")
    cases.write("trust", "valid", "one-root-one-key", sign_many(ROOTS[:1], payload([TOKEN])),
                describe(1, False, ["CERT.EXAMPLE"], 1, 1, [token]))
    cases.write("trust", "valid", "no-keys", sign_many(ROOTS[:1], payload([])), describe(1, False, ["CERT.EXAMPLE"], 1, 1, []))
    two = root_set(2, ROOTS)
    for name, signers in (("two-of-three", ROOTS[1:]), ("three-of-three-where-two-do", ROOTS)):
        cases.write("trust", "valid", name, sign_many(signers, payload([TOKEN], roots=two)),
                    describe(1, False, ["CERT.EXAMPLE"], 2, 3, [token]))
    hosts = ["CERT.EXAMPLE:8443", "127.0.0.1", "A" * 63]
    data = payload([TOKEN], demo=TRUE, hosts=hosts, sequence=7, deployment=bytes(32))
    cases.write("trust", "valid", "later-list-of-a-demo", sign_many(ROOTS[:1], data), describe(7, True, hosts, 1, 1, [token]))
    make_every_use()
    make_sm2()


def make_sm2():
    """A whole deployment on SM2: its log alone stays Ed25519, its documents P-256."""
    roots = [Key("sm2 root 1", SM2), Key("sm2 root 2", SM2)]
    kinds = {1: SM2, 2: SM2, 3: EDDSA, 4: -7, 5: SM2, 6: SM2, 7: SM2}
    keys = {use: Key("sm2 use %d" % use, alg) for use, alg in kinds.items()}
    entries = [entry(key, use, span=(0, 1000000) if use == 1 else None, name="操作员甲" if use == 6 else None)
               for use, key in keys.items()]
    lines = [line(key, use, {1: " 0-1000000", 6: " 操作员甲"}.get(use, "")) for use, key in keys.items()]
    data = sign_many(roots, payload(entries, roots=root_set(2, roots)))
    cases.write("trust", "valid", "sm2", data, describe(1, False, ["CERT.EXAMPLE"], 2, 2, lines))


def make_every_use():
    keys, lines = [], []
    for use in range(1, 8):
        key = Key("trust use %d" % use, EDDSA if use in (3, 5) else -7)
        if use == 1:
            keys.append(entry(key, 1, span=(5, 6), units=[33, 901], posts=[1, 13]))
            lines.append(line(key, 1, " 5-6 units 33 901 posts 1 13"))
        elif use == 6:
            keys.append(entry(key, 6, name="操作员甲"))
            lines.append(line(key, 6, " 操作员甲"))
        else:
            keys.append(entry(key, use))
            lines.append(line(key, use))
    cases.write("trust", "valid", "every-use", sign_many(ROOTS[:1], payload(keys)),
                describe(1, False, ["CERT.EXAMPLE"], 1, 1, lines))


def invalid(name, data, reason, verdict="malformed"):
    cases.write("trust", "invalid", name, data, cases.refused(verdict, None, reason))


def signed(*args, **kwargs):
    return sign_many(ROOTS[:1], payload(*args, **kwargs))


def make_keys():
    a, b = Key("trust a"), Key("trust b")
    twice = "a public key is listed twice"
    invalid("one-key-two-uses", signed([entry(a, 2), entry(a, 4)]), twice)
    invalid("one-key-twice", signed([entry(a, 2), entry(a, 2)]), twice)
    invalid("root-among-the-keys", signed([entry(ROOTS[0], 2)]), twice)
    invalid("kid-of-another-key", signed([entry(a, 2, kid=b.kid)]), "a kid is not that of its key")
    invalid("overlapping-ranges", signed([entry(a, 1, span=(0, 10)), entry(b, 1, span=(9, 20))]), "two token keys may sign log index 9")
    size = "a token key's range has no index or more than 1000000"
    invalid("range-of-a-million-and-one", signed([entry(a, 1, span=(0, 1000001))]), size)
    invalid("range-of-none", signed([entry(a, 1, span=(5, 5))]), size)
    invalid("range-backwards", signed([entry(a, 1, span=(6, 5))]), size)
    invalid("token-key-without-a-range", signed([entry(a, 1)]), "a token key's range is missing")
    unknown = "a key has a key that is not known"
    invalid("range-of-a-publishing-key", signed([entry(a, 2, span=(0, 1))]), unknown)
    invalid("name-of-a-publishing-key", signed([entry(a, 2, name="x")]), unknown)
    invalid("use-0", signed([entry(a, 0)]), "a key has no use")
    invalid("use-8", signed([entry(a, 8)]), "a key's use is over 7")
    invalid("log-key-es256", signed([entry(a, 3)]), "a log key that is not Ed25519")
    invalid("dates-backwards", signed([entry(a, 2, dates=(END, START))]), "a key's dates run backwards")
    invalid("units-unsorted", signed([entry(a, 1, span=(0, 1), units=[901, 33])]), "a key's units does not ascend from 1")
    small = Key("trust small", EDDSA)
    small.cose_key = mapping([(integer(1), integer(1)), (integer(-1), integer(6)), (integer(-2), octets(b"\x01" + bytes(31)))])
    small.kid = hashlib.sha256(small.cose_key).digest()[:8]
    point = "a key is not one of its curve, or of small order"
    invalid("key-of-small-order", signed([entry(small, 4)]), point)
    a_sm2, p256_point = Key("trust sm2", SM2), Key("trust sm2 from p256")
    invalid("log-key-sm2", signed([entry(a_sm2, 3)]), "a log key that is not Ed25519")
    invalid("document-key-sm2", signed([entry(a_sm2, 4)]), "a document key that is neither P-256 nor RSA")
    p256_point.cose_key = p256_point.cose_key.replace(integer(-1) + integer(1), integer(-1) + integer(SM2))
    p256_point.kid = hashlib.sha256(p256_point.cose_key).digest()[:8]
    invalid("sm2-key-of-a-p256-point", signed([entry(p256_point, 2)]), point)
    empty_id = Key("root sm2", SM2, sm2_id=b"")
    data = sign_many([empty_id], payload([TOKEN], roots=root_set(1, [empty_id])))
    invalid("sm2-root-under-the-empty-id", data, "a root's signature does not hold", "bad signature")
    off = Key("trust off")
    off.cose_key = off.cose_key[:-1] + bytes([off.cose_key[-1] ^ 1])
    off.kid = hashlib.sha256(off.cose_key).digest()[:8]
    invalid("key-off-its-curve", signed([entry(off, 4)]), point)


def make_lists():
    invalid("next-update-at-issue", signed([TOKEN], update=START), "the next update is not after the issue")
    invalid("sequence-0", signed([TOKEN], sequence=0), "the sequence is 0")
    invalid("issued-0", signed([TOKEN], issued=0), "the time of issue is 0")
    invalid("host-in-lower-case", signed([TOKEN], hosts=["cert.example"]), "a host has a character outside 0-9 A-Z . : -")
    invalid("host-of-64", signed([TOKEN], hosts=["A" * 64]), "a host has 64 bytes, not 1 to 63")
    invalid("host-twice", signed([TOKEN], hosts=["A", "A"]), "a host is listed twice")
    invalid("no-host", signed([TOKEN], hosts=[]), "there is no host")
    invalid("origin-with-a-space", signed([TOKEN], origin="a b"), "the log origin has a character that is not printing ASCII")
    invalid("no-root-set", signed([TOKEN], drop=9), "the root set is missing")
    invalid("byte-after-the-list", sign_many(ROOTS[:1], payload([TOKEN]) + b"\x00"), "bytes follow the end")
    other = sign_many(ROOTS[:1], payload([TOKEN]), typ="application/sitecert-bundle+cbor")
    invalid("type-of-a-bundle", other, "not a trust list's type")
    first = signed([TOKEN], deployment=bytes(32))
    invalid("first-list-of-another-deployment", first, "the first trust list's root set is not the deployment's", "refused")


def make_roots():
    for k, keys in ((0, ROOTS[:1]), (2, ROOTS[:1])):
        invalid("threshold-%d-of-1" % k, signed([TOKEN], roots=root_set(k, keys)), "the root set asks for %d of 1 keys" % k)
    invalid("no-roots", signed([TOKEN], roots=root_set(1, [])), "the root set asks for 1 of 0 keys")
    invalid("root-twice", signed([TOKEN], roots=root_set(1, [ROOTS[0], ROOTS[0]])), "a root key is listed twice")
    two = payload([TOKEN], roots=root_set(2, ROOTS))
    bad = "bad signature"
    invalid("one-of-two-signatures", sign_many(ROOTS[:1], two), "1 of 2 root signatures needed", bad)
    invalid("one-root-signs-twice", sign_many([ROOTS[0], ROOTS[0]], two), "a root has signed twice", bad)
    invalid("stranger-signs-too", sign_many(ROOTS[:2] + [Key("stranger")], two), "a stranger has signed", bad)
    spare = sign_many(ROOTS, two)
    invalid("spare-signature-broken", spare[:-1] + bytes([spare[-1] ^ 1]), "a root's signature does not hold", bad)
    good = sign_many(ROOTS[:1], payload([TOKEN]))
    invalid("flipped-host", good.replace(b"CERT.EXAMPLE", b"BERT.EXAMPLE"), "a root's signature does not hold", bad)


def main():
    cases.start("trust")
    make_valid()
    make_keys()
    make_lists()
    make_roots()


if __name__ == "__main__":
    main()
