#!/usr/bin/env python3
"""The example configurations of docs/examples in front of a running endpoint, with TLS: what passes, what is counted, what is closed."""
import getpass
import gzip
import http.client
import json
import pathlib
import shutil
import socket
import ssl
import subprocess
import time
import unittest
import urllib.error
import urllib.request

import scene as scenes
from scene import HERE, VALID, Endpoint, Scene, eventually

EXAMPLES = HERE.parent.parent / "docs/examples"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Proxies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = Scene()
        cls.folder = cls.scene.home.folder
        cls.socket = cls.folder / "endpoint.sock"
        cls.endpoint = Endpoint(cls.scene, "--client-address", "X-Real-IP", listen=f"unix:{cls.socket}")
        cls.host = cls.scene.text(VALID).split("/")[2].lower()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=" + cls.host, "-addext", f"subjectAltName=DNS:{cls.host}", "-keyout", cls.folder / "key.pem",
                        "-out", cls.folder / "cert.pem"], check=True, stderr=subprocess.DEVNULL)

    @classmethod
    def tearDownClass(cls):
        cls.endpoint.stop()
        cls.scene.remove()

    def ask(self, path, headers=None, body=None):
        context = ssl.create_default_context(cafile=self.folder / "cert.pem")
        context.check_hostname = False
        request = urllib.request.Request(f"https://127.0.0.1:{self.port}{path}", data=body, headers={"Host": self.host, **(headers or {})})
        try:
            with urllib.request.urlopen(request, context=context, timeout=20) as answer:
                return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, {}, error.read()

    def run_proxy(self, arguments):
        process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=open(self.folder / "proxy.log", "wb"))
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)

        def answers():
            self.assertIsNone(process.poll(), (self.folder / "proxy.log").read_text(errors="replace"))
            with socket.socket() as s:
                return s.connect_ex(("127.0.0.1", self.port)) == 0
        eventually(answers)
        eventually(lambda: self.ask("/V/0")[0] == 200)

    def example(self, name, changes):
        text = (EXAMPLES / name).read_text()
        for old, new in changes:
            self.assertIn(old, text)
            text = text.replace(old, str(new))
        path = self.folder / name
        path.write_text(text)
        return path

    def check(self):
        status, headers, body = self.ask("/V/" + self.scene.digits(VALID), {"Accept": "application/json"})
        verdict = json.loads(body)
        self.assertEqual((status, verdict["in_force"], verdict["host_matches"]), (200, True, True))
        self.assertIn("max-age", headers["strict-transport-security"])
        self.assertEqual(headers["cache-control"], "no-store")
        status, headers, body = self.ask("/publish/bundle.scb")
        self.assertEqual(body, (self.scene.public / "bundle.scb").read_bytes())
        self.assertEqual(self.ask("/publish/bundle.scb", {"If-None-Match": headers["etag"]})[0], 304)
        self.assertEqual(self.ask("/publish/bundle.scb", {"Range": "bytes=0-7"})[2], body[:8])
        self.assertEqual(self.ask("/readyz")[0], 404)
        # Who is counted is who is connected, whatever is written in the request.
        answers = []
        for i in range(101):
            time.sleep(0.06)
            body = json.dumps({**scenes.PERSON, "number": f"{type(self).__name__}{self.port}-{i}"}).encode()
            answers.append(self.ask("/api/verify", {"Content-Type": "application/json", "X-Real-IP": f"192.0.2.{i}"}, body)[0])
        self.assertIn(429, answers)

    def check_log(self):
        """What is over the rate is said in no log with its path: whoever has it sees the live code."""
        context = ssl.create_default_context(cafile=self.folder / "cert.pem")
        context.check_hostname = False
        for path in ("/holder/live/" + "A" * 43, "/V/" + self.scene.digits(VALID)):
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=context, timeout=20)
            statuses = []
            while 429 not in statuses and len(statuses) < 1000:
                connection.request("GET", path, headers={"Host": self.host})
                with connection.getresponse() as answer:
                    answer.read()
                    statuses.append(answer.status)
            connection.close()
            self.assertIn(429, statuses)
            self.assertNotIn(path, (self.folder / "proxy.log").read_text(errors="replace"))

    def test_nginx(self):
        self.port = free_port()
        conf = self.example("nginx.conf", (
            ("listen 443 ssl;", f"listen 127.0.0.1:{self.port} ssl;"), ("    listen [::]:443 ssl;\n", ""), ("zs.example.gov.cn", self.host),
            ("/etc/ssl/sitecert/fullchain.pem", self.folder / "cert.pem"), ("/etc/ssl/private/sitecert.pem", self.folder / "key.pem"),
            ("/run/sitecert-verifierd.sock", self.socket), ("/var/lib/sitecert-public/public/", f"{self.scene.public}/")))
        main = self.folder / "nginx-main.conf"
        temporary = "".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        main.write_text(f"daemon off; user {getpass.getuser()}; worker_processes 1; pid {self.folder}/nginx.pid; error_log stderr;\n"
                        f"events {{}}\nhttp {{ {temporary}\ninclude {conf};\n}}\n")
        self.run_proxy([shutil.which("nginx") or "/usr/sbin/nginx", "-c", main, "-p", self.folder, "-e", "stderr"])
        self.check()
        plain = self.ask("/publish/policy.json")
        packed = self.ask("/publish/policy.json", {"Accept-Encoding": "gzip"})
        self.assertEqual((packed[1]["content-encoding"], packed[1]["vary"], packed[1]["content-type"]), ("gzip", "Accept-Encoding", "application/json"))
        self.assertEqual(gzip.decompress(packed[2]), plain[2])
        self.assertNotEqual(packed[1]["etag"], plain[1]["etag"])
        tile = next(p for p in (self.scene.public / "log/tile").rglob("*") if p.is_file()).relative_to(self.scene.public)
        self.assertIn("immutable", self.ask(f"/publish/{tile}")[1]["cache-control"])
        self.assertIn("stale-if-error", plain[1]["cache-control"])
        (self.scene.public / ".hidden").write_text("x")
        self.assertEqual(self.ask("/publish/.hidden")[0], 404)
        self.check_log()

    def test_haproxy(self):
        self.port = free_port()
        both = self.folder / "both.pem"
        both.write_bytes((self.folder / "cert.pem").read_bytes() + (self.folder / "key.pem").read_bytes())
        conf = self.example("haproxy.cfg", (
            ("maxconn 20000", "maxconn 200"), ("bind :443", f"bind 127.0.0.1:{self.port}"), ("/etc/ssl/private/sitecert-haproxy.pem", both),
            ("unix@/run/sitecert-verifierd.sock", f"unix@{self.socket}")))
        self.run_proxy([shutil.which("haproxy") or "/usr/sbin/haproxy", "-f", conf, "-db"])
        self.check()
        self.check_log()


if __name__ == "__main__":
    assert pathlib.Path(EXAMPLES).is_dir()
    unittest.main()
