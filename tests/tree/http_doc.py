#!/usr/bin/env python3
"""docs/http.md has the problem codes and routes of the code, and so has the OpenAPI document.
Usage: http_doc.py SOURCE-FOLDER [tables]     tables: prints what should stand there"""
import pathlib
import re
import sys


def problems(text):
    """(code, status, zh, en) of a REFUSAL_LIST or DENIAL_LIST."""
    body = re.search(r"#define \w+_LIST\(X\)(.*?)\n\n", text, re.S)[1].replace("\\\n", "\n")
    string = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
    rows = re.findall(rf"X\(\w+,\s*(\d+),\s*{string},\s*{string},\s*{string}\)", body)

    def plain(parts):
        return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', parts))
    return [(plain(code), status, plain(zh), plain(en)) for status, code, zh, en in rows]


def problem_table(root):
    rows = {}
    for name in ("issuer/daemon/denial.h", "core/http/refusal.h"):
        found = problems((root / name).read_text())
        if len(found) < 10:
            sys.exit(f"{name}: no list of problems found")
        for code, status, zh, en in found:
            rows.setdefault(code, f"| `{code}` | {status} | {zh} | {en} |")
    return list(rows.values())


def main():
    root = pathlib.Path(sys.argv[1])
    want = problem_table(root)
    if sys.argv[2:] == ["tables"]:
        print("\n".join(want))
        return 0
    document = (root / "docs/http.md").read_text()
    routes = re.findall(r'\{ HTTP_(\w+), "([^"]+)"', (root / "issuer/daemon/front_routes.c").read_text())
    listed = re.findall(r"(?m)^\| `(\w+) (/[^`]*)` \|", document)
    openapi = (root / "issuer/daemon/openapi.yaml").read_text()
    described = [(m.upper(), path) for path, part in re.findall(r"(?m)^  (/\S*):\n((?:    .*\n|\n)+)", openapi)
                 for m in re.findall(r"(?m)^    (get|post):", part)]
    got = re.findall(r"(?m)^\| `[a-z_]+` \| \d+ \|.*$", document)
    failed = 0
    for what, left, right in (("routes of docs/http.md", sorted(routes), sorted(listed)),
                              ("routes of openapi.yaml", sorted(routes), sorted(described)), ("problems of docs/http.md", want, got)):
        for line in sorted(set(left) ^ set(right), key=str):
            print(f"{what}: {'lacks' if line in left else 'has, and the code has not'}: {line}", file=sys.stderr)
            failed = 1
        if len(left) != len(right) or len(left) < 10:
            print(f"{what}: {len(right)} where the code has {len(left)}", file=sys.stderr)
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
