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
            origin="cert.example/log", uri="https://cert.example/publish/status", drop=None, witnesses=None, closed=None):
    roots = roots or root_set(1, ROOTS[:1])
    deployment = deployment or hashlib.sha256(roots).digest()
    values = [octets(deployment), demo, array([text(h) for h in hosts]), text(origin), text(uri), integer(sequence),
              integer(issued), integer(update), roots, array(list(keys))]
    pairs = [(integer(i), v) for i, v in enumerate(values, 1) if i != drop]
    if witnesses:
        pairs.append((integer(11), witnesses))
    if closed:
        pairs.append((integer(12), closed))
    return mapping(pairs)


def closed_logs(*logs):
    return array([array([text(origin), integer(size), octets(root)]) for origin, size, root in logs])


def cut_off(*items):
    return [(integer(10), array(list(items)))]


def cut_token(index, root=bytes(32), survivors=bytes(32)):
    return cut_off(integer(index), octets(root), octets(survivors))


def policy(quorum, *witnesses):
    return array([integer(quorum), array([array([text(name), key.cose_key]) for name, key in witnesses])])


def describe(sequence, demo, hosts, threshold, roots, keys, witnesses=(), closed=()):
    lines = ["verdict: good", "sequence: %d" % sequence, "demo: " + ("yes" if demo else "no"), "hosts: " + " ".join(hosts),
             "roots: %d of %d" % (threshold, roots)]
    return lines + ["key: " + k for k in keys] + ["witness: " + w for w in witnesses] + ["closed: " + c for c in closed]


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
    make_cut_offs()
    make_witnesses()
    make_closed()
    make_chains()


WITNESSES = [("witness.example/1", Key("witness 1", EDDSA)), ("witness.example/2", Key("witness 2", EDDSA))]


def make_cut_offs():
    keys = [Key("trust cut %d" % i) for i in range(4)]
    entries = [entry(keys[0], 1, span=(0, 1000000), extra=cut_token(500)), entry(keys[1], 1, span=(500, 1000000)),
               entry(keys[2], 1, span=(1000000, 2000000), extra=cut_token(1000000)),
               entry(keys[3], 4, extra=cut_off(integer(START)))]
    lines = [line(keys[0], 1, " 0-1000000 cut off at 500, ends at 500"), line(keys[1], 1, " 500-1000000"),
             line(keys[2], 1, " 1000000-2000000 cut off at 1000000, ends at 1000000"), line(keys[3], 4, " cut off at time %d" % START)]
    cases.write("trust", "valid", "cut-off-keys", signed(entries), describe(1, False, ["CERT.EXAMPLE"], 1, 1, lines))


def make_witnesses():
    lines = ["%s, 2 of 2" % name for name, _ in WITNESSES]
    token = line(Key("trust token"), 1, " 0-1000000")
    cases.write("trust", "valid", "witnesses", signed([TOKEN], witnesses=policy(2, *WITNESSES)),
                describe(1, False, ["CERT.EXAMPLE"], 1, 1, [token], lines))


def make_closed():
    token = line(Key("trust token"), 1, " 0-1000000")
    logs = [("cert.example/log", 7, bytes(32)), ("cert.example/log/2", 7, bytes(32))]
    cases.write("trust", "valid", "closed-logs", signed([TOKEN], origin="cert.example/log/3", closed=closed_logs(*logs)),
                describe(1, False, ["CERT.EXAMPLE"], 1, 1, [token], closed=["%s at %d" % log[:2] for log in logs]))
    cases.write("trust", "valid", "closed-log-and-witnesses",
                signed([TOKEN], origin="cert.example/log/2", witnesses=policy(2, *WITNESSES), closed=closed_logs(logs[0])),
                describe(1, False, ["CERT.EXAMPLE"], 1, 1, [token], ["%s, 2 of 2" % name for name, _ in WITNESSES], ["cert.example/log at 7"]))


# Three root sets, one after the other: each list that names another is signed by the one before, and by its own. A file
# ends with a list from before the first change.
SETS = [(2, ROOTS), (2, [ROOTS[1], ROOTS[2], Key("root 4")]), (1, [Key("root 5")])]
DEPLOYMENT = hashlib.sha256(root_set(*SETS[0])).digest()


def link(sequence, which, signers, **kwargs):
    kwargs.setdefault("deployment", DEPLOYMENT)
    return sign_many(signers, payload([TOKEN], sequence=sequence, roots=root_set(*SETS[which]), **kwargs))


def make_chains():
    token = line(Key("trust token"), 1, " 0-1000000")
    second = link(2, 1, ROOTS[:2] + [SETS[1][1][2]])
    third = link(5, 2, [ROOTS[2], SETS[1][1][2], SETS[2][1][0]])
    first = link(1, 0, ROOTS[:2])
    second, third = second + first, third + second + first
    for name, data, sequence, k, n in (("roots-rotated", second, 2, 2, 3), ("roots-rotated-twice", third, 5, 1, 1),
                                       ("behind-a-rotation", link(7, 2, SETS[2][1]) + third, 7, 1, 1)):
        cases.write("trust", "valid", name, data, describe(sequence, False, ["CERT.EXAMPLE"], k, n, [token]))
    sixteen = b"".join(link(i, 0, ROOTS[:2]) for i in range(17, 1, -1))
    cases.write("trust", "valid", "sixteen-lists", sixteen, describe(17, False, ["CERT.EXAMPLE"], 2, 3, [token]))
    bad = "bad signature"
    invalid("seventeen-lists", link(18, 0, ROOTS[:2]) + sixteen, "more than 16 trust lists in one file")
    invalid("rotation-by-one-of-two", link(5, 2, [ROOTS[2], SETS[2][1][0]]) + second, "1 of 2 root signatures needed", bad)
    invalid("rotation-by-the-new-roots-alone", link(5, 2, SETS[2][1]) + second, "0 of 2 root signatures needed", bad)
    invalid("rotation-without-what-was-before", second[:-len(first)], "a stranger has signed", bad)
    invalid("chain-with-a-gap", link(7, 2, SETS[2][1]) + second, "0 of 2 root signatures needed", bad)
    invalid("chain-oldest-first", first + second[:-len(first)], "a stranger has signed", bad)
    invalid("chain-of-two-deployments", link(3, 0, ROOTS[:2]) + link(2, 0, ROOTS[:2], deployment=bytes(32)),
            "trust lists of two deployments", "refused")
    invalid("chain-that-goes-back", link(2, 0, ROOTS[:2]) + link(2, 0, ROOTS[:2]), "trust list 2 stands before trust list 2", "refused")
    invalid("text-behind-the-list", second + text("x"), "bytes follow the end")
    invalid("half-a-list-behind", second[:-1], "bytes follow the end")


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


def make_new_fields():
    a, b = Key("trust a"), Key("trust b")
    span = {"span": (100, 200)}
    invalid("cut-off-of-a-publishing-key", signed([entry(a, 2, extra=cut_off(integer(START)))]), "a key has a key that is not known")
    invalid("token-cut-off-of-one-item", signed([entry(a, 1, extra=cut_off(integer(5)), **span)]), "a token key's cut-off has not 3 items")
    short = cut_off(integer(150), octets(bytes(31)), octets(bytes(32)))
    invalid("cut-off-root-of-31", signed([entry(a, 1, extra=short, **span)]), "the root of a cut-off has 31 bytes, not 32 to 32")
    short = cut_off(integer(150), octets(bytes(32)), octets(bytes(10)))
    invalid("survivors-hash-of-10", signed([entry(a, 1, extra=short, **span)]), "the hash of the survivors has 10 bytes, not 32 to 32")
    invalid("cut-off-past-any-index", signed([entry(a, 1, extra=cut_token(2**53 + 1), **span)]),
            "the index of a cut-off is over 9007199254740992")
    overlap = [entry(a, 1, extra=cut_token(150), **span), entry(b, 1, span=(149, 160))]
    invalid("successor-below-the-cut-off", signed(overlap), "two token keys may sign log index 149")
    overlap = [entry(a, 1, extra=cut_token(250), **span), entry(b, 1, span=(199, 250))]
    invalid("cut-off-behind-the-range", signed(overlap), "two token keys may sign log index 199")
    invalid("document-cut-off-at-0", signed([entry(a, 4, extra=cut_off(integer(0)))]), "the time of a cut-off is 0")
    invalid("document-cut-off-of-three-items", signed([entry(a, 4, extra=cut_token(5))]), "a document key's cut-off has not 1 items")
    one, two = WITNESSES
    for k, witnesses in ((0, [one]), (2, [one]), (1, [])):
        invalid("witness-quorum-%d-of-%d" % (k, len(witnesses)), signed([TOKEN], witnesses=policy(k, *witnesses)),
                "the witness policy asks for %d of %d witnesses" % (k, len(witnesses)))
    invalid("witness-es256", signed([TOKEN], witnesses=policy(1, ("w", a))), "a witness's key is not Ed25519")
    invalid("witness-name-twice", signed([TOKEN], witnesses=policy(1, one, (one[0], two[1]))), "a witness is named twice")
    invalid("witness-key-twice", signed([TOKEN], witnesses=policy(1, one, (two[0], one[1]))), "a public key is listed twice")
    log = Key("trust log", EDDSA)
    invalid("witness-with-the-log-key", signed([entry(log, 3)], witnesses=policy(1, ("w", log))), "a public key is listed twice")
    invalid("witness-name-with-a-plus", signed([TOKEN], witnesses=policy(1, ("a+b", one[1]))),
            "a witness's name has a character that none may have")
    many = [("w%d" % i, Key("witness %d" % i, EDDSA)) for i in range(17)]
    old = ("cert.example/old", 7, bytes(32))
    invalid("no-closed-log", signed([TOKEN], closed=closed_logs()), "there is no closed log")
    invalid("closed-log-is-the-log", signed([TOKEN], closed=closed_logs(("cert.example/log", 7, bytes(32)))), "the log is one that was closed")
    invalid("closed-log-twice", signed([TOKEN], closed=closed_logs(old, old)), "a log is closed twice")
    invalid("closed-logs-that-shrink", signed([TOKEN], closed=closed_logs(old, ("cert.example/older", 6, bytes(32)))),
            "a log was closed before one behind it")
    invalid("closed-log-root-of-31", signed([TOKEN], closed=closed_logs(("cert.example/old", 7, bytes(31)))), "the root of a closed log has 31 bytes, not 32 to 32")
    invalid("closed-log-without-root", signed([TOKEN], closed=array([array([text("cert.example/old"), integer(7)])])),
            "a closed log has not 3 items")
    invalid("closed-log-past-any-index", signed([TOKEN], closed=closed_logs(("cert.example/old", 2**53 + 1, bytes(32)))),
            "the size of a closed log is over 9007199254740992")
    invalid("seventeen-closed-logs", signed([TOKEN], closed=closed_logs(*[("cert.example/%d" % i, 7, bytes(32)) for i in range(17)])),
            "the closed logs has more than 16 items")
    invalid("seventeen-witnesses", signed([TOKEN], witnesses=policy(1, *many)), "the witnesses has more than 16 items")


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
    make_new_fields()
    make_lists()
    make_roots()


if __name__ == "__main__":
    main()
