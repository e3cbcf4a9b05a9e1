#!/usr/bin/env python3
"""What core/http takes and what it refuses, byte by byte. usage: http_requests.py HTTP_SCENE"""
import hashlib
import json
import os
import socket
import sys
import tempfile
import threading
import time
import unittest

from http_scene import Scene, read_all, read_answer, request

PROGRAM = sys.argv.pop(1)
HOST = "Host: here"
CLOSE = "Connection: close"


def get(target, *headers):
    return request(target=target, headers=(HOST, CLOSE, *headers))


def post(target, body, *headers):
    return request("POST", target, body, headers=(HOST, CLOSE, *headers))


LENGTHS = {
    "a list of lengths": post("/memory", b"hello", "Content-Length: 5, 5"),
    "a signed length": post("/memory", b"hello", "Content-Length: +5"),
    "a negative length": post("/memory", b"hello", "Content-Length: -5"),
    "a length in hex": post("/memory", b"hello", "Content-Length: 0x5"),
    "an empty length": post("/memory", b"hello", "Content-Length:"),
}

# Each is one fault in a request that would be answered 200 without it.
MALFORMED = {
    "length and transfer coding": post("/memory", b"0\r\n\r\n", "Content-Length: 5", "Transfer-Encoding: chunked"),
    "transfer coding and length": post("/memory", b"0\r\n\r\n", "Transfer-Encoding: chunked", "Content-Length: 5"),
    "two lengths that differ": post("/memory", b"hello", "Content-Length: 5", "Content-Length: 4"),
    "two lengths that agree": post("/memory", b"hello", "Content-Length: 5", "Content-Length: 5"),
    "transfer coding twice": post("/memory", b"0\r\n\r\n", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
    "transfer coding in HTTP/1.0": request("POST", "/memory", b"0\r\n\r\n", "HTTP/1.0", (HOST, "Transfer-Encoding: chunked")),
    "no chunk at all": post("/memory", b"hello", "Transfer-Encoding: chunked"),
    "a chunk without its end": post("/memory", b"5\r\nhelloX\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
    "two hosts": get("/hello", "Host: here"),
    "two hosts that differ": get("/hello", "Host: there"),
    "no host": request(headers=(CLOSE,)),
    "an empty host": request(headers=("Host:", CLOSE)),
    "a host with a path": request(headers=("Host: here/there", CLOSE)),
    "a host with a user": request(headers=("Host: me@here", CLOSE)),
    "two hosts in one": request(headers=("Host: here, there", CLOSE)),
    "a NUL in the path": get("/items/a%00b"),
    "a NUL in the query": get("/query?q=a%00"),
    "a NUL in a parameter's name": get("/query?q%00=a"),
    "a raw NUL in the path": get("/items/a\0b"),
    "a raw NUL in a header": get("/hello", "X-Asked: a\0b"),
    "a raw NUL in a header's name": get("/hello", "X-As\0ked: a"),
    "a control character in the path": get("/items/a%0ab"),
    "a raw control character in the path": get("/items/a\x01b"),
    "a C1 control character in the path": get("/items/a%C2%85b"),
    "a tab in the path": get("/items/a\tb"),
    "a space in the path": get("/items/a b"),
    "two spaces before the path": get(" /hello"),
    "two spaces before the version": get("/hello "),
    "a space behind the version": request(version="HTTP/1.1 "),
    "a control character in a header": get("/hello", "X-Asked: a\x07b"),
    "DEL in a header": get("/hello", "X-Asked: a\x7fb"),
    "bytes in a header that are no UTF-8": get("/hello", "X-Asked: a\xffb"),
    "a folded header": get("/hello", "X-Asked: a\r\n b"),
    "a folded first header": request(headers=(" X-Asked: a", HOST, CLOSE)),
    "a folded length": post("/memory", b"hello", "Content-Length:\r\n 5"),
    "a bare LF behind a header": get("/hello", "X-Asked: a\nX-Other: b"),
    "a bare LF behind the request line": get("/hello").replace(b"HTTP/1.1\r\n", b"HTTP/1.1\n"),
    "a bare LF behind the last header": get("/hello").replace(b"close\r\n", b"close\n"),
    "a bare LF for the empty line": get("/hello").replace(b"\r\n\r\n", b"\r\n\n"),
    "a bare CR in a header": get("/hello", "X-Asked: a\rb"),
    "a bare CR in the request line": get("/hello\r"),
    "a space before the colon": get("/hello", "X-Asked : a"),
    "a header without a colon": get("/hello", "X-Asked"),
    "a header without a name": get("/hello", ": a"),
    "a name that is no token": get("/hello", "X(Asked): a"),
    "two content types": post("/memory", b"hello", "Content-Type: a/b", "Content-Type: a/c"),
    "two idempotency keys": post("/memory", b"hello", "Idempotency-Key: a", "Idempotency-Key: b"),
    "two authorizations": get("/hello", "Authorization: a", "Authorization: b"),
    "a percent sign without digits": get("/items/a%"),
    "a percent sign with one digit": get("/items/a%4"),
    "a percent sign with no hex digits": get("/items/a%zz"),
    "half a character": get("/items/%E5%BC"),
    "an overlong character": get("/items/%C0%AF"),
    "a surrogate": get("/items/%ED%A0%80"),
    "a slash in disguise": get("/items/a%2Fb"),
    "a backslash in disguise": get("/items/a%5Cb"),
    "a backslash": get("/items/a\\b"),
    "a dot segment": get("/items/."),
    "a dot segment on the way": get("/items/../hello"),
    "a dot segment in disguise": get("/items/%2e%2E"),
    "a fragment": get("/hello#there"),
    "a raw character beyond ASCII": get("/items/\xe5\xbc\xa0"),
    "a parameter twice": get("/query?q=1&q=2"),
    "a parameter twice in disguise": get("/query?q=1&%71=2"),
    "a parameter without a name": get("/query?=1"),
    "an empty parameter": get("/query?q=1&&r=2"),
    "too many parameters": get("/query?" + "&".join(f"p{i}=1" for i in range(33))),
    "another host in the target": get("http://there/hello"),
    "a user in the target": get("http://me@here/hello"),
    "a target of another scheme": get("ftp://here/hello"),
    "a target of an authority alone": get("http://here"),
    "a target without a slash": get("hello"),
    "the whole server": get("*"),
    "an authority": request("CONNECT", "here:80"),
    "a method that is no token": request("G(ET"),
    "a version without a number": request(version="HTTP/1.x"),
    "another protocol": request(version="HTTQ/1.1"),
}

FINE = {
    "a plain request": (get("/hello"), b"hello\n"),
    "HTTP/1.0 without a host": (request(version="HTTP/1.0", headers=()), b"hello\n"),
    "an empty line before": (b"\r\n" + get("/hello"), b"hello\n"),
    "the target in absolute form": (get("http://here/hello"), b"hello\n"),
    "the same in capitals": (get("HTTP://HERE/hello"), b"hello\n"),
    "an encoded segment": (get("/items/%E5%BC%A0%20%3F"), "张 ?".encode()),
    "a plus sign in a segment": (get("/items/a+b"), b"a+b"),
    "dots in a segment": (get("/items/a..b"), b"a..b"),
    "an encoded parameter": (get("/query?r=1&q=%e5%bc%a0%3D%26&s=2"), "张=&".encode()),
    "a plus sign in the query": (get("/query?q=a+b%2B"), b"a b+"),
    "a parameter without a value": (get("/query?q"), b""),
    "an empty value": (get("/query?q="), b""),
    "an empty query": (get("/query?"), b"(absent)"),
    "most parameters": (get("/query?q=x&" + "&".join(f"p{i}=1" for i in range(31))), b"x"),
    "an equals sign in a value": (get("/query?q=a=b"), b"a=b"),
    "no such header": (get("/header"), b"(absent)"),
    "a header between blanks": (get("/header", "X-Asked: \t a b \t "), b"a b"),
    "a header without a blank": (get("/header", "X-Asked:a"), b"a"),
    "an empty header": (get("/header", "X-Asked:"), b""),
    "a header of two lines": (get("/header", "X-Asked: a", "x-other: c", "x-asked: b "), b"a, b"),
    "a header beyond ASCII": (get("/header", "X-Asked: " + "张".encode().decode("latin-1")), "张".encode()),
    "the target as it was sent": (get("/about?a=%2e+"), b"/about?a=%2e+|here|127.0.0.1"),
    "blanks behind a host": (request(target="/about", headers=("Host: here \t", CLOSE)), b"/about|here|127.0.0.1"),
}


class Requests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = Scene(PROGRAM)

    @classmethod
    def tearDownClass(cls):
        cls.scene.__exit__()

    def test_each_malformed_request_is_refused_and_the_connection_closed(self):
        for name, bytes_ in (MALFORMED | LENGTHS).items():
            with self.subTest(name):
                # What stands behind must not be taken for a request.
                answer = self.scene.ask(bytes_.replace(b"\r\nConnection: close", b"") + get("/hello"), end=False)
                self.assertRegex(answer, rb"^HTTP/1.[01] 400 ")
                self.assertNotIn(b"200 OK", answer)
                self.assertRegex(answer, rb"(?i)\r\nconnection: close\r\n")
                # libmicrohttpd 0.9.75 answers a bad length itself, and puts its head before the body twice.
                self.assertEqual(answer.count(b"HTTP/1."), 2 if name in LENGTHS else 1, answer)

    def test_what_is_well_formed_is_answered(self):
        for name, (bytes_, body) in FINE.items():
            with self.subTest(name):
                answer = self.scene.ask(bytes_)
                self.assertRegex(answer, rb"^HTTP/1.[01] 200 ")
                self.assertEqual(answer.split(b"\r\n\r\n", 1)[1], body)

    def test_other_refusals_have_their_status(self):
        for status, bytes_ in (
            (404, get("/")), (404, get("/hello/")), (404, get("//hello")), (404, get("/items/")), (404, get("/items")),
            (404, get("/items/a/b")), (404, get("/%68ello")), (404, get("/HELLO")), (404, request("BREW", "/nowhere")),
            (404, get("/" + "a/" * 20)), (405, post("/hello", b"")), (405, request("BREW", "/hello")),
            (405, request("get", "/hello")), (405, request("DELETE", "/items/a")), (405, get("/memory")),
            (405, request("OPTIONS", "/hello")),
            (413, request("GET", "/hello", b"x")), (413, post("/memory", b"x" * 100001)),
            (413, get("/hello", "Content-Length: 99999999999999999999")),
            (417, post("/memory", b"", "Expect: tea")), (501, post("/memory", b"", "Transfer-Encoding: gzip, chunked")),
            (501, post("/memory", b"", "Transfer-Encoding: identity")), (505, request(version="HTTP/2.0")),
            (500, get("/nothing")),
        ):
            with self.subTest(bytes_[:60]):
                self.assertEqual(self.scene.status(bytes_), status)

    def test_405_says_what_is_allowed(self):
        for target, allow in (("/hello", "GET, HEAD"), ("/memory", "POST"), ("/file", "GET, HEAD, POST")):
            with self.scene.connect() as connection:
                connection.sendall(request("PUT", target))
                status, headers, _ = read_answer(connection)
                self.assertEqual((status, headers["allow"]), (405, allow))

    def test_a_refusal_is_a_problem_in_the_language_asked_for(self):
        for language, title in (("", "没有这个地址"), ("en", "there is nothing here"), ("zh-CN, en;q=0.8", "没有这个地址"),
                                ("fr, en-GB;q=0.9, zh;q=0.8", "there is nothing here"), ("en;q=0", "没有这个地址")):
            with self.scene.connect() as connection:
                connection.sendall(get("/nowhere", f"Accept-Language: {language}"))
                status, headers, body = read_answer(connection)
                self.assertEqual(headers["content-type"], "application/problem+json")
                self.assertEqual(json.loads(body), {"type": "urn:sitecert:problem:not_found", "title": title, "status": 404,
                                                    "errors": [{"pointer": "", "code": "not_found", "message": title}]})

    def test_head_is_get_without_its_body(self):
        answer = self.scene.ask(request("HEAD"))
        self.assertIn(b"\r\nContent-Length: 6\r\n", answer)
        self.assertTrue(answer.endswith(b"\r\n\r\n"))
        self.assertEqual(self.scene.status(request("HEAD", "/stream?n=1")), 200)
        self.assertEqual(self.scene.status(request("HEAD", "/memory")), 405)

    def test_connections_are_kept_and_requests_answered_in_order(self):
        with self.scene.connect() as connection:
            connection.sendall(b"".join(request(target=f"/items/{i}", headers=(HOST,)) for i in range(20)) + get("/hello"))
            answer = read_all(connection)
        self.assertEqual(answer.count(b"HTTP/1.1 200"), 21)
        places = [answer.index(b"\r\n\r\n%d" % i) for i in range(20)]
        self.assertEqual(places, sorted(places))

    def test_nothing_of_a_request_is_in_the_next(self):
        with self.scene.connect() as connection:
            for target, headers, wanted in (("/query?q=a", ("Accept-Language: en", "X-Asked: b"), b"a"), ("/query", (), b"(absent)"),
                                            ("/header", ("X-Asked: b",), b"b"), ("/header", (), b"(absent)")):
                connection.sendall(request(target=target, headers=(HOST, *headers)))
                self.assertEqual(read_answer(connection)[2], wanted)
            connection.sendall(request(target="/items/%00", headers=(HOST,)))
            self.assertIn("请求", json.loads(read_answer(connection)[2])["title"])

    def test_a_refused_request_with_a_small_body_keeps_its_connection(self):
        with self.scene.connect() as connection:
            connection.sendall(request("POST", "/hello", b"x" * 1000, headers=(HOST,)))
            self.assertEqual(read_answer(connection)[0], 405)
            connection.sendall(get("/hello"))
            self.assertEqual(read_answer(connection)[0], 200)

    def test_a_refused_request_with_a_large_body_still_gets_its_answer(self):
        for _ in range(20):
            with self.scene.connect() as connection:
                connection.sendall(request("POST", "/memory", headers=(HOST, "Content-Length: 3000000")))
                for _ in range(30):
                    connection.sendall(b"x" * 100000)
                self.assertEqual(read_answer(connection)[0], 413)

    def test_bodies_arrive_whole_with_their_digest(self):
        for target, size in (("/memory", 0), ("/memory", 1), ("/memory", 100000), ("/file", 0), ("/file", 1), ("/file", 16384), ("/file", 16385), ("/file", 10000000)):
            body = os.urandom(size)
            digest = hashlib.sha256(body).hexdigest()
            plain = post(target, body)
            cuts = [body[i:i + 60001] for i in range(0, size, 60001)]
            chunked = post(target, b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in cuts) + b"0\r\n\r\n",
                           "Transfer-Encoding: chunked")
            for bytes_ in (plain, chunked):
                with self.subTest((target, size)), self.scene.connect() as connection:
                    connection.sendall(bytes_)
                    status, _, said = read_answer(connection)
                    self.assertEqual((status, said.decode()), (200, f"{size} {digest} {digest}"))

    def test_a_chunked_body_one_byte_too_long_is_413(self):
        body = b"186a1\r\n" + b"x" * 100001 + b"\r\n0\r\n\r\n"
        self.assertEqual(self.scene.status(post("/memory", body, "Transfer-Encoding: chunked")), 413)

    def test_trailers_are_no_headers(self):
        bytes_ = request("POST", "/memory", b"5\r\nhello\r\n0\r\nHost: there\r\nX-Asked: a\r\n\r\n",
                         headers=(HOST, CLOSE, "Transfer-Encoding: chunked"))
        self.assertEqual(self.scene.status(bytes_), 200)

    def test_100_continue_comes_when_the_body_is_wanted_and_not_otherwise(self):
        with self.scene.connect() as connection:
            connection.sendall(request("POST", "/memory", headers=(HOST, CLOSE, "Content-Length: 5", "Expect: 100-continue")))
            self.assertEqual(connection.recv(100), b"HTTP/1.1 100 Continue\r\n\r\n")
            connection.sendall(b"hello")
            self.assertEqual(read_answer(connection)[0], 200)
        for target, length, status in (("/memory", 100001, 413), ("/hello", 5, 405), ("/nowhere", 5, 404)):
            with self.scene.connect() as connection:
                connection.sendall(request("POST", target,
                                           headers=(HOST, f"Content-Length: {length}", "Expect: 100-continue")))
                found, headers, _ = read_answer(connection)
                self.assertEqual((found, headers["connection"].lower()), (status, "close"))

    def test_a_stream_arrives_whole_in_both_versions(self):
        numbers = b"".join(b"%d\n" % i for i in range(50000))
        answer = self.scene.ask(request(target="/stream?n=50000", version="HTTP/1.0", headers=()), end=False)
        self.assertEqual(answer.split(b"\r\n\r\n", 1)[1], numbers)
        chunked = self.scene.ask(get("/stream?n=50000")).split(b"\r\n\r\n", 1)[1]
        body = b""
        while chunked:
            size, rest = chunked.split(b"\r\n", 1)
            body, chunked = body + rest[:int(size, 16)], rest[int(size, 16) + 2:]
        self.assertEqual(body, numbers)

    def test_a_stream_that_fails_has_no_end(self):
        answer = self.scene.ask(get("/stream?n=5000&fails=1"))
        self.assertIn(b"\n4999\n", answer)
        self.assertNotIn(b"\r\n0\r\n\r\n", answer)

    def test_a_file_is_sent_from_where_it_is_asked(self):
        with open(PROGRAM, "rb") as file:
            whole = file.read(100011)
        with self.scene.connect() as connection:
            connection.sendall(get("/file?at=11"))
            self.assertEqual(read_answer(connection)[2], whole[11:])

    def test_the_servers_own_headers_are_in_every_answer(self):
        for bytes_ in (get("/hello"), get("/nowhere"), get("/hello", "Host: here"), post("/hello", b"")):
            self.assertIn(b"\r\nX-Content-Type-Options: nosniff\r\n", self.scene.ask(bytes_))

    def test_a_client_that_has_closed_its_direction_still_gets_its_answer(self):
        for _ in range(5):
            self.assertEqual(self.scene.status(get("/wait?ms=100")), 200)

    def test_blocked_handlers_do_not_hold_up_others(self):
        waiting = [self.scene.connect() for _ in range(40)]
        for connection in waiting:
            connection.sendall(get("/wait?ms=1500"))
        started = time.monotonic()
        for _ in range(20):
            self.assertEqual(self.scene.status(get("/hello")), 200)
            self.assertEqual(self.scene.status(get("/quick")), 200)
        self.assertLess(time.monotonic() - started, 1.2)
        for connection in waiting:
            self.assertEqual(read_answer(connection)[0], 200)
            connection.close()

    def test_answers_that_come_later_hold_up_nobody(self):
        waiting = [self.scene.connect() for _ in range(100)]  # more than there are threads
        for i, connection in enumerate(waiting):
            connection.sendall(post(("/later?ms=1500", "/moved?ms=1500", "/moved?later=1&ms=1500")[i % 3], b"hello"))
        started = time.monotonic()
        for _ in range(20):
            self.assertEqual(self.scene.status(get("/quick")), 200)
        self.assertEqual(self.scene.status(get("/hello")), 200)
        self.assertLess(time.monotonic() - started, 1.2)
        for connection in waiting:
            status, _, body = read_answer(connection)
            self.assertEqual((status, body), (200, b"waited\n"))
            connection.close()

    def test_an_answer_may_be_there_before_its_handler_has_returned(self):
        with self.scene.connect() as connection:
            for target in ("/later", "/moved", "/moved?later=1") * 100:
                connection.sendall(request("POST", target, b"hello", headers=(HOST,)))
                self.assertEqual(read_answer(connection)[0], 200, target)

    def test_what_is_never_answered_is_our_failure(self):
        self.assertEqual(self.scene.status(get("/nothing")), 500)
        self.assertEqual(self.scene.status(post("/later?n=1", b"hello")), 500)
        self.assertEqual(self.scene.status(post("/moved?later=1&n=1", b"hello")), 500)

    def test_a_client_that_has_closed_its_direction_still_gets_a_later_answer(self):
        with self.scene.connect() as connection:
            connection.sendall(post("/later?ms=100", b"hello"))
            connection.shutdown(socket.SHUT_WR)
            self.assertEqual(read_answer(connection)[0], 200)


class Limits(unittest.TestCase):
    def test_a_target_may_be_as_long_as_its_limit_and_no_longer(self):
        with Scene(PROGRAM, target_bytes=100) as scene:
            for length, status in ((100, 200), (101, 414), (5000, 414), (60000, 414)):
                self.assertEqual(scene.status(get("/items/" + "a" * (length - 7))), status, length)

    def test_a_head_may_be_as_long_as_its_limit_and_no_longer(self):
        with Scene(PROGRAM, header_bytes=1000) as scene:
            empty = len(get("/hello", "X-Asked: "))
            for length, status in ((1000, 200), (1001, 431), (8000, 431), (50000, 431)):
                self.assertEqual(scene.status(get("/hello", "X-Asked: " + "a" * (length - empty))), status, length)

    def test_64_headers_are_taken_and_65_refused(self):
        with Scene(PROGRAM) as scene:
            for count, status in ((64, 200), (65, 431), (1000, 431)):
                self.assertEqual(scene.status(get("/hello", *(f"X-{i}: a" for i in range(count - 2)))), status, count)

    def test_the_longest_head_of_the_most_headers_is_answered(self):
        with Scene(PROGRAM) as scene:
            most = get("/hello", *(f"X-{i:02}: " + "a" * 220 for i in range(62)))
            most = most.replace(b"X-00: ", b"X-00: " + b"a" * (16384 - len(most)))
            self.assertEqual(len(most), 16384)
            for head, status in ((most, 200), (most.replace(b"X-01: ", b"X-01: a"), 431)):
                answer = scene.ask(head)
                self.assertTrue(answer.startswith(b"HTTP/1.1 %d " % status), answer[:40])
                self.assertTrue(answer.endswith(b"hello\n" if status == 200 else b"}"), answer)

    def test_connections_above_the_limit_are_closed_at_once(self):
        with Scene(PROGRAM, connections=5) as scene:
            held = [scene.connect() for _ in range(5)]
            time.sleep(0.2)
            with scene.connect(timeout=2) as connection:  # an idle one would be closed, too, ten seconds later
                self.assertEqual(connection.recv(1), b"")
            held.pop().close()
            time.sleep(0.2)
            self.assertEqual(scene.status(get("/hello")), 200)
            self.assertEqual(scene.counts()["refused_limit"], 1)
            for connection in held:
                connection.close()

    def test_one_address_may_hold_its_share_and_no_more(self):
        with Scene(PROGRAM, per_address=3) as scene:
            held = [scene.connect() for _ in range(3)]
            time.sleep(0.2)
            with scene.connect() as connection:
                self.assertEqual(read_all(connection), b"")
            for connection in held:
                connection.close()
            time.sleep(0.2)
            self.assertEqual(scene.status(get("/hello")), 200)

    def drip(self, scene, first, piece, at_most):
        """Seconds until the server closes on a client that sends piece every 50 ms."""
        with scene.connect() as connection:
            started = time.monotonic()
            connection.sendall(first)
            connection.settimeout(0.05)
            while time.monotonic() - started < at_most:
                try:
                    if connection.recv(65536) == b"":
                        break
                except TimeoutError:
                    pass
                except ConnectionError:
                    break
                try:
                    connection.sendall(piece)
                except OSError:
                    break
            return time.monotonic() - started

    def test_a_head_that_drips_is_cut_in_its_time(self):
        with Scene(PROGRAM, head_ms=600) as scene:
            for first, piece in ((b"", b"G"), (b"GET /hello HTTP/1.1\r\nX: ", b"a"), (b"", b"\r\n")):
                taken = self.drip(scene, first, piece, 5)
                self.assertTrue(0.5 < taken < 1.2, (first, taken))
            self.assertEqual(scene.counts()["timed_out"], 3)

    def test_the_next_head_that_drips_is_cut_as_well(self):
        with Scene(PROGRAM, head_ms=500, idle_ms=1000) as scene:
            taken = self.drip(scene, request(headers=(HOST,)), b"G", 5)
            self.assertTrue(1.4 < taken < 2.2, taken)

    def test_a_body_that_drips_is_cut_in_its_time(self):
        with Scene(PROGRAM, body_ms=600) as scene:
            for headers in ((HOST, "Content-Length: 1000"), (HOST, "Transfer-Encoding: chunked")):
                first = request("POST", "/memory", headers=headers)
                taken = self.drip(scene, first, b"1\r\na\r\n" if "Transfer" in headers[1] else b"a", 5)
                self.assertTrue(0.5 < taken < 1.2, taken)

    def test_an_answer_that_nobody_takes_is_cut_in_its_time(self):
        with Scene(PROGRAM, answer_ms=600) as scene, scene.connect() as connection:
            connection.sendall(get("/stream?n=100000000"))
            time.sleep(1.2)
            self.assertEqual(scene.counts()["timed_out"], 1)
            self.assertEqual(scene.counts()["open"], 0)

    def test_silence_is_cut_after_the_idle_time(self):
        with Scene(PROGRAM, idle_ms=1000) as scene:
            for first in (b"", b"GET /he", request(headers=(HOST,))):
                with scene.connect() as connection:
                    started = time.monotonic()
                    connection.sendall(first)
                    read_all(connection)
                    taken = time.monotonic() - started
                    self.assertTrue(0.8 < taken < 2.6, (first, taken))

    def test_a_handler_may_take_longer_than_every_limit(self):
        with Scene(PROGRAM, idle_ms=1000, head_ms=300, body_ms=300, answer_ms=300) as scene, scene.connect() as connection:
            connection.sendall(get("/wait?ms=2500"))
            self.assertEqual(read_answer(connection)[0], 200)

    def test_more_than_may_wait_is_told_so(self):
        with Scene(PROGRAM, threads=1, waiting=2) as scene:
            held = [scene.connect() for _ in range(3)]
            for connection in held:
                connection.sendall(get("/wait?ms=700"))
                time.sleep(0.1)
            with scene.connect() as connection:
                connection.sendall(get("/hello"))
                status, headers, _ = read_answer(connection)
                self.assertEqual((status, "retry-after" in headers), (503, True))
            self.assertEqual(scene.status(get("/quick")), 200)
            for connection in held:
                self.assertEqual(read_answer(connection)[0], 200)
                connection.close()

    def test_a_request_under_way_is_answered_when_the_server_stops(self):
        scene = Scene(PROGRAM)
        idle, busy = scene.connect(), scene.connect()
        busy.sendall(request(target="/wait?ms=600", headers=(HOST,)))
        time.sleep(0.2)
        stopped = threading.Thread(target=scene.__exit__)
        stopped.start()
        self.assertEqual(idle.recv(1), b"")
        with self.assertRaises(OSError):
            scene.connect()
        status, headers, _ = read_answer(busy)
        self.assertEqual((status, headers["connection"].lower()), (200, "close"))
        stopped.join()
        idle.close()
        busy.close()

    def test_a_later_answer_is_waited_for_when_the_server_stops(self):
        for ms, grace in ((300, True), (2000, False)):  # within the grace, and behind its end
            scene = Scene(PROGRAM)
            with scene.connect() as connection:
                connection.sendall(request("POST", f"/later?ms={ms}", b"hello", headers=(HOST,)))
                time.sleep(0.1)
                scene.__exit__()
                self.assertEqual(read_all(connection).startswith(b"HTTP/1.1 200"), grace)

    def test_the_grace_has_an_end(self):
        scene = Scene(PROGRAM)
        with scene.connect() as connection:
            connection.sendall(request("POST", "/memory", headers=(HOST, "Content-Length: 5")))
            time.sleep(0.2)
            started = time.monotonic()
            scene.__exit__()
            self.assertTrue(0.9 < time.monotonic() - started < 3)
            self.assertEqual(read_all(connection), b"")


def inherit(listening):
    """A scene that gets the socket as a service manager hands it over."""
    script = 'exec 3<&%d; LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" "$@"' % listening.fileno()
    return Scene("sh", before=["-c", script, PROGRAM], pass_fds=[listening.fileno()], listen="inherited")


class Addresses(unittest.TestCase):
    def test_a_socket_file_serves_and_goes_with_its_server(self):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/http.sock"
            with Scene(PROGRAM, listen=f"unix:{path}") as scene:
                self.assertEqual(os.stat(path).st_mode & 0o777, 0o660)
                self.assertTrue(scene.ask(get("/about")).endswith(b"/about|here|unix"))
            self.assertFalse(os.path.exists(path))

    def test_the_socket_file_of_a_dead_server_is_replaced_and_that_of_a_living_one_not(self):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/http.sock"
            with socket.socket(socket.AF_UNIX) as dead:
                dead.bind(path)
            with Scene(PROGRAM, listen=f"unix:{path}") as scene:
                with self.assertRaises(AssertionError):
                    Scene(PROGRAM, listen=f"unix:{path}")
                self.assertEqual(scene.status(get("/hello")), 200)

    def test_version_6_addresses_are_served(self):
        with Scene(PROGRAM, listen="[::1]:0") as scene:
            self.assertTrue(scene.address.startswith("[::1]:"))
            self.assertTrue(scene.ask(get("/about")).endswith(b"/about|here|::1"))

    def test_a_socket_of_the_service_manager_is_served_and_stays_its_own(self):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/http.sock"
            with socket.socket(socket.AF_UNIX) as listening:
                listening.bind(path)
                with self.assertRaises(AssertionError):
                    inherit(listening)
                listening.listen()
                with inherit(listening) as scene:
                    self.assertEqual(scene.address, f"unix:{path}")
                    self.assertTrue(scene.ask(get("/about")).endswith(b"/about|here|unix"))
                self.assertTrue(os.path.exists(path))
                with inherit(listening) as scene:
                    self.assertEqual(scene.status(get("/hello")), 200)

    def test_what_is_no_address_is_refused(self):
        for listen in ("", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:8x", "::1:80", "[127.0.0.1]:80",
                       "unix:", "unix:" + "a" * 200, "somewhere.example:80"):
            if listen:
                with self.assertRaises(AssertionError, msg=listen):
                    Scene(PROGRAM, listen=listen)


if __name__ == "__main__":
    unittest.main()
