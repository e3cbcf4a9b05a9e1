#!/usr/bin/env python3
"""docs/http.md and docs/endpoint.md have the problem codes and routes of the code, and so have the OpenAPI documents.
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


# Document, table of routes, OpenAPI document, lists of problems.
DAEMONS = (
    ("docs/http.md", "issuer/daemon/front_routes.c", "issuer/daemon/openapi.yaml", ("issuer/daemon/denial.h", "core/http/refusal.h")),
    ("docs/endpoint.md", "verifier/daemon/endpoint_routes.c", "verifier/daemon/openapi.yaml",
     ("verifier/daemon/refusals.h", "core/http/refusal.h")),
)


def problem_table(root, names):
    rows = {}
    for name in names:
        found = problems((root / name).read_text())
        if len(found) < 8:
            sys.exit(f"{name}: no list of problems found")
        for code, status, zh, en in found:
            rows.setdefault(code, f"| `{code}` | {status} | {zh} | {en} |")
    return list(rows.values())


def compare(root, document, table, openapi, lists):
    want = problem_table(root, lists)
    text = (root / document).read_text()
    # {name*} is the code's way to say that a name may have several segments.
    routes = [(m, path.replace("*}", "}")) for m, path in re.findall(r'\{ HTTP_(\w+), "([^"]+)"', (root / table).read_text())]
    listed = re.findall(r"(?m)^\| `(\w+) (/[^`]*)` \|", text)
    described = [(m.upper(), path) for path, part in re.findall(r"(?m)^  (/\S*):\n((?:    .*\n|\n)+)", (root / openapi).read_text())
                 for m in re.findall(r"(?m)^    (get|post):", part)]
    got = re.findall(r"(?m)^\| `[a-z_]+` \| \d+ \|.*$", text)
    failed = 0
    for what, left, right in ((f"routes of {document}", sorted(routes), sorted(listed)),
                              (f"routes of {openapi}", sorted(routes), sorted(described)), (f"problems of {document}", want, got)):
        for line in sorted(set(left) ^ set(right), key=str):
            print(f"{what}: {'lacks' if line in left else 'has, and the code has not'}: {line}", file=sys.stderr)
            failed = 1
        if len(left) != len(right) or len(left) < 10:
            print(f"{what}: {len(right)} where the code has {len(left)}", file=sys.stderr)
            failed = 1
    return failed


def main():
    root = pathlib.Path(sys.argv[1])
    if sys.argv[2:] == ["tables"]:
        for document, _, _, lists in DAEMONS:
            print(document, *problem_table(root, lists), sep="\n")
        return 0
    return max([compare(root, *daemon) for daemon in DAEMONS])


if __name__ == "__main__":
    sys.exit(main())
