#!/usr/bin/env python3
"""What operators do at the machine while sitecert-core has the register: each command works through the core, or says what to do.

Usage: test_operators.py
"""
import json
import socket
import struct
import sys
import threading
import time
import unittest

import daemon
import parts
from daemon import Client, Daemon, eventually
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


class SigningKeys(unittest.TestCase):
    """What no key may sign waits, or is told; the next key is taken up without a restart."""

    def setUp(self):
        self.home = daemon.basic_home(clock=None)
        self.daemon = Daemon(self.home)
        self.client, self.key = Client(self.daemon.address), self.home.keys["zj"]
        self.count = 0

    def tearDown(self):
        self.client.close()
        self.assertEqual(self.daemon.stop(), 0)
        self.assertEqual(self.home.sitecert("audit").returncode, 0)
        self.home.remove()

    def push(self, kind, body, **more):
        self.count += 1
        return self.client.push("zj", self.key, kind, body, f"key-{self.count}", now=int(time.time()), **more)

    def row(self, kind, body):
        a = self.push(kind, body, wait=30)
        self.assertEqual(a.status, 200, a.body)
        return a.lines()[0]

    def change(self, *command):
        self.home.sitecert("keys", *command, "--quiet")
        self.home.sitecert("keys", "publish", "--quiet")

    def reasons(self):
        a = self.client.ask("GET", "/readyz")
        return [p["reason"] for p in a.json()["parts"] if p["reason"]] if a.status == 503 else []

    def becomes_ready(self):
        eventually(lambda: self.client.ask("GET", "/readyz").status == 200)

    def test_with_an_expired_key_all_wait_for_the_next(self):
        self.row("training", daemon.trainings(1, 2, 3))
        self.assertEqual(self.row("test", daemon.tests(1))["outcome"], "issued")
        number = self.row("test", daemon.tests(2))["number"]
        token = next(k["kid"] for k in json.loads(self.home.sitecert("keys", "list", "--json").stdout)
                     if "token" in k["uses"] and k["log_indexes"][0] == 0)
        self.change("retire", token)
        eventually(lambda: "signer_refuses" in self.reasons())
        a = self.push("test", daemon.tests(3))
        self.assertEqual((a.status, a.code()), (503, "not_ready"), a.body)
        # An order is no token.
        order = self.home.sitecert("order", "suspend", number, "--reason", "核查中", "--ref", "示例〔2020〕1号", "--sign-only").stdout.encode()
        self.assertEqual(self.client.ask("POST", "/v1/orders", {"Content-Type": "application/json"}, order).status, 200)
        self.change("generate", "--use", "token", "--first", "3")
        self.becomes_ready()
        self.assertEqual(self.row("test", daemon.tests(3))["outcome"], "issued")

    def test_outside_every_keys_scope_a_row_is_told_and_others_go_on(self):
        self.row("training", daemon.trainings(1, 2))
        self.assertEqual(self.row("test", daemon.tests(1))["outcome"], "issued")
        self.change("generate", "--use", "token", "--first", "1", "--units", "044")
        refused = eventually(lambda: self.refused_row())
        self.assertEqual([r["code"] for r in refused["reasons"]], ["signing_key_missing"])
        eventually(lambda: "event=no_key_for_rows" in self.daemon.said())
        self.assertEqual(self.reasons(), [])
        self.assertEqual(self.row("training", daemon.trainings(3))["outcome"], "recorded")

    def refused_row(self):
        """None: the new list is not in force yet (a key begins a second after it)."""
        row = self.row("test", daemon.tests(2)) if not self.reasons() else None
        return row if row and row["outcome"] == "refused" else None


def load_tests(loader, _, __):
    return unittest.TestSuite([loader.loadTestsFromTestCase(c) for c in (Operators, SigningKeys)])


if __name__ == "__main__":
    sys.argv = sys.argv[:1]
    unittest.main(warnings="ignore")
