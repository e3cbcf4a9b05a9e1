"""CBOR written by hand, so that it can be written wrongly too (RFC 8949)."""


def head(major, arg, width=None):
    """The shortest head, or one with `width` bytes of argument."""
    if width is None:
        if arg < 24:
            return bytes([major << 5 | arg])
        width = next(w for w in (1, 2, 4, 8) if arg < 256**w)
    return bytes([major << 5 | {1: 24, 2: 25, 4: 26, 8: 27}[width]]) + arg.to_bytes(width, "big")


def integer(v, width=None):
    return head(0, v, width) if v >= 0 else head(1, -1 - v, width)


def octets(b, width=None):
    return head(2, len(b), width) + b


def text(s, width=None):
    b = s.encode() if isinstance(s, str) else s
    return head(3, len(b), width) + b


def array(items, width=None):
    return head(4, len(items), width) + b"".join(items)


def mapping(pairs, width=None):
    """Pairs of encoded key and value, in the order given."""
    return head(5, len(pairs), width) + b"".join(k + v for k, v in pairs)


def tag(number, item, width=None):
    return head(6, number, width) + item


FALSE, TRUE, NULL = b"\xf4", b"\xf5", b"\xf6"
