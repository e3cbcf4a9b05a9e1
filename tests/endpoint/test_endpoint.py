#!/usr/bin/env python3
"""The endpoint by its HTTP interface: pages, verdicts, published files, how it follows publications and what it never does.

Usage: test_endpoint.py [RECORDED]     every answer is written to RECORDED for tests/openapi
"""
import base64
import csv
import gzip
import hashlib
import http.client
import io
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import unittest
import urllib.parse

import scene as scenes
import parts
from scene import BIN, DUE, NOW, REVOKED, SUSPENDED, VALID, Endpoint, Scene, environment, eventually, to_digits

RECORDED = None
JSON = {"Accept": "application/json"}


def multipart(fields, boundary="x-boundary-7"):
    body = b""
    for name, value in fields.items():
        disposition = f'form-data; name="{name}"' + ('; filename="f"' if isinstance(value, bytes) else "")
        body += f"--{boundary}\r\nContent-Disposition: {disposition}\r\n\r\n".encode()
        body += (value if isinstance(value, bytes) else value.encode()) + b"\r\n"
    return {"Content-Type": f"multipart/form-data; boundary={boundary}"}, body + f"--{boundary}--\r\n".encode()


def memory_of(pid, needles):
    """How many bytes of a process could be read, and how often each needle stands in them."""
    read, found = 0, dict.fromkeys(needles, 0)
    with open(f"/proc/{pid}/mem", "rb") as memory, open(f"/proc/{pid}/maps", encoding="utf-8") as maps:
        for line in maps:
            addresses, rights = line.split()[:2]
            if rights[0] != "r" or "[v" in line:
                continue
            start, end = (int(a, 16) for a in addresses.split("-"))
            try:
                memory.seek(start)
                bytes_ = memory.read(end - start)
            except (OSError, ValueError):
                continue
            read += len(bytes_)
            for needle in needles:
                found[needle] += bytes_.count(needle)
    return read, found


def forgets(process, *secrets):
    """What was asked is wiped once its answer has gone, which may be a moment later: false when a secret stays."""
    known = b"sitecert-verifierd"  # stands in it, or it was not its memory that was read

    def gone():
        read, found = memory_of(process.pid, (*secrets, known))
        assert read > 1 << 20 and found[known] > 0, (read, found)
        return not any(found[s] for s in secrets)
    end = time.monotonic() + 5
    while not gone():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = Scene()
        cls.endpoint = Endpoint(cls.scene, "--metrics-listen", "127.0.0.1:0")
        cls.client = cls.endpoint.client(recorded=RECORDED)

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        status = cls.endpoint.stop()
        cls.scene.remove()
        assert status == 0, status

    def ask(self, method, target, headers=None, body=None, **more):
        return self.client.ask(method, target, headers, body, **more)

    def verdict(self, digits, headers=JSON):
        answer = self.ask("GET", "/V/" + digits, headers)
        self.assertEqual(answer.status, 200)
        return answer.json()

    def certcheck(self, *inputs):
        done = subprocess.run([BIN / "certcheck", "--json", "--lang", "zh", "--bundle", self.scene.public / "bundle.scb",
                               "--root", self.scene.public / "root.cbor", *inputs],
                              env=environment(NOW, XDG_STATE_HOME=str(self.scene.home.folder / "state")), stdout=subprocess.PIPE)
        return json.loads(done.stdout)


class Verdicts(Case):
    def test_each_state_is_told(self):
        for number, state, in_force in ((VALID, "valid", True), (DUE, "due", True), (REVOKED, "revoked", False),
                                        (SUSPENDED, "suspended", False)):
            v = self.verdict(self.scene.digits(number))
            self.assertEqual((v["authentic"], v["state"], v["in_force"], v["number"]), (True, state, in_force, number))

    def test_an_old_version_says_that_it_is_replaced(self):
        v = self.verdict(self.scene.digits(VALID, 1))
        self.assertEqual((v["replaced"], v["version"]), (True, 1))
        self.assertGreater(v["current_version"], 1)

    def test_it_is_what_the_offline_tool_says(self):
        texts = [self.scene.digits(n) for n in (VALID, DUE, REVOKED, SUSPENDED)] + [self.scene.digits(VALID, 1)]
        texts += ["0", "00000000000000000", to_digits(b"\xd2\x84"), "12345"]
        for text, offline in zip(texts, self.certcheck(*texts)):
            self.assertEqual(self.verdict(text), offline)
            again = self.ask("POST", "/api/verify", {"Content-Type": "application/json"}, json.dumps({"token": text}))
            self.assertEqual(again.json(), offline)

    def test_a_forged_one_shows_nothing(self):
        raw = self.scene.raw(VALID)
        forged = raw.replace("张示例".encode(), "李示例".encode())
        self.assertNotEqual(raw, forged)
        v = self.verdict(to_digits(forged))
        self.assertEqual((v["authentic"], v["in_force"], v["holder"], v["number"]), (False, False, None, None))
        page = self.ask("GET", "/V/" + to_digits(forged)).body.decode()
        for secret in ("示例", "4776", VALID, "浙江"):
            self.assertNotIn(secret, re.sub(r"/V/[0-9]+", "", page))  # digits of a code may hold any
        self.assertIn("不是真证", page)

    def test_no_bit_flip_of_a_known_token_is_taken(self):
        raw = self.scene.raw(VALID)
        self.assertTrue(self.verdict(to_digits(raw))["authentic"])
        for i in range(0, len(raw) * 8, 37):
            turned = bytearray(raw)
            turned[i // 8] ^= 1 << i % 8
            self.assertFalse(self.verdict(to_digits(bytes(turned)))["authentic"], i)

    def test_the_host_is_compared_when_it_is_a_name(self):
        digits = self.scene.digits(VALID)
        host = self.scene.text(VALID).split("/")[2]
        self.assertIsNone(self.verdict(digits)["host_matches"])
        self.assertTrue(self.verdict(digits, {**JSON, "Host": host.lower()})["host_matches"])
        self.assertFalse(self.verdict(digits, {**JSON, "Host": "zs.example.net"})["host_matches"])
        body = json.dumps({"token": self.scene.text(VALID)})
        self.assertTrue(self.ask("POST", "/api/verify", {"Content-Type": "application/json"}, body).json()["host_matches"])

    def test_its_threads_push_nobody_away(self):
        threads = [int(name) for name in os.listdir(f"/proc/{self.endpoint.process.pid}/task")]
        self.assertGreater(len(threads), 2)
        self.assertEqual({os.sched_getscheduler(thread) for thread in threads}, {os.SCHED_BATCH})

    def test_what_is_no_request_is_refused(self):
        kind = {"Content-Type": "application/json"}
        for body in ("", "{", "[]", "{}", '{"token":1}', '{"token":"1","token":"1"}', '{"token":"1","more":1}', '{"token":"1","staple":2}',
                     '{"token":"1","staple":"2","more":"3"}', '{"staple":"2"}'):
            self.assertEqual(self.ask("POST", "/api/verify", kind, body).code(), "body_invalid", body)
        self.assertEqual(self.ask("POST", "/api/verify", {"Content-Type": "text/plain"}, "{}").code(), "content_type_unknown")
        self.assertEqual(self.ask("POST", "/api/verify", kind, "1" * 20000).status, 413)
        self.assertEqual(self.ask("GET", "/V/1?lang=en&lang=zh").status, 400)
        self.assertEqual(self.ask("GET", "/V/" + "1" * 4200, record=False).status, 414)


class Pages(Case):
    def page(self, target, headers=None):
        answer = self.ask("GET", target, headers)
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "text/html; charset=utf-8"))
        return answer.body.decode()

    def test_a_page_is_one_small_answer_without_anybody_elses_things(self):
        for target in ("/", "/V/" + self.scene.digits(VALID), "/V/0"):
            page = self.page(target)
            self.assertLess(len(gzip.compress(page.encode())), 30000)
            self.assertNotRegex(page, r"(?i)<(img|iframe|object|embed|video|font)\b|@import|url\(|javascript:| on[a-z]+=")
            self.assertEqual(re.findall(r'(?:src|href)="(?!/|#|data:,")', page), [])

    def test_an_address_that_is_none_is_a_page_for_a_browser(self):
        browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
        for target, english, text in (("/none", False, "没有这个地址"), ("/none?lang=en", True, "there is nothing here"), ("/V/", False, "没有这个地址"),
                                      ("/publish/none", False, "没有这一项"), ("/web/none.js?lang=en", True, "there is no such thing")):
            language = {"Accept-Language": "en"} if english else {}
            page = self.ask("GET", target, {**browser, **language}, record=False)
            self.assertEqual((page.status, page.headers["content-type"]), (404, "text/html; charset=utf-8"), target)
            self.assertIn(text, page.body.decode())
            self.assertIn("default-src 'none'", page.headers["content-security-policy"])
            for accept in ({}, {"Accept": "*/*"}, JSON):
                self.assertEqual(self.ask("GET", target, {**accept, **language}, record=False).code(), "not_found", target)
        self.assertEqual(self.ask("POST", "/V/0", browser, "", record=False).headers["allow"], "GET, HEAD")
        self.assertIn("<h1>", self.ask("POST", "/V/0", browser, "", record=False).body.decode())

    def test_what_has_ended_has_no_days_left(self):
        for number, said in ((VALID, True), (DUE, True), (REVOKED, False), (SUSPENDED, False)):
            target = "/V/" + self.scene.digits(number)
            self.assertIs("还有" in self.page(target), said, number)
            self.assertIs("days left" in self.page(target, {"Accept-Language": "en"}), said, number)

    def test_headers_close_what_a_page_could_open(self):
        headers = self.ask("GET", "/").headers
        policy = headers["content-security-policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)
        for name, value in (("referrer-policy", "no-referrer"), ("x-content-type-options", "nosniff"), ("x-frame-options", "DENY")):
            self.assertEqual(headers[name], value)
        self.assertIn("microphone=()", headers["permissions-policy"])
        self.assertNotIn("set-cookie", headers)

    def test_a_verdict_is_stored_nowhere(self):
        for headers in ({}, JSON):
            answer = self.ask("GET", "/V/0", headers).headers
            self.assertEqual((answer["cache-control"], answer.get("vary")), ("no-store", None))

    def test_language_and_print(self):
        digits = self.scene.digits(VALID)
        self.assertIn('<html lang="zh-CN">', self.page("/V/" + digits))
        self.assertIn('<html lang="en">', self.page("/V/" + digits, {"Accept-Language": "en"}))
        self.assertIn('<html lang="zh-CN">', self.page("/V/" + digits + "?lang=zh", {"Accept-Language": "en"}))
        large = self.page("/V/" + digits + "?lang=en&large=1")
        self.assertIn('<html lang="en" class="large">', large)
        self.assertIn(f'href="/V/{digits}?lang=zh&amp;large=1"', large)
        self.assertEqual(self.verdict(digits, {**JSON, "Accept-Language": "en"})["problems"][0]["text"],
                         "a demonstration: not a real certificate")

    def test_what_is_refused_before_its_address_is_read_knows_nothing_of_the_one_before(self):
        connection = http.client.HTTPConnection(self.endpoint.address, timeout=10)
        for headers, status, language in (({}, 200, "en"), ({"X-Asked": "a\x07b"}, 400, "zh-CN")):
            connection.request("GET", "/?lang=en", headers={"Accept": "text/html", **headers})
            answer = connection.getresponse()
            self.assertEqual(answer.status, status)
            self.assertIn(f'<html lang="{language}">', answer.read().decode())

    def test_what_is_shown_of_a_certificate(self):
        page = self.page("/V/" + self.scene.digits(VALID))
        for text in ("张示例", "4776", "土建施工员", VALID, "核对姓名", "数据时间", "演示系统", "有效"):
            self.assertIn(text, page)
        self.assertNotIn("110101", page)

    def test_typed_digits_pictures_and_files(self):
        self.scene.home.sitecert("qr", VALID, "--png", self.scene.home.folder / "code.png")
        self.scene.home.sitecert("pdf", VALID, "-o", self.scene.home.folder / "copy.pdf", "--quiet")
        picture = (self.scene.home.folder / "code.png").read_bytes()
        pdf = (self.scene.home.folder / "copy.pdf").read_bytes()
        offline = self.certcheck(self.scene.home.folder / "code.png", self.scene.home.folder / "copy.pdf", "nothing")
        cases = ({"file": picture}, {"file": pdf}, {"text": "nothing"})
        for fields, want in zip(cases, offline):
            headers, body = multipart(fields)
            answer = self.ask("POST", "/", {**headers, **JSON}, body)
            self.assertEqual(answer.json(), want)
        headers, body = multipart({"lang": "en", "large": "1", "file": picture})
        page = self.ask("POST", "/", headers, body).body.decode()
        self.assertIn('<html lang="en" class="large">', page)
        self.assertIn("IN FORCE", page)
        headers, body = multipart({"text": " " + self.scene.text(VALID) + "\r\n"})
        self.assertIn("张示例", self.ask("POST", "/", headers, body).body.decode())

    def test_what_is_no_form_is_refused(self):
        headers, body = multipart({"text": "0"})
        broken = {
            "another type": ({"Content-Type": "text/plain"}, body),
            "no boundary": ({"Content-Type": "multipart/form-data"}, body),
            "two boundaries": ({"Content-Type": headers["Content-Type"] + "; boundary=y"}, body),
            "a bad boundary": ({"Content-Type": "multipart/form-data; boundary=\"a b\\\""}, body),
            "bytes before": (headers, b"x" + body),
            "bytes behind": (headers, body + b"x"),
            "no end": (headers, body[:-4]),
            "cut": (headers, body[:40]),
            "bare line ends": (headers, body.replace(b"\r\n", b"\n")),
            "no name": (headers, body.replace(b'; name="text"', b"")),
            "a transfer encoding": (headers, body.replace(b"\r\n\r\n", b"\r\nContent-Transfer-Encoding: base64\r\n\r\n", 1)),
            "a name twice": (headers, body.split(b"--x-boundary-7--")[0] + body),
            "another name too": (headers, body.replace(b'name="text"', b'name="text"; name="file"')),
            "nothing": (headers, b""),
        }
        for what, (kind, bytes_) in broken.items():
            answer = self.ask("POST", "/", {**kind, **JSON}, bytes_)
            self.assertEqual((answer.status, answer.code()), (400, "body_invalid"), what)
        self.assertIn("读不懂", self.ask("POST", "/", {"Content-Type": "text/plain"}, b"x").body.decode())

    def test_a_file_over_the_bound_is_refused(self):
        connection = self.client.connect()
        connection.putrequest("POST", "/")
        connection.putheader("Content-Length", str((12 << 20) + 1))
        connection.endheaders()
        self.assertEqual(connection.getresponse().status, 413)
        connection.close()

    def test_a_picture_that_is_none_is_unreadable(self):
        for bytes_ in (b"\x89PNG\r\n\x1a\n" + bytes(100), b"\xff\xd8\xff" + bytes(100), b"%PDF-1.7\n", b"\xd2" + bytes(50)):
            headers, body = multipart({"file": bytes_})
            v = self.ask("POST", "/", {**headers, **JSON}, body).json()
            self.assertEqual((v["authentic"], v["holder"]), (False, None))


class Lookups(Case):
    def look(self, record=True, **changes):
        body = json.dumps({**scenes.PERSON, **changes})
        return self.ask("POST", "/api/verify", {"Content-Type": "application/json"}, body, record=record)

    def test_all_three_give_the_verdict_of_the_code(self):
        want = self.verdict(self.scene.digits(VALID))
        self.assertEqual(self.look().json(), want)
        self.assertEqual(self.look(name=" 张示例 ", number=" " + VALID).json(), want)
        form = urllib.parse.urlencode({**scenes.PERSON, "lang": "en"})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        self.assertEqual(self.ask("POST", "/lookup", {**kind, **JSON}, form).json()["number"], VALID)
        self.assertIn("IN FORCE", self.ask("POST", "/lookup", kind, form).body.decode())

    def test_every_kind_of_no_match_is_one_answer(self):
        kinds = ({"name": "李示例"}, {"id_number": "110101199003074777"}, {"number": REVOKED}, {"number": "03301202000099999"},
                 {"number": ""}, {"name": ""}, {"id_number": ""}, {"id_number": "x" * 300}, {"name": "\u0001"}, {"number": "9" * 300},
                 {"name": "张" * 200}, {"name": "a\u202eb"})
        answers = {self.look(**changes).body for changes in kinds}
        self.assertEqual(len(answers), 1)
        v = json.loads(answers.pop())
        self.assertEqual((v["authentic"], v["in_force"], v["holder"], v["problems"][-1]["code"]), (False, None, None, "no_match"))
        page = self.ask("POST", "/lookup", {"Content-Type": "application/x-www-form-urlencoded"},
                        urllib.parse.urlencode({**scenes.PERSON, "name": "李示例"})).body.decode()
        self.assertIn("查无此证", page)
        self.assertNotIn("李示例", page)

    def test_what_is_no_question_is_refused(self):
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        for body in ("number=1&number=2", "number=%", "=1"):
            self.assertEqual(self.ask("POST", "/lookup", {**kind, **JSON}, body).code(), "body_invalid")
        self.assertEqual(self.ask("POST", "/lookup", {"Content-Type": "text/plain", **JSON}, "number=1").code(), "body_invalid")
        for body in ({"number": VALID}, {**scenes.PERSON, "more": 1}, {**scenes.PERSON, "id_number": 1}):
            answer = self.ask("POST", "/api/verify", {"Content-Type": "application/json"}, json.dumps(body))
            self.assertEqual(answer.code(), "body_invalid")

    def test_no_number_stays_in_memory(self):
        for _ in range(3):
            self.look()
            self.look(id_number="110101199003074777")
        self.ask("POST", "/lookup", {"Content-Type": "application/x-www-form-urlencoded"}, urllib.parse.urlencode(scenes.PERSON))
        self.assertTrue(forgets(self.endpoint.process, scenes.PERSON["id_number"].encode(), b"110101199003074777"))

    def test_the_table_is_not_served_and_says_nothing(self):
        table = self.scene.home.folder / "public.lookup"
        bytes_ = table.read_bytes()
        for name in ("public.lookup", "../public.lookup", "bundle.scb.lookup"):
            self.assertIn(self.ask("GET", "/publish/" + name, record=False).status, (400, 404))
        for secret in ("张示例".encode(), scenes.PERSON["id_number"].encode(), VALID.encode(), self.scene.raw(VALID)[:40]):
            self.assertNotIn(secret, bytes_)
        key = self.scene.home.path / "keys/lookup.key"
        self.assertEqual((key.stat().st_mode & 0o777, key.stat().st_size), (0o600, 32))
        self.assertNotIn(key.read_bytes(), bytes_)


class Holders(Case):
    """With the reader behind it; the endpoint starts the staple signer itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        home = cls.scene.home
        cls.person = {**scenes.PERSON, "pickup": home.sitecert("pickup", VALID, "--json").stdout}
        cls.person["pickup"] = json.loads(cls.person["pickup"])["pickup"]
        cls.log = open(home.folder / "reader.log", "ab")
        cls.reader = subprocess.Popen([BIN / "sitecert-reader", "--home", home.path], env=environment(NOW), stdin=subprocess.DEVNULL,
                                      stdout=cls.log, stderr=cls.log)
        for name in ("holder.sock", "staple.sock"):
            assert eventually(lambda name=name: (home.path / "run" / name).exists()), name

    @classmethod
    def tearDownClass(cls):
        cls.reader.terminate()
        cls.reader.wait(30)
        cls.log.close()
        super().tearDownClass()

    def hold(self, what, record=True, **changes):
        body = json.dumps({**self.person, **changes})
        return self.ask("POST", "/api/holder/" + what, {"Content-Type": "application/json"}, body, record=record)

    def test_the_pdf_is_a_copy_that_certcheck_believes(self):
        answer = self.hold("pdf")
        self.assertEqual((answer.status, answer.headers["cache-control"]), (200, "no-store"))
        path = self.scene.home.folder / "copy.pdf"
        path.write_bytes(answer.body)
        v, = self.certcheck(path)
        self.assertEqual((v["number"], v["in_force"], v["copy"]["expired"]), (VALID, True, False))

    def test_calendar_and_history(self):
        self.assertIn(b"BEGIN:VALARM", self.hold("calendar").body)
        self.assertEqual(self.hold("history").json()["number"], VALID)

    def test_a_live_code_decides_without_any_list(self):
        live = self.hold("staple").json()
        keys = ("--trust", self.scene.public / "trust.cbor", "--root", self.scene.public / "root.cbor")
        env = environment(NOW, XDG_STATE_HOME=str(self.scene.home.folder / "state"))

        def judge(*more):
            return subprocess.run([BIN / "certcheck", "--json", *keys, *more, live["text"]], env=env, stdout=subprocess.PIPE)

        self.assertEqual(judge().returncode, 7)
        done = judge("--staple", live["staple"])
        v, = json.loads(done.stdout)
        self.assertEqual((done.returncode, v["state"], v["status_from"]), (0, "valid", "staple"))
        late, = json.loads(judge("--staple", live["staple"], "--at", "2022-12-20T10:10:01+08:00").stdout)
        self.assertEqual((late["in_force"], late["problems"][-2]["code"]), (None, "staple_expired"))

    def test_a_live_code_beside_a_code_is_judged_as_the_offline_tool_does(self):
        live = self.hold("staple").json()
        bundle = ("--bundle", self.scene.public / "bundle.scb", "--root", self.scene.public / "root.cbor")
        env = environment(NOW, XDG_STATE_HOME=str(self.scene.home.folder / "state"))
        for staple, code in ((live["staple"], None), ("12", "staple_format"), ("https://zs.example.gov.cn/V/" + live["staple"], "staple_format"),
                             (live["staple"][:-1] + str(abs(int(live["staple"][-1]) - 1)), "staple_signature")):
            body = json.dumps({"token": live["text"], "staple": staple})
            v = self.ask("POST", "/api/verify", {"Content-Type": "application/json"}, body).json()
            offline = subprocess.run([BIN / "certcheck", "--json", "--lang", "zh", *bundle, "--staple", staple, live["text"]], env=env, stdout=subprocess.PIPE)
            self.assertEqual([v], json.loads(offline.stdout))
            self.assertEqual([p["code"] for p in v["problems"] if p["code"].startswith("staple_")], [code] if code else [])

    def test_the_page_works_without_scripts(self):
        self.assertIn("取证码", self.ask("GET", "/holder").body.decode())
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        page = self.ask("POST", "/holder", kind, urllib.parse.urlencode({**self.person, "what": "live", "lang": "en"})).body.decode()
        self.assertEqual(page.count("<svg"), 2)
        self.assertIn("Renew", page)
        self.assertNotIn(self.person["pickup"], page)
        pdf = self.ask("POST", "/holder", kind, urllib.parse.urlencode({**self.person, "what": "pdf"}))
        self.assertEqual((pdf.headers["content-type"], pdf.body[:5]), ("application/pdf", b"%PDF-"))
        none = self.ask("POST", "/holder", {**kind, **JSON}, urllib.parse.urlencode({**self.person, "what": "else"}))
        self.assertEqual(none.code(), "body_invalid")

    def live(self, **changes):
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self.ask("POST", "/holder", kind, urllib.parse.urlencode({**self.person, "what": "live", **changes}))
        self.assertEqual(answer.status, 200)
        return answer

    def refreshed(self, answer):
        seconds, target = re.fullmatch(r"(\d+); url=(/holder/live/[0-9a-f]{48}\?lang=(?:zh|en)(?:&large=1)?)", answer.headers["refresh"]).groups()
        return int(seconds), target

    def test_a_live_page_renews_itself_without_script_and_pick_up_code(self):
        seconds, target = self.refreshed(self.live(lang="en", large="1"))
        self.assertEqual((seconds, target.split("?")[1]), (540, "lang=en&large=1"))
        again = self.ask("GET", target)
        self.assertEqual((again.status, again.headers["cache-control"], self.refreshed(again)), (200, "no-store", (540, target)))
        page = again.body.decode()
        self.assertEqual((page.count("<svg"), "<script" in page, 'lang="en" class="large"' in page), (2, False, True))
        for secret in (self.person["pickup"], self.person["id_number"], self.person["name"]):
            self.assertNotIn(secret, page)
        live = self.ask("GET", target, JSON).json()
        keys = ("--trust", self.scene.public / "trust.cbor", "--root", self.scene.public / "root.cbor")
        env = environment(NOW, XDG_STATE_HOME=str(self.scene.home.folder / "state"))
        v, = json.loads(subprocess.run([BIN / "certcheck", "--json", *keys, "--staple", live["staple"], live["text"]], env=env, stdout=subprocess.PIPE).stdout)
        self.assertEqual((v["number"], v["status_from"], v["in_force"]), (VALID, "staple", True))

    def test_a_live_page_that_has_ended_shows_nothing(self):
        _, first = self.refreshed(self.live())
        _, second = self.refreshed(self.live())
        self.assertNotEqual(first, second)
        for target in (first, "/holder/live/" + "0" * 48, "/holder/live/x", second.split("?")[0][:-1]):
            answer = self.ask("GET", target)
            self.assertEqual((answer.status, b"<svg" in answer.body, "refresh" in answer.headers), (410, False, False), target)
            self.assertIn("重新填写取证码", answer.body.decode())
            self.assertEqual(self.ask("GET", target, JSON).code(), "live_ended")
        self.assertEqual(self.ask("GET", second).status, 200)

    def test_y_a_live_page_that_cannot_renew_shows_nothing_and_tries_again(self):
        _, target = self.refreshed(self.live())
        pid = int(re.findall(r"event=helper_started helper=sitecert-staple pid=(\d+)", self.endpoint.said())[-1])
        os.kill(pid, 19)
        try:
            client = self.endpoint.client()
            answer = client.ask("GET", target)
            client.close()
        finally:
            os.kill(pid, 18)
        self.assertEqual((answer.status, answer.headers["retry-after"], self.refreshed(answer)), (503, "15", (15, target)))
        self.assertNotIn(b"<svg", answer.body)
        self.assertIn("先前的动态码不再显示", answer.body.decode())
        self.assertEqual(self.ask("GET", target).status, 200)

    def test_what_is_missing_or_of_another_type_is_refused(self):
        self.assertEqual(self.hold("pdf", pickup="").code(), "body_invalid")
        self.assertEqual(self.hold("pdf", name=1).code(), "body_invalid")
        answer = self.ask("POST", "/api/holder/pdf", {"Content-Type": "text/plain"}, "{}")
        self.assertEqual(answer.code(), "content_type_unknown")
        self.assertEqual(self.ask("POST", "/api/holder/pdf", {"Content-Type": "application/json"}, "[]").code(), "body_invalid")

    def test_whatever_does_not_match_is_one_answer_and_five_close_the_number(self):
        other = {"number": DUE}
        kinds = ({}, {"name": "李示例"}, {"id_number": "110101199003074777"}, {"pickup": "0000000001"}, {"number": DUE, "pickup": "x" * 60})
        answers = {self.hold("staple", **{**other, **changes}).body for changes in kinds}
        self.assertEqual(len(answers), 1)
        self.assertEqual(json.loads(answers.pop())["type"], "urn:sitecert:problem:holder_no_match")
        closed = self.hold("staple", **other)
        self.assertEqual((closed.status, closed.code()), (429, "misses_used"))
        self.assertGreater(int(closed.headers["retry-after"]), 3000)
        self.assertEqual(self.hold("history").status, 200)

    def test_no_pick_up_code_stays_in_memory(self):
        self.hold("history")
        self.assertTrue(forgets(self.endpoint.process, self.person["pickup"].encode(), scenes.PERSON["id_number"].encode()))

    def test_z_without_the_reader_it_says_so_and_judges_on(self):
        self.reader.terminate()
        self.reader.wait(30)
        answer = self.hold("pdf")
        self.assertEqual((answer.status, answer.code()), (503, "holder_not_ready"))
        self.assertEqual(self.verdict(self.scene.digits(VALID))["in_force"], True)


class Asked(Case):
    """Which employers have asked, told to the holder alone."""

    @classmethod
    def setUpClass(cls):
        cls.scene = Scene()
        home = cls.scene.home
        cls.key = Employers.add.__func__(cls, "示例建工", 10000)
        cls.other = Employers.add.__func__(cls, "另一<单位>", 10000)
        cls.person = {**scenes.PERSON, "pickup": json.loads(home.sitecert("pickup", VALID, "--json").stdout)["pickup"]}
        cls.scene.publish()
        cls.log = open(home.folder / "reader.log", "ab")
        cls.reader = subprocess.Popen([BIN / "sitecert-reader", "--home", home.path], env=environment(NOW), stdin=subprocess.DEVNULL,
                                      stdout=cls.log, stderr=cls.log)
        assert eventually(lambda: (home.path / "run" / "holder.sock").exists())
        cls.endpoint = Endpoint(cls.scene)
        cls.client = cls.endpoint.client(recorded=RECORDED)

    @classmethod
    def tearDownClass(cls):
        cls.reader.terminate()
        cls.reader.wait(30)
        cls.log.close()
        super().tearDownClass()

    def lists(self, key, *rows, cursor=None):
        body = list(rows) if cursor is None else {"rows": list(rows), "cursor": cursor}
        headers = {"Authorization": "Bearer " + key, "Content-Type": "application/json"}
        return self.ask("POST", "/api/verify/bulk", headers, json.dumps(body))

    def asked(self, **changes):
        return self.ask("POST", "/api/holder/asked", {"Content-Type": "application/json"}, json.dumps({**self.person, **changes}))

    def told(self):
        answer = self.asked()
        self.assertEqual((answer.status, answer.headers["cache-control"]), (200, "no-store"), answer.body)
        return answer.json()

    @staticmethod
    def line(employer, how):
        return {"day": NOW[:10], "employer": employer, "purpose": "进场核验", "how": how}

    def test_a_each_employer_is_told_with_purpose_and_day(self):
        self.assertEqual(self.told(), {"since": NOW[:10], "more": False, "asked": []})
        strangers = [{**scenes.PERSON, "name": "李示例"}, {**scenes.PERSON, "id_number": "110101199003074777"}, {**scenes.PERSON, "number": DUE}]
        self.assertEqual(self.lists(self.key, *strangers).status, 200)
        self.assertEqual(self.told()["asked"], [])
        for _ in range(2):
            self.assertEqual(self.lists(self.key, *strangers, scenes.PERSON).json()["summary"]["found"], 1)
        self.assertEqual(self.told()["asked"], [self.line("示例建工", "list")])
        self.lists(self.other, scenes.PERSON, cursor="")
        self.assertEqual(self.told()["asked"], [self.line("示例建工", "list"), self.line("另一<单位>", "watch")])
        self.assertEqual(self.asked(number=spelt(self.person["number"], 3)).json(), self.told())  # typed in groups

    def test_b_nothing_is_told_of_others_on_the_list_and_nothing_to_others(self):
        self.lists(self.key, scenes.PERSON, {"number": DUE, "name": "王示例", "id_number": "11010119900307001X"})
        body = self.asked().body.decode()
        for secret in (DUE, "王示例", "11010119900307001X", self.key, '"rows"'):
            self.assertNotIn(secret, body)
        answers = {self.asked(**changes).body for changes in ({"pickup": "0000000001"}, {"name": "李示例"}, {"number": DUE})}
        self.assertEqual(len(answers), 1)
        self.assertEqual(json.loads(answers.pop())["type"], "urn:sitecert:problem:holder_no_match")
        self.assertEqual(self.asked(pickup="").code(), "body_invalid")

    def test_c_what_anybody_asks_is_not_written_down(self):
        before = self.told()["asked"]
        self.ask("POST", "/api/verify", {"Content-Type": "application/json"}, json.dumps(scenes.PERSON))
        self.ask("POST", "/api/verify", {"Content-Type": "application/json"}, json.dumps({"token": self.scene.text(VALID)}))
        self.ask("POST", "/lookup", {"Content-Type": "application/x-www-form-urlencoded"}, urllib.parse.urlencode(scenes.PERSON))
        self.verdict(self.scene.digits(VALID))
        self.lists("sc1." + "A" * 43, scenes.PERSON)
        self.assertEqual(self.told()["asked"], before)

    def test_d_the_file_names_nobody_who_was_asked_about(self):
        self.lists(self.key, scenes.PERSON)
        folder = self.scene.home.path / "asked"
        kept = b"".join(f.read_bytes() for f in folder.iterdir())
        self.assertIn("示例建工".encode(), kept)
        for secret in (VALID, "张示例", scenes.PERSON["id_number"], self.key):
            self.assertNotIn(secret.encode(), kept)
        self.assertEqual({oct(f.stat().st_mode & 0o777) for f in folder.iterdir()} | {oct(folder.stat().st_mode & 0o777)}, {"0o600", "0o700"})

    def test_e_the_page_works_without_scripts(self):
        self.lists(self.key, scenes.PERSON)
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        for lang, words in (("zh", ("谁查过我的证书", "用途：", "名单查验")), ("en", ("Who asked about me", "Purpose: ", "A list was checked"))):
            page = self.ask("POST", "/holder", kind, urllib.parse.urlencode({**self.person, "what": "asked", "lang": lang})).body.decode()
            for word in (*words, "示例建工", "进场核验", NOW[:10]):
                self.assertIn(word, page)
            self.assertNotIn("<script", page)
        self.lists(self.other, scenes.PERSON)
        page = self.ask("POST", "/holder", kind, urllib.parse.urlencode({**self.person, "what": "asked"})).body.decode()
        self.assertIn("另一&lt;单位&gt;", page)

    def test_f_it_outlives_the_helper(self):
        self.lists(self.key, scenes.PERSON)
        before = self.told()["asked"]
        pid = int(re.findall(r"event=helper_started helper=sitecert-digests pid=(\d+)", self.endpoint.said())[-1])
        os.kill(pid, 9)
        self.assertTrue(eventually(lambda: self.asked().status == 200))
        self.assertEqual(self.told()["asked"], before)

    def test_g_what_cannot_be_written_down_is_not_answered(self):
        day = self.scene.home.path / "asked" / NOW[:10]
        pid = int(re.findall(r"event=helper_started helper=sitecert-digests pid=(\d+)", self.endpoint.said())[-1])
        kept = day.read_bytes()
        day.write_bytes(b"?" + kept)
        os.kill(pid, 9)
        one = {"Content-Type": "application/json"}
        self.assertTrue(eventually(lambda: self.ask("POST", "/api/verify", one, json.dumps(scenes.PERSON)).status == 200))
        answer = self.lists(self.key, scenes.PERSON)
        self.assertEqual((answer.status, answer.code()), (503, "lookup_not_ready"))
        told = self.told()
        self.assertEqual((told["since"] > NOW[:10], told["asked"]), (True, []))
        day.write_bytes(kept)
        self.assertEqual(self.lists(self.key, scenes.PERSON).status, 200)
        self.assertEqual(self.told()["asked"][0], self.line("示例建工", "list"))

    def test_z_without_the_reader_nobody_is_told(self):
        self.reader.terminate()
        self.reader.wait(30)
        self.assertEqual((self.asked().status, self.asked().code()), (503, "holder_not_ready"))


class StapleSigner(unittest.TestCase):
    """sitecert-staple as whoever gets hold of its socket sees it: it judges by itself, and has nothing signed that is not so."""

    OK, NOT_AUTHENTIC, UNDECIDED = 1, 2, 3

    @classmethod
    def setUpClass(cls):
        cls.scene = Scene()
        cls.folder = cls.scene.home.folder

    @classmethod
    def tearDownClass(cls):
        cls.scene.remove()

    def ask(self, token, clock=NOW):
        path = self.folder / "signer.sock"
        process = subprocess.Popen([BIN / "sitecert-staple", "--home", self.scene.home.path, "--published", self.scene.public, "--socket", path],
                                   env=environment(clock), stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
                s.settimeout(20)
                eventually(lambda: s.connect_ex(str(path)) == 0)
                question = parts.encode({0: 1, 2: token})
                s.sendall(struct.pack(">I", len(question)) + question)
                length, _ = parts.receive(s, 4)
                answer = parts.decode(parts.receive(s, struct.unpack(">I", length)[0])[0])[0]
        finally:
            process.terminate()
            self.assertEqual(process.wait(20), 0)
        self.assertEqual(2 in answer, answer[1] == self.OK)
        return answer[1]

    def test_it_signs_for_what_is_authentic_alone(self):
        token = self.scene.raw(VALID)
        self.assertEqual(self.ask(token), self.OK)
        self.assertEqual(self.ask(token[:-1] + bytes([token[-1] ^ 1])), self.NOT_AUTHENTIC)
        self.assertEqual(self.ask(b"no token"), self.NOT_AUTHENTIC)

    def test_it_signs_by_lists_that_hold_alone(self):
        token = self.scene.raw(VALID)
        self.assertEqual(self.ask(token, "2022-12-27T09:00:00+08:00"), self.OK)
        self.assertEqual(self.ask(token, "2022-12-28T10:00:00+08:00"), self.UNDECIDED)  # a week after they were published


def spelt(number, i):
    """The same number in one of many ways."""
    return " " * (i % 7) + number[:3] + "-" * (i % 5) + number[3:] + " " * (i % 11)


class Employers(Case):
    """Lists, by keys of employers."""

    COLUMNS = ("number", "name", "id_number")
    # Misses are counted by hashed name (core/lookup/tally.h): after tests that ask for ten thousand numbers, one name in fifty shares both its places.
    HUNDRED = range(95, 101)

    @classmethod
    def setUpClass(cls):
        cls.scene = Scene()
        cls.keys = {name: cls.add(name, rows) for name, rows in (("示例建工", 1000000), ("小单位", 3), ("停用单位", 10))}
        cls.scene.home.sitecert("employer", "suspend", "停用单位", "--quiet")
        cls.scene.publish()
        cls.rows_before = cls.rows_of_table()
        cls.endpoint = Endpoint(cls.scene)
        cls.client = cls.endpoint.client(recorded=RECORDED)
        assert eventually(lambda: cls.post_with(cls.client, cls.keys["示例建工"], [cls.row()]).status == 200)

    @classmethod
    def add(cls, name, rows, *more):
        return cls.scene.home.sitecert("employer", "add", name, "--purpose", "进场核验", "--rows-per-day", rows, *more, "--quiet").stdout.strip()

    @staticmethod
    def row(**changes):
        return {**scenes.PERSON, **changes}

    @staticmethod
    def post_with(client, key, rows, accept="application/json", record=True):
        headers = {"Authorization": "Bearer " + key, "Content-Type": "application/json", "Accept": accept}
        return client.ask("POST", "/api/verify/bulk", headers, json.dumps(rows), record=record)

    def post(self, rows, key=None, **more):
        return self.post_with(self.client, key or self.keys["示例建工"], rows, **more)

    def post_csv(self, body, accept="text/csv", key=None):
        headers = {"Authorization": "Bearer " + (key or self.keys["示例建工"]), "Content-Type": "text/csv", "Accept": accept}
        return self.ask("POST", "/api/verify/bulk", headers, body)

    def as_csv(self, rows, columns=COLUMNS):
        return "".join(",".join(r) + "\r\n" for r in [columns] + [[row[c] for c in columns] for row in rows])

    MIXED = ({}, {"name": "李示例"}, {"number": "=1+1"}, {"id_number": "110101900307477"}, {"number": "x" * 65})

    def test_each_row_is_what_a_single_look_up_says(self):
        rows = [self.row(**changes) for changes in self.MIXED]
        answer = self.post(rows).json()
        one = {"Content-Type": "application/json"}
        for row, got in zip(rows, answer["rows"]):
            v = self.ask("POST", "/api/verify", one, json.dumps(row)).json()
            self.assertEqual(got["result"], v["state"] if v["authentic"] else "no_match")
            if v["authentic"]:
                self.assertEqual([got[k] for k in ("in_force", "deadline", "days_left")], [v[k] for k in ("in_force", "deadline", "days_left")])
        self.assertEqual([r["row"] for r in answer["rows"]], [1, 2, 3, 4, 5])
        self.assertEqual([r["result"] for r in answer["rows"]], ["valid", "no_match", "no_match", "valid", "no_match"])
        self.assertEqual([r["number"] for r in answer["rows"]], [VALID, VALID, "", VALID, ""])

    def test_csv_and_json_say_the_same_and_the_hash_is_of_the_rows(self):
        rows = [self.row(**changes) for changes in self.MIXED]
        answer = self.post(rows).json()
        got = self.post_csv(self.as_csv(rows).encode())
        self.assertEqual((got.status, got.headers["cache-control"]), (200, "no-store"))
        coded = got.headers["sitecert-summary"]
        summary = json.loads(base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)))
        digest = hashlib.sha256(got.body).hexdigest()
        self.assertEqual((summary["rows_sha256"], answer["summary"]["rows_sha256"]), (digest, digest))
        self.assertEqual((summary["rows"], summary["employer"], summary["purpose"], "unsigned" in summary), (5, "示例建工", "进场核验", False))
        self.assertEqual(summary["found"] + summary["no_match"], 5)
        self.assertEqual({**summary, "at": 0, "signed": ""}, {**answer["summary"], "at": 0, "signed": ""})
        lines = list(csv.DictReader(io.StringIO(got.body.decode(), newline="")))
        for line, row in zip(lines, answer["rows"]):
            self.assertEqual(line["result"], row["result"])
            self.assertEqual(line["deadline"], row["deadline"] or "")

    def list_check(self, body, *options, **more):
        path = self.scene.home.folder / "result"
        path.write_bytes(body)
        done = subprocess.run([BIN / "certcheck", "list", path, "--json", "--lang", "en", "--bundle", self.scene.public / "bundle.scb",
                               "--root", self.scene.public / "root.cbor", *options],
                              env=environment(NOW, XDG_STATE_HOME=str(self.scene.home.folder / "state")), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def test_anybody_can_check_a_result_off_line(self):
        rows = [self.row(**changes) for changes in self.MIXED]
        eventually(lambda: "signed" in self.post(rows, record=False).json()["summary"])
        answer = self.post(rows)
        status, out, err = self.list_check(answer.body)
        self.assertEqual(status, 0, err)
        said = json.loads(out)
        self.assertEqual({k: said[k] for k in ("authentic", "employer", "purpose", "rows", "found", "in_force", "no_match", "not_checked")},
                         {"authentic": True, "employer": "示例建工", "purpose": "进场核验", "rows": 5, "found": 2, "in_force": 2, "no_match": 3,
                          "not_checked": 0})
        as_csv = self.post_csv(self.as_csv(rows).encode())
        self.assertEqual(self.list_check(as_csv.body, "--summary", as_csv.headers["sitecert-summary"])[0], 0)
        self.assertEqual(self.list_check(as_csv.body)[0], 2)

        def changed(change):
            value = json.loads(answer.body)
            change(value)
            return self.list_check(json.dumps(value, ensure_ascii=False).encode())

        def other_signature(value):
            raw = bytearray(base64.urlsafe_b64decode(value["summary"]["signed"] + "=="))
            raw[-1] ^= 1
            value["summary"]["signed"] = base64.urlsafe_b64encode(raw).decode().rstrip("=")
        for change, why in ((lambda v: v["rows"][1].update(result="valid"), "not the rows"), (lambda v: v["rows"].pop(), "not the rows"),
                            (lambda v: v["rows"][0].update(days_left=9999), "not the rows"), (other_signature, "signature"),
                            (lambda v: v["summary"].pop("signed"), "is not signed"), (lambda v: v["rows"][0].update(number="1,2"), "as they were sent"),
                            (lambda v: v["rows"][0].pop("deadline"), "as they were sent")):
            status, out, err = changed(change)
            self.assertEqual((status, out), (1, ""), why)
            self.assertIn(why, err)
        self.assertEqual(self.list_check(as_csv.body + b"6,,no_match,,,\r\n", "--summary", as_csv.headers["sitecert-summary"])[0], 1)

    def report(self, rows, lang="zh", **fields):
        kind, body = multipart({"key": self.keys["示例建工"], "file": self.as_csv(rows).encode(), "lang": lang, **fields})
        return self.ask("POST", "/list", kind, body)

    def test_a_report_to_print_says_what_the_list_says_and_can_be_checked(self):
        rows = [self.row(**changes) for changes in self.MIXED] + [self.row(number="<b>")]
        eventually(lambda: "signed" in self.post(rows, record=False).json()["summary"])
        self.assertIn('type="password"', self.ask("GET", "/list").body.decode())
        answer = self.report(rows)
        self.assertEqual((answer.status, answer.headers["cache-control"]), (200, "no-store"))
        page = answer.body.decode()
        for word in ("名单查验报告", "示例建工", "进场核验", "2022-12-20", "<dt>有效</dt><dd>2</dd>", "<dt>查无此证</dt><dd>4</dd>", "<dt>合计</dt><dd>6</dd>",
                     "没有编号、姓名、证件号码三项都相符的证书", "@media print"):
            self.assertIn(word, page)
        self.assertEqual((page.count("<tr><td>"), page.count("<svg"), "<script" in page, "<b>" in page.split("<table>")[1].split("</table>")[0]), (6, 1, False, False))
        digits, digest = re.findall(r'class="signed"[^>]*>([0-9a-f]+)<', page)
        self.assertEqual(digest, self.post(rows).json()["summary"]["rows_sha256"])

        def check(digits, *file):
            return subprocess.run([BIN / "certcheck", "list", *file, "--signed", digits, "--json", "--lang", "en", "--bundle", self.scene.public / "bundle.scb",
                                   "--root", self.scene.public / "root.cbor"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  env=environment(NOW, XDG_STATE_HOME=str(self.scene.home.folder / "state")))
        done = check(digits)
        said = json.loads(done.stdout)
        self.assertEqual({k: said[k] for k in ("employer", "purpose", "rows", "found", "in_force", "no_match", "rows_sha256", "rows_compared")},
                         {"employer": "示例建工", "purpose": "进场核验", "rows": 6, "found": 2, "in_force": 2, "no_match": 4, "rows_sha256": digest,
                          "rows_compared": False})
        result = self.scene.home.folder / "result.csv"
        result.write_bytes(self.post_csv(self.as_csv(rows).encode()).body)
        self.assertEqual((check(digits, result).returncode, json.loads(check(digits, result).stdout)["rows_compared"]), (0, True))
        result.write_bytes(result.read_bytes() + b"7,,no_match,,,\r\n")
        self.assertEqual(check(digits, result).returncode, 1)
        for i in range(0, len(digits), 17):
            other = digits[:i] + str((int(digits[i]) + 1) % 10) + digits[i + 1:]
            self.assertEqual((check(other).returncode, check(other).stdout), (1, b""), i)
        self.assertEqual([check(d).returncode for d in ("1", "x y", digits[:-1], digits + "0")], [1] * 4)

    def test_the_reports_form_is_refused_as_a_page(self):
        self.assertIn("Report on a list", self.report([self.row()], "en").body.decode())
        for change, status in (({"key": "sc1."}, 401), ({"key": self.keys["停用单位"]}, 401), ({"key": ""}, 401), ({"file": b"x"}, 400), ({"file": b""}, 400)):
            answer = self.report([self.row()], **change)
            self.assertEqual((answer.status, answer.headers["content-type"]), (status, "text/html; charset=utf-8"), change)
        headers = {"Authorization": "Bearer " + self.keys["示例建工"], "Content-Type": "text/csv", "Accept": "text/html"}
        page = self.ask("POST", "/api/verify/bulk", headers, self.as_csv([self.row()]).encode()).body.decode()
        self.assertIn("名单查验报告", page)
        long = self.report([{c: "1" for c in self.COLUMNS}] * 10001)
        self.assertEqual(long.status, 413)

    def test_without_a_signer_the_summary_says_so(self):
        with Endpoint(self.scene, "--answer", self.scene.home.folder / "none.sock") as endpoint:
            client = endpoint.client(recorded=RECORDED)
            answer = self.post_with(client, self.keys["示例建工"], [self.row()])
            page = self.post_with(client, self.keys["示例建工"], [self.row()], accept="text/html").body.decode()
            client.close()
        self.assertEqual(("没有签名" in page, "<svg" in page), (True, False))
        self.assertEqual((answer.status, answer.json()["summary"]["unsigned"]), (200, True))
        self.assertNotIn("signed", answer.json()["summary"])
        status, _, err = self.list_check(answer.body)
        self.assertEqual(status, 1)
        self.assertIn("is not signed", err)

    def test_a_spreadsheets_encoding_and_any_order_of_columns(self):
        want = self.post([self.row()]).json()["rows"]
        headers = {"Authorization": "Bearer " + self.keys["示例建工"], "Content-Type": "text/csv", "Accept": "*/*"}
        sent = self.as_csv([self.row()]).encode()
        self.assertEqual(self.ask("POST", "/api/verify/bulk", headers, sent).body, self.post_csv(sent).body)  # what was sent, where neither is named
        for encoding in ("utf-8", "utf-8-sig", "gb18030"):
            body = self.as_csv([self.row()], ("name", "id_number", "number")).encode(encoding)
            self.assertEqual(self.post_csv(body, accept="application/json").json()["rows"], want, encoding)

    def test_what_is_no_list_is_refused(self):
        good = self.as_csv([self.row()])
        for body in ("", "number,name,id_number\r\n", "number,name\r\n1,2\r\n", good.replace("name", "nom"), "number,number,name\r\n1,2,3\r\n", "name,id_number,name\r\n1,2,3\r\n",
                     "name,id_number\r\n1,2,3\r\n", "name,id_number,more\r\n1,2,3\r\n",
                     good + "1,2\r\n", good + "1,2,3,4\r\n", good + '"1'):
            self.assertEqual(self.post_csv(body.encode()).code(), "body_invalid", body)
        self.assertEqual(self.post_csv(good.encode() + b"\xff\xff").code(), "body_invalid")
        for rows in ([], {}, [1], [{}], [self.row(more="x")], [self.row(name=1)], [self.row(number=None)], [{"number": "1", "name": "2"}],
                     {"rows": []}, {"rows": [self.row()], "more": ""}):
            self.assertEqual(self.post(rows).code(), "body_invalid", rows)
        headers = {"Authorization": "Bearer " + self.keys["示例建工"], "Content-Type": "text/plain"}
        self.assertEqual(self.ask("POST", "/api/verify/bulk", headers, "x").code(), "content_type_unknown")

    def test_ten_thousand_rows_and_no_more(self):
        rows = [self.row(number=f"0330000{i:010}", name="张示例") for i in range(9999)] + [self.row()]
        began = time.monotonic()
        answer = self.post(rows, record=False).json()
        took = time.monotonic() - began
        self.assertEqual([answer["summary"][k] for k in ("rows", "found", "no_match", "not_checked")], [10000, 1, 9999, 0])
        self.assertEqual(answer["rows"][9999]["result"], "valid")
        self.assertLess(took, 60)
        print(f"a list of 10,000 in {took:.2f} s", file=sys.stderr)
        self.assertEqual(self.post(rows + [self.row()], record=False).code(), "list_too_long")
        long = self.as_csv([{c: "1" for c in self.COLUMNS}] * 10001).encode()
        answer = self.post_csv(long)
        self.assertEqual((answer.status, answer.code()), (413, "list_too_long"))

    def test_while_four_lists_are_checked_no_form_is_read(self):
        """The key of a form stands in it: a wrong one would be refused as such, were it read."""
        rows = [self.row(number=f"0330000{i:010}", name="张示例") for i in range(10000)]
        stop = threading.Event()

        def go_on():
            mine = self.endpoint.client()
            while not stop.is_set():
                self.post_with(mine, self.keys["示例建工"], rows, record=False)
            mine.close()

        threads = [threading.Thread(target=go_on) for _ in range(4)]
        for t in threads:
            t.start()
        seen = []

        def refused_for_room():
            answer = self.report([self.row()], key="sc1.")
            seen.append((answer.status, answer.headers.get("retry-after")))
            return seen[-1][0] == 429
        try:
            eventually(refused_for_room)
        finally:
            stop.set()
            for t in threads:
                t.join()
        self.assertEqual(seen[-1], (429, "5"))
        self.assertEqual(self.report([self.row()], key="sc1.").status, 401)
        self.assertEqual(self.report([self.row()]).status, 200)

    def test_four_mebibytes_and_no_more(self):
        body = json.dumps([self.row()]).encode()
        headers = {"Authorization": "Bearer " + self.keys["示例建工"], "Content-Type": "application/json"}
        full = body + b" " * ((4 << 20) - len(body))
        self.assertEqual(self.ask("POST", "/api/verify/bulk", headers, full, record=False).status, 200)
        answer = self.ask("POST", "/api/verify/bulk", headers, full + b" ", record=False)
        self.assertEqual((answer.status, answer.code()), (413, "body_too_large"))

    def test_without_a_key_that_holds_there_is_nothing(self):
        good = self.keys["示例建工"]
        for key in ("", "sc1.", good[:-1], good + "A", good[:-1] + ("A" if good[-1] != "A" else "B"), self.keys["停用单位"]):
            answer = self.post([self.row()], key=key or " ")
            self.assertEqual((answer.status, answer.code(), answer.headers["www-authenticate"]), (401, "key_unknown", "Bearer"), key)
        answer = self.ask("POST", "/api/verify/bulk", {"Content-Type": "application/json"}, "[]")
        self.assertEqual(answer.code(), "key_unknown")
        basic = {"Authorization": "Basic " + good, "Content-Type": "application/json"}
        self.assertEqual(self.ask("POST", "/api/verify/bulk", basic, "[]").code(), "key_unknown")

    def test_a_key_has_its_rows_of_a_day(self):
        key = self.keys["小单位"]
        self.assertEqual(self.post([self.row()] * 4, key=key).code(), "rows_used")
        self.assertEqual(self.post([self.row()] * 2, key=key).status, 200)
        answer = self.post([self.row()] * 2, key=key)
        self.assertEqual((answer.status, answer.code()), (429, "rows_used"))
        self.assertIn(int(answer.headers["retry-after"]), range(86000, 86401))
        self.assertEqual(self.post([self.row()], key=key).status, 200)
        self.assertEqual(self.post([self.row()], key=key).code(), "rows_used")

    def test_whoever_takes_the_endpoint_has_no_more_rows(self):
        """The key process counts for itself, and knows for itself whose keys hold."""
        home = self.scene.home.folder
        key = self.add("两行单位", 2)
        self.scene.publish()
        self.assertTrue(eventually(lambda: self.post([self.row()], key=key).status == 200))
        self.assertEqual(self.post([self.row()], key=key).json()["rows"][0]["result"], "valid")
        forged = "sc1." + "A" * 43
        theirs = json.loads((home / "public.employers").read_text())
        theirs["employers"].append({**theirs["employers"][0], "name": "x", "key": hashlib.sha256(forged.encode()).hexdigest()})
        (home / "forged.employers").write_text(json.dumps(theirs))
        with Endpoint(self.scene, "--digests", home / "home" / "run" / "digests.sock", "--employers", home / "forged.employers") as taken:
            client = taken.client()
            for stolen in (key, forged):
                answer = self.post_with(client, stolen, [self.row()] * 2, record=False).json()
                self.assertEqual([r["result"] for r in answer["rows"]], ["not_checked"] * 2)
            client.close()

    def test_a_key_cannot_try_document_numbers(self):
        guesses = [self.row(number=spelt(DUE, i), name="王示例", id_number=f"11010119900307{i:04}") for i in range(150)]
        results = [r["result"] for r in self.post(guesses).json()["rows"]]
        told = results.count("no_match")
        self.assertIn(told, self.HUNDRED)
        self.assertEqual(results, ["no_match"] * told + ["not_checked"] * (150 - told))

    def test_at_home_a_key_holds_from_when_it_was_printed(self):
        key = self.add("新单位", 10)
        self.assertTrue(eventually(lambda: self.post([self.row()], key=key).status == 200))
        self.scene.home.sitecert("employer", "suspend", "新单位", "--quiet")
        self.assertTrue(eventually(lambda: self.post([self.row()], key=key).status == 401))

    def test_elsewhere_what_is_published_next_holds(self):
        with Endpoint(self.scene, "--digests", self.scene.home.path / "run" / "digests.sock") as elsewhere:
            client = elsewhere.client()

            def ask():
                return self.post_with(client, key, [self.row()], record=False)
            key = self.add("外地单位", 10)
            self.assertTrue(eventually(lambda: self.post([self.row()], key=key).status == 200))
            self.assertEqual(ask().code(), "key_unknown")
            self.scene.publish()
            self.assertTrue(eventually(lambda: ask().status == 200))
            self.scene.home.sitecert("employer", "suspend", "外地单位", "--quiet")
            self.scene.publish()
            self.assertTrue(eventually(lambda: ask().status == 401))
            client.close()

    def test_no_document_number_stays_in_memory(self):
        numbers = ("110101199003070011", "110101199003070038")
        self.post([self.row(id_number=numbers[0])] * 3)
        self.post_csv(self.as_csv([self.row(id_number=numbers[1])] * 3).encode())
        self.post([self.row()])
        self.assertTrue(forgets(self.endpoint.process, *(n.encode() for n in numbers)))

    @classmethod
    def rows_of_table(cls):
        return int.from_bytes((cls.scene.home.folder / "public.lookup").read_bytes()[40:44], "big")

    def without_number(self, **changes):
        return self.row(number="", **changes)

    def may_ask(self, name, people):
        key = self.add(name, 1000000, "--people-per-day", people)
        self.scene.publish()
        self.assertTrue(eventually(lambda: self.post([self.row()], key=key, record=False).status == 200))
        return key

    def test_without_a_number_by_who_may(self):
        key = self.may_ask("查人单位", 1000)
        self.assertGreater(self.rows_of_table(), self.rows_before)
        has = [c["number"] for c in json.loads(self.scene.home.sitecert(
            "find", "--name", scenes.PERSON["name"], "--id", scenes.PERSON["id_number"], "--json").stdout)]
        self.assertGreater(len(has), 1)
        rows = [self.row(number=REVOKED), self.without_number(), self.without_number(name="李示例"), self.row()]
        answer = self.post(rows, key=key)
        lines = answer.json()["rows"]
        self.assertEqual([line["row"] for line in lines], [1] + [2] * len(has) + [3, 4])
        self.assertEqual(sorted(line["number"] for line in lines if line["row"] == 2), sorted(has))
        self.assertEqual([lines[0]["result"], lines[-2]["result"], lines[-2]["number"]], ["no_match", "no_match", ""])
        for line in lines[1:-2]:
            alone = self.post([self.row(number=line["number"])], key=key).json()["rows"][0]
            self.assertEqual({**line, "row": 1}, alone)
        self.assertEqual(answer.json()["summary"]["rows"], len(lines))
        self.assertTrue(eventually(lambda: "signed" in self.post(rows, key=key, record=False).json()["summary"]))
        self.assertEqual(self.list_check(self.post(rows, key=key).body)[0], 0)
        by_csv = self.post_csv(self.as_csv(rows).encode(), key=key)
        self.assertEqual([line["number"] for line in csv.DictReader(io.StringIO(by_csv.body.decode()))], [line["number"] for line in lines])
        # Left out, the column or member too, it is an empty one.
        bare = [{"name": row["name"], "id_number": row["id_number"]} for row in rows[1:2]]
        want = [line | {"row": 1} for line in lines if line["row"] == 2]
        for body in (bare, {"rows": bare}):
            self.assertEqual(self.post(body, key=key).json()["rows"], want)
        by_csv = self.post_csv(self.as_csv(bare, ("id_number", "name")).encode(), key=key, accept="application/json")
        self.assertEqual(by_csv.json()["rows"], want)
        # What is watched is told when one of the person's certificates has changed, and then whole.
        first = self.post({"rows": rows, "cursor": ""}, key=key).json()
        self.assertEqual(first["rows"], lines)
        self.assertEqual(self.post({"rows": rows, "cursor": first["cursor"]}, key=key).json()["rows"], [])

    def test_three_hundred_without_a_number_and_no_more(self):
        key = self.may_ask("名单单位", 1000)
        nobody = self.without_number(name="李示例")
        summary = self.post([nobody] * 300, key=key, record=False).json()["summary"]
        self.assertIn(summary["no_match"], self.HUNDRED)
        self.assertEqual((summary["rows"], summary["not_checked"]), (300, 300 - summary["no_match"]))
        self.assertEqual(self.post([nobody] * 301, key=key, record=False).code(), "list_too_long")

    def test_without_a_number_nobody_else_is_told_anything(self):
        self.may_ask("另一查人单位", 1)
        for row in (self.without_number(), self.without_number(name="李示例")):
            line = self.post([row]).json()["rows"][0]
            self.assertEqual([line["number"], line["result"]], ["", "not_checked"])
            alone = self.ask("POST", "/api/verify", {"Content-Type": "application/json"}, json.dumps(row)).json()
            self.assertEqual((alone["authentic"], [p["code"] for p in alone["problems"]]), (False, ["demo", "no_match"]))

    def test_a_certificate_that_was_not_asked_about_has_no_number(self):
        """Of the key's two rows of the day one is for the person's first certificate, and its holder sees who asked."""
        key = self.add("两行查人单位", 2, "--people-per-day", 2)
        self.scene.publish()
        self.assertTrue(eventually(lambda: self.post([self.row(number=" ")], key=key, record=False).status == 200))
        lines = self.post([self.without_number()], key=key).json()["rows"]
        self.assertEqual([line["result"] == "not_checked" for line in lines], [line["number"] == "" for line in lines])
        self.assertIn("not_checked", [line["result"] for line in lines])

    def test_people_of_a_day_have_an_end(self):
        key = self.may_ask("两人单位", 2)
        self.assertEqual(self.post([self.without_number()] * 3, key=key).code(), "rows_used")
        self.assertEqual(self.post([self.without_number()] * 2, key=key).status, 200)
        answer = self.post([self.without_number()], key=key)
        self.assertEqual((answer.status, answer.code()), (429, "rows_used"))
        self.assertEqual(self.post([self.row()], key=key).status, 200)

    def test_whoever_takes_the_endpoint_asks_for_no_people(self):
        self.may_ask("第三查人单位", 1)
        home = self.scene.home.folder
        theirs = json.loads((home / "public.employers").read_text())
        for employer in theirs["employers"]:
            employer["people_per_day"] = 1000
        (home / "forged.employers").write_text(json.dumps(theirs))
        with Endpoint(self.scene, "--digests", home / "home" / "run" / "digests.sock", "--employers", home / "forged.employers") as taken:
            client = taken.client()
            answer = self.post_with(client, self.keys["示例建工"], [self.without_number()], record=False).json()
            self.assertEqual([r["result"] for r in answer["rows"]], ["not_checked"])
            client.close()

    def test_z_without_the_list_no_key_holds(self):
        (self.scene.home.path / "employers.json").unlink()
        self.assertTrue(eventually(lambda: self.post([self.row()]).status == 401))


class Misses(Case):
    """An endpoint of its own: what is closed stays so for an hour."""

    def look(self, address, **changes):
        body = json.dumps({**scenes.PERSON, **changes})
        while True:
            answer = self.ask("POST", "/api/verify", {"Content-Type": "application/json", "X-Real-IP": address}, body)
            if int(answer.headers.get("retry-after", 0)) != 1:  # the helper's bound in a second
                return answer
            time.sleep(1)

    @classmethod
    def setUpClass(cls):
        cls.scene = Scene()
        cls.endpoint = Endpoint(cls.scene, "--client-address", "X-Real-IP")
        cls.client = cls.endpoint.client(recorded=RECORDED)

    def test_an_address_has_a_hundred_misses(self):
        for i in range(100):
            self.assertEqual(self.look("192.0.2.1", number=f"no{i}").status, 200)
        closed = self.look("192.0.2.1")
        self.assertEqual((closed.status, closed.code()), (429, "misses_used"))
        self.assertIn(int(closed.headers["retry-after"]), range(3500, 3601))
        self.assertEqual(self.look("192.0.2.2").status, 200)
        self.assertEqual(self.look("9.9.9.9, 192.0.2.1").status, 429)
        self.assertEqual(self.look("192.0.2.1, 9.9.9.9").status, 200)

    def test_an_ipv6_network_is_one_address(self):
        for i in range(100):
            self.look(f"2001:db8:1:2::{i + 1:x}", number=f"six{i}")
        self.assertEqual(self.look("2001:db8:1:2:ffff::1").status, 429)
        self.assertEqual(self.look("2001:db8:1:3::1").status, 200)

    def test_a_number_has_a_hundred_misses_whether_it_is_there_or_not(self):
        for number, n in ((SUSPENDED, 1), ("03301202000000099", 2)):
            for i in range(100):
                self.assertEqual(self.look(f"10.{n}.0.{i}", number=spelt(number, i)).status, 200, (number, i))
            self.assertEqual(self.look(f"10.{n}.1.1", number=number).status, 429)

    def test_right_answers_are_no_misses(self):
        for _ in range(150):
            answer = self.look("192.0.2.50")
            self.assertEqual(answer.status, 200, answer.body)

    def test_zz_the_helper_gives_no_more_than_its_bound(self):
        """150 are used up above."""
        statuses = [self.look(f"172.16.0.{i}").status for i in range(60)]
        self.assertEqual(statuses[0], 200)
        self.assertEqual(statuses[-1], 429)

    def helper(self):
        return int(re.findall(r"event=helper_started helper=sitecert-digests pid=(\d+)", self.endpoint.said())[-1])

    def test_zzy_who_asks_a_helper_that_hangs_is_told_soon_and_nobody_else_waits(self):
        took, codes = [], []

        def ask(number):
            client, began = self.endpoint.client(), time.monotonic()
            body = json.dumps({**scenes.PERSON, "number": number})
            answer = client.ask("POST", "/api/verify", {"Content-Type": "application/json", "X-Real-IP": "192.0.2.77"}, body, record=False)
            took.append(time.monotonic() - began)
            codes.append(answer.code())
            client.close()

        pid = self.helper()
        os.kill(pid, signal.SIGSTOP)
        try:
            asking = [threading.Thread(target=ask, args=(f"hung{i}",)) for i in range(100)]
            for one in asking:
                one.start()
            self.assertEqual(self.ask("GET", "/livez").status, 200)
            for one in asking:
                one.join()
        finally:
            os.kill(pid, signal.SIGCONT)
        self.assertEqual(set(codes), {"lookup_not_ready"})
        self.assertEqual(len(codes), 100)
        self.assertLess(max(took), 4)  # those of the first message wait two seconds, the rest behind them no longer
        eventually(lambda: self.look("192.0.2.98", number=DUE).status == 200)

    def test_zzz_a_helper_that_ends_is_started_again(self):
        os.kill(self.helper(), 9)
        eventually(lambda: self.look("192.0.2.99", number=DUE).status == 200 and "helper_ended" in self.endpoint.said())


class Watching(Case):
    """What changed since, by the cursor of the answer before."""

    @classmethod
    def setUpClass(cls):
        cls.scene = Scene()
        cls.key = Employers.add.__func__(cls, "示例建工", 1000)
        cls.scene.publish()
        cls.endpoint = Endpoint(cls.scene)
        cls.client = cls.endpoint.client(recorded=RECORDED)
        eventually(lambda: "signed" in cls.watch([scenes.PERSON], record=False).json()["summary"])

    @classmethod
    def watch(cls, rows, cursor="", record=True):
        return cls.watch_body({"rows": rows, "cursor": cursor}, record)

    @classmethod
    def watch_body(cls, body, record=True):
        headers = {"Authorization": "Bearer " + cls.key, "Content-Type": "application/json", "Accept": "text/csv"}
        return cls.client.ask("POST", "/api/verify/bulk", headers, json.dumps(body), record=record)

    def test_only_what_changed_is_told(self):
        rows = [{**scenes.PERSON, "number": "none"}, scenes.PERSON, {**scenes.PERSON, "name": "李示例"}]
        first = self.watch(rows).json()
        self.assertEqual([r["result"] for r in first["rows"]], ["no_match", "valid", "no_match"])
        again = self.watch(rows, first["cursor"]).json()
        self.assertEqual((again["rows"], again["cursor"], again["summary"]["rows"]), ([], first["cursor"], 3))

        more = self.watch(rows + [scenes.PERSON], first["cursor"]).json()
        self.assertEqual([(r["row"], r["result"]) for r in more["rows"]], [(4, "valid")])
        other = self.watch([rows[1], rows[0], rows[2]], first["cursor"]).json()
        self.assertEqual([r["row"] for r in other["rows"]], [1, 2])

        self.scene.home.sitecert("order", "suspend", VALID, "--reason", "核查", "--ref", "1")
        self.scene.publish()
        eventually(lambda: self.watch(rows, first["cursor"], record=False).json()["rows"] != [])
        then = self.watch(rows, first["cursor"])
        self.assertEqual([(r["row"], r["result"]) for r in then.json()["rows"]], [(2, "suspended")])
        self.assertEqual(Employers.list_check(self, then.body)[0], 0)
        self.assertEqual(self.watch(rows, then.json()["cursor"]).json()["rows"], [])

    def test_what_is_no_cursor_is_refused(self):
        rows = [scenes.PERSON]
        for cursor in ("!", "AAA", "AAAAAAA", "A" * 53339, 1, None):
            self.assertEqual(self.watch(rows, cursor).code(), "body_invalid", cursor)
        for body in ({"cursor": ""}, {"rows": {}, "cursor": ""}, {"rows": [], "cursor": ""}, {"rows": rows, "cursor": "", "more": 1}):
            self.assertEqual(self.watch_body(body).code(), "body_invalid", body)
        self.assertEqual(self.watch(rows, "A" * 53334).status, 200)  # 40,000 bytes: of 10,000 rows


class Published(Case):
    def test_files_are_what_was_published(self):
        for path in self.scene.public.rglob("*"):
            if path.is_file() and path.suffix != ".gz":
                answer = self.ask("GET", "/publish/" + str(path.relative_to(self.scene.public)))
                self.assertEqual((answer.status, answer.body), (200, path.read_bytes()), path)

    def test_nothing_else_can_be_had(self):
        (self.scene.public / ".hidden").write_text("x")
        os.symlink(self.scene.home.path / "sitecert.ini", self.scene.public / "link.ini")
        os.symlink(self.scene.home.path, self.scene.public / "folder")
        for name in (".hidden", "link.ini", "folder/sitecert.ini", "log", "log/", "none", "log//checkpoint", "a" * 300, "policy.json/",
                     "policy%2Ejson", "~policy.json"):
            answer = self.ask("GET", "/publish/" + name)
            self.assertEqual(answer.status, 404, name)
        for name in ("../home/sitecert.ini", "%2e%2e/home/sitecert.ini", "log/..%2f..%2fhome/sitecert.ini", "policy.json%00"):
            self.assertEqual(self.ask("GET", "/publish/" + name).status, 400, name)

    def test_caching(self):
        immutable = next(p for p in (self.scene.public / "log/tile").rglob("*") if p.is_file())
        block = next((self.scene.public / "deadlines").glob("*.block"))
        for path in (immutable, block):
            answer = self.ask("GET", "/publish/" + str(path.relative_to(self.scene.public)))
            self.assertIn("immutable", answer.headers["cache-control"])
        answer = self.ask("GET", "/publish/bundle.scb")
        self.assertIn("stale-if-error", answer.headers["cache-control"])
        again = self.ask("GET", "/publish/bundle.scb", {"If-None-Match": '"x", W/' + answer.headers["etag"]})
        self.assertEqual((again.status, again.body, again.headers["etag"]), (304, b"", answer.headers["etag"]))
        self.assertEqual(self.ask("GET", "/publish/bundle.scb", {"If-None-Match": '"x"'}).status, 200)

    def test_packed_files_are_for_who_takes_them(self):
        taken = 0
        for name in ("policy.json", "trust.cbor", "directory.cbor", "root.cbor", "status.cwt", "bundle.scb"):
            plain = self.ask("GET", "/publish/" + name)
            packed = self.ask("GET", "/publish/" + name, {"Accept-Encoding": "br, gzip"}, record=False)
            self.assertNotIn("content-encoding", plain.headers)
            if not (self.scene.public / (name + ".gz")).exists():
                self.assertNotIn("content-encoding", packed.headers)
                self.assertEqual(packed.body, plain.body)
                continue
            taken += 1
            self.assertEqual((packed.headers["content-encoding"], packed.headers["vary"], plain.headers["vary"]),
                             ("gzip", "Accept-Encoding", "Accept-Encoding"))
            self.assertEqual(gzip.decompress(packed.body), plain.body)
            self.assertLessEqual(len(packed.body), len(plain.body) * 0.9 + 1)
            self.assertNotEqual(packed.headers["etag"], plain.headers["etag"])
            self.assertEqual(packed.headers["content-type"], plain.headers["content-type"])
            known = {"If-None-Match": packed.headers["etag"]}
            self.assertEqual(self.ask("GET", "/publish/" + name, {**known, "Accept-Encoding": "gzip"}, record=False).status, 304)
            self.assertEqual(self.ask("GET", "/publish/" + name, known, record=False).status, 200)
            part = self.ask("GET", "/publish/" + name, {"Accept-Encoding": "gzip", "Range": "bytes=1-3"}, record=False)
            self.assertEqual((part.status, part.body), (206, plain.body[1:4]))
        self.assertGreaterEqual(taken, 2)

    def test_a_file_that_changes_is_served_as_it_is_by_then(self):
        """Small ones are answered from memory and large ones by a descriptor that is kept."""
        for name, size in (("small.bin", 100), ("large.bin", 300000)):
            path = self.scene.public / name
            seen = set()
            for content in (b"\1" * size, b"\2" * size, b"\3" * (size + 1)):
                fresh = self.scene.public / "fresh.tmp"
                fresh.write_bytes(content)
                os.replace(fresh, path)
                eventually(lambda: self.ask("GET", "/publish/" + name, record=False).body == content)
                answer = self.ask("GET", "/publish/" + name, record=False)
                self.assertNotIn(answer.headers["etag"], seen)
                seen.add(answer.headers["etag"])
                self.assertEqual(self.ask("GET", "/publish/" + name, {"If-None-Match": answer.headers["etag"]}, record=False).status, 304)
                self.assertEqual(self.ask("GET", "/publish/" + name, {"Range": "bytes=5-9"}, record=False).body, content[5:10])
                closed = self.endpoint.client(recorded=None).ask("GET", "/publish/" + name, {"Connection": "close"}, record=False)
                self.assertEqual((closed.body, closed.headers["connection"].lower()), (content, "close"))
            path.unlink()
            eventually(lambda: self.ask("GET", "/publish/" + name, record=False).status == 404)

    def test_more_names_than_are_kept_are_all_served(self):
        folder = self.scene.public / "many"
        folder.mkdir()
        for i in range(300):
            (folder / f"{i}.bin").write_text(str(i))
        for turn in range(2):
            for i in range(300):
                self.assertEqual(self.ask("GET", f"/publish/many/{i}.bin", record=False).body, str(i).encode(), turn)

    def test_ranges(self):
        whole = (self.scene.public / "bundle.scb").read_bytes()
        etag = self.ask("GET", "/publish/bundle.scb").headers["etag"]
        n = len(whole)
        for text, part in (("0-0", whole[:1]), ("10-19", whole[10:20]), (f"{n - 5}-", whole[-5:]), ("-7", whole[-7:]), (f"-{n + 5}", whole),
                           (f"5-{n + 5}", whole[5:])):
            answer = self.ask("GET", "/publish/bundle.scb", {"Range": "bytes=" + text, "If-Range": etag})
            self.assertEqual((answer.status, answer.body), (206, part), text)
            first = n - len(part) if text.startswith("-") or text.endswith(("-", str(n + 5))) else int(text.split("-")[0])
            self.assertEqual(answer.headers["content-range"], f"bytes {first}-{first + len(part) - 1}/{n}")
        for text in (f"{n}-", f"{n + 9}-{n + 10}", "-0"):
            answer = self.ask("GET", "/publish/bundle.scb", {"Range": "bytes=" + text})
            self.assertEqual((answer.status, answer.headers["content-range"]), (416, f"bytes */{n}"), text)
        for more in ({"Range": "bytes=0-1,4-5"}, {"Range": "bytes=5-2"}, {"Range": "bytes=a-"}, {"Range": "lines=0-1"},
                     {"Range": "bytes=0-0", "If-Range": '"other"'}):
            self.assertEqual(self.ask("GET", "/publish/bundle.scb", more).body, whole, more)

    def test_head_says_what_get_would(self):
        answer = self.ask("HEAD", "/publish/bundle.scb", record=False)
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertEqual(int(answer.headers["content-length"]), (self.scene.public / "bundle.scb").stat().st_size)


class Operations(Case):
    def test_operations(self):
        self.assertEqual(self.ask("GET", "/livez").json(), {"live": True})
        ready = self.ask("GET", "/readyz").json()
        self.assertTrue(ready["ready"] and ready["witnessed"])
        self.assertEqual(self.ask("GET", "/version").json()["program"], "sitecert-verifierd")
        self.assertIn(b"openapi: 3.1.0", self.ask("GET", "/openapi.yaml").body)
        script = self.ask("GET", "/web/app.js", {"Accept-Encoding": "gzip"})
        self.assertEqual((script.status, script.headers["content-encoding"]), (200, "gzip"))
        self.assertEqual(gzip.decompress(script.body), self.ask("GET", "/web/app.js").body)
        self.assertEqual(self.ask("GET", "/web/app.js", {"If-None-Match": script.headers["etag"]}).status, 304)
        self.assertTrue(script.headers["content-type"].startswith("text/javascript"))
        self.assertEqual(self.ask("GET", "/sw.js").body, self.ask("GET", "/web/sw.js").body)
        self.assertEqual(self.ask("GET", "/web/none.js").status, 404)
        self.assertIn(b"Disallow: /V/", self.ask("GET", "/robots.txt").body)
        self.assertEqual(self.ask("GET", "/metrics", record=False).status, 404)

    def test_metrics_stand_on_a_port_of_their_own(self):
        address = re.search(r"metrics=(\S+)", self.endpoint.said())[1]
        self.verdict(self.scene.digits(VALID))
        client = scenes.Client(address)
        self.addCleanup(client.close)
        counted = re.compile(r'sitecert_http_requests_total\{route="/V/\{digits\}",status="200"\} [1-9]')
        # A request is counted when its answer has gone: perhaps after it has come.
        text = eventually(lambda: (t := client.ask("GET", "/metrics").body.decode()) and counted.search(t) and t)
        self.assertNotIn(self.scene.digits(VALID)[:20], text)

    def test_what_is_no_request_counts_for_no_route_whatever_was_asked_before_it(self):
        metrics = scenes.Client(re.search(r"metrics=(\S+)", self.endpoint.said())[1])
        self.addCleanup(metrics.close)
        told = 'sitecert_http_requests_total{route="%s",status="400"} %d'
        text = metrics.ask("GET", "/metrics").body.decode()
        before = re.search(r'sitecert_http_requests_total\{route="none",status="400"\} (\d+)', text)
        host, port = self.endpoint.address.rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            connection.sendall(b"GET /holder HTTP/1.1\r\nHost: here\r\n\r\n")
            self.assertTrue(connection.recv(65536).startswith(b"HTTP/1.1 200"))
            connection.sendall(b"GET /holder HTTP/1.1\r\nHost: here\r\nHost: there\r\n\r\n")
            said = b""
            while piece := connection.recv(65536):
                said += piece
        self.assertIn(b"HTTP/1.1 400", said)
        counted = told % ("none", int(before[1]) + 1 if before else 1)
        text = eventually(lambda: counted in (t := metrics.ask("GET", "/metrics").body.decode()) and t)
        self.assertNotIn('route="/holder",status="400"', text)

    def test_nothing_that_was_asked_is_logged(self):
        digits = self.scene.digits(VALID)
        self.verdict(digits)
        self.ask("GET", "/V/" + digits + "%00", record=False)
        headers, body = multipart({"text": digits})
        self.ask("POST", "/", headers, body)
        self.assertNotIn(digits[:20], self.endpoint.said())
        self.assertNotIn("/V/" + digits[:3], self.endpoint.said())


class Following(unittest.TestCase):
    def setUp(self):
        self.scene = Scene()
        self.addCleanup(self.scene.remove)

    def sequence(self, client):
        return client.ask("GET", "/readyz").json()["sequence"]

    def test_a_new_publication_is_taken_without_a_lost_request(self):
        with Endpoint(self.scene) as endpoint:
            digits, target = self.scene.digits(SUSPENDED), "/V/" + self.scene.digits(VALID)
            client, stop, failures, count = endpoint.client(), threading.Event(), [], [0]
            self.addCleanup(client.close)

            def ask_on():
                own = endpoint.client()
                while not stop.is_set():
                    answer = own.ask("GET", target, JSON)
                    count[0] += 1
                    if answer.status != 200 or not answer.json()["in_force"]:
                        failures.append(answer.body)
                own.close()

            threads = [threading.Thread(target=ask_on) for _ in range(4)]
            for t in threads:
                t.start()
            before = self.sequence(client)
            self.assertEqual(client.ask("GET", "/V/" + digits, JSON).json()["state"], "suspended")
            self.scene.home.sitecert("order", "reinstate", SUSPENDED, "--reason", "核查", "--ref", "1")
            for i in range(3):
                self.scene.publish()
            eventually(lambda: client.ask("GET", "/V/" + digits, JSON).json()["state"] != "suspended")
            self.assertGreater(self.sequence(client), before)
            stop.set()
            for t in threads:
                t.join()
            self.assertEqual(failures, [])
            self.assertGreater(count[0], 4)

    def test_an_older_or_another_publication_is_refused(self):
        old = (self.scene.public / "bundle.scb").read_bytes()
        self.scene.publish()
        other = Scene(another=True)
        self.addCleanup(other.remove)
        with Endpoint(self.scene) as endpoint:
            client = endpoint.client()
            self.addCleanup(client.close)
            now = self.sequence(client)
            for bytes_, why in ((old, "older than the one in use"), ((other.public / "bundle.scb").read_bytes(), "cause="), (b"junk", "not a bundle")):
                staged = self.scene.public / "staged"
                staged.write_bytes(bytes_)
                said = len(endpoint.said())
                staged.rename(self.scene.public / "bundle.scb")
                eventually(lambda: "publication_not_taken" in endpoint.said()[said:] and why in endpoint.said()[said:])
                self.assertEqual(self.sequence(client), now)
                self.assertTrue(client.ask("GET", "/V/" + self.scene.digits(VALID), JSON).json()["in_force"])

    def test_lists_past_their_end_say_nothing_good(self):
        with Endpoint(self.scene, clock="2023-02-20T10:00:00+08:00") as endpoint:
            client = endpoint.client(recorded=RECORDED)
            self.addCleanup(client.close)
            v = client.ask("GET", "/V/" + self.scene.digits(VALID), JSON).json()
            self.assertEqual((v["authentic"], v["state"], v["in_force"]), (True, "unknown", None))
            self.assertEqual(client.ask("GET", "/readyz").status, 503)

    def test_lists_that_too_few_have_cosigned_make_it_unready(self):
        folder = self.scene.home.folder / "scenes"
        folder.mkdir()
        subprocess.run([os.environ["MAKE_SCENES"], "."], check=True, cwd=folder)
        for name in ("witnessed", "unwitnessed"):
            shutil.rmtree(self.scene.public)
            self.scene.public.mkdir()
            shutil.copy(folder / f"{name}.scb", self.scene.public / "bundle.scb")
            with Endpoint(self.scene, "--metrics-listen", f"unix:{folder}/{name}.sock", clock=None) as endpoint:
                client, metrics = endpoint.client(recorded=RECORDED), scenes.Client(f"unix:{folder}/{name}.sock")
                ready = client.ask("GET", "/readyz")
                self.assertEqual((ready.status, ready.json()["witnessed"]), (503, name == "witnessed"))
                told = f"sitecert_publication_witnessed {int(name == 'witnessed')}\n".encode()
                self.assertIn(told, metrics.ask("GET", "/metrics", record=False).body)
                client.close()
                metrics.close()

    def test_without_table_or_helper_there_are_no_look_ups(self):
        (self.scene.home.folder / "public.lookup").unlink()
        kind, body = {"Content-Type": "application/json"}, json.dumps(scenes.PERSON)
        with Endpoint(self.scene, "--digests", self.scene.home.folder / "none") as endpoint:
            client = endpoint.client(recorded=RECORDED)
            self.addCleanup(client.close)
            self.assertNotIn(b"by-name", client.ask("GET", "/").body)
            self.assertEqual(client.ask("POST", "/api/verify", kind, body).code(), "lookup_not_ready")
            self.scene.publish()
            eventually(lambda: b"by-name" in client.ask("GET", "/").body)
            answer = client.ask("POST", "/api/verify", kind, body)
            self.assertEqual((answer.status, answer.code()), (503, "lookup_not_ready"))
            self.assertIn("retry-after", answer.headers)

    def test_it_does_not_start_where_it_must_not(self):
        def start(*options, clock=NOW, folder=None):
            return subprocess.run([BIN / "sitecert-verifierd", "--published", folder or self.scene.public, "--check-config", *options],
                                  env=environment(clock), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=30)
        self.assertEqual(start().returncode, 0)
        self.assertEqual(start("--root", self.scene.public / "root.cbor").returncode, 0)
        self.assertEqual(start(folder=self.scene.home.folder).returncode, 1)
        self.assertEqual(start("--wrong").returncode, 2)
        other = Scene(another=True)
        self.addCleanup(other.remove)
        self.assertEqual(start("--root", other.public / "root.cbor").returncode, 1)
        real = scenes.Home(clock=None, demo=False)
        self.addCleanup(real.remove)
        public = real.folder / "public"
        real.sitecert("publish", public, "--quiet")
        self.assertEqual(start(folder=public, clock=None).returncode, 0)
        borrowed = start(folder=public)
        self.assertEqual(borrowed.returncode, 1)
        self.assertIn("SITECERT_CLOCK", borrowed.stderr)


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-") and not sys.argv[1][0].isupper():
        RECORDED = sys.argv.pop(1)
        open(RECORDED, "w", encoding="utf-8").close()
    unittest.main()
