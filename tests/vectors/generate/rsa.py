"""RSA-3072 with PKCS#1 v1.5 and SHA-256 (RFC 8017 section 8.2), for test keys only: primes from a text that is published here."""
import hashlib

BITS, E = 3072, 65537
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


def stream(seed):
    count = 0
    while True:
        yield hashlib.sha256(seed + count.to_bytes(4, "big")).digest()
        count += 1


def is_prime(n, rounds=40):
    """Miller and Rabin, with bases from the number itself."""
    if any(n % p == 0 for p in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)):
        return False
    d, s = n - 1, 0
    while d % 2 == 0:
        d, s = d // 2, s + 1
    for base, _ in zip(stream(n.to_bytes((n.bit_length() + 7) // 8, "big")), range(rounds)):
        x = pow(int.from_bytes(base, "big"), d, n)
        if x in (1, n - 1):
            continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def prime(seed):
    source = stream(seed)
    size = BITS // 2 // 8
    start = b"".join(next(source) for _ in range(size // 32))
    n = int.from_bytes(start, "big") | 3 << (BITS // 2 - 2) | 1
    while not is_prime(n) or (n - 1) % E == 0:
        n += 2
    return n


class Key:
    alg = -257

    def __init__(self, name):
        p, q = (prime(b"sitecert vector key " + name.encode() + tail) for tail in (b" p", b" q"))
        self.modulus = p * q
        self.d = pow(E, -1, (p - 1) * (q - 1))
        self.n = self.modulus.to_bytes(BITS // 8, "big")

    def sign(self, message):
        info = DIGEST_INFO + hashlib.sha256(message).digest()
        block = b"\0\1" + b"\xff" * (BITS // 8 - 3 - len(info)) + b"\0" + info
        return pow(int.from_bytes(block, "big"), self.d, self.modulus).to_bytes(BITS // 8, "big")
