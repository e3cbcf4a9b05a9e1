"""One folder a case: input.hex and expected.txt."""
import pathlib
import shutil

ROOT = pathlib.Path(__file__).resolve().parent.parent


def start(area):
    """Cases that are no longer made must not stay behind."""
    for kind in ("valid", "invalid"):
        shutil.rmtree(ROOT / area / kind, ignore_errors=True)


def write(area, kind, name, data, lines):
    folder = ROOT / area / kind / name
    folder.mkdir(parents=True)
    hexed = data.hex()
    rows = [hexed[i : i + 64] for i in range(0, len(hexed), 64)]
    (folder / "input.hex").write_text("".join(row + "\n" for row in rows))
    (folder / "expected.txt").write_text("".join(line + "\n" for line in lines))


def refused(verdict, offset=None, reason=None):
    lines = ["verdict: " + verdict]
    if offset is not None:
        lines.append("offset: %d" % offset)
    if reason is not None:
        lines.append("reason: " + reason)
    return lines
