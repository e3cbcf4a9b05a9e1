"""COSE_Sign1, COSE_Sign and COSE_Key as docs/formats.md has them, and keys whose secrets are published here."""
import hashlib

import ed25519
import p256
import sm2
from cbor import array, integer, mapping, octets, tag, text

ES256, EDDSA, SM2 = -7, -8, -65538


class Key:
    """The secret is the SHA-256 of a text: a test key that nobody should trust."""

    def __init__(self, name, alg=ES256, sm2_id=sm2.ID):
        self.alg, self.name, self.sm2_id = alg, name, sm2_id
        self.secret = hashlib.sha256(b"sitecert vector key " + name.encode()).digest()
        if alg in (ES256, SM2):
            curve, number = (p256, 1) if alg == ES256 else (sm2, -65538)
            x, y = curve.public(int.from_bytes(self.secret, "big"))
            self.cose_key = mapping([
                (integer(1), integer(2)), (integer(-1), integer(number)), (integer(-2), octets(x)), (integer(-3), octets(y)),
            ])
        else:
            x = ed25519.public(self.secret)
            self.cose_key = mapping([(integer(1), integer(1)), (integer(-1), integer(6)), (integer(-2), octets(x))])
        self.x = x
        self.kid = hashlib.sha256(self.cose_key).digest()[:8]

    def sign(self, message, low=True):
        if self.alg == ES256:
            return p256.sign(int.from_bytes(self.secret, "big"), message, low)
        if self.alg == SM2:
            return sm2.sign(int.from_bytes(self.secret, "big"), message, self.sm2_id)
        return ed25519.sign(self.secret, message)


def header(alg, kid=None, typ=None):
    pairs = [(integer(1), integer(alg))]
    if kid is not None:
        pairs.append((integer(4), octets(kid)))
    if typ is not None:
        pairs.append((integer(16), text(typ)))
    return mapping(pairs)


def sign1(key, payload, protected=None, unprotected=b"\xa0", low=True, wrap=lambda body: tag(18, body)):
    protected = header(key.alg, key.kid) if protected is None else protected
    signed = array([text("Signature1"), octets(protected), octets(b""), octets(payload)])
    return wrap(array([octets(protected), unprotected, octets(payload), octets(key.sign(signed, low))]))


def sign_many(keys, payload, typ="application/sitecert-trust+cbor"):
    body = mapping([(integer(16), text(typ))])
    signatures = []
    for key in keys:
        own = header(key.alg, key.kid)
        signed = array([text("Signature"), octets(body), octets(own), octets(b""), octets(payload)])
        signatures.append(array([octets(own), b"\xa0", octets(key.sign(signed))]))
    return tag(98, array([octets(body), b"\xa0", octets(payload), array(signatures)]))
