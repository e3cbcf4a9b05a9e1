#!/usr/bin/env python3
"""Line coverage of the files in parsers.txt, from what llvm-cov show and llvm-cov export print.

Lines of functions that write (name ends as in WRITERS) are not counted: they stand beside their readers, and other
tests are about them. Usage: parser_coverage.py SHOWN EXPORTED ROOT GOAL
"""
import json
import os
import re
import sys

WRITERS = re.compile(r"(^|:|_)(put|encode|format|deflate|free|path|write)(_\w+)?$|_default_json$|_put_\w+$")
FILE = re.compile(r"^(/.*):$")
LINE = re.compile(r"^\s*(\d+)\|\s*([0-9.]+[kMG]?)\|")


def counted_lines(path):
    """File -> {line: whether it ran}."""
    files, here = {}, None
    for text in open(path, encoding="utf-8", errors="replace"):
        if match := FILE.match(text.rstrip("\n")):
            here = files.setdefault(match.group(1), {})
        elif here is not None and (match := LINE.match(text)):
            line = int(match.group(1))
            here[line] = here.get(line, False) or match.group(2) != "0"
    return files


def writer_lines(path):
    """File -> lines of functions that write."""
    lines = {}
    for function in json.load(open(path, encoding="utf-8"))["data"][0]["functions"]:
        if WRITERS.search(function["name"]):
            own = [r for r in function["regions"] if r[5] == 0]
            lines.setdefault(function["filenames"][0], set()).update(
                range(min(r[0] for r in own), max(r[2] for r in own) + 1))
    return lines


def main(shown, exported, root, goal):
    skipped = writer_lines(exported)
    rows = []
    for name, lines in counted_lines(shown).items():
        ran = [hit for line, hit in lines.items() if line not in skipped.get(name, ())]
        rows.append((100 * sum(ran) / max(len(ran), 1), sum(ran), len(ran), os.path.relpath(name, root)))
    for percent, covered, count, name in sorted(rows):
        print(f"{percent:6.1f} %  {covered:5} of {count:5} lines  {name}")
    covered, count = sum(r[1] for r in rows), sum(r[2] for r in rows)
    print(f"{100 * covered / max(count, 1):6.1f} %  {covered:5} of {count:5} lines  all {len(rows)} parser files (goal {goal} %)")
    return 0 if count and 100 * covered >= float(goal) * count else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:5]))
