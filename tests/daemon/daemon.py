"""What the tests of the daemon share: homes, senders with their keys, signed requests, running daemons. Standard library alone.

All bodies and people are invented.
"""
import base64
import contextlib
import ctypes
import hashlib
import http.client
import json
import os
import pathlib
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

BIN = pathlib.Path(os.environ.get("SITECERT_BIN", "build/dev/bin")).resolve()
CLOCK = "2020-08-03T10:00:00+08:00"
CLOCK_S = 1596420000

# --- Ed25519 (RFC 8032 section 5.1), plainly: for tests alone ---

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def _add(a, b):
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    e, f = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    g, h = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(point):
    """The point times 2**i, for each bit."""
    out = []
    for _ in range(256):
        out.append(point)
        point = _add(point, point)
    return out


def _recover_x(y):
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return P - x if x & 1 else x


_BY = 4 * pow(5, P - 2, P) % P
_BX = _recover_x(_BY)
_BASE = _times((_BX, _BY, 1, _BX * _BY % P))


def _multiply(n):
    out = (0, 1, 1, 0)
    for i in range(256):
        if n >> i & 1:
            out = _add(out, _BASE[i])
    return out


def _compress(point):
    x, y, z, _ = point
    inverse = pow(z, P - 2, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


class Key:
    """An Ed25519 key."""

    def __init__(self, seed=None):
        digest = hashlib.sha512(seed or secrets.token_bytes(32)).digest()
        self.a = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | 1 << 254
        self.prefix = digest[32:]
        self.public = _compress(_multiply(self.a))

    def sign(self, message):
        r = int.from_bytes(hashlib.sha512(self.prefix + message).digest(), "little") % Q
        point = _compress(_multiply(r))
        h = int.from_bytes(hashlib.sha512(point + self.public + message).digest(), "little") % Q
        return point + ((r + h * self.a) % Q).to_bytes(32, "little")

    def public_pem(self):
        der = bytes.fromhex("302a300506032b6570032100") + self.public
        return "-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(der).decode() + "\n-----END PUBLIC KEY-----\n"


class FastKey:
    """The same by libcrypto, for tests under load."""

    def __init__(self):
        lib = self.lib = ctypes.CDLL("libcrypto.so.3")
        for name in ("EVP_PKEY_new_raw_private_key", "EVP_MD_CTX_new"):
            getattr(lib, name).restype = ctypes.c_void_p
        lib.EVP_PKEY_new_raw_private_key.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
        lib.EVP_PKEY_get_raw_public_key.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_size_t)]
        lib.EVP_DigestSignInit.argtypes = [ctypes.c_void_p] * 5
        lib.EVP_DigestSign.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_size_t), ctypes.c_char_p, ctypes.c_size_t]
        lib.EVP_MD_CTX_free.argtypes = [ctypes.c_void_p]
        self.key = lib.EVP_PKEY_new_raw_private_key(1087, None, secrets.token_bytes(32), 32)
        public, size = ctypes.create_string_buffer(32), ctypes.c_size_t(32)
        assert self.key and lib.EVP_PKEY_get_raw_public_key(self.key, public, ctypes.byref(size)) == 1
        self.public = public.raw

    def sign(self, message):
        context = self.lib.EVP_MD_CTX_new()
        out, size = ctypes.create_string_buffer(64), ctypes.c_size_t(64)
        assert self.lib.EVP_DigestSignInit(context, None, None, None, self.key) == 1
        assert self.lib.EVP_DigestSign(context, out, ctypes.byref(size), message, len(message)) == 1
        self.lib.EVP_MD_CTX_free(context)
        return out.raw

    public_pem = Key.public_pem


class OpensslKey:
    """A key file that the openssl program signs with: P-256, as operators have."""

    def __init__(self, path):
        self.path = path

    def sign(self, message):
        der = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.path], input=message, check=True,
                             stdout=subprocess.PIPE).stdout
        at, parts = 2, []
        for _ in range(2):
            length = der[at + 1]
            parts.append(int.from_bytes(der[at + 2:at + 2 + length], "big").to_bytes(32, "big"))
            at += 2 + length
        return b"".join(parts)


# --- requests ---


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def lines(self):
        return [json.loads(line) for line in self.body.decode().splitlines()]

    def code(self):
        """Of a problem: what stands behind urn:sitecert:problem:."""
        assert self.headers.get("content-type", "").startswith("application/problem+json"), (self.status, self.headers, self.body)
        problem = self.json()
        assert problem["status"] == self.status
        return problem["type"].removeprefix("urn:sitecert:problem:")


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Client:
    """Asks a daemon; what it answers is recorded for tests/openapi."""

    def __init__(self, address, base=None, now=CLOCK_S, recorded=None, timeout=60):
        self.address, self.now, self.recorded, self.timeout = address, now, recorded, timeout
        self.base = base or ("http://localhost" if address.startswith("unix:") else "http://" + address)
        self.connection = None

    def connect(self):
        if self.address.startswith("unix:"):
            return UnixConnection(self.address[5:], self.timeout)
        host, port = self.address.rsplit(":", 1)
        return http.client.HTTPConnection(host.strip("[]"), int(port), timeout=self.timeout)

    def ask(self, method, target, headers=None, body=None, record=True):
        """On a connection that is kept; a kept one that has been closed is opened anew."""
        fresh = self.connection is None
        if fresh:
            self.connection = self.connect()
        try:
            self.connection.request(method, target, body=body, headers=headers or {})
            r = self.connection.getresponse()
            answer = Answer(r.status, {k.lower(): v for k, v in r.getheaders()}, r.read())
        except (http.client.HTTPException, OSError):
            self.close()
            if fresh:
                raise
            return self.ask(method, target, headers, body, record)
        if answer.headers.get("connection", "").lower() == "close":
            self.close()
        if self.recorded and record:
            self.note(method, target, answer)
        return answer

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None

    def note(self, method, target, answer):
        try:
            body = answer.body.decode()
        except UnicodeDecodeError:
            body = None
        line = json.dumps({"method": method, "target": target, "status": answer.status,
                           "type": answer.headers.get("content-type"), "headers": answer.headers, "body": body})
        with open(self.recorded, "a", encoding="utf-8") as f:
            f.write(line + "\n")

    def signed_headers(self, who, key, method, target, body=None, content_type=None, idempotency=None, now=None, nonce=None,
                       tag="sitecert-intake", drop=(), alg=None):
        """Of a request as docs/intake.md wants it; drop leaves components out."""
        lines, headers = [("@method", method), ("@target-uri", self.base + target)], {}
        if body is not None:
            digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
            headers = {"Content-Digest": f"sha-256=:{digest}:", "Content-Type": content_type}
            lines += [("content-digest", headers["Content-Digest"]), ("content-type", content_type)]
            if idempotency is not None:
                headers["Idempotency-Key"] = idempotency
                lines.append(("idempotency-key", idempotency))
        lines = [line for line in lines if line[0] not in drop]
        names = " ".join(f'"{name}"' for name, _ in lines)
        nonce = nonce or secrets.token_urlsafe(18)
        params = f'({names});created={self.now if now is None else now};nonce="{nonce}";keyid="{who}";tag="{tag}"'
        if alg:
            params += f';alg="{alg}"'
        base = "".join(f'"{name}": {value}\n' for name, value in lines) + f'"@signature-params": {params}'
        signature = base64.b64encode(key.sign(base.encode())).decode()
        return {**headers, "Signature-Input": "sig1=" + params, "Signature": f"sig1=:{signature}:"}

    def get(self, who, key, target, record=True, **more):
        extra = more.pop("headers", {})
        return self.ask("GET", target, {**self.signed_headers(who, key, "GET", target, **more), **extra}, record=record)

    def push(self, who, key, kind, body, idempotency, content_type="text/csv", wait=None, record=True, **more):
        target = f"/v1/batches?kind={kind}"
        headers = self.signed_headers(who, key, "POST", target, body, content_type, idempotency, **more)
        if wait is not None:
            headers["Prefer"] = f"wait={wait}"
        return self.ask("POST", target, headers, body, record=record)


# --- homes and daemons ---


def environment(clock=CLOCK, **more):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("SITECERT_", "LC_", "NOTIFY_", "LISTEN_"))}
    env.update(LANG="C.UTF-8", **more)
    if clock:
        env["SITECERT_CLOCK"] = clock
    return env


class Home:
    def __init__(self, clock=CLOCK, demo=True, host=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sitecert-daemon-"))
        self.path, self.clock = self.folder / "home", clock
        self.keys = {}
        self.sitecert("init", *(["--demo"] if demo else []), *(["--host", host] if host else []), "--quiet")

    def sitecert(self, *arguments, check=True, clock=None, **more):
        done = subprocess.run([BIN / "sitecert", *map(str, arguments)], env=environment(clock or self.clock, SITECERT_HOME=str(self.path)),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
        if check and done.returncode not in (0, 4):
            raise AssertionError(f"sitecert {arguments}: {done.returncode}\n{done.stderr}")
        return done

    def set(self, key, value):
        path = self.path / "sitecert.ini"
        text, n = re.subn(rf"(?m)^{key} =.*$", f"{key} = {value}", path.read_text())
        assert n == 1, key
        path.write_text(text)

    def add_sender(self, who, unit="033", *more, seed=None):
        return self.register(who, Key(seed), unit, *more)

    def register(self, who, key, unit="033", *more):
        self.keys[who] = key
        path = self.folder / f"{who}.pub.pem"
        path.write_text(key.public_pem())
        self.sitecert("sender", "add", who, "--unit", unit, "--key", path, "--quiet", *more)
        return key

    def operator(self, i=1):
        """(kid, key) of a demonstration's operator."""
        listed = json.loads(self.sitecert("keys", "list", "--json").stdout)
        kids = [k["kid"] for k in listed if "operator" in k["uses"]]
        return kids[i - 1], OpensslKey(self.path / "keys" / f"operator-{i}.pem")

    def draft_operator(self, clock):
        """A third one, in the draft of the next trust list: operator(3)."""
        key = self.path / "keys" / "operator-3.pem"
        subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key], check=True, capture_output=True)
        subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-out", self.folder / "third.pub"], check=True, capture_output=True)
        self.sitecert("operator", "add", "操作员三", "--key", self.folder / "third.pub", clock=clock)

    def publish_keys(self, *operators, clock=None):
        """The draft becomes the trust list that is in force."""
        signed = [word for i in operators for word in ("--operator", self.path / "keys" / f"operator-{i}.pem")]
        self.sitecert("keys", "publish", *signed, clock=clock)

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class Daemon:
    """sitecert-issuerd, in the foreground on a port of its choice."""

    def __init__(self, home, *options, clock=None, wait=True, limit_s=60, env=None, listen="127.0.0.1:0"):
        self.home = home
        self.log = open(home.folder / "log", "ab")
        self.process = subprocess.Popen([BIN / "sitecert-issuerd", "--home", home.path, "--listen", listen, *options],
                                        env=environment(clock or home.clock, **(env or {})),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log)
        self.address = None
        if wait:
            self.wait_listening(limit_s)

    def wait_listening(self, limit_s=60):
        line = []
        reader = threading.Thread(target=lambda: line.append(self.process.stdout.readline().decode()), daemon=True)
        reader.start()
        reader.join(limit_s)
        if not line or not line[0].startswith("listening "):
            status = self.process.poll()
            self.kill()
            raise AssertionError(f"no 'listening' line but {line}, exit {status}; log:\n{self.said()}")
        self.address = line[0].split(" ", 1)[1].strip()
        return self.address

    def said(self):
        return (self.home.folder / "log").read_text(errors="replace")

    def helper(self, name):
        """The pid of a helper, as the log has it last."""
        pids = re.findall(rf"event=helper_started helper={name} pid=(\d+)", self.said())
        return int(pids[-1])

    def stop(self, limit_s=60):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(limit_s)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError("it did not end; log:\n" + self.said())
        self.log.close()
        return self.process.returncode

    def kill(self):
        self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
            if self.process.poll() is None:
                self.kill()


class ByHand:
    """A process behind the front, where that is started with --no-helpers."""

    program = None

    def __init__(self, home, clock=None):
        self.home, self.clock = home, clock
        self.name = self.program.removeprefix("sitecert-")
        self.log = open(home.folder / f"{self.name}.log", "ab")
        self.start()

    def start_at_once(self):
        self.process = subprocess.Popen([BIN / self.program, "--home", self.home.path], env=environment(self.clock or self.home.clock),
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def start(self):
        self.start_at_once()
        path = self.home.path / "run" / f"{self.name}.sock"
        eventually(lambda: self.process.poll() is not None or answers_at(path), pause_s=0.005)
        assert self.process.poll() is None, self.said()

    def said(self):
        return (self.home.folder / f"{self.name}.log").read_text(errors="replace")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self, limit_s=60):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(limit_s)
        return self.process.returncode


class Reader(ByHand):
    program = "sitecert-reader"


class Core(ByHand):
    program = "sitecert-core"


class Signer(ByHand):
    program = "sitecert-signer"


def processes_of(program, home):
    """Pids of a program that works on this home."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
            if words and os.path.basename(words[0]) == program.encode() and str(home.path).encode() in words:
                found.append(int(entry.name))
    return found


def answers_at(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
        try:
            s.connect(str(path))
        except OSError:
            return False
    return True


def eventually(what, limit_s=20, pause_s=0.05):
    """Calls until it is true, and gives that; fails when it never is."""
    end = time.monotonic() + limit_s
    while True:
        got = what()
        if got:
            return got
        if time.monotonic() > end:
            raise AssertionError("it never came to be")
        time.sleep(pause_s)


# --- rows ---

PROVIDER = "91330000MA2700000M"
UNITS = "unit_id,name,credit_code,kind,plan,plan_date,docking,docking_date,education_from\n" \
        "033,示例省住房和城乡建设厅,11330000002482X090,province,approved,2020-01-01,none,,\n"
PROVIDERS = "credit_code,name,class,unit_id,posts,status,status_from\n" \
            f"{PROVIDER},示例建设培训公司,enterprise,033,*,active,2020-01-01\n"
TRAINING = "record_id,provider,name,id_type,id_number,sex,post,class_id,hours,finished_on\n"
TEST = "record_id,provider,name,id_type,id_number,post,held_on,score,full_score,national_share,face_checked\n"
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张"


def id_number(n):
    """An invented resident number: area 110101, born in 1970 to 1999."""
    digits = f"110101{1970 + n // 1000 % 30:04d}{n // 28000 % 12 + 1:02d}{n // 1000 // 30 % 28 + 1:02d}{n % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights)) % 11]


def person(n):
    return f"{SURNAMES[n % len(SURNAMES)]}示例,111,{id_number(n)}"


def training_row(n, tag="t"):
    return f"{tag}{n},{PROVIDER},{person(n)},男,01,C1,60,2020-07-01\n"


def test_row(n, tag="s", score=80):
    return f"{tag}{n},{PROVIDER},{person(n)},01,2020-07-10,{score},100,100,1\n"


def trainings(*numbers):
    return (TRAINING + "".join(training_row(n) for n in numbers)).encode()


def tests(*numbers):
    return (TEST + "".join(test_row(n) for n in numbers)).encode()


def basic_home(**more):
    """With an authority, a provider and the sender `zj` of unit 033."""
    home = Home(**more)
    for name, text in (("authority.csv", UNITS), ("provider.csv", PROVIDERS)):
        (home.folder / name).write_text(text)
        home.sitecert("import", home.folder / name, "--quiet")
    home.add_sender("zj")
    return home
