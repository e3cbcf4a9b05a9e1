#!/usr/bin/env python3
"""Writes ../pdf_signature: signatures of PDFs, by docs/pdf.md section "Signature" alone, and the trust list to check them by."""
import hashlib

import cases
import rsa
from cbor import integer, mapping, octets
from cose import Key, sign_many
from make_trust import END, START, entry, payload

ROOM, LONG_ROOM = 4096, 16384
DIGEST = hashlib.sha256(b"the bytes of a document, around its signature").digest()
KEY, RSA_KEY, STRANGER, PUBLISH = Key("document"), rsa.Key("document rsa"), Key("document stranger"), Key("document publish")
RSA_KEY.cose_key = mapping([(integer(1), integer(3)), (integer(-1), octets(RSA_KEY.n)), (integer(-2), octets(b"\1\0\1"))])
RSA_KEY.kid = hashlib.sha256(RSA_KEY.cose_key).digest()[:8]
CA = Key("document CA")
ES256, RS256 = -7, -257


# --- DER ---

def der(tag, *parts, long=False):
    content = b"".join(parts)
    n = len(content)
    if n < 128 and not long:
        return bytes([tag, n]) + content
    size = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag, 128 + len(size)]) + size + content


def sequence(*parts):
    return der(0x30, *parts)


def number(v):
    return der(2, v.to_bytes(v.bit_length() // 8 + 1, "big"))


def oid(text):
    first, second, *rest = map(int, text.split("."))
    out = [40 * first + second]
    for arc in rest:
        groups = [arc & 127]
        while arc := arc >> 7:
            groups.append(arc & 127 | 128)
        out += reversed(groups)
    return der(6, bytes(out))


def octet(b):
    return der(4, b)


SHA256 = sequence(oid("2.16.840.1.101.3.4.2.1"))
DATA, SIGNED_DATA = oid("1.2.840.113549.1.7.1"), oid("1.2.840.113549.1.7.2")
ALG = {ES256: sequence(oid("1.2.840.10045.4.3.2")), RS256: sequence(oid("1.2.840.113549.1.1.11"), b"\5\0")}


# --- certificates ---

def name(common):
    return sequence(der(0x31, sequence(oid("2.5.4.3"), der(12, common.encode()))))


def key_info(key):
    if key.alg == RS256:
        both = sequence(number(int.from_bytes(key.n, "big")), number(65537))
        return sequence(sequence(oid("1.2.840.113549.1.1.1"), b"\5\0"), der(3, b"\0" + both))
    point = key.cose_key[-67:-35] + key.cose_key[-32:]
    return sequence(sequence(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")), der(3, b"\0\4" + point))


def ecdsa(raw):
    return sequence(number(int.from_bytes(raw[:32], "big")), number(int.from_bytes(raw[32:], "big")))


def certificate(subject, key, issuer="vector CA", by=CA, serial=4711, filler=0):
    body = sequence(der(0xA0, number(2)), number(serial), ALG[ES256], name(issuer),
                    sequence(der(23, b"231114221320Z"), der(23, b"331114221320Z")), name(subject + "." * filler), key_info(key))
    return sequence(body, ALG[ES256], der(3, b"\0" + ecdsa(by.sign(body))))


CA_CERT = certificate("vector CA", CA, serial=1)
CERT, RSA_CERT = certificate("documents", KEY), certificate("documents rsa", RSA_KEY)


# --- the message ---

CONTENT_TYPE = sequence(oid("1.2.840.113549.1.9.3"), der(0x31, DATA))
SIGNING_TIME = sequence(oid("1.2.840.113549.1.9.5"), der(0x31, der(23, b"231114221320Z")))


def digest_attribute(digest=DIGEST):
    return sequence(oid("1.2.840.113549.1.9.4"), der(0x31, octet(digest)))


def identity(certs, with_algorithm=False):
    ids = [sequence(*([SHA256] if with_algorithm else []), octet(hashlib.sha256(c).digest())) for c in certs]
    return sequence(oid("1.2.840.113549.1.9.16.2.47"), der(0x31, sequence(sequence(*ids))))


def signature_value(key, attributes, low=True):
    to_sign = der(0x31, *attributes)
    return key.sign(to_sign) if key.alg == RS256 else ecdsa(key.sign(to_sign, low))


def message(key=KEY, cert=CERT, others=(CA_CERT,), attributes=None, sort=True, low=True, serial=4711, issuer="vector CA",
            unsigned=b"", digests=SHA256, version=1, content=b"", block=None, signature=None, infos=1):
    certs = [cert, *others]
    attributes = attributes or [CONTENT_TYPE, digest_attribute(), identity(certs)]
    value = signature_value(key, attributes, low) if signature is None else signature
    info = sequence(number(1), sequence(name(issuer), number(serial)), SHA256, der(0xA0, *attributes), ALG[key.alg],
                    octet(value), unsigned)
    block = der(0xA0, *(sorted(certs) if sort else certs)) if block is None else block
    data = sequence(number(version), der(0x31, digests), sequence(DATA, content), block, der(0x31, *[info] * infos))
    return sequence(SIGNED_DATA, der(0xA0, data))


def stamped(*values):
    return der(0xA1, sequence(oid("1.2.840.113549.1.9.16.2.14"), der(0x31, *values)))


def padded(data, room=ROOM):
    assert len(data) <= room
    return data + bytes(room - len(data))


# --- the cases ---

def valid(case, data, key=KEY, stamp=0):
    alg = "RS256" if key.alg == RS256 else "ES256"
    cases.write("pdf_signature", "valid", case, data,
                ["verdict: good", "key: %s %s" % (key.kid.hex(), alg), "time-stamp: %d bytes" % stamp])


def invalid(case, data, reason=None, verdict="malformed"):
    cases.write("pdf_signature", "invalid", case, data, cases.refused(verdict, None, reason))


def make_valid():
    token = sequence(octet(b"a token"))
    valid("es256", padded(message()))
    valid("rs256", padded(message(RSA_KEY, RSA_CERT)), RSA_KEY)
    valid("signer-alone", padded(message(others=())))
    more = tuple(certificate("CA %d" % i, CA, serial=i + 2) for i in range(3))
    valid("four-certificates", padded(message(others=more)))
    valid("long-room", padded(message(), LONG_ROOM))
    valid("time-stamp", padded(message(unsigned=stamped(token)), LONG_ROOM), stamp=len(token))


PART = "%s of the signature is not as ours has it"


def make_shapes():
    good = message()
    beginning, end = PART % "the beginning", "something other than zeros behind the signature"
    invalid("room-of-another-size", padded(good, 8192), "a signature of ours has no room of 8192 bytes")
    invalid("empty", bytes(ROOM), beginning)
    invalid("byte-behind", padded(good + b"\1"), end)
    invalid("second-message-behind", padded(good + good), end)
    invalid("long-form-of-a-length", padded(der(0x30, b"\x31\x00", long=True)), beginning)
    invalid("indefinite-length", padded(b"\x30\x80" + good[4:] + b"\0\0"), beginning)
    invalid("version-3", padded(message(version=3)), PART % "the SignedData")
    invalid("digest-with-null", padded(message(digests=sequence(oid("2.16.840.1.101.3.4.2.1"), b"\5\0"))), PART % "the SignedData")
    invalid("content-inside", padded(message(content=der(0xA0, octet(b"x")))), PART % "the SignedData")
    invalid("no-signers", padded(message(infos=0)), PART % "the one SignerInfo")
    invalid("two-signers", padded(message(infos=2)), PART % "the one SignerInfo")
    invalid("not-signed-data", padded(good.replace(SIGNED_DATA, DATA, 1)), PART % "the ContentInfo")


def make_certificates():
    one = PART % "a certificate"
    invalid("certificates-not-ascending", padded(message(block=der(0xA0, *sorted([CERT, CA_CERT], reverse=True)))), one)
    invalid("certificate-twice", padded(message(block=der(0xA0, CERT, CERT))), one)
    invalid("five-certificates", padded(message(others=tuple(certificate("CA %d" % i, CA) for i in range(4)))), one)
    long_cert = certificate("documents", KEY, filler=4096)
    invalid("certificate-over-the-limit", padded(message(cert=long_cert, others=()), LONG_ROOM), one)
    invalid("no-certificates", padded(message(block=der(0xA0))), PART % "the list of hashes")
    invalid("certificate-without-a-hash", padded(message(attributes=[CONTENT_TYPE, digest_attribute(), identity([CERT])])),
            PART % "a certificate's hash")
    invalid("hash-without-a-certificate", padded(message(block=der(0xA0, CERT))), PART % "the list of hashes")
    invalid("hash-of-another-certificate", padded(message(attributes=[
        CONTENT_TYPE, digest_attribute(), identity([RSA_CERT, CA_CERT])])), PART % "a certificate's hash")
    invalid("ca-as-signer", padded(message(attributes=[CONTENT_TYPE, digest_attribute(), identity([CA_CERT, CERT])])),
            PART % "the signer's name and number")
    invalid("another-serial", padded(message(serial=4712)), PART % "the signer's name and number")
    invalid("another-issuer", padded(message(issuer="vector CB")), PART % "the signer's name and number")


def make_attributes():
    ids = identity([CERT, CA_CERT])
    digest = PART % "the message digest"
    named = PART % "the signing certificate's attribute"
    invalid("signing-time", padded(message(attributes=[CONTENT_TYPE, SIGNING_TIME, digest_attribute(), ids])), digest)
    invalid("no-content-type", padded(message(attributes=[digest_attribute(), ids])), digest)
    invalid("attributes-in-another-order", padded(message(attributes=[digest_attribute(), CONTENT_TYPE, ids])), digest)
    invalid("digest-of-31-bytes", padded(message(attributes=[CONTENT_TYPE, digest_attribute(DIGEST[1:]), ids])), digest)
    invalid("no-signing-certificate", padded(message(attributes=[CONTENT_TYPE, digest_attribute()])), named)
    invalid("attribute-twice", padded(message(attributes=[CONTENT_TYPE, digest_attribute(), ids, ids])), named)
    invalid("hash-algorithm-written-out", padded(message(attributes=[
        CONTENT_TYPE, digest_attribute(), identity([CERT, CA_CERT], with_algorithm=True)])), PART % "a certificate's hash")


def make_unsigned():
    token = sequence(octet(b"a token"))
    stamp = PART % "the time-stamp"
    invalid("two-time-stamps", padded(message(unsigned=stamped(token, token)), LONG_ROOM), stamp)
    invalid("empty-time-stamp", padded(message(unsigned=stamped()), LONG_ROOM), stamp)
    invalid("time-stamp-over-the-limit", padded(message(unsigned=stamped(sequence(octet(bytes(8192))))), LONG_ROOM), stamp)
    other = der(0xA1, sequence(oid("1.2.840.113549.1.9.16.2.20"), der(0x31, token)))
    invalid("another-unsigned-attribute", padded(message(unsigned=other), LONG_ROOM), PART % "the time-stamp's attribute")
    twice = der(0xA1, stamped(token)[2:], stamped(token)[2:])
    invalid("two-unsigned-attributes", padded(message(unsigned=twice), LONG_ROOM), PART % "the unsigned attribute")


def make_signatures():
    bad, holds = "bad signature", "the signature of the document does not hold"
    shape = PART % "the SignerInfo's signature"
    attributes = [CONTENT_TYPE, digest_attribute(), identity([CERT, CA_CERT])]
    r, s = (KEY.sign(der(0x31, *attributes))[i : i + 32] for i in (0, 32))
    invalid("high-s", padded(message(low=False)), holds, bad)
    invalid("signed-by-another", padded(message(signature=signature_value(STRANGER, attributes))), holds, bad)
    invalid("number-with-a-spare-zero", padded(message(signature=sequence(der(2, b"\0\0" + r), der(2, b"\0" + s)))), shape)
    invalid("r-of-zero", padded(message(signature=sequence(der(2, b"\0"), number(int.from_bytes(s, "big"))))), shape)
    invalid("negative-r", padded(message(signature=sequence(der(2, b"\x80" + r[1:]), number(int.from_bytes(s, "big"))))), shape)
    invalid("raw-signature", padded(message(signature=r + s)), shape)
    invalid("rsa-signature-of-another", padded(message(RSA_KEY, RSA_CERT, signature=bytes(383) + b"\1")), holds, bad)
    invalid("rsa-signature-of-383-bytes", padded(message(RSA_KEY, RSA_CERT, signature=bytes(383))), shape)
    n = int.from_bytes(RSA_KEY.n, "big").to_bytes(384, "big")
    invalid("rsa-signature-of-n", padded(message(RSA_KEY, RSA_CERT, signature=n)), holds, bad)
    other = [CONTENT_TYPE, digest_attribute(bytes(32)), identity([CERT, CA_CERT])]
    invalid("another-document", padded(message(attributes=other)), "the document is not the one that was signed", bad)
    stranger = certificate("documents", STRANGER)
    invalid("unlisted-key", padded(message(STRANGER, stranger)), "the key of the document's signer is not listed", "unknown key")
    publish = certificate("documents", PUBLISH)
    invalid("publish-key", padded(message(PUBLISH, publish)), "signed by a publish key, not a document key", "refused")


def make_trust():
    keys = [entry(KEY, 4), entry(RSA_KEY, 4), entry(PUBLISH, 2)]
    hexed = sign_many([Key("root 1")], payload(keys)).hex()
    rows = [hexed[i : i + 64] for i in range(0, len(hexed), 64)]
    (cases.ROOT / "pdf_signature" / "trust.hex").write_text("".join(row + "\n" for row in rows))


def main():
    assert START < END
    cases.start("pdf_signature")
    make_valid()
    make_shapes()
    make_certificates()
    make_attributes()
    make_unsigned()
    make_signatures()
    make_trust()


if __name__ == "__main__":
    main()
