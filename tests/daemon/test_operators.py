#!/usr/bin/env python3
"""What operators do at the machine while sitecert-core has the register: each command works through the core, or says what to do.

Usage: test_operators.py
"""
import socket
import struct
import sys
import threading
import unittest

import daemon
import parts
from daemon import eventually
from test_daemon import Case

LEND = 7


class Operators(Case):
    def certificate(self, n):
        self.wait_ready()
        self.results("training", daemon.trainings(n))
        return self.results("test", daemon.tests(n))[0]

    def state(self, number):
        return self.get(f"/v1/certificates/{number}").json()

    def borrow(self):
        """A socket on which the register is lent."""
        s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        s.settimeout(20)
        s.connect(str(self.home.path / "run" / "core.sock"))
        question = parts.encode({0: 1, 1: LEND, 3: True})
        s.sendall(struct.pack(">I", len(question)) + question)
        length, _ = parts.receive(s, 4)
        answer = parts.decode(parts.receive(s, struct.unpack(">I", length)[0])[0])[0]
        self.assertEqual(answer[1], 1)
        return s

    def test_a_pick_up_code_is_made_anew(self):
        row = self.certificate(1)
        code = self.home.sitecert("pickup", row["number"]).stdout.strip()
        self.assertRegex(code, "^[0-9A-HJKMNP-TV-Z]{10}$")
        self.assertNotEqual(code, row["pickup"])
        done = self.home.sitecert("pickup", "99999999999999999", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no such certificate", done.stderr)
        self.assertEqual(self.ready().status, 200)

    def test_an_order_takes_effect(self):
        number = self.certificate(2)["number"]
        done = self.home.sitecert("order", "suspend", number, "--reason", "核查中", "--ref", "示例〔2020〕1号", check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        eventually(lambda: self.state(number)["state"] == "suspended")
        self.wait_ready()
        self.assertEqual(self.results("training", daemon.trainings(3))[0]["outcome"], "recorded")

    def test_a_name_is_corrected(self):
        number = self.certificate(4)["number"]
        done = self.home.sitecert("amend", number, "--name", "赵更正", "--reason", "录入错误", "--ref", "示例〔2020〕2号", "--operator",
                                  self.home.path / "keys" / "operator-1.pem", "--operator", self.home.path / "keys" / "operator-2.pem", check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        eventually(lambda: self.state(number)["version"] == 2)

    def test_what_there_is_is_published(self):
        self.certificate(5)
        done = self.home.sitecert("publish", self.home.folder / "published", check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue((self.home.folder / "published" / "bundle.scb").exists())
        self.wait_ready()

    def test_a_batch_at_work_goes_on_behind_an_order(self):
        number = self.certificate(6)["number"]
        people = range(1000, 9000)
        a = self.push("training", daemon.trainings(*people))
        done = self.home.sitecert("order", "suspend", number, "--reason", "核查中", "--ref", "示例〔2020〕3号", check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.wait_ready()
        self.assertEqual(self.done(a.headers["location"])["counts"]["recorded"], len(people))
        lines = self.get(a.headers["location"] + "/results", record=False).lines()
        self.assertEqual([r["row"] for r in lines], list(range(1, len(people) + 1)))

    def test_while_it_is_lent_senders_are_told_to_come_again(self):
        self.wait_ready()
        loan = self.borrow()
        self.assertIn("register_busy", self.unready_reason())
        a = self.refused(self.push("training", daemon.trainings(7), "lent"), 503, "not_ready")
        self.assertGreaterEqual(int(a.headers["retry-after"]), 1)
        second = []
        waiting = threading.Thread(target=lambda: second.append(self.borrow()))
        waiting.start()
        waiting.join(0.5)
        self.assertEqual(second, [])
        loan.close()  # as when the command is killed
        waiting.join(20)
        second[0].close()
        self.wait_ready()
        self.assertEqual(self.push("training", daemon.trainings(7), "lent").status, 202)

    def test_it_ends_though_it_has_lent(self):
        self.wait_ready()
        loan = self.borrow()
        self.core.process.terminate()
        self.assertEqual(self.core.process.wait(20), 0)
        loan.close()
        self.core.start()
        self.wait_ready()

    def test_an_import_is_told_the_way(self):
        self.wait_ready()
        path = self.home.folder / "training-8.csv"
        path.write_bytes(daemon.trainings(8))
        done = self.home.sitecert("import", path, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("sitecert push", done.stderr)


def load_tests(loader, _, __):
    return unittest.TestSuite([loader.loadTestsFromTestCase(Operators)])


if __name__ == "__main__":
    sys.argv = sys.argv[:1]
    unittest.main(warnings="ignore")
