#!/usr/bin/env python3
"""The front with the real sitecert-reader behind it; sitecert-core is a stand-in. Certificates, tokens, copies, changes and the
report as they stand in a register that `sitecert` fills.

Usage: test_reader.py [RECORDED]     every answer is written to RECORDED for tests/openapi
"""
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import unittest

import daemon
import parts
from daemon import Client, Daemon, Reader, eventually

RECORDED = None
NUMBERS = iter(range(1, 1000000))  # of certificates that are none
PEOPLE = 12


def fill(home, first, count, tag=""):
    """Trains, tests and certifies so many people."""
    numbers = range(first, first + count)
    for kind, text in (("training", daemon.trainings(*numbers)), ("test", daemon.tests(*numbers))):
        path = home.folder / f"{kind}-{tag}{first}.csv"
        path.write_bytes(text)
        home.sitecert("import", path, "--kind", kind, "--quiet")


def number_of(home, n):
    name, document = daemon.person(n).split(",")[0], daemon.id_number(n)
    return json.loads(home.sitecert("find", "--name", name, "--id", document, "--json").stdout)[0]["number"]


def credit_code_valid(code):
    """GB 32100: the 18th character."""
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    return letters[-sum(letters.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17])) % 31] == code[17]


class Scene(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = daemon.basic_home()
        cls.key = cls.home.keys["zj"]
        cls.other = cls.home.add_sender("js", "032")
        fill(cls.home, 0, PEOPLE)
        cls.number = number_of(cls.home, 0)
        cls.prepare()
        cls.core = parts.Part(cls.home.path / "run" / "core.sock", lambda q: ("not_found", {}))
        cls.reader = Reader(cls.home)
        cls.daemon = Daemon(cls.home, "--no-helpers")
        cls.client = Client(cls.daemon.address, recorded=RECORDED)
        cls.operator = cls.home.operator()

    @classmethod
    def prepare(cls):
        """Before there is a core, though a stand-in."""

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        ends = cls.daemon.stop(), cls.reader.stop()
        said = cls.reader.said()
        cls.home.remove()
        assert ends == (0, 0), (ends, said)

    def get(self, target, who="zj", key=None, **more):
        return self.client.get(who, key or self.home.keys[who], target, **more)

    def refused(self, answer, status, code):
        self.assertEqual((answer.status, answer.code()), (status, code), answer.body)
        return answer


class Reads(Scene):
    def test_all_parts_are_ready(self):
        self.assertEqual(self.client.ask("GET", "/readyz").json()["ready"], True)

    def test_a_certificate_is_as_show_tells_it(self):
        told = self.get(f"/v1/certificates/{self.number}").json()
        shown = json.loads(self.home.sitecert("show", self.number, "--json", "--lang", "zh").stdout)
        self.assertEqual(told, shown)

    def test_an_operator_sees_it_too(self):
        kid, key = self.operator
        self.assertEqual(self.get(f"/v1/certificates/{self.number}", kid, key).json()["number"], self.number)

    def test_another_unit_does_not_see_it(self):
        for form in ("", "/token", "/pdf"):
            own = self.get(f"/v1/certificates/{self.number}{form}", "js")
            none = self.get("/v1/certificates/03201202000000013" + form, "js")
            self.refused(own, 404, "not_found")
            self.assertEqual(own.json(), none.json(), "what is not there is told apart from what is another's")

    def test_a_number_that_is_none_is_not_found(self):
        for number in ("0", "x" * 64, "9" * 17, "%00"):
            a = self.get("/v1/certificates/" + number, record=False)
            self.assertIn(a.status, (400, 404))

    def test_the_token_is_as_the_command_prints_it(self):
        text = self.get(f"/v1/certificates/{self.number}/token").body.decode()
        self.assertEqual(text, self.home.sitecert("token", self.number).stdout.strip())
        raw = self.get(f"/v1/certificates/{self.number}/token", headers={"Accept": "application/cose"}).body
        path = self.home.folder / "token.cbor"
        path.write_bytes(raw)
        published = self.home.folder / "published"
        self.home.sitecert("publish", published, "--quiet")
        done = subprocess.run([daemon.BIN / "certcheck", "--bundle", published / "bundle.scb", "--root", self.home.path / "root.cbor",
                               "--json", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=daemon.environment())
        self.assertEqual(done.returncode, 0, done)

    def test_the_report_is_as_the_command_prints_it(self):
        told = self.get("/v1/report").json()
        self.assertEqual(told, json.loads(self.home.sitecert("report", "--json").stdout))
        self.assertGreaterEqual(told["total"]["issued"], PEOPLE)
        past = self.get("/v1/report?as_of=2020-01-01").json()
        self.assertEqual((past["as_of"], past["total"]["issued"]), ("2020-01-01", 0))

    def test_a_suspended_sender_is_told_nothing(self):
        key = self.home.add_sender("gone")
        self.assertEqual(self.get("/v1/report", "gone", key).status, 200)
        self.home.sitecert("sender", "suspend", "gone", "--quiet")
        self.assertEqual(self.get("/v1/report", "gone", key).status, 403)

    def test_what_is_committed_meanwhile_is_seen(self):
        before = self.get("/v1/report").json()["total"]["issued"]
        fill(self.home, 100, 3)
        self.assertEqual(self.get("/v1/report").json()["total"]["issued"], before + 3)


class Changes(Scene):
    def follow(self, limit=1000, who="zj", after=0):
        """Every page from `after` to the end, by its links."""
        target, out = f"/v1/changes?after={after}&limit={limit}", []
        while target:
            a = self.get(target, who)
            self.assertEqual(a.status, 200, a.body)
            page = a.json()
            self.assertLessEqual(len(page["changes"]), limit)
            out += page["changes"]
            link = a.headers.get("link")
            target = None
            if link:
                base, target = re.fullmatch(r'<(http://[^/]+)(/v1/changes[^>]*)>; rel="next"', link).groups()
                self.assertEqual(base, self.client.base)
                self.assertIn(f"after={page['upto']}&", target)
        return out

    def history(self, number):
        return [(c["change"], c["version"], c["state"]) for c in self.follow() if c["number"] == number]

    def test_pages_of_any_size_tell_the_same(self):
        whole = self.follow()
        self.assertGreaterEqual(len(whole), PEOPLE)
        self.assertEqual([c["seq"] for c in whole], sorted({c["seq"] for c in whole}))
        for limit in (1, 5, len(whole), len(whole) + 1):
            self.assertEqual(self.follow(limit), whole)
        first = whole[0]
        self.assertEqual((first["seq"], first["change"], first["unit_id"], first["post"], first["platform_codes"]["mohurd"]),
                         (1, "issued", "033", 1, "01"))

    def test_going_on_from_the_end_gives_what_is_new_alone(self):
        upto = self.get("/v1/changes?limit=1000").json()["upto"]
        self.assertEqual(self.get(f"/v1/changes?after={upto}").json(), {"changes": [], "upto": upto})
        fill(self.home, 200, 2)
        self.assertEqual([c["change"] for c in self.follow(after=upto)], ["issued"] * 2)

    def test_what_this_register_has_not_told_yet_is_no_place_to_go_on_from(self):
        a = self.refused(self.get("/v1/changes?after=1000000"), 400, "parameter_invalid")
        self.assertIn("after", a.json()["detail"])

    def test_a_page_has_at_most_its_limit_and_the_limit_has_one(self):
        self.assertEqual(len(self.get("/v1/changes?limit=1").json()["changes"]), 1)
        self.assertEqual(self.get("/v1/changes?limit=1000").status, 200)
        self.refused(self.get("/v1/changes?limit=1001"), 400, "parameter_invalid")

    def test_a_unit_is_told_of_its_own_certificates(self):
        self.assertEqual(self.follow(who="js"), [])
        self.assertGreater(self.get("/v1/changes", "js").json()["upto"], 0)

    def test_the_life_of_a_certificate_is_told_in_order(self):
        fill(self.home, 300, 1)
        number = number_of(self.home, 300)
        self.home.sitecert("order", "suspend", number, "--reason", "核查", "--ref", "示例1号", "--quiet")
        self.home.sitecert("amend", number, "--name", "赵改示例", "--reason", "误录", "--ref", "示例2号", "--quiet")
        self.home.sitecert("order", "reinstate", number, "--reason", "查清", "--ref", "示例3号", "--quiet")
        education = self.home.folder / "education.csv"
        education.write_text("record_id,provider,name,id_type,id_number,certificate,post,ce_year,hours,post_hours,finished_on\n" + "".join(
            f"e{year},{daemon.PROVIDER},赵改示例,111,{daemon.id_number(300)},{number},01,{year},40,30,{year}-09-01\n" for year in (2021, 2022)))
        self.home.sitecert("import", education, "--quiet", clock="2022-10-01T10:00:00+08:00")
        self.home.sitecert("order", "revoke", number, "--reason", "处罚", "--ref", "示例4号", "--quiet",
                           "--effective", "2022-12-01", clock="2022-10-01T10:00:00+08:00")
        self.assertEqual(self.history(number), [("issued", 1, "valid"), ("suspended", 1, "suspended"), ("amended", 2, "suspended"),
                                                ("reinstated", 2, "valid"), ("renewed", 3, "valid"), ("revoked", 3, "revoked")])
        told = [c for c in self.follow() if c["number"] == number]
        self.assertEqual([c["deadline"] for c in told[-2:]], ["2024-08-02"] * 2)
        self.assertEqual((told[0]["deadline"], told[-1]["effective"], told[-1]["platform_codes"]["mohurd"]), ("2023-08-02", "2022-12-01", "03"))

    def test_nobody_named_in_the_feed(self):
        text = json.dumps(self.follow(), ensure_ascii=False)
        self.assertNotIn("示例", text)


class Feed(unittest.TestCase):
    """Followers while a writer commits: nothing is skipped, nothing told twice."""

    def test_followers_keep_up_with_a_writer(self):
        home = daemon.basic_home()
        core = parts.Part(home.path / "run" / "core.sock", lambda q: ("not_found", {}))
        home.set("group_rows", 40)
        fill(home, 0, 1)
        reader = Reader(home)
        key = home.keys["zj"]
        numbers = range(1, 1500)
        for kind, text in (("training", daemon.trainings(*numbers)), ("test", daemon.tests(*numbers))):
            (home.folder / f"{kind}-many.csv").write_bytes(text)
        home.sitecert("import", home.folder / "training-many.csv", "--quiet")
        told, failed, ended = [[] for _ in range(3)], [], threading.Event()
        with Daemon(home, "--no-helpers") as d:
            def follow(i, limit):
                try:
                    client, upto, last = Client(d.address), 0, False
                    while not last:
                        last = ended.is_set()
                        more = True
                        while more:
                            a = client.get("zj", key, f"/v1/changes?after={upto}&limit={limit}")
                            assert a.status == 200, a.body
                            page, more = a.json(), "link" in a.headers
                            assert page["upto"] >= upto and all(c["seq"] > upto for c in page["changes"])
                            upto = page["upto"]
                            told[i] += page["changes"]
                except Exception as e:  # noqa: whatever it was, the test has failed
                    failed.append(repr(e))
            threads = [threading.Thread(target=follow, args=(i, limit)) for i, limit in enumerate((1000, 37, 200))]
            for t in threads:
                t.start()
            home.sitecert("import", home.folder / "test-many.csv", "--quiet")
            ended.set()
            for t in threads:
                t.join()
        status = reader.stop()
        core.close()
        self.assertEqual((failed, status), ([], 0))
        home.remove()
        for each in told:
            self.assertEqual([c["seq"] for c in each], list(range(1, 1501)))
            self.assertEqual(each, told[0])


class Holders(Scene):
    """Whoever knows number, name, document and pick-up code; asked as the public endpoint asks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home.sitecert("publish", cls.home.folder / "published", "--quiet")
        cls.holder = parts.Holder(cls.home.path)

    @classmethod
    def prepare(cls):
        cls.numbers = [number_of(cls.home, n) for n in range(PEOPLE)]
        cls.codes = [cls.home.sitecert("pickup", number).stdout.strip() for number in cls.numbers]

    def ask(self, what, n, **more):
        fields = {"number": self.numbers[n], "name": daemon.person(n).split(",")[0], "id_number": daemon.id_number(n),
                  "pickup": self.codes[n], **more}
        return self.holder.ask(what, **fields)

    def test_the_result_line_of_the_row_has_the_code_that_works(self):
        for kind, text in (("training", daemon.trainings(700)), ("test", daemon.tests(700))):
            path = self.home.folder / f"{kind}-700.csv"
            path.write_bytes(text)
            self.home.sitecert("import", path, "--quiet", "--results", self.home.folder / f"{kind}.ndjson")
        line = json.loads((self.home.folder / "test.ndjson").read_text())
        self.assertEqual(line["outcome"], "issued")
        name = daemon.person(700).split(",")[0]
        self.assertEqual(self.holder.ask("known", line["number"], name, daemon.id_number(700), line["pickup"])[0], "ok")

    def test_the_holder_gets_the_copy_the_history_and_the_code(self):
        reply, more = self.ask("pdf", 1)
        self.assertEqual((reply, more["body"][:5]), ("ok", b"%PDF-"), more)
        reply, more = self.ask("history", 1)
        self.assertEqual(json.loads(more["body"]), json.loads(self.home.sitecert("show", self.numbers[1], "--json", "--lang", "en").stdout))
        reply, more = self.ask("token", 1)
        self.assertEqual(more["body"].decode(), self.home.sitecert("token", self.numbers[1]).stdout.strip())
        self.assertEqual(self.ask("known", 1), ("ok", {"retry_s": 0, "detail": "", "body": b""}))

    def test_the_calendar_has_the_deadline_and_its_alarms(self):
        for chinese in (False, True):
            reply, more = self.ask("calendar", 2, chinese=chinese)
            text = more["body"].decode()
            self.assertEqual(reply, "ok")
            self.assertIn("DTSTART;VALUE=DATE:20230802\r\n", text)
            self.assertEqual(re.findall(r"TRIGGER:(\S+)", text), ["-P90D", "-P30D", "-P7D"])
            self.assertIn("土建施工员", text.replace("\r\n ", ""))

    def wrong(self, n):
        """Each way not to be the holder, one at a time."""
        code = self.codes[n]
        return [{"number": f"0330120{next(NUMBERS):010}"}, {"number": f"x{next(NUMBERS)}"}, {"name": "不是示例"}, {"id_number": daemon.id_number(n + 900)},
                {"id_number": ""}, {"id_type": 414}, {"pickup": ("0" if code[0] != "0" else "1") + code[1:]}, {"pickup": ""}]

    def test_every_kind_of_no_match_is_one_answer(self):
        for i, change in enumerate(self.wrong(3)):
            self.assertEqual(self.ask("pdf", 3, **change), ("no_match", {"retry_s": 0, "detail": "", "body": b""}), change)
            if i % 3 == 2:
                self.assertEqual(self.ask("known", 3)[0], "ok")  # which begins to count anew

    def test_every_kind_of_no_match_takes_one_time(self):
        times = {}
        for _ in range(5):
            for i, change in enumerate(self.wrong(4)):
                began = time.monotonic()
                self.ask("known", 4, **change)
                times.setdefault(i, []).append(time.monotonic() - began)
                self.assertEqual(self.ask("known", 4)[0], "ok")
        for each in times.values():  # the quickest of each kind, since the machine may be busy: all leave at the same multiple
            self.assertTrue(0.059 <= min(each) < 0.110, times)

    def test_five_wrong_answers_close_a_number_and_no_other(self):
        for _ in range(5):
            self.assertEqual(self.ask("known", 5, pickup="")[0], "no_match")
        reply, more = self.ask("known", 5)  # the right one, too late
        self.assertEqual(reply, "closed")
        self.assertTrue(3500 < more["retry_s"] <= 3600, more)
        self.assertEqual(self.ask("known", 6)[0], "ok")
        eventually(lambda: "event=holder_number_closed" in self.reader.said())

    def test_they_are_counted_for_the_operator(self):
        def counts():
            text = self.client.ask("GET", "/metrics").body.decode()
            return {k: float(v) for k, v in re.findall(r'sitecert_holder_questions_total\{answer="(\w+)"\} (\S+)', text)}
        before = counts()
        self.ask("known", 11)
        for _ in range(7):
            self.ask("known", 11, pickup="")
        after = counts()
        self.assertEqual({k: after[k] - before[k] for k in after}, {"given": 1, "no_match": 5, "closed": 2})

    def test_four_wrong_answers_do_not(self):
        for _ in range(4):
            self.assertEqual(self.ask("known", 7, pickup="")[0], "no_match")
        self.assertEqual(self.ask("known", 7)[0], "ok")

    def test_a_number_that_is_none_closes_as_any_other(self):
        for _ in range(5):
            self.assertEqual(self.holder.ask("known", "03301202088888888", "赵示例", "1", "A1B0CDEF23")[0], "no_match")
        self.assertEqual(self.holder.ask("known", "03301202088888888", "赵示例", "1", "A1B0CDEF23")[0], "closed")

    def test_tries_at_the_same_time_are_counted_too(self):
        found = []
        threads = [threading.Thread(target=lambda: found.append(self.ask("known", 8, pickup="")[0])) for _ in range(20)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual((found.count("no_match"), found.count("closed")), (5, 15))

    def test_a_suspended_certificate_has_a_calendar_and_no_copy(self):
        self.home.sitecert("order", "suspend", self.numbers[9], "--reason", "核查", "--ref", "示例1号", "--quiet")
        self.assertEqual(self.ask("pdf", 9), ("not_given", {"retry_s": 0, "detail": "suspended", "body": b""}))
        self.assertEqual(self.ask("calendar", 9)[0], "ok")
        self.home.sitecert("order", "revoke", self.numbers[9], "--reason", "处罚", "--ref", "示例2号", "--quiet")
        self.assertEqual(self.ask("calendar", 9)[1]["detail"], "revoked")

    def test_the_log_names_nobody(self):
        self.ask("known", 10, pickup="")
        self.ask("pdf", 10)
        said = self.reader.said()
        for word in (self.numbers[10], "示例", daemon.id_number(10), self.codes[10]):
            self.assertNotIn(word, said)


class Copies(Scene):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home.sitecert("publish", cls.home.folder / "published", "--quiet")

    def pdf(self, number=None):
        return self.get(f"/v1/certificates/{number or self.number}/pdf")

    def certcheck(self, pdf):
        path = self.home.folder / "copy.pdf"
        path.write_bytes(pdf)
        return subprocess.run([daemon.BIN / "certcheck", "--bundle", self.home.folder / "published" / "bundle.scb",
                               "--root", self.home.path / "root.cbor", "--json", path],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=daemon.environment())

    def test_a_copy_stands_the_inspectors_check(self):
        a = self.pdf()
        self.assertEqual((a.status, a.headers["content-type"]), (200, "application/pdf"), a.body[:200])
        done = self.certcheck(a.body)
        self.assertEqual(done.returncode, 0, done)

    def test_many_copies_at_once_are_all_right(self):
        found = []

        def draw():
            found.append(Client(self.daemon.address).get("zj", self.key, f"/v1/certificates/{self.number}/pdf"))
        threads = [threading.Thread(target=draw) for _ in range(12)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual([a.status for a in found], [200] * 12)
        self.assertEqual({a.body[:5] for a in found}, {b"%PDF-"})
        self.assertEqual(self.certcheck(found[0].body).returncode, 0)

    def test_what_is_not_in_the_log_yet_is_a_matter_of_waiting(self):
        fill(self.home, 400, 1)
        number = number_of(self.home, 400)
        a = self.refused(self.pdf(number), 503, "not_ready")
        self.assertEqual(a.json()["detail"], "not_published")
        self.home.sitecert("publish", self.home.folder / "published", "--quiet")
        self.assertEqual(self.pdf(number).status, 200)

    def test_no_copy_of_a_certificate_that_is_suspended(self):
        fill(self.home, 500, 1)
        number = number_of(self.home, 500)
        self.home.sitecert("order", "suspend", number, "--reason", "核查", "--ref", "示例1号", "--quiet")
        self.home.sitecert("publish", self.home.folder / "published", "--quiet")
        a = self.refused(self.pdf(number), 404, "not_found")
        self.assertEqual(a.json()["detail"], "suspended")

    def test_a_new_provider_is_drawn_by_its_name(self):
        self.assertEqual(self.pdf().status, 200)  # the press knows the names of before
        code = "91330000MA2700001N"
        code = next(code[:17] + c for c in "0123456789ABCDEFGHJKLMNPQRTUWXY" if credit_code_valid(code[:17] + c))
        rows = {"provider": daemon.PROVIDERS + f"{code},示例第二培训学校,school,033,*,active,2020-01-01\n",
                "training": daemon.trainings(600).decode().replace(daemon.PROVIDER, code),
                "test": daemon.tests(600).decode().replace(daemon.PROVIDER, code)}
        for kind, text in rows.items():
            path = self.home.folder / f"{kind}-new.csv"
            path.write_text(text)
            self.home.sitecert("import", path, "--quiet")
        self.home.sitecert("publish", self.home.folder / "published", "--quiet")
        a = self.pdf(number_of(self.home, 600))
        self.assertEqual(a.status, 200, a.body[:300])
        self.assertEqual(self.certcheck(a.body).returncode, 0)

    def test_a_reader_that_was_killed_is_a_503_and_comes_back(self):
        self.assertEqual(self.pdf().status, 200)
        self.reader.kill()
        a = self.refused(self.pdf(), 503, "not_ready")
        self.assertEqual(a.json()["detail"], "reader_gone")
        self.assertEqual(self.client.ask("GET", "/readyz").status, 503)
        self.reader.start()
        self.assertEqual(self.pdf().status, 200)
        self.assertEqual(self.client.ask("GET", "/readyz").status, 200)

    def test_a_signer_that_was_killed_is_found_again(self):
        self.assertEqual(self.pdf().status, 200)
        for _ in range(3):
            for pid in daemon.processes_of("sitecert-signer", self.home):
                os.kill(pid, signal.SIGKILL)
            a = self.pdf()
            self.assertIn(a.status, (200, 503), a.body[:300])
            eventually(lambda: self.pdf().status == 200)

    def test_without_a_signer_there_is_a_503_and_all_else(self):
        for pid in daemon.processes_of("sitecert-signer", self.home):
            os.kill(pid, signal.SIGKILL)
        keys, away = self.home.path / "keys", self.home.path / "keys.away"
        keys.rename(away)
        try:
            a = self.refused(self.pdf(), 503, "not_ready")
            self.assertIn(a.json()["detail"], ("signer_gone", "signer_refuses"))
            self.assertEqual(self.get(f"/v1/certificates/{self.number}").status, 200)
        finally:
            away.rename(keys)
        eventually(lambda: self.pdf().status == 200)

    def test_killed_while_it_draws_is_a_503_too(self):
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(Client(self.daemon.address).get(
            "zj", self.key, f"/v1/certificates/{self.number}/pdf"))) for _ in range(8)]
        for t in threads:
            t.start()
        time.sleep(0.02)
        self.reader.kill()
        for t in threads:
            t.join()
        self.assertEqual(len(answers), 8)
        self.assertLessEqual({a.status for a in answers}, {200, 503})
        self.reader.start()
        self.assertEqual(self.pdf().status, 200)


def load_tests(loader, _, __):
    cases = (Reads, Changes, Feed, Holders, Copies)
    return unittest.TestSuite(loader.loadTestsFromTestCase(c) for c in cases)


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        RECORDED = sys.argv.pop(1)
        open(RECORDED, "w").close()
    unittest.main(warnings="ignore")
