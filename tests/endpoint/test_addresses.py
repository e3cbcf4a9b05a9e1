#!/usr/bin/env python3
"""Addresses that look like ours are never taken for ours: typed into the page, sent to the API, uploaded as a text or as the picture of a code,
and as the host that a code was opened at. The list is that of the offline tool and the scanner, tests/vectors/address/addresses.txt.

Usage: test_addresses.py
"""
import ctypes
import json
import re
import struct
import sys
import zlib

from scene import HERE, VALID, Endpoint, Scene
from test_endpoint import JSON, multipart

HOST = "CERT.EXAMPLE"
OTHERS = 30  # forms that are not ours, at least
QUIET, SCALE = 4, 6
FIELDS = "authentic", "in_force", "host_matches", "number"
WANTED = {
    "ours": (True, True, True, VALID),
    "foreign": (True, True, False, VALID),
    "unreadable": (False, None, None, None),
}


def cases(digits):
    for line in (HERE.parent / "vectors/address/addresses.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            want, shown = line.split("\t", 1)
            before, _, after = json.loads(f'"{shown}"').rpartition("@")
            yield want, shown, before + digits + after


class QrCode(ctypes.Structure):
    _fields_ = [("version", ctypes.c_int), ("width", ctypes.c_int), ("data", ctypes.POINTER(ctypes.c_ubyte))]


def picture(text, lib=ctypes.CDLL("libqrencode.so.4")):
    """A PNG of any bytes: our own maker takes no other address than one of ours."""
    lib.QRcode_encodeData.restype = ctypes.POINTER(QrCode)
    lib.QRcode_encodeData.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_int]
    raw = text.encode()
    code = lib.QRcode_encodeData(len(raw), raw, 0, 1)[0]
    blank = b"\xff" * (code.width + 2 * QUIET)
    rows = [bytes(0 if code.data[y * code.width + x] & 1 else 255 for x in range(code.width)) for y in range(code.width)]
    rows = [blank] * QUIET + [b"\xff" * QUIET + row + b"\xff" * QUIET for row in rows] + [blank] * QUIET
    lines = b"".join((b"\0" + b"".join(bytes([v]) * SCALE for v in row)) * SCALE for row in rows)
    side = len(blank) * SCALE

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def ways(client, text):
    """What comes of it, each way that it can be put in."""
    yield "typed", client.ask("POST", "/", *with_json(*multipart({"text": text}))).json()
    yield "sent", client.ask("POST", "/api/verify", {"Content-Type": "application/json"}, json.dumps({"token": text})).json()
    yield "uploaded", client.ask("POST", "/", *with_json(*multipart({"file": text.encode()}))).json()
    if text == text.strip():  # a picture's text is taken as it stands
        yield "pictured", client.ask("POST", "/", *with_json(*multipart({"file": picture(text)}))).json()


def with_json(headers, body):
    return {**headers, **JSON}, body


def fits(want, verdict):
    said = tuple(verdict[f] for f in FIELDS)
    warned = any(p["code"] == "host_mismatch" for p in verdict["problems"])
    return said == WANTED[want] and warned == (want == "foreign")


def page_is_safe(client, want, text):
    """The page names the address nowhere, and leads to no other than its own."""
    page = client.ask("POST", "/", *multipart({"text": text})).body.decode()
    links = re.findall(r'(?:href|action|src)="([^"]*)"', page)
    outside = [l for l in links if not l.startswith(("/", "#", "data:,")) or l.startswith("//")]
    return not outside and "EVIL" not in page and (want != "unreadable" or "张示例" not in page)


def hosts(client, digits, texts):
    """A code that was opened at a look-alike: its page says that this is not the host."""
    failed, asked = [], 0
    for want, shown, text in texts:
        host = re.match(r"https://([^/]*)/v/", text.strip(), re.I)
        if want == "unreadable" or not host or not host[1].strip("0123456789.:"):
            continue
        verdict = client.ask("GET", "/V/" + digits, {**JSON, "Host": host[1]}).json()
        asked += 1
        if verdict["host_matches"] is not (want == "ours"):
            failed.append(f"Host: {shown}: {verdict}")
    return failed, asked


def main():
    scene = Scene(another=True, host=HOST)
    digits, failed = scene.digits(VALID), []
    texts = list(cases(digits))
    with Endpoint(scene) as endpoint:
        client = endpoint.client()
        for want, shown, text in texts:
            failed += [f"{way}: {want}: {shown}: {v}" for way, v in ways(client, text) if not fits(want, v)]
            if not page_is_safe(client, want, text):
                failed.append(f"page: {want}: {shown}")
        more, asked = hosts(client, digits, texts)
        client.close()
    scene.remove()
    others = sum(want != "ours" for want, _, _ in texts)
    if others <= OTHERS:
        failed.append(f"only {others} that are not ours")
    failed += more
    print("\n".join(failed) or f"{others} look-alikes and {len(texts) - others} of ours, each put in four ways, {asked} as hosts: none taken for what it is not")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
