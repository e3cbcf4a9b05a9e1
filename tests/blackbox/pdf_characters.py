#!/usr/bin/env python3
"""Draws all 8,105 characters of 通用规范汉字表 (2013) and 500 of CJK extensions A to H.

Three opinions on each page: outlines against the fonts (draw_characters itself), text extracted by
poppler, mupdf and pdf.js, and pixels of poppler against mupdf's.

    pdf_characters.py DRAW_CHARACTERS FOLDER
"""
import bz2
import json
import pathlib
import subprocess
import sys

INTEROP = pathlib.Path(__file__).resolve().parent.parent / "interop"
UNIHAN = pathlib.Path("/usr/share/unicode/Unihan_OtherMappings.txt.bz2")  # package unicode-data
STANDARD = 8105
EXTENSION = 500
EXTENSIONS = [(0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B739), (0x2B740, 0x2B81D),
              (0x2B820, 0x2CEA1), (0x2CEB0, 0x2EBE0), (0x30000, 0x3134A), (0x31350, 0x323AF)]
DPI = 150
BLOCK = 12         # pixels, a quarter of a character: edges differ from renderer to renderer, this hardly
BLOCK_LIMIT = 30   # of 255, in any block; a character that is missing differs by 60 and more
MEAN_LIMIT = 4     # of 255, over the page


def standard_characters():
    """Unihan's kTGH names each character's place in the table."""
    rows = bz2.open(UNIHAN, "rt", encoding="utf-8").read().splitlines()
    found = [int(row.split("\t")[0][2:], 16) for row in rows if "\tkTGH\t" in row]
    assert len(found) == STANDARD, len(found)
    return found


def extension_characters():
    """Evenly over the blocks, some more than needed: fonts do not have all of them."""
    found = []
    for first, last in EXTENSIONS:
        count = 3 * EXTENSION // len(EXTENSIONS)
        found += [first + i * (last - first) // count for i in range(count)]
    return found


def draw(program, characters, folder):
    """Returns the characters that no font has."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("page-*"):
        old.unlink()
    text = "".join(map(chr, characters))
    done = subprocess.run([program, folder], input=text.encode(), stdout=subprocess.PIPE, check=True)
    return {int(line[2:], 16) for line in done.stdout.decode().split()}


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True).stdout


def squeezed(text):
    return "".join(text.split())


def code_point(text, at):
    return f"U+{ord(text[at]):04X}" if at < len(text) else "nothing"


def check_text(page, texts):
    """texts: what each reader found on it."""
    want = squeezed(page.with_suffix(".txt").read_text(encoding="utf-8"))
    for name, text in texts.items():
        got = squeezed(text)
        if got != want:
            first = next((i for i, (a, b) in enumerate(zip(want, got)) if a != b), min(len(want), len(got)))
            sys.exit(f"{page}: {name} reads {code_point(got, first)} for {code_point(want, first)} at {first}")


def check_texts(pages):
    by_pdfjs = run(INTEROP / "run", "pdf_text.mjs", *pages).decode().splitlines()
    for page, line in zip(pages, by_pdfjs, strict=True):
        check_text(page, {"poppler": run("pdftotext", "-layout", page, "-").decode(),
                          "mupdf": run("mutool", "draw", "-q", "-F", "text", page).decode(),
                          "pdf.js": json.loads(line)})


def grey(data):
    """A binary PGM: width, height, pixels."""
    fields = data.split(maxsplit=4)
    assert fields[0] == b"P5" and fields[3] == b"255"
    width, height = int(fields[1]), int(fields[2])
    return width, height, data[len(data) - width * height:]


def blocks(width, height, pixels):
    """Mean of each block."""
    sums = []
    for y in range(0, height - BLOCK, BLOCK):
        rows = [pixels[(y + dy) * width:(y + dy + 1) * width] for dy in range(BLOCK)]
        columns = [sum(c) for c in zip(*rows)]
        sums.append([sum(columns[x:x + BLOCK]) // BLOCK ** 2 for x in range(0, width - BLOCK, BLOCK)])
    return sums


def check_pixels(page):
    ours = grey(run("pdftoppm", "-r", str(DPI), "-gray", page))
    theirs = grey(run("mutool", "draw", "-q", "-r", str(DPI), "-c", "gray", "-F", "pgm", "-o", "-", page))
    assert ours[:2] == theirs[:2], (ours[:2], theirs[:2])
    worst, total, count = 0, 0, 0
    for a, b in zip(blocks(*ours), blocks(*theirs)):
        for x, y in zip(a, b):
            worst = max(worst, abs(x - y))
            total += abs(x - y)
            count += 1
    if worst > BLOCK_LIMIT or total / count > MEAN_LIMIT:
        sys.exit(f"{page}: poppler and mupdf draw different pages: {worst} in a block, {total / count:.2f} on average")


def main(program, folder):
    standard, extension = standard_characters(), extension_characters()
    folder = pathlib.Path(folder)
    missing = draw(program, standard + [c for c in extension if c not in set(standard)], folder)
    lacking = missing & set(standard)
    if lacking:
        sys.exit("no font has " + " ".join(f"U+{c:04X}" for c in sorted(lacking)))
    drawn = [c for c in set(extension) if c not in missing]
    if len(drawn) < EXTENSION:
        sys.exit(f"only {len(drawn)} characters of the extensions could be drawn")
    pages = sorted(folder.glob("page-*.pdf"))
    check_texts(pages)
    for page in pages:
        check_pixels(page)
        run("qpdf", "--check", page)
    print(f"{STANDARD} standard characters and {len(drawn)} of extensions A to H on {len(pages)} pages: "
          "outlines, text and pixels agree")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
