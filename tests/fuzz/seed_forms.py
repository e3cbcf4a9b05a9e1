"""What make_seeds.py writes: (folder, name, bytes) of each seed, and the few forms that they need."""
import base64
import hashlib
import json
import pathlib
import zlib

VECTORS = pathlib.Path(__file__).resolve().parent.parent / "vectors"
ORIGIN = "log.example/sitecert"
WITNESS = "witness.example/w1"
NOW = 1900000000
# The key of signature_rule.h: RFC 8032 section 7.1, test 1.
ED25519 = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
HOLDS, HOLDS_NOT, UNCHECKABLE = b"\x22" * 64, b"\x22" * 62 + b"\x00\x00", b"\x22" * 62 + b"\x00\x01"


def b64(data):
    return base64.b64encode(data).decode()


def head(major, n):
    """RFC 8949 section 3: the shortest head."""
    for extra, info in ((0, None), (1, 24), (2, 25), (4, 26), (8, 27)):
        if extra == 0 and n < 24:
            return bytes([major << 5 | n])
        if extra and n < 1 << 8 * extra:
            return bytes([major << 5 | info]) + n.to_bytes(extra, "big")
    raise ValueError(n)


def cbor(value):
    """Deterministic encoding; dictionaries as they are ordered; a tuple is a raw item."""
    if isinstance(value, tuple):
        return value[0]
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    return head(5, len(value)) + b"".join(cbor(k) + cbor(v) for k, v in value.items())


def sign1(header, payload, signature=HOLDS):
    return b"\xd2" + cbor([cbor(header), {}, payload, signature])


# --- notes: C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-witness ---

def note_line(name, kind, raw):
    key_id = hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + ED25519).digest()[:4]
    return f"— {name} {b64(key_id + raw)}\n"


def checkpoint(size=7, root=b"\x07" * 32, signature=HOLDS, origin=ORIGIN, more=""):
    return f"{origin}\n{size}\n{b64(root)}\n\n" + note_line(origin, 1, signature) + more


def cosignature(time_s, signature=HOLDS):
    return note_line(WITNESS, 4, time_s.to_bytes(8, "big") + signature)


def tree_root(hashes):
    """RFC 6962 section 2.1."""
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + tree_root(hashes[:half]) + tree_root(hashes[half:])).digest()


def grown(old, hashes, whole=True):
    """RFC 6962 section 2.1.2: the proof that a log of `old` leaves became this one."""
    if old == len(hashes):
        return [] if whole else [tree_root(hashes)]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    if old <= half:
        return grown(old, hashes[:half], whole) + [tree_root(hashes[half:])]
    return grown(old - half, hashes[half:], False) + [tree_root(hashes[:half])]


def request(old, proof, note):
    return f"old {old}\n" + "".join(b64(h) + "\n" for h in proof) + "\n" + note


def witness_seeds():
    empty = hashlib.sha256(b"").digest()
    leaves = [hashlib.sha256(b"\x00%d" % i).digest() for i in range(7)]  # fuzz_witness.c has seen this log
    one = leaves[0]
    yield "cosigns-the-first", request(0, [], checkpoint())
    yield "cosigns-the-same-again", request(7, [], checkpoint())
    yield "splits", request(7, [], checkpoint(root=b"\x08" * 32))
    yield "no-leaves", request(0, [], checkpoint(0, empty))
    for old in range(1, 7):
        yield f"grows-from-{old}-to-7", request(old, grown(old, leaves), checkpoint(7, tree_root(leaves)))
    yield "grows-but-otherwise", request(3, grown(3, leaves), checkpoint(7))
    yield "unproven", request(3, [one], checkpoint())
    yield "shrinks", request(9, [], checkpoint())
    yield "another-log", request(0, [], checkpoint(origin="another.example/log"))
    yield "signature-holds-not", request(0, [], checkpoint(signature=HOLDS_NOT))
    yield "signature-uncheckable", request(0, [], checkpoint(signature=UNCHECKABLE))
    yield "signed-by-nobody", request(0, [], f"{ORIGIN}\n7\n{b64(one)}\n\n" + note_line("another.example", 1, HOLDS))
    yield "signature-short", request(0, [], checkpoint(signature=HOLDS[:8]))
    yield "proof-of-64", request(1, [one] * 64, checkpoint())
    yield "proof-of-63", request(1, [one] * 63, checkpoint())
    yield "over-8192-bytes", request(1, [one] * 63, checkpoint(more=cosignature(1) * 60))
    yield "a-size", "71\n"
    yield "a-size-with-zero", "071\n"
    yield "cosigned", checkpoint(more=cosignature(NOW))
    yield "cosigned-twice", checkpoint(more=cosignature(NOW) + cosignature(NOW - 1))
    yield "cosigned-badly", checkpoint(more=cosignature(NOW, HOLDS_NOT))
    yield "cosigned-uncheckable", checkpoint(more=cosignature(NOW, UNCHECKABLE))
    yield "cosigned-before-1970", checkpoint(more=cosignature(1 << 63))
    yield "cosigned-short", checkpoint(more=note_line(WITNESS, 4, b"\x11" * 12))
    yield "cosigned-by-another", checkpoint(more=note_line("witness.example/w2", 4, b"\x11" * 72))


# --- staples: docs/formats.md, "Staple" ---

def staple(token=b"token", state=90, iat=NOW, header=None, signature=HOLDS):
    leaf = hashlib.sha256(b"\x00" + token).digest()[:12]
    return sign1(header or {1: -7}, cbor([leaf, state, 22000, iat]), signature)


def staple_seeds():
    yield "valid", staple()
    yield "suspended", staple(state=2)
    yield "revoked", staple(state=3)
    yield "state-that-none-tells", staple(state=80)
    yield "of-another-token", staple(b"another")
    yield "expired", staple(iat=NOW - 601)
    yield "ahead", staple(iat=NOW + 601)
    yield "before-any-key", staple(iat=1)
    yield "signature-holds-not", staple(signature=HOLDS_NOT)
    yield "signature-uncheckable", staple(signature=UNCHECKABLE)
    yield "with-a-kid", staple(header={1: -7, 4: b"\x01" * 8})
    yield "with-a-type", staple(header={1: -7, 16: "x"})
    yield "longest", staple(header={1: -7}) + b"\x00" * 5
    yield "five-fields", sign1({1: -7}, cbor([b"\x01" * 12, 90, 22000, NOW, 0]))
    yield "three-fields", sign1({1: -7}, cbor([b"\x01" * 12, 90, 22000]))
    yield "payload-alone", cbor([b"\x01" * 12, 90, 22000, NOW])


# --- signed requests: RFC 9421, RFC 9530 ---

NOTHING = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"
COVERED = '"@method" "@target-uri" "content-digest" "content-type" "idempotency-key"'
PARAMETERS = f';created={NOW};nonce="0123456789abcdef";keyid="zj";tag="sitecert-intake"'


def post(inputs=None, covered=COVERED, parameters=PARAMETERS, signature=HOLDS, signatures=None, **headers):
    lines = {"idempotency-key": "k", "content-type": "text/csv", "content-digest": NOTHING,
             "signature-input": inputs or f"s=({covered}){parameters}",
             "signature": signatures or f"s=:{b64(signature)}:"}
    lines.update({name.replace("_", "-"): value for name, value in headers.items()})
    return "POST\nhttp://h/v1/batches?kind=test\n" + "".join(f"{k}: {v}\n" for k, v in lines.items() if v)


def message_seeds():
    yield "good", post()
    yield "good-with-authority", post(covered=COVERED + ' "@authority" "@scheme" "@path" "@query"').replace(
        "http://h/", "HTTPS://H:443/")
    yield "good-get", (f'GET\nhttps://h/v1/changes\nsignature-input: s=("@method" "@target-uri"){PARAMETERS}\n'
                       f"signature: s=:{b64(HOLDS)}:\n")
    yield "signature-holds-not", post(signature=HOLDS_NOT)
    yield "signature-uncheckable", post(signature=UNCHECKABLE)
    yield "signature-of-another-label", post(signatures=f"t=:{b64(HOLDS)}:")
    yield "signature-is-text", post(signatures='s="text"')
    yield "signature-no-dictionary", post(signatures="s=(")
    yield "digest-of-another-body", post(content_digest="sha-256=:" + b64(b"\x01" * 32) + ":")
    yield "digest-of-another-kind", post(content_digest="md5=:AAAA:")
    yield "no-type", post(content_type=None)
    yield "no-digest", post(content_digest=None)
    yield "no-key", post(idempotency_key=None)
    yield "key-with-blank", post(idempotency_key="a b")
    yield "no-signature", post().replace("signature: ", "signatur: ")
    yield "expired", post(parameters=PARAMETERS + f";expires={NOW}")
    yield "of-es256", post(parameters=PARAMETERS + ';alg="ecdsa-p256-sha256"')
    yield "of-rsa", post(parameters=PARAMETERS + ';alg="rsa-pss-sha512"')
    yield "parameter-unknown", post(parameters=PARAMETERS + ";more=1")
    yield "parameter-of-another-kind", post(parameters=PARAMETERS.replace(f"={NOW}", '="now"'))
    yield "sender-suspended", post(parameters=PARAMETERS.replace('"zj"', '"suspended"'))
    yield "keyid-empty", post(parameters=PARAMETERS.replace('"zj"', '""'))
    yield "keyid-long", post(parameters=PARAMETERS.replace('"zj"', '"%s"' % ("z" * 65)))
    yield "nonce-long", post(parameters=PARAMETERS.replace("0123456789abcdef", "n" * 65))
    yield "no-nonce", post(parameters=PARAMETERS.replace(';nonce="0123456789abcdef"', ""))
    yield "no-created", post(parameters=PARAMETERS.replace(f";created={NOW}", ""))
    yield "tag-of-another", post(parameters=PARAMETERS.replace("sitecert-intake", "proxy"))
    yield "tag-is-a-token", post(parameters=PARAMETERS.replace('"sitecert-intake"', "sitecert"))
    yield "two-of-our-tag", post(inputs=f"s=({COVERED}){PARAMETERS}, t=({COVERED}){PARAMETERS}")
    yield "input-is-no-list", post(inputs="s=1")
    yield "component-twice", post(covered='"@method" "@method"')
    yield "component-is-a-token", post(covered="method")
    yield "component-is-not-there", post(covered=COVERED).replace("http://h/v1/batches?kind=test", "nothing")
    yield "base", "https://h:1/p"
    yield "base-of-a-user", "https://user@h/p"
    yield "base-of-a-folder", "https://h/p/"
    yield "base-of-another-scheme", "ftp://h/p"
    yield "base-with-a-fragment", "https://h/p#f"
    yield "base-of-512-bytes", "https://h/" + "p" * 502
    yield "listener-of-unix", "GET\nunix:/run/sitecert\n"
    yield "digests", NOTHING
    yield "digest-is-text", "sha-256=text"
    yield "digest-of-two-bytes", "sha-256=:AAA=:"
    yield "digest-not-there", "md5=:AAAA:"
    yield "members-17", ", ".join(f"m{i}" for i in range(17))
    yield "member-twice", "a=1, a=2"
    yield "parameters-13", "a=1" + "".join(f";p{i}" for i in range(13))
    yield "parameter-twice", "a=1;p;p"
    yield "items-33", "a=(" + " ".join("1" for _ in range(33)) + ")"
    yield "digits-16", "a=1234567890123456"
    yield "over-8192-bytes", 'a="' + "a" * 8192 + '"'


# --- the signer's messages: keys/signer/protocol.h ---

def signer_seeds():
    document = ["ZJ-A-2023-000001", 1, 90, b"\x02" * 32, 8]
    place = [5, b"\x03" * 32]
    refusal = [2, "why"]
    key = [b"\x06" * 8, 1, "token-1.pem"]

    def asks(items, what=1):
        return cbor({0: 1, 1: what, 14: cbor(items)})

    def answers(items):
        return cbor({0: 1, 1: 1, 7: cbor(items)})
    yield "requests", cbor([document, document])
    yield "requests-none", cbor([])
    yield "requests-asked", asks([document])
    yield "request-of-four-parts", cbor([document[:4]])
    yield "request-of-a-short-digest", cbor([document[:3] + [b"\x02" * 31, 8]])
    yield "request-of-no-state", cbor([document[:2] + [91] + document[3:]])
    yield "payloads", cbor([b"\x01", b"\x02\x03"])
    yield "payloads-asked", asks([b"\x01"])
    yield "places", cbor([place, place])
    yield "place-of-one-part", cbor([place[:1]])
    yield "place-of-a-short-leaf", cbor([[5, b"\x03" * 31]])
    yield "places-asked", asks([place])
    yield "contents", answers([b"\x04" * 8, b"\x05" * 8])
    yield "contents-refused", answers([b"\x04" * 8, refusal])
    yield "contents-of-seven-bytes", answers([b"\x04" * 7, refusal])
    yield "contents-alone", answers([b"\x04" * 8])
    yield "tokens-of-two", answers([b"\x04", b"\x05"])
    yield "tokens-of-one", answers([b"\x04"])
    yield "keys", answers([key, [b"\x07" * 8, 0, "hsm:a token"]])
    yield "key-of-two-parts", cbor([key[:2]])
    yield "key-of-four-parts", cbor([key + [1]])
    yield "key-of-a-short-kid", cbor([[b"\x06" * 7, *key[1:]]])
    yield "key-half-usable", cbor([[key[0], 2, key[2]]])
    yield "key-without-a-place", cbor([[*key[:2], ""]])
    yield "key-of-a-place-with-a-zero-byte", cbor([[*key[:2], "token\0.pem"]])
    yield "keys-129", cbor([key] * 129)
    yield "payload-empty", cbor([b""])
    yield "payloads-and-a-byte", cbor([b"\x01"]) + b"\0"
    yield "place-of-three-parts", cbor([[*place, 1]])
    yield "tokens-refused", answers([refusal, refusal])
    yield "token-empty", answers([b"", refusal])
    yield "refusal-of-one-part", answers([[2], refusal])
    yield "refusal-without-a-reason", answers([[0, "why"], refusal])
    yield "refusal-of-a-text", answers([["why", 2], refusal])
    yield "nothing-asked", cbor({0: 1, 1: 0})
    yield "done-and-refused", cbor({0: 1, 1: 1, 2: 2})
    yield "of-another-version", cbor({0: 2, 1: 1})


# --- JSON that the issuer keeps ---

def variants(good, changes):
    """good with one member changed each: (name, path, value); None takes it away."""
    yield "good.json", json.dumps(good, ensure_ascii=False)
    for name, path, value in changes:
        changed = json.loads(json.dumps(good))
        at = changed
        for step in path[:-1]:
            at = at[step]
        if value is None:
            del at[path[-1]]
        else:
            at[path[-1]] = value
        yield name + ".json", json.dumps(changed, ensure_ascii=False)


def sender_seeds():
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64.urlsafe_b64encode(ED25519).decode().rstrip("=")}
    key = {"jwk": jwk, "from": "2026-11-23T10:55:56+08:00", "until": "2026-11-30T10:55:56+08:00"}
    sender = {"id": "zj", "unit": "033", "kinds": ["test", "training"], "rows_per_day": 50, "state": "active",
              "added": "2026-11-23T10:55:56+08:00", "keys": [key]}
    one = ("senders", 0)
    own = one + ("keys", 0)
    return variants({"format": 1, "senders": [sender]}, [
        ("another-format", ("format",), 2),
        ("no-list", ("senders",), {}),
        ("twice", ("senders",), [sender, sender]),
        ("id-with-a-blank", one + ("id",), "z j"),
        ("member-more", one + ("more",), 1),
        ("member-less", one + ("added",), None),
        ("unit-of-none", one + ("unit",), "999x"),
        ("rows-negative", one + ("rows_per_day",), -1),
        ("added-no-time", one + ("added",), "yesterday"),
        ("kinds-unknown", one + ("kinds",), ["test", "joke"]),
        ("kinds-none", one + ("kinds",), []),
        ("state-unknown", one + ("state",), "asleep"),
        ("state-suspended", one + ("state",), "suspended"),
        ("keys-none", one + ("keys",), []),
        ("keys-three", one + ("keys",), [key, key, key]),
        ("key-from-no-time", own + ("from",), 5),
        ("key-until-no-time", own + ("until",), 5),
        ("key-member-more", own + ("more",), 5),
        ("key-without-until", own + ("until",), None),
        ("jwk-of-a-secret", own + ("jwk", "d"), "AA"),
        ("jwk-of-rsa", own + ("jwk", "kty"), "RSA"),
        ("jwk-short", own + ("jwk", "x"), "AAAA"),
        ("jwk-not-base64", own + ("jwk", "x"), "????"),
        ("jwk-no-point", own + ("jwk",), {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43}),
    ])


def employer_seeds():
    employer = {"name": "示例建工", "purpose": "进场人员核验", "key": "a" * 64, "rows_per_day": 20000, "state": "active",
                "added": "2022-12-20T10:00:00+08:00"}
    one = ("employers", 0)
    return variants({"format": 1, "employers": [employer]}, [
        ("another-format", ("format",), 2),
        ("twice", ("employers",), [employer, employer]),
        ("name-number", one + ("name",), 5),
        ("name-empty", one + ("name",), ""),
        ("member-more", one + ("more",), 1),
        ("purpose-with-control", one + ("purpose",), "a\u0007"),
        ("key-short", one + ("key",), "aa"),
        ("rows-none", one + ("rows_per_day",), 0),
        ("rows-text", one + ("rows_per_day",), "5"),
        ("state-unknown", one + ("state",), "asleep"),
        ("added-no-time", one + ("added",), "yesterday"),
    ])


# --- texts ---

def csv_seeds():
    yield "quote-never-closed-over-64-kib", b'\x05a,"' + b"b" * 65537
    sample = VECTORS.parent / "sample"
    for kind in ("authority", "education", "test", "training"):
        lines = sorted(sample.glob(f"{kind}*.csv"))[0].read_bytes()
        header = lines.split(b"\n")[0] + b"\n"
        yield f"header-of-{kind}", b"\x05" + header
        yield f"header-of-{kind}-with-one-twice", b"\x05" + header[:-1] + b", " + header.split(b",")[0] + b"\n"
        yield f"header-of-{kind}-with-one-missing", b"\x05" + header.split(b",", 1)[1]


def ndjson_seeds():
    yield "members-300", b"\x05" + json.dumps({f"m{i}": i for i in range(300)}).encode() + b"\n"


def encoding_seeds():
    marks = {"utf-8": b"\xef\xbb\xbf", "utf-16-big": b"\xfe\xff", "utf-16-little": b"\xff\xfe",
             "utf-32-big": b"\x00\x00\xfe\xff", "utf-32-little": b"\xff\xfe\x00\x00", "gb18030": b"\x84\x31\x95\x33"}
    for name, mark in marks.items():
        yield "mark-of-" + name, b"\x03" + mark + b"name\n"
    yield "pieces-of-one-byte", b"\x80" + "张示例,起重\n".encode("gb18030")
    yield "pieces-of-utf8", b"\x00" + "张示例,起重\n".encode()


def delta_seeds():
    note = checkpoint()
    fields = {1: b"\x01" * 32, 2: 1, 3: 2, 4: NOW, 5: [NOW, NOW], 6: 12}
    tail = {9: HOLDS, 10: bytes([0, 3, 4, 9, 2, 66, 200, 1, 63, 4])}

    def payload(change=None, **more):
        return cbor({**fields, **(change or {}), **{int(k[1:]): v for k, v in more.items()}, **tail})
    line = base64.b64decode(note.rsplit(" ", 1)[1])
    yield "payload", payload()
    yield "payload-signed", sign1({1: -7, 4: b"\x01" * 8, 16: "d"}, payload())
    yield "sections", payload(_7={2: b"d", 3: b"p"})
    yield "sections-none", payload(_7={})
    yield "section-unknown", payload(_7={9: b"d"})
    yield "section-no-bytes", payload(_7={2: 5})
    yield "checkpoint", payload(_8=[7, b"\x07" * 32, line])
    yield "checkpoint-of-two-cells", payload(_8=[7, b"\x07" * 32])
    yield "checkpoint-twice", payload(_7={4: b"c"}, _8=[7, b"\x07" * 32, line])
    yield "checkpoint-short-root", payload(_8=[7, b"\x07" * 31, line])
    yield "checkpoint-no-list", payload(_8=7)
    yield "deployment-short", payload({1: b"\x01" * 31})
    yield "from-no-number", payload({2: "x"})
    yield "backwards", payload({2: 5})
    yield "issued-no-time", payload({4: -1})
    yield "exps-of-one", payload({5: [NOW]})
    yield "exps-no-time", payload({5: [NOW, -1]})
    yield "exp-before-issued", payload({5: [NOW - 1, NOW]})
    yield "rows-too-many", payload({6: 1 << 33})
    yield "header-signature-short", cbor({**fields, 9: b"\x01" * 63, 10: b""})
    for name, rows in {"number-cut-short": [0x80], "number-long": [0x80, 0x80, 0x80, 0x80, 0x80, 1],
                       "number-over-32-bits": [0xff, 0xff, 0xff, 0xff, 0x7f], "number-with-a-zero": [0x80, 0],
                       "row-past-the-last": [0xff, 0xff, 0xff, 0xff, 0x0f, 0], "code-unknown": [0, 81],
                       "deadline-like-none": [0, 72], "deadline-written": [0, 63, 4], "deadline-cut-short": [0, 63],
                       "version-written": [0, 6, 5], "version-past-the-last": [0, 6, 0xff, 0xff, 0x7f],
                       "as-the-last": [0, 63, 4, 0, 72]}.items():
        yield "rows-" + name, cbor({**fields, 9: HOLDS, 10: bytes(rows)})
    yield "note", note
    yield "note-cosigned", checkpoint(more=cosignature(NOW))
    yield "note-without-its-end", note[:-1]
    yield "note-of-another-log", checkpoint(origin="another.example/log")


def http_seeds():
    yield "parameters-many", "h\n/v1?" + "&".join(f"p{i}" for i in range(70))
    yield "expects", "100-continue\n/"
    yield "codes", "chunked\n/"


def dates_seeds():
    yield "first-day", "1900-01-01"
    yield "last-day", "2099-12-31"
    yield "leap-day", "2024-02-29"
    yield "moment-of-no-day-before", "1900-01-01T00:00:00+08:00"


def holder_seeds():
    yield "question", cbor({0: 1, 1: 1, 2: True, 3: "ZJ-A-2023-000001", 4: "张示例", 5: 1, 6: "110101199003070000",
                            7: "ABCDE-12345"})
    yield "asks-nothing", cbor({0: 1, 1: 0, 3: "N"})
    yield "answer", cbor({0: 1, 1: 1, 4: b"body"})
    yield "answer-closed", cbor({0: 1, 1: 3, 2: 60, 3: "busy"})
    yield "answer-of-nothing", cbor({0: 1, 1: 0})
    yield "token", cbor({0: 1, 2: b"token"})
    yield "staple", cbor({0: 1, 1: 1, 2: b"staple"})
    yield "staple-not-given", cbor({0: 1, 1: 2})
    yield "staple-and-not-given", cbor({0: 1, 1: 2, 2: b"staple"})
    yield "of-another-version", cbor({0: 9, 1: 1})
    yield "pickup", "abcde 12345"
    yield "pickup-full-width", "ＡＢＣＤＥ－１２３４５"
    yield "pickup-read-aloud", "OIL0I-L0123"
    yield "pickup-long", "0123456789A"
    yield "pickup-short", "012345678"
    yield "pickup-of-another-alphabet", "ABCDEFGHU1"
    yield "pickup-wide-but-no-letter", "０１２３４５６７８"
    yield "pickup-cut-in-a-character", b"0123456789\xef\xbc"
    yield "pickup-over-64-bytes", " " * 65


def digits(data):
    """docs/formats.md, "QR text": groups of 7 bytes as 17 digits."""
    return "".join(str(int.from_bytes(data[i:i + 7], "big")).zfill((0, 3, 5, 8, 10, 13, 15, 17)[len(data[i:i + 7])])
                   for i in range(0, len(data), 7))


def input_seeds():
    token = bytes.fromhex((VECTORS / "token/valid/full/input.hex").read_text().replace("\n", ""))
    text = "HTTPS://CERT.EXAMPLE/V/" + digits(token)
    yield "token", token
    yield "text", text
    yield "digits", digits(token)
    yield "text-of-no-token", "HTTPS://CERT.EXAMPLE/V/123"
    yield "text-of-too-many-digits", "1" * 4000
    yield "picture", b"\x89PNG\nHTTPS://SHOP.EXAMPLE/\n" + text.encode() + b"\n"
    yield "picture-of-another-code", b"\xff\xd8\xff\nHTTPS://CERT.EXAMPLE/V/123\nWIFI:T:WPA"
    yield "picture-of-nothing", b"\x89PNG"
    yield "pdf", "%PDF-1.7\n"
    yield "words", "no certificate"


def told_seeds():
    for state in ("queued", "working", "done", "asleep"):
        yield "batch-" + state, json.dumps({"state": state})
    yield "batch-failed", json.dumps({"state": "failed", "error": {"code": "unreadable", "text": "why"}})
    for outcome in ("recorded", "issued", "renewed", "exchanged", "duplicate", "refused", "conflict", "forgotten"):
        yield "result-" + outcome, json.dumps({"row": 1, "outcome": outcome, "reasons": []})
    yield "result-of-row-0", json.dumps({"row": 0, "outcome": "issued", "reasons": []})
    yield "result-without-reasons", json.dumps({"row": 1, "outcome": "issued"})
    yield "no-json", "{"


def pem(label, der):
    text = b64(der)
    lines = "\n".join(text[i:i + 64] for i in range(0, len(text), 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"


def pem_seeds():
    ed = bytes.fromhex("302a300506032b6570032100") + ED25519
    generator = bytes.fromhex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                              "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")
    p256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")
    good = pem("PUBLIC KEY", ed)
    yield "ed25519", good
    yield "p256", pem("PUBLIC KEY", p256 + b"\x04" + generator)
    yield "p256-compressed", pem("PUBLIC KEY", bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200")
                                 + b"\x03" + generator[:32])
    yield "no-point", pem("PUBLIC KEY", p256 + b"\x04" + b"\x01" * 64)
    yield "of-another-kind", pem("PUBLIC KEY", bytes.fromhex("302a300506032b6571032100") + ED25519)
    yield "private", pem("PRIVATE KEY", ed)
    yield "two", good + good
    yield "text-around", "a key:\n" + good + "its end\n"
    yield "no-end", good.split("-----END")[0]
    yield "end-of-another", good.replace("END PUBLIC", "END PRIVATE")
    yield "not-base64", good.replace("M", "?")
    yield "cut", pem("PUBLIC KEY", ed[:-1])
    yield "longer", pem("PUBLIC KEY", ed + b"\x00")
    yield "lines-of-windows", good.replace("\n", "\r\n")
    yield "none", "no key\n"
    yield "over-4096-bytes", good + "x" * 4096


def png(width, height, colour=0, depth=8, rows=None, more=b""):
    """W3C PNG: IHDR, what is given, IDAT, IEND."""
    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([depth, colour, 0, 0, 0])
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + (chunk(*more) if more else b"") +
            chunk(b"IDAT", zlib.compress(rows or b"")) + chunk(b"IEND", b""))


def picture_seeds():
    yield "png-wider-than-any", png(65501, 1)
    yield "png-of-too-many-pixels", png(65500, 65500)
    yield "png-without-pixels", png(0, 1)
    yield "png-of-colours", png(2, 1, 2, rows=b"\x00" + b"\x10\x20\x30" * 2)
    yield "png-of-16-bits", png(1, 1, 2, 16, rows=b"\x00" + b"\x10\x20" * 3)
    yield "png-transparent", png(1, 1, 6, rows=b"\x00\x10\x20\x30\x00")
    yield "png-of-a-palette", png(1, 1, 3, rows=b"\x00\x00", more=(b"PLTE", b"\x10\x20\x30"))
    yield "png-of-one-bit", png(8, 1, 0, 1, rows=b"\x00\xaa")
    yield "png-cut-in-its-rows", png(2, 2, 2, rows=b"\x00\x10")


def trust_seeds():
    """A list with fields 11 (witnesses) and 12 (closed logs) that its roots never signed."""
    signed = bytes.fromhex((VECTORS / "trust/valid/every-use/input.hex").read_text().replace("\n", ""))
    header, _, payload, signers = uncbor(signed)[0]
    fields = uncbor(payload)[0]

    def changed(**more):
        members = cbor({**fields, **{int(k[1:]): v for k, v in more.items()}})
        return b"\xd8\x62" + cbor([header, {}, members, signers])
    key = {1: 1, -1: 6, -2: ED25519}
    one = ["log.example/first", 7, b"\x07" * 32]
    yield "closed-one", changed(_12=[one])
    yield "closed-two", changed(_12=[one, ["log.example/second", 8, b"\x07" * 32]])
    yield "closed-none", changed(_12=[])
    yield "closed-twice", changed(_12=[one, one])
    yield "closed-before-one-behind-it", changed(_12=[one, ["log.example/second", 6, b"\x07" * 32]])
    yield "closed-and-still-the-log", changed(_12=[[fields[4], 7, b"\x07" * 32]])
    yield "closed-of-two-items", changed(_12=[one[:2]])
    yield "closed-of-a-short-root", changed(_12=[one[:2] + [b"\x07" * 31]])
    yield "closed-no-list", changed(_12=7)
    yield "witness-one", changed(_11=[1, [[WITNESS, key]]])
    yield "witness-twice", changed(_11=[1, [[WITNESS, key], [WITNESS, key]]])
    yield "witness-with-a-plus", changed(_11=[1, [["a+b", key]]])
    yield "witness-without-a-name", changed(_11=[1, [["", key]]])
    yield "witness-without-a-key", changed(_11=[1, [[WITNESS, {}]]])
    yield "witness-of-one-item", changed(_11=[1, [[WITNESS]]])
    yield "witness-no-list", changed(_11=[1, [WITNESS]])
    yield "witnesses-of-one-item", changed(_11=[1])
    yield "witnesses-no-list", changed(_11=1)
    yield "witnesses-fewer-than-asked", changed(_11=[2, [[WITNESS, key]]])


def ipc_seeds():
    yield "message", b"\x00\x00\x00\x03abc"
    yield "message-empty", b"\x00\x00\x00\x00"
    yield "two-messages", b"\x00\x00\x00\x01a\x00\x00\x00\x02bc"
    yield "cut-in-the-length", b"\x00\x00"
    yield "cut-in-the-message", b"\x00\x00\x00\x05abc"
    yield "longest-and-one", b"\x01\x00\x00\x01a"
    yield "nothing", b""


def name_seeds():
    for name, text in {"chinese": "张示例", "separator": "阿卜杜·示例", "separators": "a\u2022b\u30fbc\uff0ed\u22c5e",
                       "latin": "Jean Example", "full-width": "ＪＥＡＮ", "decomposed": "e\u0301", "blank-first": " a",
                       "blank-of-another-sort": "a\u3000b", "control": "a\u0007", "format": "a\u200db",
                       "private": "\ue000", "unassigned": "\U000e0fff", "bidi": "a\u202eb", "empty": "",
                       "rare": "𠮷示例", "characters-101": "示" * 101, "separator-with-blanks": "a · b"}.items():
        yield name, text
    yield "not-utf8", b"\xc0\xaf"
    yield "over-1600-bytes", b"a" * 1601
    yield "of-extension-g", "\U00030000"
    yield "surrogate", b"\xed\xa0\x80"


def tar_header(name, size, kind=b"0", mode=b"0000600\0"):
    field = bytearray(512)
    for at, value in ((0, name.encode()), (100, mode), (108, b"0000000\0"), (116, b"0000000\0"),
                      (124, b"%011o\0" % size), (136, b"00000000000\0"), (156, kind), (257, b"ustar\00000")):
        field[at:at + len(value)] = value
    field[148:156] = b" " * 8
    field[148:156] = b"%06o\0 " % sum(field)
    return bytes(field)


def member(name, content, **more):
    return tar_header(name, len(content), **more) + content + b"\0" * (-len(content) % 512)


def archive_seeds():
    content = b"what it holds"

    def whole(members, names=None, end=b"\0" * 1024):
        sums = "".join(f"{hashlib.sha256(c).hexdigest()}  {n}\n" for n, c in members)
        return b"".join(member(n, c) for n, c in members) + member("SHA256SUMS", sums.encode()) + end
    good = whole([("folder/deep/a", content), ("empty", b"")])
    yield "whole", good
    yield "name-twice", whole([("a", content), ("a", content)])
    yield "name-that-leads-out", whole([("../a", content)])
    yield "name-of-the-root", whole([("/a", content)])
    yield "sum-of-another", good.replace(b"what it holds", b"what it held!")
    yield "cut-in-a-file", good[:700]
    yield "cut-before-the-sums", good[:2048]
    yield "no-end", whole([("a", content)], end=b"")
    yield "longer", good + b"\0" * 512
    yield "a-link", member("a", b"", kind=b"2")
    yield "file-under-a-file", whole([("a", content), ("a/b", content)])
    yield "header-sum-wrong", b"b" + good[1:]
    yield "nothing-but-the-end", b"\0" * 1024
    yield "sums-alone", whole([])
    yield "sums-first", member("SHA256SUMS", b"") + member("a", content) + b"\0" * 1024
    yield "padding-not-zero", good.replace(content + b"\0", content + b"\1", 1)
    yield "mode-of-everybody", member("a", content, mode=b"0000777\0")


def uncbor(data, at=0):
    """(value, where it ends) of an item of the kinds that cbor() writes."""
    major, n, at = data[at] >> 5, data[at] & 31, at + 1
    if major == 7:
        return n == 21, at
    if n >= 24:
        width = 1 << n - 24
        n, at = int.from_bytes(data[at:at + width], "big"), at + width
    if major == 6:
        return uncbor(data, at)
    if major in (2, 3):
        text = data[at:at + n]
        return (text if major == 2 else text.decode()), at + n
    if major < 2:
        return (n if major == 0 else -1 - n), at
    items = []
    for _ in range(n * (major - 3)):
        item, at = uncbor(data, at)
        items.append(item)
    return (items if major == 4 else dict(zip(items[::2], items[1::2]))), at


def changed_delta(signed, change):
    """The delta with members of its payload changed; b"" at the end of the changed rows."""
    header, _, payload, signature = uncbor(signed)[0]
    fields = {**uncbor(payload)[0], **change}
    fields = {key: fields[key] for key in sorted(fields) if fields[key] is not None}
    return b"\xd2" + cbor([header, {}, cbor(fields), signature])


def update_changes(before, fields):
    """(name, members of the payload that are other ones) of deltas that were never signed."""
    length = int.from_bytes(before[8:12], "big")
    sections = uncbor(uncbor(before, 12)[0][2])[0][4]
    trust = before[12 + length:12 + length + sections[0][0]]
    yield "of-another-deployment", {1: b"\x01" * 32}
    yield "with-fewer-rows", {6: 11}
    yield "of-an-earlier-time", {4: 1, 5: [NOW, NOW]}
    yield "with-more-rows", {6: 13, 10: b""}
    yield "with-another-block", {6: 5000, 10: bytes([12, 0, 0xff, 0x20, 1])}
    yield "with-many-blocks", {6: 140000, 10: b""}
    yield "with-a-section-empty", {7: {3: b""}}
    yield "with-a-trust-list-no-newer", {7: {1: trust}}
    yield "with-a-trust-list-that-is-none", {7: {1: b"\xd8"}}
    yield "with-no-change", {7: None, 8: None, 10: b""}
    yield "with-the-rows-cut", {10: fields[10][:-1]}
    yield "with-an-exp-of-old", {5: [fields[4], fields[4]]}


def update_seeds():
    before = (VECTORS / "delta/before.scb").read_bytes()
    signed = (VECTORS / "delta/every-digit.in").read_bytes()
    for name, change in update_changes(before, uncbor(uncbor(signed)[0][2])[0]):
        yield name, len(before).to_bytes(4, "big") + before + changed_delta(signed, change)
    for delta in sorted((VECTORS / "delta").glob("*.in")):
        yield delta.stem, len(before).to_bytes(4, "big") + before + delta.read_bytes()
    yield "bundle-alone", len(before).to_bytes(4, "big") + before
    yield "longer-than-it-is", b"\xff" * 4 + before


FOLDERS = {"witness": witness_seeds, "staple": staple_seeds, "message": message_seeds, "signer": signer_seeds,
           "senders": sender_seeds, "employers": employer_seeds, "csv": csv_seeds, "ndjson": ndjson_seeds, "encoding": encoding_seeds, "delta": delta_seeds,
           "http": http_seeds, "dates": dates_seeds, "holder": holder_seeds, "input": input_seeds, "told": told_seeds, "pem": pem_seeds, "ipc": ipc_seeds,
           "name": name_seeds, "picture": picture_seeds, "update": update_seeds, "trust_rules": trust_seeds, "archive": archive_seeds}


def seeds_of():
    for folder, seeds in FOLDERS.items():
        for name, content in seeds():
            yield folder, name, content if isinstance(content, bytes) else content.encode()
