#!/usr/bin/env python3
"""A time-stamp authority for tests: HTTP on loopback in front of `openssl ts`. Usage: tsa.py FOLDER

Makes its keys and certificates in FOLDER (ca.crt, other-ca.crt), prints its port, and serves until standard
input ends. The path says how it behaves; /good is as RFC 3161 wants it.
"""
import http.server
import os
import pathlib
import subprocess
import sys
import threading

FOLDER = pathlib.Path(sys.argv[1])
CONFIG = """
[tsa]
serial = {0}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[stamp]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[req]
distinguished_name = dn
[dn]
"""


def openssl(*words, **more):
    return subprocess.run(["openssl", *words], check=True, capture_output=True, **more).stdout


def path(name):
    return str(FOLDER / name)


def make_ca(name):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path(f"{name}.key"),
            "-out", path(f"{name}.crt"), "-days", "2", "-subj", f"/CN=test {name}", "-config", path("ts.cnf"),
            "-extensions", "ca")


def make_authority():
    (FOLDER / "ts.cnf").write_text(CONFIG.format(FOLDER))
    (FOLDER / "serial").write_text("01\n")
    make_ca("ca")
    make_ca("other-ca")
    openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", path("tsa.key"), "-out", path("tsa.csr"),
            "-subj", "/CN=test authority", "-config", path("ts.cnf"))
    openssl("x509", "-req", "-in", path("tsa.csr"), "-CA", path("ca.crt"), "-CAkey", path("ca.key"), "-CAcreateserial",
            "-days", "2", "-extfile", path("ts.cnf"), "-extensions", "stamp", "-out", path("tsa.crt"))


def stamp(query):
    (FOLDER / "query").write_bytes(query)
    openssl("ts", "-reply", "-config", path("ts.cnf"), "-section", "tsa", "-queryfile", path("query"), "-signer",
            path("tsa.crt"), "-inkey", path("tsa.key"), "-chain", path("ca.crt"), "-out", path("reply"))
    return (FOLDER / "reply").read_bytes()


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


def imprint_at(query):
    """Where the 32 bytes of the digest end: behind 04 20."""
    return query.index(b"\x04\x20") + 2


def nonce_at(query):
    """The last byte of the nonce stands before certReq (01 01 ff)."""
    return query.rindex(b"\x01\x01\xff") - 1


REJECTION = bytes.fromhex("30053003020102")  # status 2, no token
BEHAVIOUR = {
    "/good": stamp,
    "/other-imprint": lambda q: stamp(flipped(q, imprint_at(q))),
    "/other-nonce": lambda q: stamp(flipped(q, nonce_at(q))),
    "/no-certificates": lambda q: stamp(q[:-3].replace(q[:2], bytes([q[0], q[1] - 3]), 1)),
    "/damaged": lambda q: flipped(stamp(q), -10),
    "/trailing": lambda q: stamp(q) + b"\0",
    "/cut": lambda q: stamp(q)[:-1],
    "/rejected": lambda q: REJECTION,
    "/empty": lambda q: b"",
    "/not-der": lambda q: b"<html>",
    "/long": lambda q: b"\x30" * 100000,
    "/other-type": stamp,
    "/failing": lambda q: b"",
    "/moved": lambda q: b"",
}
STATUS = {"/failing": 500, "/moved": 302}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        query = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Type"] != "application/timestamp-query" or self.path not in BEHAVIOUR:
            self.send_error(400)
            return
        body = BEHAVIOUR[self.path](query)
        self.send_response(STATUS.get(self.path, 200))
        self.send_header("Content-Type", "text/html" if self.path == "/other-type" else "application/timestamp-reply")
        self.send_header("Content-Length", str(len(body)))
        if self.path == "/moved":
            self.send_header("Location", "/good")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    make_authority()
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.buffer.read()
    os._exit(0)


main()
