#!/usr/bin/env python3
"""check_words.py finds each kind of word, and not their like. Usage: test_check_words.py TOOLS"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(sys.argv.pop(1))


def status_of(name, text):
    with tempfile.TemporaryDirectory() as root:
        pathlib.Path(root, name).write_text(text)
        return subprocess.run([sys.executable, TOOLS / "check_words.py", root],
                              capture_output=True, check=False).returncode


class Words(unittest.TestCase):
    def test_paths_of_one_machine_are_found(self):
        for folder in ("work", "root"):
            self.assertEqual(status_of("a.md", f"see /{folder}/x\n"), 1)
            self.assertEqual(status_of("a.sh", f"cd '/{folder}/x'\n"), 1)

    def test_unfinished_code_is_found(self):
        for word in ("TO" + "DO", "FIX" + "ME", "XX" + "X"):
            self.assertEqual(status_of("a.c", f"/* {word}: later */\n"), 1)

    def test_words_that_only_hold_them_are_not(self):
        self.assertEqual(status_of("a.c", '"name-XX' + 'XXXX"; "https://host/path/work/x"\n'), 0)

    def test_an_empty_tree_is_refused(self):
        with tempfile.TemporaryDirectory() as root:
            done = subprocess.run([sys.executable, TOOLS / "check_words.py", root],
                                  capture_output=True, check=False)
            self.assertEqual(done.returncode, 1)


if __name__ == "__main__":
    unittest.main()
