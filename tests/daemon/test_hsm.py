#!/usr/bin/env python3
"""Keys in an HSM (softhsm2, a token of its own in a scratch folder): made there, used there, gone, and back."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import daemon  # noqa: E402
from daemon import BIN, Client, Daemon, eventually  # noqa: E402

SLOW = os.environ["SLOW_MODULE"]  # softhsm2 that hangs when it is told to
MODULE = os.environ.get("SOFTHSM2_MODULE", "/usr/lib/softhsm/libsofthsm2.so")
PIN = "48 15-16 é 23"
BEFORE = "2020-08-03T09:00:00+08:00"  # an hour before the daemons' clock


class Token:
    """A token of softhsm2; every program that is started later finds it."""

    def __init__(self, folder, label="sitecert"):
        self.label, self.tokens, self.away = label, folder / "tokens", folder / "tokens.away"
        self.tokens.mkdir()
        conf = folder / "softhsm2.conf"
        conf.write_text(f"directories.tokendir = {self.tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
        os.environ["SOFTHSM2_CONF"] = str(conf)
        subprocess.run(["softhsm2-util", "--module", MODULE, "--init-token", "--free", "--label", label, "--so-pin", "12345678", "--pin", PIN],
                       check=True, stdout=subprocess.DEVNULL)

    def leave(self):
        self.tokens.rename(self.away)

    def come_back(self):
        self.away.rename(self.tokens)


def certified(home, request, extensions):
    """The document CA's certificate for a request, good for the daemons' clock too."""
    ca = home.folder / "ca"
    ca.mkdir()
    (ca / "index").touch()
    conf = ca / "conf"
    conf.write_text(f"[ca]\ndefault_ca=c\n[c]\nnew_certs_dir={ca}\ndatabase={ca}/index\nrand_serial=yes\ndefault_md=sha256\npolicy=p\n"
                    "string_mask=utf8only\n[p]\norganizationName=supplied\ncommonName=supplied\n")
    out = ca / "certificate.pem"
    subprocess.run(["openssl", "ca", "-batch", "-notext", "-config", conf, "-in", request, "-cert", home.path / "document-ca.crt", "-keyfile",
                    home.path / "keys" / "document-ca.pem", "-extfile", extensions, "-startdate", "20190101000000Z", "-enddate",
                    "20400101000000Z", "-out", out], check=True, stderr=subprocess.PIPE)
    return out.read_bytes()


def home_with(token, home=None, module=MODULE):
    home = home or daemon.Home()
    home.set("module", module)
    home.set("token", token.label)
    pin = home.path / "keys" / "hsm.pin"
    pin.write_text(PIN + "\n")
    pin.chmod(0o600)
    return home


def hsm_home():
    """A demonstration whose token keys from log index 5 on, publish, log and document key are in an HSM."""
    home = daemon.basic_home()
    home.token = Token(home.folder)
    home_with(home.token, home)
    for use, *more in (("token", "--first", 5), ("publish",), ("log",), ("document",)):
        home.sitecert("keys", "generate", "--use", use, "--pkcs11", *more, clock=BEFORE)
    keys = home.path / "keys"
    extensions = home.folder / "extensions"
    extensions.write_text("basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,nonRepudiation\n")
    chain = home.folder / "chain.pem"
    leaf = certified(home, keys / "document-2.csr", extensions)
    chain.write_bytes(leaf + (home.path / "document-ca.crt").read_bytes())
    home.sitecert("keys", "document-import", chain, "--key", "keys/document-2.pub")
    home.sitecert("keys", "publish", "--operator", keys / "operator-1.pem", clock=BEFORE)
    return home


class Hsm(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = hsm_home()
        cls.key = cls.home.keys["zj"]
        cls.daemon = Daemon(cls.home)
        cls.client = Client(cls.daemon.address)

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        stopped = cls.daemon.stop()
        audit = cls.home.sitecert("audit", check=False)
        said = cls.daemon.said()
        cls.home.remove()
        assert stopped == 0, said
        assert audit.returncode == 0, audit.stderr
        assert PIN not in said and "48 15" not in said

    def restart(self, meanwhile):
        type(self).client.close()
        self.assertEqual(type(self).daemon.stop(), 0)
        meanwhile()
        type(self).daemon = Daemon(self.home)
        type(self).client = Client(self.daemon.address)

    def listed(self):
        return json.loads(self.home.sitecert("keys", "list", "--json").stdout)

    def reasons(self):
        a = self.client.ask("GET", "/readyz")
        return [p["reason"] for p in a.json()["parts"] if p["reason"]] if a.status == 503 else []

    def push(self, kind, body, key, wait=20):
        return self.client.push("zj", self.key, kind, body, key, wait=wait)

    def issue(self, first, count, tag):
        """Certificates of so many people, as result lines."""
        people = range(first, first + count)
        self.assertEqual(self.push("training", daemon.trainings(*people), f"t-{tag}").status, 200)
        a = self.push("test", daemon.tests(*people), f"s-{tag}")
        self.assertEqual(a.status, 200, a.body)
        self.assertEqual({r["outcome"] for r in a.lines()}, {"issued"})
        return a.lines()

    def test_1_each_key_is_where_it_was_made(self):
        places = {(k["uses"][0], k.get("place"), k.get("usable")) for k in self.listed() if "place" in k}
        self.assertIn(("token", "token-1.pem", True), places)
        for use in ("token", "publish", "log", "document"):
            self.assertIn((use, "hsm:sitecert", True), places)
        for name in ("token-3", "publish-2", "log-2", "document-2"):
            self.assertFalse((self.home.path / "keys" / f"{name}.pem").exists())
            self.assertIn("BEGIN PUBLIC KEY", (self.home.path / "keys" / f"{name}.pub").read_text())
        self.assertEqual(subprocess.run(["openssl", "req", "-in", self.home.path / "keys" / "document-2.csr", "-noout", "-verify"],
                                        stderr=subprocess.DEVNULL).returncode, 0)

    def test_2_what_it_signs_is_good(self):
        issued = self.issue(1, 20, "first")
        published = self.home.folder / "published"
        codes = []
        for r in issued:
            codes.append(self.home.folder / f"{r['number']}.txt")
            codes[-1].write_bytes(self.client.get("zj", self.key, f"/v1/certificates/{r['number']}/token").body)
        self.restart(lambda: self.home.sitecert("publish", published))
        codes.append(self.home.folder / "certificate.pdf")
        codes[-1].write_bytes(self.client.get("zj", self.key, f"/v1/certificates/{issued[7]['number']}/pdf").body)
        for code in codes:
            checked = subprocess.run([BIN / "certcheck", "--bundle", published / "bundle.scb", "--root", self.home.path / "root.cbor",
                                      "--json", code], env=daemon.environment(), stdout=subprocess.PIPE)
            self.assertEqual(json.loads(checked.stdout)[0]["in_force"], True, checked.stdout)

    def test_3_gone_it_is_said_and_back_it_goes_on(self):
        self.home.token.leave()
        eventually(lambda: self.reasons() == ["hsm_gone"])
        self.assertIn(False, [k["usable"] for k in self.listed() if k.get("place") == "hsm:sitecert"])
        refused = self.push("training", daemon.trainings(100), "t-gone")
        self.assertEqual((refused.status, refused.code()), (503, "not_ready"))
        self.assertIn("hsm_gone", refused.body.decode())
        self.assertNotEqual(self.home.sitecert("publish", self.home.folder / "published", check=False).returncode, 0)
        self.home.token.come_back()
        eventually(lambda: self.reasons() == [])
        self.issue(100, 3, "back")

    def test_4_gone_in_the_middle_nothing_is_lost_and_nothing_twice(self):
        people = range(1000, 4000)
        self.assertEqual(self.push("training", daemon.trainings(*people), "t-middle", 60).status, 200)
        a = self.push("test", daemon.tests(*people), "s-middle", None)
        self.assertEqual(a.status, 202)
        where = a.headers["location"]
        eventually(lambda: self.client.get("zj", self.key, where).json()["counts"]["issued"] > 0, pause_s=0.005)
        self.home.token.leave()
        eventually(lambda: "hsm_gone" in self.reasons(), 60)
        self.home.token.come_back()
        eventually(lambda: self.client.get("zj", self.key, where).json().get("state") == "done", 60)
        results = self.client.get("zj", self.key, where + "/results").lines()
        self.assertEqual([r["outcome"] for r in results], ["issued"] * len(people))
        self.assertEqual(len({r["number"] for r in results}), len(people))
        eventually(lambda: self.reasons() == [])

    def test_5_the_pin_is_in_no_log_and_no_command_line(self):
        for pid in [self.daemon.process.pid] + daemon.processes_of("sitecert-signer", self.home):
            self.assertNotIn(b"48 15", pathlib.Path(f"/proc/{pid}/cmdline").read_bytes())
            self.assertNotIn(b"48 15", pathlib.Path(f"/proc/{pid}/environ").read_bytes())

    def test_6_a_wrong_pin_is_not_tried_again_and_again(self):
        pin = self.home.path / "keys" / "hsm.pin"
        pin.write_text("0000\n")
        os.kill(daemon.processes_of("sitecert-signer", self.home)[0], 9)
        eventually(lambda: self.reasons() == ["hsm_gone"], 60)
        signer = daemon.processes_of("sitecert-signer", self.home)
        self.assertIn("refused the PIN", self.daemon.said())
        pin.write_text(PIN + "\n")  # the one thing that a person has to do
        eventually(lambda: self.reasons() == [], 60)
        self.assertEqual(daemon.processes_of("sitecert-signer", self.home), signer)
        self.issue(200, 2, "pin")


    def test_7_settings_are_checked_beside_it(self):
        """Socket and memory are in use, and that is no mistake; whoever runs notices nothing."""
        signer = daemon.processes_of("sitecert-signer", self.home)
        memory = {p.name: p.read_bytes() for p in (self.home.path / "signer").iterdir()}

        def check():
            return subprocess.run([BIN / "sitecert-signer", "--home", self.home.path, "--check-config", "--lang", "en"],
                                  env=daemon.environment(self.home.clock), stderr=subprocess.PIPE, text=True)

        done = check()
        self.assertEqual((done.returncode, "a signer runs" in done.stderr, "the settings hold" in done.stderr), (0, True, True), done.stderr)
        pin = self.home.path / "keys" / "hsm.pin"
        pin.chmod(0o644)
        done = check()
        pin.chmod(0o600)
        self.assertEqual((done.returncode, "too open" in done.stderr), (1, True), done.stderr)
        self.assertEqual({p.name: p.read_bytes() for p in (self.home.path / "signer").iterdir()}, memory)
        self.assertEqual(daemon.processes_of("sitecert-signer", self.home), signer)
        self.issue(300, 2, "check")


class Hanging(unittest.TestCase):
    """An HSM that does not answer: nobody waits for it, and everything goes on when it does."""

    def setUp(self):
        self.home = daemon.basic_home()
        os.environ["SLOW_HSM"] = str(self.home.folder)
        self.home_key = self.home.keys["zj"]
        home_with(Token(self.home.folder), self.home, SLOW)
        self.home.set("answer_s", 1)
        self.home.sitecert("keys", "generate", "--use", "token", "--pkcs11", "--first", 1, clock=BEFORE)
        self.home.sitecert("keys", "publish", "--operator", self.home.path / "keys" / "operator-1.pem", clock=BEFORE)

    def tearDown(self):
        for name in ("sign", "look", "initialize"):
            (self.home.folder / name).unlink(missing_ok=True)
        self.home.remove()

    def test_it_is_said_and_the_signer_begins_anew(self):
        with Daemon(self.home) as d:
            client = Client(d.address)

            def reasons():
                a = client.ask("GET", "/readyz")
                return [p["reason"] for p in a.json()["parts"] if p["reason"]] if a.status == 503 else []

            people = range(1, 30)
            self.assertEqual(client.push("zj", self.home_key, "training", daemon.trainings(*people), "t", wait=30).status, 200)
            for name in ("sign", "look"):
                (self.home.folder / name).touch()
            began = time.monotonic()
            a = client.push("zj", self.home_key, "test", daemon.tests(*people), "s")
            self.assertEqual(a.status, 202)
            where = a.headers["location"]
            eventually(lambda: reasons() == ["hsm_gone"], 20)
            self.assertLess(time.monotonic() - began, 20)
            self.assertIn("does not answer", d.said())
            eventually(lambda: "program=sitecert-signer event=cannot_go_on" in d.said(), 30)
            eventually(lambda: reasons() == ["hsm_gone"], 20)
            for name in ("sign", "look"):
                (self.home.folder / name).unlink()
            eventually(lambda: client.get("zj", self.home_key, where).json().get("state") == "done", 60)
            results = client.get("zj", self.home_key, where + "/results").lines()
            self.assertEqual([r["outcome"] for r in results], ["issued"] * len(people))
            self.assertEqual(len({r["number"] for r in results}), len(people))
            client.close()
            self.assertEqual(d.stop(), 0)
        audit = self.home.sitecert("audit", check=False)
        self.assertEqual(audit.returncode, 0, audit.stderr)


class Made(unittest.TestCase):
    """Keys of the command line."""

    def test_only_the_signers_keys_are_kept_there(self):
        home = daemon.Home()
        for arguments in (("--use", "operator", "--pkcs11"), ("--use", "token", "--pkcs11", "--public", "x")):
            self.assertEqual(home.sitecert("keys", "generate", *arguments, check=False).returncode, 2)
        done = home.sitecert("keys", "generate", "--use", "token", "--pkcs11", "--lang", "en", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("names no HSM", done.stderr)
        home.remove()

    def test_settings_that_cannot_be_right_are_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            home = home_with(Token(pathlib.Path(folder)))
            home.sitecert("keys", "generate", "--use", "token", "--pkcs11", clock=BEFORE)
            ini, pin = home.path / "sitecert.ini", home.path / "keys" / "hsm.pin"
            right = ini.read_text()

            def check():
                done = subprocess.run([BIN / "sitecert-signer", "--home", home.path, "--check-config", "--lang", "en"],
                                      env=daemon.environment(home.clock), stderr=subprocess.PIPE, text=True)
                return done.returncode, done.stderr

            self.assertEqual(check()[0], 0)
            for setting, value, word in (("module", "/no/such/module.so", "no PKCS#11 module"), ("module", BIN / "sitecert", "PKCS#11 module"),
                                         ("token", "another", "0 such tokens"), ("module", "libsofthsm2.so", "a whole path"),
                                         ("module", "", "names none")):
                ini.write_text(re.sub(rf"(?m)^{setting} =.*$", f"{setting} = {value}", right))
                status, text = check()
                self.assertEqual(status, 1)
                self.assertIn(word, text)
            ini.write_text(right)
            for change, word in ((lambda: pin.chmod(0o640), "too open"), (lambda: pin.write_text("\n"), "holds no PIN"), (pin.unlink, "PIN")):
                change()
                status, text = check()
                pin.exists() and pin.chmod(0o600)
                self.assertEqual(status, 1)
                self.assertIn(word, text)
            home.remove()

    def test_a_key_that_another_tool_made_is_listed_by_its_public_half(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            home = home_with(Token(folder, "theirs"))
            subprocess.run([BIN / "sitecert-signer", "--home", home.path, "--make-key", "made-elsewhere", "--quiet"],
                           env=daemon.environment(BEFORE), check=True)
            public = home.path / "keys" / "made-elsewhere.pub"
            for given, listed in ((public, "made-elsewhere.pub"), (home.folder / "copy.pem", "publish-2.pub")):
                if given != public:
                    public.rename(given)
                done = home.sitecert("keys", "generate", "--use", "publish", "--public", given, "--lang", "en", clock=BEFORE)
                self.assertIn(f"keys/{listed}", done.stderr)
                (home.path / "keys" / "draft.cbor").unlink()
                self.assertTrue((home.path / "keys" / listed).exists())
            home.remove()


if __name__ == "__main__":
    unittest.main(warnings="ignore")
