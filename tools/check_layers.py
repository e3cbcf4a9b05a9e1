#!/usr/bin/env python3
"""Checks every #include against tools/layers.txt. Usage: check_layers.py ROOT"""
import fnmatch
import pathlib
import re
import sys

# Pure folders turn bytes into answers: no files, clock, sockets or printing.
PURE = ("core/base", "core/crypto", "core/json", "core/flate", "core/unicode", "core/policy",
        "core/cose", "core/cert", "core/message", "keys/trust", "issuer/scheme")
SYSTEM = ("unistd.h", "fcntl.h", "time.h", "signal.h", "poll.h", "dirent.h", "spawn.h", "sys/",
          "netinet/", "arpa/", "netdb.h", "pthread.h", "syslog.h")
# stdio.h is for snprintf() there.
TALK = re.compile(r"\b(f?printf|vf?printf|dprintf|f?puts|f?putc|putchar|perror|fwrite|fread|fgets|"
                  r"fopen|fdopen|freopen|popen|tmpfile|remove|rename|getenv|setenv|system|stdout|"
                  r"stderr|stdin)\b")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
ASIDE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def read_rules(path):
    """Folder -> (the folders and the libraries that it may include)."""
    words = [line.split("#")[0].split() for line in path.read_text().splitlines()]
    named = {w[0]: [x for x in w[1:] if x != "-"] for w in words if w}
    rules = {}
    for folder, allowed in named.items():
        ours = {f for f in named for a in allowed if a[0] != "<" and fnmatch.fnmatch(f, a)}
        unknown = [a for a in allowed if a[0] != "<" and not fnmatch.filter(named, a)]
        if unknown:
            sys.exit(f"{path}: {folder}: no such folder: {' '.join(unknown)}")
        rules[folder] = (ours | {folder}, [a.strip("<>") for a in allowed if a[0] == "<"])
    return rules


def folder_of(rel, rules):
    """The longest listed folder that holds rel, or None."""
    found = [f for f in rules if rel.startswith(f + "/")]
    return max(found, key=len, default=None)


def check_include(here, kind, target, rules):
    """What is wrong with one include, or None."""
    folders, libraries = rules[here]
    if kind == '"':
        there = folder_of(target, rules)
        if there is None:
            return f'"{target}" is not written from the root, or its folder has no rule'
        return None if there in folders else f"{here} may not include {there}"
    if target.startswith(tuple(libraries)):
        return None
    if here in PURE and target.startswith(SYSTEM):
        return f"{here} is pure and may not include <{target}>"
    guarded = {library for _, more in rules.values() for library in more}
    if target.startswith(tuple(guarded)) and not target.startswith(SYSTEM):
        return f"{here} may not include <{target}>"
    return None


def blank(match):
    """The same number of lines, so that what follows keeps its line number."""
    return "\n" * match.group().count("\n") or " "


def check_file(path, rel, here, rules):
    text = path.read_text()
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        wrong = match and check_include(here, *match.groups(), rules)
        if wrong:
            yield f"{rel}:{number}: {wrong}"
    if here in PURE:
        for number, line in enumerate(ASIDE.sub(blank, text).splitlines(), 1):
            match = None if line.lstrip().startswith("#") else TALK.search(line)
            if match:
                yield f"{rel}:{number}: {here} is pure and may not say {match.group()}"


def main(root):
    root = pathlib.Path(root)
    rules = read_rules(root / "tools" / "layers.txt")
    tops = sorted({f.split("/")[0] for f in rules})
    bad, count = [], 0
    for path in sorted(p for top in tops for p in (root / top).rglob("*.[ch]")):
        rel = path.relative_to(root).as_posix()
        if "/node_modules/" in rel:
            continue
        count += 1
        here = folder_of(rel, rules)
        if here is None:
            bad.append(f"{rel}: its folder has no rule in tools/layers.txt")
        else:
            bad.extend(check_file(path, rel, here, rules))
    print("\n".join(bad) or f"layers hold in {count} files")
    return 1 if bad or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
