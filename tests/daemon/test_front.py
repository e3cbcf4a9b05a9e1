#!/usr/bin/env python3
"""The front alone, with stand-ins for the processes behind it: who is let in, what each answer becomes, how it starts and ends.

Usage: test_front.py [RECORDED]     every answer is written to RECORDED for tests/openapi
"""
import hashlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

import daemon
import parts
from daemon import CLOCK_S, Client, Daemon, Home, Key, eventually

RECORDED = None
BATCH = "00112233445566ff"
STATE = {"id": BATCH, "sender": "zj", "kind": "training", "state": "queued", "received_at": "2020-08-03T10:00:00+08:00",
         "done_at": None, "bytes": 10, "rows": 0, "error": None,
         "counts": {k: 0 for k in ("issued", "renewed", "exchanged", "recorded", "duplicate", "refused", "conflict")}}
RESULT = b'{"row":1,"record_id":"t1","outcome":"recorded","number":null,"version":null,"reasons":[]}\n'
BODY = daemon.trainings(1)


class Core:
    """Answers by the idempotency key, or accepts; keeps what it was asked."""

    def __init__(self):
        self.asked = []
        self.hold = threading.Event()
        self.hold.set()
        self.covers = "ok"

    def __call__(self, q):
        self.asked.append(q)
        name = q.get("key", "").split(" ")[0]
        if name == "held":
            self.hold.wait(20)
            return "results", {"batch": BATCH, "body": RESULT}
        if name == "replay":
            return name, {"batch": BATCH, "body": json.dumps(STATE).encode()}
        if name in parts.REPLIES and name not in ("ok", "accepted"):
            return name, {"batch": BATCH, "detail": "row_bytes_max" if name == "too_large" else "why", "body": RESULT}
        if name == "silence":
            return "silence", {}
        if name == "file":
            return "results", {"batch": BATCH}, RESULT * 3
        if q["ask"] in ("batch", "results") and q["batch"] != BATCH:
            return "not_found", {}
        if q["ask"] == "batch":
            return "ok", {"body": json.dumps(STATE).encode()}
        if q["ask"] == "results":
            return "results", {"body": RESULT, "next": 7, **({"more": True} if q.get("is_operator") else {})}
        if q["ask"] == "order":
            return self.order(q)
        if q["ask"] == "cover":
            return self.covers, {}
        return ("results", {"batch": BATCH, "body": RESULT}) if q.get("wait_ms") else ("accepted", {"batch": BATCH, "body": json.dumps(STATE).encode()})

    @staticmethod
    def order(q):
        if b"refuse" in q["body"]:
            reasons = {"reasons": [{"code": "bad_transition", "field": "action", "text": "不能这样变更"}]}
            return "order", {"body": json.dumps(reasons).encode()}
        if b"{" not in q["body"]:
            return "unreadable", {"detail": "line 1"}
        return "ok", {"body": b'{"outcome":"recorded","certificate":"03301202000000013"}'}


class Reader:
    def __init__(self):
        self.asked = []
        self.waits = []  # for what the copies that are asked for next still wait

    def __call__(self, q):
        self.asked.append(q)
        if q["ask"] == "pdf" and self.waits:
            return "not_ready", {"detail": self.waits.pop(0), "retry_s": 5}
        if q.get("number", "03301202000000013") != "03301202000000013":
            return "not_found", {}
        if q["ask"] == "pdf":
            return "ok", {}, b"%PDF-1.7 \xff stand-in"
        if q["ask"] == "changes":
            change = {"seq": 7, "at": "2020-08-03T10:00:00+08:00", "number": "03301202000000013", "version": 1,
                      "change": "issued", "unit_id": "033", "post": 1, "state": "valid", "deadline": "2023-08-02", "effective": "2020-08-03",
                      "platform_codes": {"mohurd": "01"}}
            return "ok", {"body": json.dumps({"changes": [change], "upto": 7}).encode(), "next": 0 if q.get("after") else 7}
        return "ok", {"body": {"certificate": CERTIFICATE, "report": REPORT, "overview": OVERVIEW, "token": b"HTTPS://SITECERT.EXAMPLE/V/0123456789"}[q["ask"]]}


ROW = dict.fromkeys(("providers", "trainings", "tests", "passes", "issued", "education_persons", "legacy", "exchanged", "renewed", "in_force",
                     "due_90", "lapsed", "suspended", "revoked", "withdrawn", "cancelled"), 0)
REPORT = json.dumps({"as_of": "2020-08-03", "units": [{"unit_id": "033", "name": "示例厅", "plan": "approved", "docking": "none", **ROW}],
                     "total": {"unit_id": None, "name": "", "plan": None, "docking": None, **ROW}}).encode()
OVERVIEW = "<section>示例厅</section>".encode()
CERTIFICATE = json.dumps({
    "number": "03301202000000013", "state": "valid", "state_text": "有效", "in_force": True, "version": 1, "issued": "2020-08-03",
    "deadline": "2023-08-02", "days_left": 1094, "origin": "test", "post": {"code": 1, "name": "土建施工员"}, "authority": "示例厅",
    "provider": "示例公司", "holder": {"name": "张示例", "id_type": 111, "id_tail": "0003"}, "elicence": "1.2.156", "platform_codes": {},
    "versions": [{"version": 1, "signed_at": "2020-08-03T10:00:00+08:00", "deadline": "2023-08-02", "log_index": 0, "status_index": 5}],
    "education": [], "orders": []}).encode()


NUMBERS = iter(range(1, 1000000))


class Front(unittest.TestCase):
    settings = {"body_max_bytes": 200000, "wait_max_s": 5, "log_level": "debug"}

    @classmethod
    def setUpClass(cls):
        cls.home = Home()
        for key, value in cls.settings.items():
            cls.home.set(key, value)
        cls.key = cls.home.add_sender("zj")
        cls.core, cls.reader = Core(), Reader()
        cls.core_part = parts.Part(cls.home.path / "run" / "core.sock", cls.core)
        cls.reader_part = parts.Part(cls.home.path / "run" / "reader.sock", cls.reader)
        cls.daemon = Daemon(cls.home, "--no-helpers")
        cls.client = Client(cls.daemon.address, recorded=RECORDED)

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        status = cls.daemon.stop()
        cls.home.remove()
        assert status == 0, status

    def idempotency(self):
        return f"key-{next(NUMBERS)}"

    def push(self, idempotency=None, body=BODY, kind="training", who="zj", key=None, **more):
        return self.client.push(who, key or self.key, kind, body, idempotency or self.idempotency(), **more)

    def refused(self, answer, status, code):
        self.assertEqual((answer.status, answer.code()), (status, code), answer.body)
        return answer


class Signatures(Front):
    def test_an_unsigned_request_is_told_how_to_sign(self):
        a = self.client.ask("POST", "/v1/batches?kind=training", {"Content-Type": "text/csv"}, BODY)
        self.refused(a, 401, "signature_missing")
        self.assertEqual(a.headers["www-authenticate"], "Signature")

    def test_nobody_reads_without_a_signature(self):
        for target in (f"/v1/batches/{BATCH}", f"/v1/batches/{BATCH}/results", "/v1/certificates/03301202000000013",
                       "/v1/certificates/03301202000000013/token", "/v1/certificates/03301202000000013/pdf", "/v1/changes", "/v1/report"):
            self.refused(self.client.ask("GET", target), 401, "signature_missing")

    def test_another_key_does_not_do(self):
        self.refused(self.push(key=Key()), 401, "signature_bad")

    def test_a_changed_body_does_not_pass(self):
        target = "/v1/batches?kind=training"
        headers = self.client.signed_headers("zj", self.key, "POST", target, BODY, "text/csv", self.idempotency())
        self.refused(self.client.ask("POST", target, headers, BODY + b"x"), 400, "digest_mismatch")

    def test_a_signature_for_another_target_does_not_pass(self):
        headers = self.client.signed_headers("zj", self.key, "POST", "/v1/batches?kind=training", BODY, "text/csv", self.idempotency())
        self.refused(self.client.ask("POST", "/v1/batches?kind=test", headers, BODY), 401, "signature_bad")

    def test_a_signature_for_another_host_does_not_pass(self):
        other = Client(self.daemon.address, base="http://elsewhere.example")
        self.refused(other.push("zj", self.key, "training", BODY, self.idempotency()), 401, "signature_bad")

    def test_only_the_window_around_now_counts(self):
        self.refused(self.push(now=CLOCK_S - 301), 401, "created_too_old")
        self.refused(self.push(now=CLOCK_S + 301), 401, "created_in_future")
        self.assertEqual(self.push(now=CLOCK_S - 299).status, 202)

    def test_every_component_has_to_be_covered(self):
        for name in ("@method", "@target-uri", "content-digest", "content-type", "idempotency-key"):
            self.refused(self.push(drop=(name,)), 401, "component_missing")

    def test_a_stranger_is_refused(self):
        self.refused(self.push(who="nobody"), 401, "keyid_unknown")

    def test_without_a_name_for_the_batch_it_is_refused(self):
        target = "/v1/batches?kind=training"
        headers = self.client.signed_headers("zj", self.key, "POST", target, BODY, "text/csv", None)
        a = self.client.ask("POST", target, headers, BODY)
        self.assertEqual(a.status, 400, a.body)
        self.assertEqual(a.code(), "idempotency_key_missing")

    def test_who_is_suspended_is_out_at_once_and_back_when_reinstated(self):
        key = self.home.add_sender("other")
        self.assertEqual(self.push(who="other", key=key).status, 202)
        self.home.sitecert("sender", "suspend", "other", "--quiet")
        self.refused(self.push(who="other", key=key), 403, "sender_suspended")

    def test_an_operator_may_look_but_not_push(self):
        kid, key = self.home.operator()
        self.refused(self.push(who=kid, key=key), 403, "not_allowed")
        self.assertEqual(self.client.get(kid, key, "/v1/report").status, 200)
        self.assertTrue(self.reader.asked[-1]["is_operator"])
        self.assertNotIn("sender", self.reader.asked[-1])


class Intake(Front):
    def test_what_core_is_handed_is_what_was_signed(self):
        self.assertEqual(self.push("my-key-1").status, 202)
        q = self.core.asked[-1]
        self.assertEqual(q["ask"], "submit")
        self.assertEqual((q["sender"], q["key"], q["kind"], q["is_csv"]), ("zj", "my-key-1", 3, True))
        self.assertEqual((q["body"], q["body_len"], q["digest"]), (BODY, len(BODY), hashlib.sha256(BODY).digest()))
        self.assertEqual(q["created"], CLOCK_S)
        self.assertIn(b'"@target-uri": ' + self.client.base.encode(), q["base"])
        self.assertEqual(len(q["signature"]), 64)
        self.assertIn(self.key.public, q["signer"])
        self.assertTrue(q["chinese"])

    def test_a_taken_batch_has_a_place_and_a_state(self):
        a = self.push()
        self.assertEqual((a.status, a.headers["location"]), (202, f"/v1/batches/{BATCH}"))
        self.assertEqual(a.json(), STATE)
        self.assertNotIn("preference-applied", a.headers)

    def test_small_bodies_share_a_socket_and_others_do_not(self):
        for more, shared in (({}, True), ({"body": BODY.ljust(16384, b"\n")}, True), ({"body": BODY.ljust(16385, b"\n")}, False),
                             ({"body": daemon.trainings(*range(1200))}, False), ({"wait": 1}, False)):
            self.assertIn(self.push(**more).status, (200, 202))
            self.assertEqual("id" in self.core.asked[-1], shared, more)

    def test_a_large_body_goes_as_a_file(self):
        body = daemon.trainings(*range(1200))
        self.assertGreater(len(body), 65536)
        self.assertEqual(self.push(body=body).status, 202)
        q = self.core.asked[-1]
        self.assertEqual(q["file"], body)
        self.assertNotIn("body", q)

    def test_a_body_of_the_largest_inline_size_and_one_more_byte(self):
        for size in (65536, 65537):
            body = BODY.ljust(size, b"\n")
            self.assertEqual(self.push(body=body).status, 202)
            q = self.core.asked[-1]
            self.assertEqual(q.get("body") or q["file"], body)

    def test_a_body_over_the_limit_is_refused_and_the_limit_named(self):
        a = self.push(body=b"x" * 200001)
        self.refused(a, 413, "body_too_large")
        self.assertIn("200000", a.json()["detail"])

    def test_waiting_gives_the_results(self):
        a = self.push(wait=3)
        self.assertEqual((a.status, a.headers["preference-applied"]), (200, "wait=3"))
        self.assertEqual(a.headers["content-type"], "application/x-ndjson")
        self.assertEqual(a.lines()[0]["outcome"], "recorded")
        self.assertEqual(self.core.asked[-1]["wait_ms"], 3000)

    def test_nobody_waits_longer_than_the_limit(self):
        self.assertEqual(self.push(wait=600).headers["preference-applied"], "wait=5")
        self.assertEqual(self.core.asked[-1]["wait_ms"], 5000)

    def test_preferences_that_are_none_are_passed_over(self):
        for prefer in ("wait=x", "wait=", "respond-async", "wait=-1", "waiting=3"):
            self.assertEqual(self.push(wait=prefer.removeprefix("wait=") if prefer.startswith("wait=") else None).status, 202, prefer)

    def test_results_may_come_as_a_file(self):
        self.assertEqual(len(self.push("file", wait=1).lines()), 3)

    def test_each_refusal_of_core_is_a_problem(self):
        for name, status, code in (("key_reused", 422, "idempotency_key_reused"), ("nonce_used", 401, "nonce_used"),
                                   ("queue_full", 429, "queue_full"), ("rows_per_day", 429, "rows_per_day_used"),
                                   ("sender", 403, "not_allowed"), ("kind", 403, "kind_not_allowed"),
                                   ("unreadable", 400, "body_invalid"), ("too_large", 413, "content_too_large"),
                                   ("bad_request", 400, "parameter_invalid"), ("not_ready", 503, "not_ready"),
                                   ("failed", 500, "internal")):
            a = self.refused(self.push(name), status, code)
            if status in (429, 503):
                self.assertGreaterEqual(int(a.headers["retry-after"]), 1)
            if status == 413:
                self.assertIn("row_bytes_max", a.json()["detail"])

    def test_our_own_failure_says_nothing_of_its_cause(self):
        self.assertNotIn("detail", self.push("failed").json())

    def test_a_replay_is_answered_as_the_first_time(self):
        a = self.push("replay")
        self.assertEqual((a.status, a.headers["location"]), (202, f"/v1/batches/{BATCH}"))

    def test_a_core_that_goes_away_is_no_acknowledgement(self):
        a = self.refused(self.push("silence"), 503, "not_ready")
        self.assertEqual(a.json()["detail"], "core_gone")

    def test_kinds_and_types_are_known_or_refused(self):
        a = self.refused(self.push(kind="certificate"), 400, "parameter_invalid")
        self.assertEqual(a.json()["errors"][0]["pointer"], "kind")
        self.refused(self.push(content_type="application/json"), 415, "content_type_unknown")
        self.assertEqual(self.push(content_type="text/csv; charset=gb18030").status, 202)
        self.assertEqual(self.push(content_type="application/x-ndjson").status, 202)
        self.assertNotIn("is_csv", self.core.asked[-1])

    def test_nothing_is_no_batch(self):
        self.refused(self.push(body=b""), 400, "body_invalid")

    def test_words_are_in_the_language_asked_for(self):
        target = "/v1/batches?kind=nothing"
        headers = self.client.signed_headers("zj", self.key, "POST", target, BODY, "text/csv", "k")
        zh = self.client.ask("POST", target, headers, BODY).json()["title"]
        headers = self.client.signed_headers("zj", self.key, "POST", target, BODY, "text/csv", "k")
        en = self.client.ask("POST", target, {**headers, "Accept-Language": "en-GB, zh;q=0.5"}, BODY).json()["title"]
        self.assertTrue(en.isascii())
        self.assertFalse(zh.isascii())


class Reads(Front):
    def get(self, target, **more):
        return self.client.get("zj", self.key, target, **more)

    def test_state_and_results_of_a_batch(self):
        self.assertEqual(self.get(f"/v1/batches/{BATCH}").json(), STATE)
        self.assertEqual(self.get(f"/v1/batches/{BATCH}/results").lines()[0]["row"], 1)
        self.assertEqual(self.core.asked[-1]["sender"], "zj")

    def test_what_is_no_batch_is_not_found(self):
        for name in ("0" * 16, "0011", "00112233445566FF", "x"):
            self.refused(self.get(f"/v1/batches/{name}"), 404, "not_found")

    def test_results_of_a_batch_that_is_not_done_lead_to_the_rest(self):
        kid, key = self.home.operator()
        target = f"/v1/batches/{BATCH}/results"
        a = self.client.get(kid, key, target)
        self.assertEqual((a.status, a.headers["link"]), (200, f'<http://{self.client.address}{target}?after=7>; rel="next"'))
        self.assertEqual(self.client.get(kid, key, target + "?after=7").status, 200)
        self.assertEqual(self.core.asked[-1]["after"], 7)
        self.assertNotIn("link", self.get(target).headers)
        for wrong in ("-1", "", "x", "9223372036854775808"):
            self.refused(self.get(f"{target}?after={wrong}"), 400, "parameter_invalid")

    def test_waiting_for_a_batch(self):
        a = self.get(f"/v1/batches/{BATCH}", headers={"Prefer": "respond-async, wait=2"})
        self.assertEqual((a.status, a.headers["preference-applied"]), (200, "wait=2"))

    def test_a_certificate_in_its_forms(self):
        self.assertEqual(self.get("/v1/certificates/03301202000000013").json()["version"], 1)
        self.assertIn("/V/", self.get("/v1/certificates/03301202000000013/token").body.decode())
        pdf = self.get("/v1/certificates/03301202000000013/pdf")
        self.assertEqual((pdf.headers["content-type"], pdf.body[:5], pdf.headers["cache-control"]), ("application/pdf", b"%PDF-", "no-store"))
        self.refused(self.get("/v1/certificates/03301202000000014"), 404, "not_found")
        self.refused(self.get("/v1/certificates/" + "9" * 65), 404, "not_found")

    def copies(self, waits, covers="ok"):
        """(the answer, how often the reader was asked for a copy, how often the core to cover it)"""
        self.reader.waits, self.core.covers = list(waits), covers
        before = len(self.reader.asked), len(self.core.asked)
        try:
            answer = self.get("/v1/certificates/03301202000000013/pdf")
        finally:
            self.reader.waits, self.core.covers = [], "ok"
        asked = [q["ask"] for q in self.core.asked[before[1]:]]
        return answer, len(self.reader.asked) - before[0], asked.count("cover")

    def test_a_copy_that_waits_for_a_checkpoint_has_the_core_make_it(self):
        for why in ("not_published", "signing"):
            answer, copies, covers = self.copies([why])
            self.assertEqual((answer.status, answer.body[:5], copies, covers), (200, b"%PDF-", 2, 1), why)
        self.assertEqual(self.copies([])[1:], (1, 0))

    def test_what_cannot_be_had_then_is_told_as_it_was(self):
        for waits, covers, detail, asked in ((["not_published"], "not_ready", "not_published", (1, 1)), (["not_published", "signing"], "ok", "signing", (2, 1)),
                                             (["signer_gone"], "ok", "signer_gone", (1, 0))):
            answer, *got = self.copies(waits, covers)
            self.assertEqual(self.refused(answer, 503, "not_ready").json()["detail"], detail)
            self.assertEqual((answer.headers["retry-after"], tuple(got)), ("5", asked))

    def test_a_token_may_be_had_raw(self):
        a = self.get("/v1/certificates/03301202000000013/token", headers={"Accept": "application/cose"})
        self.assertEqual(a.headers["content-type"], "application/cose")
        self.assertTrue(self.reader.asked[-1]["raw"])

    def test_changes_lead_on(self):
        a = self.get("/v1/changes?limit=1")
        self.assertEqual(a.headers["link"], f'<{self.client.base}/v1/changes?after=7&limit=1>; rel="next"')
        self.assertNotIn("link", self.get("/v1/changes?after=7").headers)
        self.assertEqual((self.reader.asked[-1]["after"], self.reader.asked[-1]["limit"]), (7, 100))

    def test_parameters_out_of_range_are_refused(self):
        for query, name in (("after=-1", "after"), ("limit=1001", "limit"), ("limit=0", "limit"), ("limit=x", "limit"), ("after=" + "9" * 30, "after")):
            a = self.refused(self.get("/v1/changes?" + query), 400, "parameter_invalid")
            self.assertEqual(a.json()["errors"][0]["pointer"], name)
        for day in ("2020-02-30", "today", ""):
            self.refused(self.get("/v1/report?as_of=" + day), 400, "parameter_invalid")

    def test_the_report_of_a_day(self):
        self.assertEqual(self.get("/v1/report?as_of=2020-08-01").json()["as_of"], "2020-08-03")
        self.assertEqual(self.reader.asked[-1]["as_of"], 18475)


class Orders(Front):
    ORDER = {"certificate": "03301202000000013", "action": "suspend", "reason": "核查", "reference": "演示1号", "effective_on": "2020-08-03",
             "ordered_at": "2020-08-03T10:00:00+08:00", "signatures": [{"kid": "0011223344556677", "cose": "AAAA"}]}

    def order(self, body, content_type="application/json"):
        return self.client.ask("POST", "/v1/orders", {"Content-Type": content_type}, body)

    def test_an_order_goes_to_core_as_it_came(self):
        body = json.dumps(self.ORDER).encode()
        self.assertEqual(self.order(body).json()["outcome"], "recorded")
        self.assertEqual(self.core.asked[-1]["body"], body)

    def test_reasons_of_a_refused_order_are_its_errors(self):
        a = self.refused(self.order(json.dumps({**self.ORDER, "reason": "refuse"}).encode()), 422, "order_refused")
        self.assertEqual(a.json()["errors"], [{"pointer": "action", "code": "bad_transition", "message": "不能这样变更"}])

    def test_what_is_no_order_is_refused(self):
        self.refused(self.order(b"nothing"), 400, "body_invalid")
        self.refused(self.order(b""), 400, "body_invalid")
        self.refused(self.order(b"{}", "text/plain"), 415, "content_type_unknown")
        self.assertEqual(self.order(b"{" * 70000).status, 413)


class Operations(Front):
    def test_live_ready_version_and_document(self):
        self.assertEqual(self.client.ask("GET", "/livez").json(), {"live": True})
        self.assertEqual(self.client.ask("GET", "/version").json()["program"], "sitecert-issuerd")
        ready = self.client.ask("GET", "/readyz")
        self.assertEqual((ready.status, ready.json()["ready"]), (200, True))
        document = self.client.ask("GET", "/openapi.yaml")
        self.assertEqual(document.headers["content-type"], "application/yaml")
        self.assertTrue(document.body.startswith(b"openapi: 3.1.0"))

    def test_what_is_not_ready_is_named_with_its_reason(self):
        for reason, part in (("signer_gone", "signer"), ("disk_full", "disk"), ("register_full", "register"), ("clock_behind", "clock"),
                             ("register_busy", "register"), ("starting", "core")):
            self.core_part.status = {"ready": False, "reason": reason}
            a = self.client.ask("GET", "/readyz")
            self.core_part.status = {"ready": True}
            self.assertEqual(a.status, 503)
            self.assertEqual([(p["part"], p["reason"]) for p in a.json()["parts"] if not p["ready"]], [(part, reason)])

    def test_metrics_are_the_format_and_tell_what_core_says(self):
        self.core_part.status = {"ready": True, "queued": 3, "working": 1, "issued": 17, "last_commit_s": CLOCK_S, "register_max_bytes": 1 << 30}
        self.push()
        self.push(key=Key())
        text = self.client.ask("GET", "/metrics").body.decode()
        self.core_part.status = {"ready": True}
        values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        for name, value in (("sitecert_ready", 1), ('sitecert_batches{state="queued"}', 3), ("sitecert_queue_depth", 4),
                            ('sitecert_rows_total{outcome="issued"}', 17), ("sitecert_last_commit_timestamp_seconds", CLOCK_S),
                            ('sitecert_part_ready{part="signer"}', 1), ("sitecert_senders", 1)):
            self.assertEqual(float(values[name]), value, name)
        self.assertGreaterEqual(float(values['sitecert_refusals_total{code="signature_bad"}']), 1)
        self.assertGreaterEqual(float(values['sitecert_http_requests_total{route="/v1/batches",status="202"}']), 1)
        self.assertGreater(float(values["sitecert_disk_free_bytes"]), 0)
        self.assertTrue(any(v.startswith('sitecert_key_expiry_days{kid="') for v in values))
        self.assertEqual(len(values), len([1 for line in text.splitlines() if not line.startswith("#")]), "a value stands twice")
        named = {line.split(" ")[2] for line in text.splitlines() if line.startswith("# TYPE")}
        for line in values:
            bare = line.split("{")[0]
            self.assertTrue(bare in named or any(bare == n + s for n in named for s in ("_bucket", "_sum", "_count")), line)

    def test_every_metric_is_documented_and_no_other(self):
        text = self.client.ask("GET", "/metrics").body.decode()
        document = (pathlib.Path(__file__).parents[2] / "docs" / "operations.md").read_text()
        rows = document.split("## Metrics\n")[1].split("\n## ")[0]
        documented = set(re.findall(r"(?m)^\| `(sitecert_\w+)", rows))
        given = {line.split(" ")[2] for line in text.splitlines() if line.startswith("# TYPE")}
        self.assertEqual(given | {"sitecert_helper_restarts_total"}, documented)
        for name in re.findall(r"sitecert_\w+", rows):
            self.assertIn(re.sub(r"_(bucket|sum|count)$", "", name), documented)

    def test_a_histogram_never_falls(self):
        text = self.client.ask("GET", "/metrics").body.decode()
        last = {}
        for line in text.splitlines():
            if "_bucket{" in line:
                route = line.split('route="')[1].split('"')[0]
                n = float(line.rsplit(" ", 1)[1])
                self.assertGreaterEqual(n, last.get(route, 0), line)
                last[route] = n

    def test_other_paths_and_methods_are_refused(self):
        self.assertEqual(self.client.ask("GET", "/v1/nothing", record=False).status, 404)
        self.assertEqual(self.client.ask("GET", "/v1/batches", record=False).status, 405)
        self.assertEqual(self.client.ask("POST", "/v1/report", {}, b"", record=False).status, 405)

    def test_the_log_has_no_targets_bodies_or_names(self):
        self.client.get("zj", self.key, "/v1/certificates/03301202000000013")
        self.push(body=daemon.trainings(77))
        said = self.daemon.said()
        self.assertIn("route=/v1/certificates/{number}", said)
        for word in ("03301202000000013", "示例", daemon.id_number(77)):
            self.assertNotIn(word, said)
        for line in said.splitlines():
            self.assertRegex(line, r"^time=\S+ level=\w+ program=sitecert-issuerd event=\w+")


class Life(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.key = self.home.add_sender("zj")
        self.core = Core()
        self.parts = [parts.Part(self.home.path / "run" / "core.sock", self.core),
                      parts.Part(self.home.path / "run" / "reader.sock", Reader())]

    def tearDown(self):
        self.home.remove()

    def issuerd(self, *options, clock=daemon.CLOCK, env=None):
        return subprocess.run([daemon.BIN / "sitecert-issuerd", "--home", self.home.path, *options], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, env=daemon.environment(clock, **(env or {})), timeout=60)

    def test_settings_are_checked_without_starting(self):
        self.assertEqual(self.issuerd("--check-config", "--no-helpers").returncode, 0)
        ini = self.home.path / "sitecert.ini"
        good = ini.read_text()
        for text, said in ((good + "[issuer]\nlistn = x\n", "listn"), (good.replace("log_level = info", "log_level = loud"), "log_level"),
                           (good.replace("external_url = ", "external_url = issuer.example"), "external_url"),
                           (good.replace("rows_max = 1000000", "rows_max = 0"), "rows_max")):
            self.assertNotEqual(text, good)
            ini.write_text(text)
            done = self.issuerd("--check-config", "--no-helpers", "--lang", "en")
            self.assertEqual(done.returncode, 1)
            self.assertIn(said, done.stderr)
        ini.write_text(good)

    def test_an_unknown_key_is_named_with_its_line(self):
        ini = self.home.path / "sitecert.ini"
        lines = ini.read_text().splitlines()
        at = next(i for i, line in enumerate(lines) if line.startswith("queue_batches"))
        lines.insert(at, "quue_batches = 5")
        ini.write_text("\n".join(lines) + "\n")
        self.assertIn(f"line {at + 1}", self.issuerd("--check-config", "--lang", "en").stderr)

    def test_a_broken_senders_file_is_found(self):
        (self.home.path / "senders.json").write_text("{")
        self.assertEqual(self.issuerd("--check-config", "--no-helpers").returncode, 1)

    def test_usage_and_what_cannot_be_listened_on(self):
        self.assertEqual(self.issuerd("--nothing").returncode, 2)
        self.assertEqual(self.issuerd("--no-helpers", "--listen", "nowhere").returncode, 2)
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            s.listen()
            taken = "127.0.0.1:%d" % s.getsockname()[1]
            self.assertEqual(self.issuerd("--no-helpers", "--listen", taken).returncode, 1)
        self.assertEqual(subprocess.run([daemon.BIN / "sitecert-issuerd", "--home", self.home.folder / "none"], env=daemon.environment(),
                                        stderr=subprocess.PIPE).returncode, 1)

    def test_a_borrowed_clock_is_for_demonstrations_alone(self):
        real = Home(clock=None, demo=False)
        done = subprocess.run([daemon.BIN / "sitecert-issuerd", "--home", real.path, "--no-helpers"], env=daemon.environment(daemon.CLOCK),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=30)
        real.remove()
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("SITECERT_CLOCK", done.stderr)

    def test_one_home_has_one_daemon(self):
        with Daemon(self.home, "--no-helpers"):
            done = self.issuerd("--no-helpers", "--listen", "127.0.0.1:0", "--lang", "en")
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("another sitecert-issuerd", done.stderr)

    def test_it_does_not_say_that_it_listens_before_it_is_ready(self):
        self.parts[0].status = {"ready": False, "reason": "starting"}
        d = Daemon(self.home, "--no-helpers", wait=False)
        time.sleep(0.4)
        os.set_blocking(d.process.stdout.fileno(), False)
        self.assertIsNone(d.process.stdout.read())
        os.set_blocking(d.process.stdout.fileno(), True)
        self.parts[0].status = {"ready": True}
        d.wait_listening(10)
        self.assertEqual(d.stop(), 0)

    def test_parts_that_come_late_or_go_are_found_again(self):
        with Daemon(self.home, "--no-helpers") as d:
            client = Client(d.address)
            self.parts[0].close()
            a = client.ask("GET", "/readyz")
            self.assertEqual(a.status, 503)
            self.assertEqual(a.json()["parts"][0], {"part": "core", "ready": False, "reason": "core_gone"})
            self.assertEqual(client.push("zj", self.key, "training", BODY, "k1").status, 503)
            self.parts[0] = parts.Part(self.home.path / "run" / "core.sock", self.core)
            eventually(lambda: client.ask("GET", "/readyz").status == 200, 5)
            self.assertEqual(client.push("zj", self.key, "training", BODY, "k1").status, 202)

    @staticmethod
    def backwards(count):
        """A core that answers so many batches in the wrong order when all of them are there; 0: when it is told to."""
        class Backwards(parts.Part):
            def __init__(self, *arguments):
                self.held = []
                super().__init__(*arguments)

            def give(self, sock, question):
                if question["ask"] != "submit":
                    super().give(sock, question)
                    return
                self.held.append((sock, question))
                if len(self.held) == count:
                    self.let_go()

            def let_go(self):
                for sock, question in reversed(self.held):
                    super().give(sock, question)
        return Backwards

    @staticmethod
    def answer_by_key(q):
        return "accepted", {"batch": BATCH, "body": json.dumps({**STATE, "id": q["key"]}).encode()}

    def test_answers_in_any_order_find_their_requests(self):
        self.parts[0].close()
        self.parts[0] = self.backwards(20)(self.home.path / "run" / "core.sock", self.answer_by_key)
        with Daemon(self.home, "--no-helpers") as d:
            clients = [Client(d.address) for _ in range(20)]
            answers = {}
            threads = [threading.Thread(target=lambda i=i, c=c: answers.update({i: c.push("zj", self.key, "training", BODY, f"k{i}")}))
                       for i, c in enumerate(clients)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(20)
            self.assertEqual({i: a.json()["id"] for i, a in answers.items()}, {i: f"k{i}" for i in range(20)})

    def test_a_core_that_goes_is_said_to_all_that_wait(self):
        self.parts[0].close()
        part = self.backwards(100)(self.home.path / "run" / "core.sock", self.answer_by_key)
        self.parts[0] = part
        with Daemon(self.home, "--no-helpers") as d:
            answers = []
            threads = [threading.Thread(target=lambda i=i: answers.append(Client(d.address).push("zj", self.key, "training", BODY, f"g{i}")))
                       for i in range(10)]
            for thread in threads:
                thread.start()
            eventually(lambda: len(part.held) == 10)
            part.close()
            for thread in threads:
                thread.join(20)
            self.assertEqual([(a.status, a.json()["detail"]) for a in answers], [(503, "core_gone")] * 10)
            self.parts[0] = parts.Part(self.home.path / "run" / "core.sock", self.core)
            self.assertEqual(Client(d.address).push("zj", self.key, "training", BODY, "k1").status, 202)

    def test_a_small_batch_under_way_is_answered_before_it_ends(self):
        self.parts[0].close()
        part = self.backwards(0)(self.home.path / "run" / "core.sock", self.answer_by_key)
        self.parts[0] = part
        d = Daemon(self.home, "--no-helpers")
        client, answers = Client(d.address), []
        thread = threading.Thread(target=lambda: answers.append(client.push("zj", self.key, "training", BODY, "e1")))
        thread.start()
        eventually(lambda: part.held)
        d.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        self.assertIsNone(d.process.poll())
        part.let_go()
        thread.join(10)
        self.assertEqual(answers[0].status, 202)
        self.assertEqual(d.stop(), 0)

    def test_a_request_under_way_is_answered_before_it_ends(self):
        d = Daemon(self.home, "--no-helpers")
        client, answers = Client(d.address), []
        self.core.hold.clear()
        thread = threading.Thread(target=lambda: answers.append(client.push("zj", self.key, "training", BODY, "held", wait=10)))
        thread.start()
        eventually(lambda: self.core.asked)
        d.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        self.assertIsNone(d.process.poll())
        with self.assertRaises(OSError):
            socket.create_connection(tuple(d.address.rsplit(":", 1)), 1).close()
        self.core.hold.set()
        thread.join(10)
        self.assertEqual(answers[0].status, 200)
        self.assertEqual(d.stop(), 0)

    def test_grace_has_an_end(self):
        self.home.set("grace_s", 1)
        d = Daemon(self.home, "--no-helpers")
        self.core.hold.clear()
        thread = threading.Thread(target=lambda: self.swallow(Client(d.address)))
        thread.start()
        eventually(lambda: self.core.asked)
        began = time.monotonic()
        d.process.send_signal(signal.SIGTERM)
        try:
            d.process.wait(10)
            self.assertLess(time.monotonic() - began, 6)
        finally:
            self.core.hold.set()
            thread.join(10)
            d.stop()

    def swallow(self, client):
        try:
            client.push("zj", self.key, "training", BODY, "held", wait=10)
        except Exception:  # noqa: the connection may be cut in any way
            pass

    def test_a_reload_takes_senders_and_log_level(self):
        with Daemon(self.home, "--no-helpers") as d:
            client = Client(d.address)
            client.ask("GET", "/livez")
            self.assertNotIn("event=request", d.said())
            self.home.set("log_level", "debug")
            d.process.send_signal(signal.SIGHUP)
            eventually(lambda: "event=reloaded" in d.said())
            client.ask("GET", "/livez")
            eventually(lambda: "event=request" in d.said())

    def test_a_broken_senders_file_while_it_runs_keeps_those_that_were_there(self):
        with Daemon(self.home, "--no-helpers") as d:
            client = Client(d.address)
            (self.home.path / "senders.json").write_text("{")
            self.assertEqual(client.push("zj", self.key, "training", BODY, "k").status, 202)
            self.assertEqual(d.said().count("event=senders_not_read"), 1)

    def test_a_new_trust_list_is_taken_up_while_requests_go_on(self):
        """Who has become an operator is let in, who is one no more is not, nobody else notices."""
        early, later = "2020-08-03T09:58:00+08:00", "2020-08-03T09:59:00+08:00"
        (first, first_key), (second, second_key) = (self.home.operator(i) for i in (1, 2))
        with Daemon(self.home, "--no-helpers") as d:
            client, statuses, stop = Client(d.address), [], threading.Event()

            def report(kid, key):
                return client.get(kid, key, "/v1/report").status

            def go_on(n):
                mine = Client(d.address)
                while not stop.is_set():
                    statuses.append(mine.push("zj", self.key, "training", BODY, f"go-{n}-{len(statuses)}").status)

            threads = [threading.Thread(target=go_on, args=(n,)) for n in range(3)]
            for t in threads:
                t.start()
            self.home.draft_operator(early)
            third, third_key = self.home.operator(3)
            self.assertEqual((report(second, second_key), report(third, third_key)), (200, 401))
            self.home.publish_keys(1, 2, clock=early)
            self.assertEqual((report(second, second_key), report(third, third_key)), (200, 200))
            self.assertIn(f'kid="{third}"', client.ask("GET", "/metrics").body.decode())
            self.home.sitecert("operator", "suspend", second, clock=later)
            self.home.publish_keys(1, 3, clock=later)
            self.assertEqual((report(first, first_key), report(second, second_key)), (200, 401))
            seen = len(statuses)
            eventually(lambda: len(statuses) > seen + 10)
            stop.set()
            for t in threads:
                t.join()
            self.assertEqual(set(statuses), {202})
            self.assertEqual(d.said().count("event=trust_list_taken"), 2)

    def test_a_trust_list_that_cannot_be_taken_leaves_the_one_before(self):
        path = self.home.path / "trust.cbor"
        good = path.read_bytes()
        kid, key = self.home.operator()
        with Daemon(self.home, "--no-helpers") as d:
            client = Client(d.address)

            def refused():
                return d.said().count("event=trust_list_not_taken")

            def put(content):
                path.with_suffix(".new").write_bytes(content)
                path.with_suffix(".new").replace(path)

            put(good[:-1])
            for _ in range(3):
                self.assertEqual(client.get(kid, key, "/v1/report").status, 200)
            self.assertEqual(refused(), 1)
            d.process.send_signal(signal.SIGHUP)  # a person wants it tried again
            eventually(lambda: refused() == 2)
            put(good)
            eventually(lambda: "event=trust_list_taken" in d.said())
            self.home.draft_operator("2020-08-03T09:58:00+08:00")
            self.home.publish_keys(1, clock="2020-08-03T09:58:00+08:00")
            eventually(lambda: "sequence=2" in d.said())
            third = self.home.operator(3)
            put(good)  # an older one
            eventually(lambda: refused() == 3)
            self.assertIn("older than the one in use", d.said())
            for who in ((kid, key), third):
                self.assertEqual(client.get(*who, "/v1/report").status, 200)

    def test_a_trust_list_that_came_while_the_settings_were_broken_is_taken_later(self):
        path, settings = self.home.path / "trust.cbor", self.home.path / "sitecert.ini"
        kid, key = self.home.operator()
        whole = settings.read_text()
        with Daemon(self.home, "--no-helpers") as d:
            client = Client(d.address)
            settings.write_text("[")
            path.with_suffix(".new").write_bytes(path.read_bytes())
            path.with_suffix(".new").replace(path)
            for _ in range(3):
                self.assertEqual(client.get(kid, key, "/v1/report").status, 200)
            self.assertEqual(d.said().count("event=trust_list_not_taken"), 1)
            settings.write_text(whole)
            d.process.send_signal(signal.SIGHUP)
            eventually(lambda: "event=trust_list_taken" in d.said())
            self.assertEqual(client.get(kid, key, "/v1/report").status, 200)

    def test_a_unix_socket_serves_too(self):
        path = self.home.folder / "s"
        with Daemon(self.home, "--no-helpers", listen=f"unix:{path}") as d:
            self.assertEqual(d.address, f"unix:{path}")
            self.assertEqual(Client(d.address).push("zj", self.key, "training", BODY, "k").status, 202)

    def test_senders_sign_for_the_external_url(self):
        self.home.set("external_url", "https://issuer.example/intake")
        with Daemon(self.home, "--no-helpers") as d:
            client = Client(d.address, base="https://issuer.example/intake")
            self.assertEqual(client.push("zj", self.key, "training", BODY, "k").status, 202)
            self.assertEqual(Client(d.address).push("zj", self.key, "training", BODY, "k").status, 401)

    def test_metrics_may_stand_apart(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        self.home.set("metrics_listen", f"127.0.0.1:{port}")
        with Daemon(self.home, "--no-helpers") as d:
            self.assertEqual(Client(d.address).ask("GET", "/metrics").status, 404)
            other = Client(f"127.0.0.1:{port}")
            self.assertIn(b"sitecert_ready 1", other.ask("GET", "/metrics").body)
            self.assertEqual(other.ask("GET", "/livez").status, 404)

    def test_the_operators_page_stands_at_the_internal_address_alone(self):
        with Daemon(self.home, "--no-helpers") as d:
            self.assertEqual(Client(d.address).ask("GET", "/").status, 404)
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        self.home.set("metrics_listen", f"127.0.0.1:{port}")
        with Daemon(self.home, "--no-helpers") as d:
            self.assertEqual(Client(d.address).ask("GET", "/").status, 404)
            inner = Client(f"127.0.0.1:{port}")
            for lang, words in (("zh", "发证系统运行概览"), ("en", "The issuer at a glance")):
                answer = inner.ask("GET", f"/?lang={lang}")
                self.assertEqual((answer.status, answer.headers["cache-control"]), (200, "no-store"))
                self.assertIn(words, answer.body.decode())
                self.assertIn(OVERVIEW, answer.body)
                self.assertIn("default-src 'none'; style-src 'sha256-", answer.headers["content-security-policy"])
            self.assertEqual(inner.ask("POST", "/", {}, b"").status, 405)

    def test_systemd_is_told(self):
        path = self.home.folder / "notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.bind(str(path))
            s.settimeout(10)
            d = Daemon(self.home, env={"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "400000"})
            while b"READY=1" not in s.recv(4096):  # WATCHDOG=1 may come before
                pass
            self.assertIn(b"WATCHDOG=1", s.recv(4096))
            d.process.send_signal(signal.SIGTERM)
            while b"STOPPING=1" not in s.recv(4096):
                pass
            self.assertEqual(d.stop(), 0)


def load_tests(loader, _, __):
    cases = (Signatures, Intake, Reads, Orders, Operations, Life)
    return unittest.TestSuite(loader.loadTestsFromTestCase(c) for c in cases)


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        RECORDED = sys.argv.pop(1)
        open(RECORDED, "w").close()
    unittest.main(warnings="ignore")
