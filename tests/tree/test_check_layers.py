#!/usr/bin/env python3
"""Each rule of check_layers.py is broken once in a tree of its own, and must be named. Usage: test_check_layers.py TOOLS"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(sys.argv.pop(1))


def findings(rel, text):
    """What the checker says of a tree that holds just this file, beside the project's rules."""
    with tempfile.TemporaryDirectory() as root:
        root = pathlib.Path(root)
        (root / "tools").mkdir()
        (root / "tools/layers.txt").write_text((TOOLS / "layers.txt").read_text())
        (root / rel).parent.mkdir(parents=True)
        (root / rel).write_text(text)
        done = subprocess.run([sys.executable, TOOLS / "check_layers.py", root],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout


class Layers(unittest.TestCase):
    def refused(self, rel, text, words):
        status, said = findings(rel, text)
        self.assertEqual(status, 1, said)
        self.assertIn(words, said)

    def accepted(self, rel, text):
        self.assertEqual(findings(rel, text)[0], 0, findings(rel, text)[1])

    def test_the_verifier_cannot_reach_private_keys_the_issuer_or_layouts(self):
        for target in ("keys/signer/signer.h", "issuer/register/register.h", "layouts/pdf.h"):
            self.refused("verifier/certcheck/a.c", f'#include "{target}"\n',
                         "a.c:1: verifier/certcheck may not include")

    def test_a_lower_layer_cannot_include_a_higher_one(self):
        self.refused("core/base/a.c", '#include "core/cert/token.h"\n', "may not include core/cert")
        self.refused("keys/trust/a.h", '\n#include "core/cert/token.h"\n', "a.h:2:")

    def test_a_library_is_included_from_its_folder_alone(self):
        for header in ("openssl/evp.h", "jansson.h", "zlib.h", "lmdb.h", "hpdf.h", "qrencode.h",
                       "png.h", "jpeglib.h", "zbar.h", "ini.h", "utf8proc.h", "cmocka.h", "cbor.h"):
            self.refused("issuer/intake/a.c", f"#include <{header}>\n", f"may not include <{header}>")

    def test_a_pure_folder_cannot_ask_the_system(self):
        for header in ("unistd.h", "fcntl.h", "time.h", "sys/stat.h", "sys/socket.h", "pthread.h"):
            self.refused("core/cert/a.c", f"#include <{header}>\n", "is pure and may not include")

    def test_a_pure_folder_cannot_print_or_open_files(self):
        for call in ('printf("x")', 'fprintf(f, "x")', 'fopen(p, "r")', 'puts("x")', 'getenv("X")'):
            self.refused("keys/trust/a.c", f"void f(void)\n{{\n    {call};\n}}\n", "a.c:3:")

    def test_an_include_is_written_from_the_root(self):
        self.refused("core/base/a.c", '#include "rc.h"\n', "not written from the root")

    def test_a_folder_without_a_rule_is_refused(self):
        self.refused("core/new/a.c", "int x;\n", "no rule")

    def test_a_tree_without_sources_is_refused(self):
        self.assertEqual(findings("docs/a.md", "")[0], 1)

    def test_what_the_rules_allow_is_accepted(self):
        self.accepted("core/crypto/a.c", '#include <openssl/evp.h>\n#include "core/base/rc.h"\n')
        self.accepted("core/base/a.c", '#include <stdio.h>\n/* printf() */\nint x; // fopen("x")\n'
                      'const char *t = "printf(1)"; int n = snprintf(0, 0, "%d", 1);\n')
        self.accepted("issuer/command/a.c", '#include "layouts/pdf.h"\n#include <unistd.h>\n')


if __name__ == "__main__":
    unittest.main()
