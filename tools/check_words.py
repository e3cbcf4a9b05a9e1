#!/usr/bin/env python3
"""Looks for words that no file of the project may hold. Usage: check_words.py ROOT"""
import os
import pathlib
import re
import sys

SKIP = {".git", "build", "node_modules", "__pycache__"}
# Brackets, so that this file does not find itself.
EVERYWHERE = (
    (re.compile(r"(?<![\w.~*}-])/(wor[k]|roo[t])/"), "a path of one machine"),
    (re.compile(r"(?i)\bclau[d]e\b|anthr[o]pic|\b[a]i-generated|\bco-authore[d]-by"), "who wrote it"),
)
CODE = ((re.compile(r"\b(TOD[O]|FIXM[E]|XX[X]|HAC[K])\b"), "unfinished by its own words"),)
CODE_NAMES = (".c", ".h", ".py", ".sh", ".js", ".mjs", ".cmake", "CMakeLists.txt")


def files(root):
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in SKIP and not f.startswith("build-"))
        yield from (pathlib.Path(folder, name) for name in sorted(names) if name not in SKIP)


def main(root):
    bad, count = [], 0
    for path in files(root):
        rel = path.relative_to(root).as_posix()
        data = path.read_bytes() if path.is_file() else b""
        if b"\0" in data or rel.endswith("package-lock.json"):
            continue
        count += 1
        rules = EVERYWHERE + (CODE if rel.endswith(CODE_NAMES) else ())
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
            for pattern, what in rules:
                match = pattern.search(line)
                if match:
                    bad.append(f"{rel}:{number}: '{match.group()}': {what}")
    print("\n".join(bad) or f"no such words in {count} files")
    return 1 if bad or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
