"""ECDSA over P-256 with SHA-256, deterministic (RFC 6979) and with low S. For test keys only: slow, not constant-time."""
import hashlib
import hmac

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def add(a, b):
    if a is None:
        return b
    if b is None:
        return a
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    if a == b:
        slope = (3 * a[0] ** 2 - 3) * pow(2 * a[1], -1, P) % P
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P) % P
    x = (slope**2 - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def times(k, point):
    total = None
    while k:
        if k & 1:
            total = add(total, point)
        point = add(point, point)
        k >>= 1
    return total


def nonces(secret, digest):
    """RFC 6979 section 3.2."""
    h1 = (int.from_bytes(digest, "big") % N).to_bytes(32, "big")
    x = secret.to_bytes(32, "big")
    v, k = b"\x01" * 32, b"\x00" * 32
    for sep in (b"\x00", b"\x01"):
        k = hmac.digest(k, v + sep + x + h1, "sha256")
        v = hmac.digest(k, v, "sha256")
    while True:
        v = hmac.digest(k, v, "sha256")
        candidate = int.from_bytes(v, "big")
        if 0 < candidate < N:
            yield candidate
        k = hmac.digest(k, v + b"\x00", "sha256")
        v = hmac.digest(k, v, "sha256")


def sign(secret, message, low=True):
    digest = hashlib.sha256(message).digest()
    e = int.from_bytes(digest, "big")
    for k in nonces(secret, digest):
        r = times(k, G)[0] % N
        s = pow(k, -1, N) * (e + r * secret) % N
        if r and s:
            s = min(s, N - s) if low else max(s, N - s)
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def public(secret):
    x, y = times(secret, G)
    return x.to_bytes(32, "big"), y.to_bytes(32, "big")
