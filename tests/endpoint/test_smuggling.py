#!/usr/bin/env python3
"""The malformed and smuggling requests of tests/blackbox/http_requests.py, put to the endpoint: one refusal each, never two answers."""
import pathlib
import socket
import sys
import unittest

import scene as scenes
from scene import Endpoint, Scene

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "blackbox"))
sys.argv.insert(1, "none")  # http_requests wants its program named
import http_requests  # noqa: E402

# The same faults at places that the endpoint has.
PLACES = ((b"/memory", b"/api/verify"), (b"/hello", b"/livez"), (b"/items/", b"/V/"), (b"/query?", b"/?"))
CASES = http_requests.MALFORMED | http_requests.LENGTHS


def moved(request):
    for old, new in PLACES:
        request = request.replace(old, new)
    return request.replace(b"\r\nConnection: close", b"")


class Smuggling(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = Scene()
        cls.endpoint = Endpoint(cls.scene)

    @classmethod
    def tearDownClass(cls):
        status = cls.endpoint.stop()
        cls.scene.remove()
        assert status == 0, status

    def ask(self, bytes_):
        host, port = self.endpoint.address.rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            connection.sendall(bytes_)
            return http_requests.read_all(connection)

    def test_there_are_enough(self):
        self.assertGreaterEqual(len(CASES), 48)

    def test_each_is_refused_once_and_nothing_behind_it_is_heard(self):
        behind = b"GET /version HTTP/1.1\r\nHost: here\r\n\r\n"
        for name, bytes_ in CASES.items():
            with self.subTest(name):
                answer = self.ask(moved(bytes_) + behind)
                self.assertRegex(answer, rb"^HTTP/1.[01] 400 ")
                self.assertNotIn(b"200 OK", answer)
                self.assertNotIn(b"sitecert-verifierd", answer)
                self.assertEqual(answer.count(b"HTTP/1."), 2 if name in http_requests.LENGTHS else 1)

    def test_it_still_answers(self):
        self.assertEqual(self.endpoint.client().ask("GET", "/livez").status, 200)
        self.assertIsNone(self.endpoint.process.poll())


if __name__ == "__main__":
    assert scenes.BIN
    unittest.main()
