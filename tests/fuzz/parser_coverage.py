#!/usr/bin/env python3
"""Line coverage of the files in parsers.txt, from what llvm-cov show and llvm-cov export print of each harness.

Lines of functions that write (name ends as in WRITERS) are not counted: they stand beside their readers, and other
tests are about them. Lines that no harness reaches are written to unreached.txt beside MEASURED, a folder with
NAME.lines and NAME.json of each harness. Usage: parser_coverage.py MEASURED ROOT GOAL PARSER…
"""
import json
import pathlib
import re
import sys

WRITERS = re.compile(r"(^|:|_)(put|encode|format|deflate|free|path|write)(_\w+)?$|_default_json$|_put_\w+$")
FILE = re.compile(r"^(/.*):$")
LINE = re.compile(r"^\s*(\d+)\|\s*([0-9.]+[kMG]?)\|")


def add_lines(path, only, files):
    """Adds to files: file -> {line: whether it ran}. only: the one file, when llvm-cov names none."""
    here = files.setdefault(only, {}) if only else None
    for text in open(path, encoding="utf-8", errors="replace"):
        if match := FILE.match(text.rstrip("\n")):
            here = files.setdefault(match.group(1), {})
        elif here is not None and (match := LINE.match(text)):
            line = int(match.group(1))
            here[line] = here.get(line, False) or match.group(2) != "0"


def add_writers(exported, lines):
    """Adds to lines: file -> lines of functions that write."""
    for function in exported["functions"]:
        if WRITERS.search(function["name"]):
            own = [r for r in function["regions"] if r[5] == 0]
            lines.setdefault(function["filenames"][0], set()).update(
                range(min(r[0] for r in own), max(r[2] for r in own) + 1))


def measure(folder):
    files, skipped = {}, {}
    for shown in sorted(folder.glob("*.lines")):
        exported = json.loads(shown.with_suffix(".json").read_text(encoding="utf-8"))["data"][0]
        names = [f["filename"] for f in exported["files"]]
        add_lines(shown, names[0] if len(names) == 1 else None, files)
        add_writers(exported, skipped)
    return {name: {line: ran for line, ran in lines.items() if line not in skipped.get(name, ())}
            for name, lines in files.items()}


def tell_unreached(files, root, path):
    with open(path, "w", encoding="utf-8") as out:
        for name, lines in sorted(files.items()):
            source = pathlib.Path(name).read_text(encoding="utf-8").split("\n")
            missed = [line for line, ran in sorted(lines.items()) if not ran]
            if missed:
                out.write(f"{pathlib.Path(name).relative_to(root)}\n")
                out.writelines(f"{line:6}|{source[line - 1]}\n" for line in missed)


def main(folder, root, goal, *parsers):
    files = measure(pathlib.Path(folder))
    tell_unreached(files, root, pathlib.Path(folder).parent / "unreached.txt")
    rows = []
    for parser in parsers:
        lines = files.get(f"{root}/{parser}", {})
        rows.append((100 * sum(lines.values()) / max(len(lines), 1), sum(lines.values()), len(lines), parser))
    for percent, covered, count, name in sorted(rows):
        print(f"{percent:6.1f} %  {covered:5} of {count:5} lines  {name}")
    covered, count = sum(r[1] for r in rows), sum(r[2] for r in rows)
    print(f"{100 * covered / max(count, 1):6.1f} %  {covered:5} of {count:5} lines  all {len(rows)} parser files (goal {goal} %)")
    if absent := [r[3] for r in rows if r[2] == 0]:
        print(f"in no harness at all: {', '.join(absent)}", file=sys.stderr)
    return 0 if not absent and 100 * covered >= float(goal) * count else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
