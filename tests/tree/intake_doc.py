#!/usr/bin/env python3
"""docs/intake.md has the problem codes, reason codes and columns of the code, each once and in its order.
Usage: intake_doc.py SOURCE-FOLDER [tables]     tables: prints what should stand there"""
import pathlib
import re
import sys

STRING = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'


def list_of(text, name):
    return re.search(rf"#define {name}\(X\)(.*?)\n\n", text, re.S)[1].replace("\\\n", "\n")


def plain(parts):
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', parts)).replace('\\"', '"')


def problem_rows(root):
    body = list_of((root / "core/message/problem.h").read_text(), "MESSAGE_PROBLEM_LIST")
    rows = re.findall(rf"X\(MESSAGE_\w+,\s*{STRING},\s*(\d+),\s*{STRING},\s*{STRING}\)", body)
    return [f"| `{plain(code)}` | {status} | {plain(zh)} | {plain(en)} |" for code, status, zh, en in rows]


def reason_rows(root):
    body = list_of((root / "issuer/scheme/reasons.h").read_text(), "REASON_LIST")
    rows = re.findall(rf"X\(REASON_\w+,\s*{STRING},\s*{STRING},\s*{STRING}\)", body)
    return [f"| `{plain(code)}` | {plain(zh)} | {plain(en)} |" for code, zh, en in rows]


def column_rows(root):
    text = (root / "issuer/scheme/record_columns.c").read_text()
    macros = {name: re.findall(r'(REQUIRED|OPTIONAL)\("(\w+)"\)', body) for name, body in
              re.findall(r"#define (RECORD_ID|PROVIDER|POST|NAME|SEX|DOCUMENT)\b(?:\(\w+\))?(.*?)(?=\n#define|\n\n)", text, re.S)}
    rows = []
    for kind, body in re.findall(r"static const struct field (\w+)_fields\[\] = \{(.*?)\n\};", text, re.S):
        columns = []
        for need, name, macro in re.findall(r'(REQUIRED|OPTIONAL)\("(\w+)"\)|^    ([A-Z_]+)\b', body, re.M):
            columns += [(need, name)] if name else macros[macro]
        shown = " ".join(f"`{name}`" + ("?" if need == "OPTIONAL" else "") for need, name in columns)
        rows.append(f"| `{kind}` | {shown} |")
    return rows


TABLES = (("Problems", 20, problem_rows), ("Reasons", 40, reason_rows), ("Columns", 8, column_rows))


def main():
    root = pathlib.Path(sys.argv[1])
    document = "" if sys.argv[2:] else (root / "docs/intake.md").read_text()
    failed = 0
    for title, least, rows_of in TABLES:
        want = rows_of(root)
        if len(want) < least:
            sys.exit(f"{title}: only {len(want)} found in the code")
        if sys.argv[2:] == ["tables"]:
            print(f"## {title}", *want, sep="\n")
            continue
        section = re.search(rf"(?ms)^## {title}\b(.*?)(?=^## |\Z)", document)
        got = re.findall(r"(?m)^\| `.*$", section[1]) if section else []
        for line in [w for w in want if w not in got] + [g for g in got if g not in want]:
            print(f"docs/intake.md, {title}: {'lacks' if line in want else 'has, and the code has not'}: {line}", file=sys.stderr)
        if got != want:
            print(f"docs/intake.md, {title}: not the code's", file=sys.stderr)
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
