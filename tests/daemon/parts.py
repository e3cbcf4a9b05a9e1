"""Stand-ins for sitecert-core and sitecert-reader: they speak issuer/daemon/protocol.h and answer what a test tells them to; and one
for the public endpoint, which asks for holders."""
import array
import os
import socket
import struct
import threading

ASKS = {1: "status", 2: "submit", 3: "batch", 4: "results", 5: "order", 6: "pickup", 7: "lend", 8: "cover", 16: "certificate", 17: "token", 18: "pdf", 19: "changes", 20: "report",
        21: "overview"}
QUESTION = {2: "sender", 3: "is_operator", 4: "chinese", 5: "raw", 6: "wait_ms", 7: "batch", 8: "number", 9: "after", 10: "limit", 11: "as_of",
            12: "kind", 13: "is_csv", 14: "key", 15: "nonce", 16: "created", 17: "digest", 18: "base", 19: "signature", 20: "signer",
            21: "body_len", 22: "body", 23: "id"}
ANSWER = {"batch": 2, "retry_s": 3, "detail": 4, "body": 5, "file_len": 6, "next": 7, "more": 8, "id": 9}
STATUS = {"ready": 2, "reason": 3, "queued": 4, "working": 5, "done": 6, "failed": 7, "last_commit_s": 8, "last_signing_s": 9,
          "register_bytes": 10, "register_max_bytes": 11, "issued": 12, "renewed": 13, "exchanged": 14, "recorded": 15,
          "duplicate": 16, "refused": 17, "conflict": 18, "holder_answered": 19, "holder_no_match": 20, "holder_closed": 21}
REPLIES = {"ok": 1, "accepted": 2, "replay": 3, "results": 4, "not_found": 5, "key_reused": 7, "nonce_used": 8,
           "queue_full": 9, "rows_per_day": 10, "sender": 11, "kind": 12, "unreadable": 13, "too_large": 14, "order": 15,
           "bad_request": 16, "not_ready": 17, "failed": 18}


def head(major, n):
    if n < 24:
        return bytes([major << 5 | n])
    for extra, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if n < 1 << 8 * size:
            return bytes([major << 5 | extra]) + n.to_bytes(size, "big")
    raise ValueError(n)


def encode(v):
    if isinstance(v, bool):
        return b"\xf5" if v else b"\xf4"
    if isinstance(v, int):
        return head(0, v) if v >= 0 else head(1, -1 - v)
    if isinstance(v, bytes):
        return head(2, len(v)) + v
    if isinstance(v, str):
        return head(3, len(v.encode())) + v.encode()
    return head(5, len(v)) + b"".join(encode(k) + encode(v[k]) for k in sorted(v))


def decode(b, at=0):
    major, n = b[at] >> 5, b[at] & 31
    at += 1
    if major == 7:
        return n == 21, at
    if n >= 24:
        size = 1 << n - 24
        n = int.from_bytes(b[at:at + size], "big")
        at += size
    if major == 0:
        return n, at
    if major == 1:
        return -1 - n, at
    if major in (2, 3):
        part = b[at:at + n]
        return (part.decode() if major == 3 else part), at + n
    assert major == 5, major
    out = {}
    for _ in range(n):
        key, at = decode(b, at)
        out[key], at = decode(b, at)
    return out, at


class Holder:
    """Asks at run/holder.sock as the public endpoint does (core/holder/holder.h)."""
    ASKS = {"pdf": 1, "calendar": 2, "history": 3, "token": 4, "known": 5}
    REPLIES = {1: "ok", 2: "no_match", 3: "closed", 4: "not_given", 5: "not_ready", 6: "failed"}

    def __init__(self, home):
        self.path = home / "run" / "holder.sock"

    def ask(self, what, number, name, id_number, pickup, id_type=0, chinese=False):
        """(reply, {"retry_s", "detail", "body"})"""
        fields = {2: chinese, 3: number.encode(), 4: name.encode(), 5: id_type, 6: id_number.encode(), 7: pickup.encode()}
        message = encode({0: 1, 1: self.ASKS[what], **{k: v for k, v in fields.items() if v}})
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
            s.settimeout(60)
            s.connect(str(self.path))
            s.sendall(struct.pack(">I", len(message)) + message)
            length, _ = receive(s, 4)
            answer, _ = receive(s, struct.unpack(">I", length)[0])
        got, end = decode(answer)
        assert end == len(answer) and got[0] == 1
        return self.REPLIES[got[1]], {"retry_s": got.get(2, 0), "detail": got.get(3, ""), "body": got.get(4, b"")}


def receive(sock, n):
    got, fds = b"", []
    while len(got) < n:
        data, ancillary, _, _ = sock.recvmsg(n - len(got), socket.CMSG_SPACE(4))
        for level, kind, raw in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                numbers = array.array("i")
                numbers.frombytes(raw[:4])
                fds += numbers
        if not data:
            return None, fds
        got += data
    return got, fds


class Part:
    """Listens at path. answer(question) gives (reply, {field: value}) or (…, …, a file's bytes)."""

    def __init__(self, path, answer, status=None):
        self.path, self.answer, self.status = path, answer, status or {"ready": True}
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.open = []
        path.parent.mkdir(mode=0o700, exist_ok=True)
        if path.exists():
            path.unlink()
        self.listener.bind(str(path))
        self.listener.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.open.append(sock)
            threading.Thread(target=self.serve, args=(sock,), daemon=True).start()

    def serve(self, sock):
        while True:
            try:
                length, fds = receive(sock, 4)
                if length is None:
                    return
                message, more = receive(sock, struct.unpack(">I", length)[0])
            except OSError:
                return
            q, end = decode(message)
            assert end == len(message) and q[0] == 1
            question = {"ask": ASKS[q[1]], **{QUESTION[k]: v for k, v in q.items() if k > 1}}
            fds += more
            if fds:
                with os.fdopen(fds[0], "rb") as f:
                    question["file"] = f.read()
            self.give(sock, question)

    def give(self, sock, question):
        if question["ask"] == "status":
            fields = {STATUS[k]: v for k, v in self.status.items() if v}
            reply, fields, file = "ok", {"body": encode({0: 1, 1: 0, **fields})}, None
        elif question["ask"] == "lend":  # it writes no register
            reply, fields, file = "ok", {}, None
        else:
            reply, fields, *file = self.answer(question)
            file = file[0] if file else None
        if reply == "silence":
            sock.close()
            return
        fd = None
        if file is not None:
            fd = os.memfd_create("answer")
            os.write(fd, file)
            os.lseek(fd, 0, 0)
            fields = {**fields, "file_len": len(file)}
        if "id" in question:
            fields = {**fields, "id": question["id"]}
        message = encode({0: 1, 1: REPLIES[reply], **{ANSWER[k]: v for k, v in fields.items()}})
        frame = struct.pack(">I", len(message)) + message
        try:
            sent = socket.send_fds(sock, [frame], [fd] if fd is not None else [])
            sock.sendall(frame[sent:])
        except OSError:
            pass
        if fd is not None:
            os.close(fd)

    def close(self):
        """As if it had been killed."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for sock in self.open:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            sock.close()
        self.path.unlink()
