#!/usr/bin/env python3
"""sitecert-issuerd with the real processes behind it: batches from the signed request to the register, and what comes of them when
processes end, disks are full and clocks go wrong.

Usage: test_daemon.py [RECORDED]   (answers are recorded there for tests/openapi)
"""
import json
import os
import resource
import signal
import subprocess
import sys
import time
import unittest

import daemon
from daemon import BIN, Client, Core, Daemon, Reader, Signer, environment, eventually

RECORDED = None


class Case(unittest.TestCase):
    """A home with the front, the core and the reader; each class has its own."""

    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.home = daemon.basic_home()
        cls.key = cls.home.keys["zj"]
        for name, value in cls.settings.items():
            cls.home.set(name, value)
        cls.core = Core(cls.home)
        cls.reader = Reader(cls.home)
        cls.daemon = Daemon(cls.home, "--no-helpers")
        cls.client = Client(cls.daemon.address, recorded=RECORDED)
        cls.count = 0

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        cls.daemon.stop()
        cls.core.stop()
        cls.reader.stop()
        cls.home.sitecert("audit")
        seen = b"".join(p.read_bytes() for p in (cls.home.path / "batches").rglob("*") if p.is_file())
        cls.home.remove()
        # Who was named stands nowhere readable.
        assert seen and daemon.id_number(1).encode() not in seen and "示例".encode() not in seen

    def idempotency(self):
        type(self).count += 1
        return f"key-{self.count}"

    def push(self, kind, body, idempotency=None, who="zj", **more):
        return self.client.push(who, self.home.keys[who], kind, body, idempotency or self.idempotency(), **more)

    def results(self, kind, body, **more):
        a = self.push(kind, body, wait=30, **more)
        self.assertEqual(a.status, 200, a.body)
        return a.lines()

    def get(self, target, who="zj", **more):
        return self.client.get(who, self.home.keys[who], target, **more)

    def refused(self, answer, status, code):
        self.assertEqual((answer.status, answer.code()), (status, code), answer.body)
        return answer

    def order(self, action, number, *more, clock=None):
        done = self.home.sitecert("order", action, number, "--reason", "核查中", "--ref", "示例〔2020〕1号", "--sign-only", *more, clock=clock)
        return done.stdout.encode()

    def post_order(self, body):
        return self.client.ask("POST", "/v1/orders", {"Content-Type": "application/json"}, body)

    def settled_order(self, body):
        """As a client that comes again when it is told to: a core that takes up a new trust list starts anew."""
        answers = []
        eventually(lambda: answers.append(self.post_order(body)) or answers[-1].status != 503)
        return answers[-1]

    def done(self, location, who="zj"):
        a = self.get(location, who, headers={"Prefer": "wait=30"})
        self.assertEqual((a.status, a.json()["state"]), (200, "done"), a.body)
        return a.json()

    def ready(self):
        return self.client.ask("GET", "/readyz", record=False)

    def wait_ready(self):
        eventually(lambda: self.ready().status == 200)

    def unready_reason(self):
        a = self.ready()
        return [p["reason"] for p in a.json()["parts"] if p["reason"]] if a.status == 503 else []

    def audit(self):
        """The register agrees with itself; the core must have ended."""
        self.assertEqual(self.home.sitecert("audit").returncode, 0)


class Batches(Case):
    settings = {"rows_max": 6000, "row_bytes_max": 2000}

    def test_a_batch_is_taken_applied_and_told(self):
        a = self.push("training", daemon.trainings(1, 2))
        self.assertEqual(a.status, 202)
        state = a.json()
        self.assertEqual((state["sender"], state["kind"], state["bytes"]), ("zj", "training", len(daemon.trainings(1, 2))))
        state = self.done(a.headers["location"])
        self.assertEqual((state["rows"], state["counts"]["recorded"], state["error"]), (2, 2, None))
        lines = self.get(a.headers["location"] + "/results").lines()
        self.assertEqual([(r["row"], r["record_id"], r["outcome"]) for r in lines], [(1, "t1", "recorded"), (2, "t2", "recorded")])

    def test_tests_become_certificates_that_the_register_shows(self):
        self.results("training", daemon.trainings(11, 12))
        lines = self.results("test", daemon.tests(11, 12, 22222))
        self.assertEqual([r["outcome"] for r in lines], ["issued", "issued", "refused"])
        self.assertEqual([r["code"] for r in lines[2]["reasons"]], ["no_training"])
        shown = json.loads(self.home.sitecert("show", lines[0]["number"], "--json").stdout)
        self.assertEqual((shown["number"], shown["state"]), (lines[0]["number"], "valid"))
        self.assertTrue(self.home.sitecert("token", lines[1]["number"]).stdout.startswith("HTTPS://"))

    def test_a_copy_is_had_as_soon_as_its_certificate_is_issued(self):
        self.results("training", daemon.trainings(30, 31))
        for n in (30, 31):
            number = self.results("test", daemon.tests(n))[0]["number"]
            a = self.get(f"/v1/certificates/{number}/pdf")
            self.assertEqual((a.status, a.body[:5]), (200, b"%PDF-"), a.body[:200])
        published, path = self.home.folder / "published", self.home.folder / "copy.pdf"
        path.write_bytes(a.body)
        self.home.sitecert("publish", published, "--quiet")  # by the checkpoint that the copies made
        done = subprocess.run([BIN / "certcheck", "--bundle", published / "bundle.scb", "--root", self.home.path / "root.cbor", "--json", path],
                              stdout=subprocess.PIPE, env=environment())
        self.assertEqual((done.returncode, json.loads(done.stdout)[0]["log"]["included"]), (0, True), done.stdout)

    def test_reasons_are_told_in_the_language_of_who_asks(self):
        a = self.push("test", daemon.tests(22223))
        self.done(a.headers["location"])
        target = a.headers["location"] + "/results"
        zh = self.get(target).lines()[0]["reasons"][0]["text"]
        en = self.get(target, headers={"Accept-Language": "en"}).lines()[0]["reasons"][0]["text"]
        self.assertIn("培训记录", zh)
        self.assertIn("no training", en)

    def test_the_same_key_with_the_same_content_is_one_batch(self):
        body, key = daemon.trainings(21), self.idempotency()
        first = self.push("training", body, key, wait=30)
        again = self.push("training", body, key, wait=30)
        self.assertEqual((first.status, again.status), (200, 200))
        self.assertEqual(first.body, again.body)
        self.assertEqual(first.headers["location"], again.headers["location"])
        self.assertEqual(self.push("training", body, key).headers["location"], first.headers["location"])
        self.assertEqual(self.results("training", body)[0]["outcome"], "duplicate")

    def test_the_same_key_with_other_content_is_refused(self):
        key = self.idempotency()
        self.assertEqual(self.push("training", daemon.trainings(22), key).status, 202)
        self.refused(self.push("training", daemon.trainings(23), key), 422, "idempotency_key_reused")
        self.refused(self.push("test", daemon.trainings(22), key), 422, "idempotency_key_reused")

    def test_a_key_is_its_senders_own(self):
        self.home.add_sender("zj-2")
        key = self.idempotency()
        a = self.push("training", daemon.trainings(24), key)
        b = self.push("training", daemon.trainings(24), key, who="zj-2")
        self.assertEqual((a.status, b.status), (202, 202))
        self.assertNotEqual(a.headers["location"], b.headers["location"])
        self.refused(self.get(a.headers["location"], who="zj-2"), 404, "not_found")
        self.refused(self.get(a.headers["location"] + "/results", who="zj-2"), 404, "not_found")
        kid, operator = self.home.operator()
        self.done(a.headers["location"])
        self.assertEqual(self.client.get(kid, operator, a.headers["location"]).json()["sender"], "zj")

    def test_a_nonce_counts_once(self):
        body, nonce = daemon.trainings(25), "a-nonce-of-a-test-0001"
        self.assertEqual(self.push("training", body, nonce=nonce).status, 202)
        self.refused(self.push("training", body, nonce=nonce), 401, "nonce_used")

    def test_a_row_of_another_unit_is_refused(self):
        self.home.add_sender("anhui", "034")
        lines = self.results("training", daemon.trainings(26), who="anhui")
        self.assertEqual([r["code"] for r in lines[0]["reasons"]], ["unit_not_senders"])
        lines = self.results("provider", daemon.PROVIDERS.replace("示例建设", "另一家").encode(), who="anhui")
        self.assertEqual([r["code"] for r in lines[0]["reasons"]], ["unit_not_senders"])
        taken_over = daemon.PROVIDERS.replace(",033,", ",034,").encode()
        self.assertIn("unit_not_senders", [r["code"] for r in self.results("provider", taken_over, who="anhui")[0]["reasons"]])

    def test_only_registered_kinds_are_taken(self):
        self.home.add_sender("few", "033", "--kinds", "training,education")
        self.refused(self.push("test", daemon.tests(1), who="few"), 403, "kind_not_allowed")
        self.assertEqual(self.push("training", daemon.trainings(27), who="few").status, 202)

    def test_rows_of_a_day_are_counted(self):
        self.home.add_sender("little", "033", "--rows-per-day", "3")
        self.assertEqual(self.push("training", daemon.trainings(31, 32), who="little").status, 202)
        a = self.refused(self.push("training", daemon.trainings(33, 34), who="little"), 429, "rows_per_day_used")
        self.assertEqual(a.headers["retry-after"], str(14 * 3600))
        self.assertEqual(self.push("training", daemon.trainings(33), who="little").status, 202)
        self.refused(self.push("training", daemon.trainings(34), who="little"), 429, "rows_per_day_used")

    def test_what_cannot_be_read_is_not_taken(self):
        a = self.refused(self.push("training", b"record_id,colour\n1,red\n"), 400, "body_invalid")
        self.assertIn("colour", a.body.decode())
        self.refused(self.push("training", daemon.TRAINING.encode() + b'"t1\n'), 400, "body_invalid")
        self.refused(self.push("training", b"\xff\xfe\xfd", content_type="application/x-ndjson"), 400, "body_invalid")

    def test_rows_have_limits(self):
        self.assertEqual(self.push("training", daemon.trainings(*range(40, 6040))).status, 202)
        self.refused(self.push("training", daemon.trainings(*range(40, 6041))), 413, "content_too_large")
        head, row = daemon.TRAINING, daemon.training_row(41)
        fits = row.replace(",C1,", "," + "C" * (2000 - len(row.encode()) + 2) + ",")
        self.assertEqual(len(fits.encode()), 2000)
        self.assertEqual(self.push("training", (head + fits).encode()).status, 202)
        self.refused(self.push("training", (head + fits.replace(",CC", ",CCC")).encode()), 413, "content_too_large")

    def test_a_large_body_and_its_results_travel_as_files(self):
        body = daemon.trainings(*range(50, 5000))
        self.assertGreater(len(body), 65536)
        a = self.push("training", body)
        self.assertEqual(self.done(a.headers["location"])["rows"], 4950)
        lines = self.get(a.headers["location"] + "/results", record=False).lines()
        self.assertEqual([r["row"] for r in lines], list(range(1, 4951)))

    def test_a_pushed_photo_row_reads_no_file(self):
        (self.home.path / "batches" / "photo.jpg").write_bytes(b"not yours")
        row = {"record_id": "p1", "id_type": "111", "id_number": daemon.id_number(1), "file": "photo.jpg"}
        lines = self.results("photo", json.dumps(row).encode(), content_type="application/x-ndjson")
        self.assertIn("file_missing", [r["code"] for r in lines[0]["reasons"]])

    def test_an_order_needs_an_operators_signature_even_from_a_sender(self):
        self.results("training", daemon.trainings(61))
        number = self.results("test", daemon.tests(61))[0]["number"]
        row = f"record_id,action,certificate,reason,reference,effective_on\no1,revoke,{number},试验,2020-1,\n"
        lines = self.results("order", row.encode())
        self.assertEqual([r["code"] for r in lines[0]["reasons"]], ["operator_unknown"])

    def test_an_order_that_an_operator_signed_takes_effect_once(self):
        self.results("training", daemon.trainings(71))
        number = self.results("test", daemon.tests(71))[0]["number"]
        body = self.order("suspend", number)
        a = self.post_order(body)
        self.assertEqual((a.status, a.json()), (200, {"outcome": "recorded", "certificate": number}))
        self.assertEqual(self.post_order(body).json()["outcome"], "duplicate")
        shown = json.loads(self.home.sitecert("show", number, "--json").stdout)
        self.assertEqual((shown["state"], len(shown["orders"])), ("suspended", 1))
        again = self.order("suspend", number, clock="2020-08-03T09:59:59+08:00")
        self.refused(self.post_order(again), 422, "order_refused")
        both = [str(self.home.path / "keys" / f"operator-{i}.pem") for i in (1, 2)]
        a = self.post_order(self.order("reinstate", number, "--operator", both[0], "--operator", both[1]))
        self.assertEqual(a.json()["outcome"], "recorded", a.body)

    def test_an_order_is_just_what_was_signed(self):
        self.results("training", daemon.trainings(72))
        number = self.results("test", daemon.tests(72))[0]["number"]
        good = json.loads(self.order("revoke", number))
        other = json.loads(self.order("suspend", number))
        for member, value in (("action", "suspend"), ("reason", "另一理由"), ("reference", "x"), ("effective_on", "2020-08-04"),
                              ("ordered_at", "2020-08-03T10:00:01+08:00"), ("certificate", number[:-1] + ("0" if number[-1] != "0" else "1")),
                              ("signatures", other["signatures"])):
            a = self.post_order(json.dumps({**good, member: value}).encode())
            self.refused(a, 400, "parameter_invalid")
        for broken in (b"{}", b"[]", json.dumps({**good, "more": 1}).encode(), json.dumps({**good, "signatures": []}).encode()):
            self.assertEqual(self.post_order(broken).status, 400)
        a = self.post_order(self.order("revoke", number, clock="2020-08-03T08:59:59+08:00"))
        self.assertEqual(self.refused(a, 422, "order_refused").json()["errors"][0]["code"], "date_invalid")
        for clock in ("2020-08-02T09:59:59+08:00", "2020-08-03T10:00:06+08:00"):
            a = self.post_order(self.order("revoke", number, clock=clock))
            self.assertEqual(self.refused(a, 422, "order_refused").json()["errors"][0]["pointer"], "ordered_at")
        self.assertEqual(self.post_order(self.order("revoke", number, clock="2020-08-03T09:00:00+08:00")).status, 200)

    def test_a_batch_that_is_not_there_is_not_found(self):
        self.refused(self.get("/v1/batches/0123456789abcdef"), 404, "not_found")


class Suspension(Case):
    def test_an_order_that_the_signer_refuses_is_refused_and_no_more(self):
        """Core and signer follow the trust list by themselves, each in its time: whichever sees first that an operator is suspended refuses."""
        self.results("training", daemon.trainings(73))
        number = self.results("test", daemon.tests(73))[0]["number"]
        first, second = (self.home.path / "keys" / f"operator-{i}.pem" for i in (1, 2))
        early, later = "2020-08-03T09:58:00+08:00", "2020-08-03T09:59:00+08:00"
        self.home.draft_operator(early)
        self.home.publish_keys(1, 2, clock=early)
        body = self.order("suspend", number, "--operator", str(second), clock=early)
        self.home.sitecert("operator", "suspend", self.home.operator(2)[0], clock=later)
        self.home.publish_keys(1, 3, clock=later)
        pid = self.core.process.pid
        a = self.refused(self.settled_order(body), 422, "order_refused")
        self.assertEqual(a.json()["errors"][0]["code"], "operator_unknown")
        self.assertEqual((self.core.process.pid, self.core.process.poll()), (pid, None))
        self.assertEqual(json.loads(self.home.sitecert("show", number, "--json").stdout)["orders"], [])
        a = self.settled_order(self.order("suspend", number, "--operator", str(first)))
        self.assertEqual(a.json()["outcome"], "recorded", a.body)


class NewList(Case):
    """A trust list that comes while all of them run: nobody is started anew, and no request is lost."""

    def test_what_a_new_key_signs_is_drawn_beside_what_the_old_one_did(self):
        self.results("training", daemon.trainings(*range(1, 12)))
        self.results("test", daemon.tests(*range(1, 6)))
        early = "2020-08-03T09:59:00+08:00"
        self.home.sitecert("keys", "generate", "--use", "token", "--first", 8, clock=early)
        self.home.publish_keys(1, clock=early)
        eventually(lambda: "event=trust_list_taken sequence=2" in self.daemon.said())
        rows = []
        for n in range(6, 12):  # core and signer begin again with it, each in its time
            answers = []
            eventually(lambda: answers.append(self.push("test", daemon.tests(n), f"new-{n}", wait=30)) or answers[-1].status == 200)
            rows += answers[-1].lines()
        self.assertEqual({r["outcome"] for r in rows}, {"issued"})
        self.home.sitecert("publish", self.home.folder / "published")
        self.wait_ready()
        for r in (rows[0], rows[-1]):
            a = self.get(f"/v1/certificates/{r['number']}/pdf")
            self.assertEqual((a.status, a.body[:5]), (200, b"%PDF-"), a.body[:300])
        for process in (self.daemon, self.core, self.reader):
            self.assertIsNone(process.process.poll())

    def test_a_trust_list_that_came_while_the_settings_were_broken_is_tried_again_when_told(self):
        path, settings = self.home.path / "trust.cbor", self.home.path / "sitecert.ini"
        whole = settings.read_text()

        def count(event):
            return sum("event=" + event in line and "program=sitecert-core" in line for line in self.core.said().splitlines())

        def tell():
            before = count("reloaded")
            self.core.process.send_signal(signal.SIGHUP)
            eventually(lambda: count("reloaded") > before)

        before = count("trust_list_not_taken")
        self.addCleanup(settings.write_text, whole)
        settings.write_text("[")
        path.with_suffix(".new").write_bytes(path.read_bytes())
        path.with_suffix(".new").replace(path)
        eventually(lambda: count("trust_list_not_taken") == before + 1)
        tell()
        eventually(lambda: count("trust_list_not_taken") == before + 2)
        settings.write_text(whole)
        tell()
        self.results("training", daemon.trainings(30))
        self.assertEqual(count("trust_list_not_taken"), before + 2)


class Queue(Case):
    settings = {"queue_batches": 2}

    def test_the_queue_has_an_end(self):
        many = [daemon.trainings(*range(n, n + 9000)) for n in (0, 10000, 20000)]
        first, second, third = (self.push("training", body) for body in many)
        self.assertEqual((first.status, second.status), (202, 202))
        self.refused(third, 429, "queue_full")
        self.assertGreaterEqual(int(third.headers["retry-after"]), 1)
        a = self.get(second.headers["location"] + "/results")
        self.assertEqual((a.status, a.body), (200, b""))
        self.assertIn("/results?after=0>", a.headers["link"])
        self.done(second.headers["location"])
        self.assertEqual(self.push("training", many[2]).status, 202)

    def test_results_are_read_while_the_batch_is_worked_on(self):
        count = 40000
        location = self.push("training", daemon.trainings(*range(100000, 100000 + count))).headers["location"]
        lines, target, pieces = [], location + "/results", []
        while target:
            a = self.get(target, record=False)
            pieces.append(len(a.lines()))
            lines += a.lines()
            link = a.headers.get("link")
            target = link and link.partition(">")[0].partition(self.client.address)[2]
            self.assertTrue(target is None or target == f"{location}/results?after={len(lines)}", link)
        self.assertEqual([r["row"] for r in lines], list(range(1, count + 1)))
        self.assertEqual({r["outcome"] for r in lines}, {"recorded"})
        self.assertGreaterEqual(len([n for n in pieces if n]), 2, pieces)
        self.assertEqual([r["row"] for r in self.get(location + f"/results?after={count - 2}").lines()], [count - 1, count])
        self.assertEqual(self.get(location + f"/results?after={count}").body, b"")
        self.refused(self.get(location + f"/results?after={count + 1}"), 400, "parameter_invalid")


class Ends(Case):
    """What is taken stays taken, whatever ends."""

    def test_killed_in_the_middle_it_goes_on_where_it_was(self):
        self.wait_ready()
        trainings = self.push("training", daemon.trainings(*range(0, 8000)))
        tests = self.push("test", daemon.tests(*range(0, 8000)))
        self.assertEqual((trainings.status, tests.status), (202, 202))
        kills = 0
        while self.get(tests.headers["location"], record=False).json()["state"] != "done":
            time.sleep(0.15)
            if kills == 8:  # it must come to an end on a slow machine too
                continue
            self.core.kill()
            kills += 1
            self.core.start()
            self.wait_ready()
        self.assertGreaterEqual(kills, 2)
        for location, outcome in ((trainings.headers["location"], "recorded"), (tests.headers["location"], "issued")):
            lines = self.get(location + "/results", record=False).lines()
            self.assertEqual([r["row"] for r in lines], list(range(1, 8001)))
            self.assertEqual({r["outcome"] for r in lines}, {outcome})
        self.assertEqual(len({r["number"] for r in lines}), 8000)
        self.core.stop()
        self.audit()
        self.core.start()

    def test_what_was_answered_is_known_after_a_restart(self):
        self.wait_ready()
        body, key, nonce = daemon.trainings(9001), self.idempotency(), "a-nonce-of-a-test-0002"
        first = self.push("training", body, key, wait=30)
        other = self.push("training", daemon.trainings(9002), nonce=nonce)
        again = self.push("training", body, key, nonce="a-nonce-of-a-test-0003")
        self.assertEqual((first.status, other.status, again.status), (200, 202, 202))
        self.core.kill()
        self.core.start()
        self.wait_ready()
        self.assertEqual(self.push("training", body, key, wait=30).body, first.body)
        self.refused(self.push("training", daemon.trainings(9003), key), 422, "idempotency_key_reused")
        self.refused(self.push("training", daemon.trainings(9002), nonce=nonce), 401, "nonce_used")
        self.refused(self.push("training", body, key, nonce="a-nonce-of-a-test-0003"), 401, "nonce_used")
        self.done(other.headers["location"])

    def test_rows_of_a_day_are_known_after_a_restart(self):
        self.wait_ready()
        self.home.add_sender("small", "033", "--rows-per-day", "3")
        a = self.push("training", daemon.trainings(9011, 9012), who="small")
        self.done(a.headers["location"], who="small")
        self.core.kill()
        self.core.start()
        self.wait_ready()
        self.refused(self.push("training", daemon.trainings(9013, 9014), who="small"), 429, "rows_per_day_used")
        self.assertEqual(self.push("training", daemon.trainings(9013), who="small").status, 202)

    def test_asked_to_end_it_commits_what_it_has_and_goes_on_later(self):
        self.wait_ready()
        a = self.push("training", daemon.trainings(*range(10000, 18000)))
        time.sleep(0.2)
        self.assertEqual(self.core.stop(), 0)
        self.refused(self.get(a.headers["location"]), 503, "not_ready")
        self.core.start()
        self.wait_ready()
        self.assertEqual(self.done(a.headers["location"])["counts"]["recorded"], 8000)

    def test_two_cores_do_not_share_a_home(self):
        done = subprocess.run([BIN / "sitecert-core", "--home", self.home.path], env=environment(), capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 1)
        self.assertIn("another sitecert-core", done.stderr)

    def test_an_import_says_who_holds_the_register(self):
        self.wait_ready()
        path = self.home.folder / "training-x.csv"
        path.write_bytes(daemon.trainings(9021))
        done = self.home.sitecert("import", path, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(str(self.core.process.pid), done.stderr)
        self.assertIn("sitecert-core", done.stderr)


class Troubles(Case):
    """What is in the way is said, and nothing is taken meanwhile; when it is gone, work goes on by itself."""

    def test_a_clock_set_back_stops_us_until_it_is_right(self):
        self.wait_ready()
        self.results("training", daemon.trainings(1))
        self.results("test", daemon.tests(1))
        self.core.stop()
        self.core.clock = "2020-08-02T10:00:00+08:00"
        self.core.start()
        eventually(lambda: "clock_behind" in self.unready_reason())
        a = self.refused(self.push("training", daemon.trainings(2)), 503, "not_ready")
        self.assertIn("clock_behind", a.body.decode())
        self.core.stop()
        self.core.clock = None
        self.core.start()
        self.wait_ready()
        self.assertEqual(self.push("training", daemon.trainings(2)).status, 202)

    def test_who_imports_goes_first(self):
        self.core.stop()
        fifo = self.home.folder / "training-held.csv"
        os.mkfifo(fifo)
        env = environment(self.home.clock, SITECERT_HOME=str(self.home.path))
        body = daemon.trainings(*range(100, 20000))
        importing = subprocess.Popen([BIN / "sitecert", "import", fifo, "--quiet"], env=env, stderr=subprocess.DEVNULL)
        with open(fifo, "wb") as f:
            f.write(body)
        eventually(lambda: (self.home.path / "register" / "writer.lock").read_text() == str(importing.pid), pause_s=0.002)
        self.core.start()
        eventually(lambda: "register_busy" in self.unready_reason(), pause_s=0.01)
        self.assertIn(importing.wait(60), (0, 4))
        self.wait_ready()

    def test_a_full_disk_is_said_and_gone_it_goes_on(self):
        self.core.stop()
        self.core.start()
        self.wait_ready()
        self.results("training", daemon.trainings(3))  # whatever came before is applied: the register is left alone meanwhile
        pid = self.core.process.pid
        journal = next((self.home.path / "batches").glob("journal-*"))
        written = journal.read_bytes().rstrip(b"\0")  # behind it stand zeros, set ahead
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (len(written) + 100, resource.RLIM_INFINITY))
        a = self.refused(self.push("training", daemon.trainings(3), "kept"), 503, "not_ready")
        self.assertIn("disk_full", a.body.decode())
        eventually(lambda: "disk_full" in self.unready_reason())  # a core that is asked late on a busy machine is "core_gone" once
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        eventually(lambda: self.push("training", daemon.trainings(3), "kept", record=False).status == 202)
        self.wait_ready()


class SignerGone(Case):
    """The signer runs apart from the core, as under systemd."""

    @classmethod
    def setUpClass(cls):
        cls.signer = None
        super().setUpClass()
        cls.core.stop()
        cls.signer = Signer(cls.home)
        cls.core.start()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.signer.stop()

    def test_it_is_said_nothing_is_taken_and_back_it_goes_on(self):
        self.wait_ready()
        self.results("training", daemon.trainings(*range(20)))
        self.signer.kill()
        eventually(lambda: self.unready_reason() == ["signer_gone"], pause_s=0.01)
        a = self.refused(self.push("test", daemon.tests(0)), 503, "not_ready")
        self.assertIn("signer_gone", a.body.decode())
        self.signer.start()
        self.wait_ready()
        self.assertEqual({r["outcome"] for r in self.results("test", daemon.tests(*range(20)))}, {"issued"})


class RegisterFull(unittest.TestCase):
    """It has the size that it may have: said, nothing is taken, and with more room it goes on."""

    SMALLEST = 16 << 20  # of map_bytes

    def test_with_more_room_it_goes_on_by_itself(self):
        home = daemon.basic_home()
        first, data = 100, home.path / "register" / "data.mdb"
        while data.stat().st_size < self.SMALLEST - (1 << 20):
            rows = home.folder / "training.csv"
            rows.write_bytes(daemon.trainings(*range(first, first + 8000)))
            home.sitecert("import", rows, "--quiet")
            first += 8000
        home.set("map_bytes", self.SMALLEST)
        with Daemon(home, wait=False) as d:
            eventually(lambda: "reason=register_full" in d.said())
            self.assertNotIn("program=sitecert-issuerd event=ready", d.said())
            home.set("map_bytes", 1 << 30)
            client, key = Client(d.wait_listening()), home.keys["zj"]
            self.assertEqual(client.push("zj", key, "training", daemon.trainings(1, 2), "t", wait=20).status, 200)
            a = client.push("zj", key, "test", daemon.tests(1, 2), "s", wait=20)
            self.assertEqual({r["outcome"] for r in a.lines()}, {"issued"})
            # The reader that was opened before sees what is behind the old end.
            number = a.lines()[0]["number"]
            self.assertEqual(client.get("zj", key, f"/v1/certificates/{number}").status, 200)
            client.close()
            self.assertEqual(d.stop(), 0)
        home.remove()

    def test_full_while_it_runs_it_refuses_and_forgets_nothing(self):
        home = daemon.basic_home()
        home.set("map_bytes", self.SMALLEST)
        with Daemon(home) as d:
            client, key, taken = Client(d.address), home.keys["zj"], []
            while True:
                first = 10000 + len(taken) * 4000
                a = client.push("zj", key, "training", daemon.trainings(*range(first, first + 4000)), f"t{len(taken)}", wait=3)
                if a.status == 503:
                    break
                self.assertIn(a.status, (200, 202))  # 202: on disk, and applied when there is room
                taken.append(a.headers["location"])
            self.assertEqual((a.status, a.code()), (503, "not_ready"))
            self.assertIn("register_full", a.body.decode())
            home.set("map_bytes", 1 << 30)
            eventually(lambda: client.ask("GET", "/readyz").status == 200)
            for i in range(len(taken) + 1):  # what was acknowledged is known, what was refused is taken now
                first = 10000 + i * 4000
                a = client.push("zj", key, "training", daemon.trainings(*range(first, first + 4000)), f"t{i}", wait=30)
                self.assertEqual(a.status, 200)
                self.assertEqual(a.headers["location"] in taken, i < len(taken))
            client.close()
            self.assertEqual(d.stop(), 0)
        report = json.loads(home.sitecert("report", "--json").stdout)
        self.assertEqual(report["total"]["trainings"], (len(taken) + 1) * 4000)
        home.remove()


class Whole(unittest.TestCase):
    """As it is started by hand: the daemon starts what it needs."""

    @staticmethod
    def killed(d, helper):
        """False: it was just being started again."""
        try:
            os.kill(d.helper(helper), 9)
        except ProcessLookupError:
            return False
        return True

    def test_whatever_process_is_killed_comes_back_and_goes_on(self):
        home = daemon.basic_home()
        with Daemon(home) as d:
            client, key = Client(d.address), home.keys["zj"]
            for n, helper in enumerate(("sitecert-signer", "sitecert-core", "sitecert-reader")):
                eventually(lambda helper=helper: self.killed(d, helper))
                first = n * 10
                a = eventually(lambda: self.taken(client.push("zj", key, "training", daemon.trainings(*range(first, first + 10)), f"t{n}", wait=20)))
                a = eventually(lambda: self.taken(client.push("zj", key, "test", daemon.tests(*range(first, first + 10)), f"s{n}", wait=20)))
                self.assertEqual({r["outcome"] for r in a.lines()}, {"issued"})
                eventually(lambda: client.ask("GET", "/readyz").status == 200)
                number = a.lines()[0]["number"]
                self.assertTrue(client.get("zj", key, f"/v1/certificates/{number}/token").body.startswith(b"HTTPS://"))
            client.close()
            self.assertEqual(d.stop(), 0)
        self.assertEqual(home.sitecert("audit").returncode, 0)
        home.remove()

    def taken(self, answer):
        """None: to be sent again."""
        self.assertIn(answer.status, (200, 202, 503), answer.body)
        return answer if answer.status == 200 else None


def load_tests(loader, _, __):
    cases = (Batches, Suspension, Queue, Ends, Troubles, SignerGone, RegisterFull, Whole)
    return unittest.TestSuite(loader.loadTestsFromTestCase(c) for c in cases)


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        RECORDED = sys.argv.pop(1)
        open(RECORDED, "w").close()
    unittest.main(warnings="ignore")
