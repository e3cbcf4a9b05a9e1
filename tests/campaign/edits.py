#!/usr/bin/env python3
"""Random edits of a register's file and of a published log, each in a copy: what an attacker on the disk, or the disk, may do.

usage: edits.py SITECERT [EDITS [SEED]]        default 10000 edits; TMPDIR on a memory disk is kind to the real one

An edit of the published log (a bit, a record dropped, doubled, exchanged, cut off; a tile that is gone or in another's
place; a checkpoint of earlier, of another log) must be found by `sitecert monitor`. An edit of the register's file (a bit, a page
exchanged, doubled, wiped, cut off) must be found by `audit --published`, which is both of them, or leave every answer as it was: pages that nothing
leads to are many. Never may one certificate be shown otherwise while both say that all agree. Prints how many of each; exit 1 on the
first that went unseen.
"""
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

PAGE = 4096
HASH = 32
CROWD = 300
WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
PROVIDER = "91330000MA2700000M"
CLOCK = "2021-09-10T10:00:00+08:00"


def identity(i):
    """GB 11643, of nobody: born on a day in 2000."""
    body = f"11010120000202{i:03d}"
    return body + "10X98765432"[sum(w * int(c) for w, c in zip(WEIGHTS, body)) % 11]


class Scene:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.home, self.published = folder / "home", folder / "pub"
        self.early = folder / "early"
        self.run("init", "--demo")
        self.take("authority-1.csv", "unit_id,name,credit_code,kind,plan,plan_date,docking,docking_date,education_from",
                  ["033,示例省住房和城乡建设厅,11330000002482X090,province,approved,2020-01-01,none,,"])
        self.take("provider-1.csv", "credit_code,name,class,unit_id,posts,status,status_from",
                  [f"{PROVIDER},示例建设集团培训中心,enterprise,033,*,active,2020-01-01"])
        people = [f"众示例,111,{identity(i)}" for i in range(CROWD)]
        self.take("training-1.csv", "record_id,provider,name,id_type,id_number,sex,post,class_id,hours,finished_on",
                  [f"t{i},{PROVIDER},{p},男,01,C1,60,2020-07-01" for i, p in enumerate(people)])
        self.take("test-1.csv", "record_id,provider,name,id_type,id_number,post,held_on,score,full_score,national_share,face_checked",
                  [f"s{i},{PROVIDER},{p},01,2020-07-10,80,100,100,1" for i, p in enumerate(people)])
        self.run("publish", self.published)
        shutil.copytree(self.published, self.early)
        self.run("order", "suspend", self.certificate(), "--reason", "核查中", "--ref", "示例")
        self.run("publish", self.published)
        other = folder / "other"
        self.run("init", "--demo", home=other)
        self.run("publish", folder / "other-pub", home=other)
        self.run("monitor", self.published)

    def run(self, *arguments, home=None, check=True):
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "SITECERT_CLOCK": CLOCK,
                       "SITECERT_HOME": str(home or self.home), "HOME": str(self.folder)}
        done = subprocess.run([self.program, *map(str, arguments)], env=environment, capture_output=True, text=True, timeout=120)
        if check and done.returncode != 0:
            raise SystemExit(f"{arguments}: exit {done.returncode}\n{done.stderr}")
        return done

    def take(self, name, head, lines):
        path = self.folder / name
        path.write_text("\n".join([head, *lines]) + "\n")
        self.run("import", path, "--quiet")

    def certificate(self):
        found = self.run("find", "--name", "众示例", "--id", identity(7), "--json").stdout
        return found.split('"number":"')[1].split('"')[0]

    def answers(self, home):
        """What two certificates are said to be, and the report: None when that failed."""
        out = []
        for arguments in (["find", "--name", "众示例", "--id", identity(7), "--json"],
                          ["find", "--name", "众示例", "--id", identity(250), "--json"], ["report", "--json"]):
            done = self.run(*arguments, home=home, check=False)
            out.append(done.stdout if done.returncode == 0 else None)
        return out


# --- edits of bytes: each gives other bytes ---

def flip(dice, b, unit):
    at = dice.randrange(len(b) * 8)
    b[at // 8] ^= 1 << at % 8


def places(dice, b, unit):
    count = len(b) // unit
    return [unit * i for i in dice.sample(range(count), 2)] if count > 1 else [0, 0]


def exchange(dice, b, unit):
    x, y = places(dice, b, unit)
    b[x:x + unit], b[y:y + unit] = b[y:y + unit], b[x:x + unit]


def double(dice, b, unit):
    x, y = places(dice, b, unit)
    b[y:y + unit] = b[x:x + unit]


def drop(dice, b, unit):
    x, _ = places(dice, b, unit)
    del b[x:x + unit]


def insert(dice, b, unit):
    x, y = places(dice, b, unit)
    b[y:y] = b[x:x + unit]


def cut(dice, b, unit):
    del b[dice.randrange(len(b)):]


def wipe(dice, b, unit):
    x, _ = places(dice, b, unit)
    b[x:x + unit] = bytes(unit)


def edit_file(dice, path, edits, unit):
    before = path.read_bytes()
    for _ in range(20):
        b = bytearray(before)
        edit = dice.choice(edits)
        edit(dice, b, unit)
        if bytes(b) != before:
            path.write_bytes(b)
            return f"{edit.__name__} {path.name}"
    return None


# --- edits of a published log ---

def live_tiles(published, folder=None):
    """The files that the checkpoint's size needs, in a folder like it."""
    size = int((published / "log/checkpoint").read_text().split("\n")[1])
    names = []
    for level in range(8):
        count = size >> 8 * level
        names += [f"log/tile/{level}/{n:03d}" for n in range(count // 256)]
        if count % 256:
            names.append(f"log/tile/{level}/{count // 256:03d}.p/{count % 256}")
    return [(folder or published) / n for n in names]


def edit_published(dice, scene, published):
    tiles = live_tiles(published)
    kind = dice.randrange(10)
    if kind < 6:
        return edit_file(dice, dice.choice(tiles), [flip, exchange, double, drop, insert, cut, wipe], HASH)
    if kind == 6:
        path = dice.choice(tiles)
        path.unlink()
        return f"gone {path.name}"
    if kind == 7:
        x, y = dice.sample(tiles, 2)
        a, b = x.read_bytes(), y.read_bytes()
        x.write_bytes(b)
        y.write_bytes(a)
        return "tiles exchanged"
    if kind == 8:
        return edit_file(dice, published / "log/checkpoint", [flip, cut, drop, double], 1)
    source = dice.choice([scene.early, scene.folder / "other-pub"])
    shutil.copy(source / "log/checkpoint", published / "log/checkpoint")
    return "another checkpoint"


class Copy:
    """Of a folder, edited again and again: what an edit changed is put back before the next one."""

    def __init__(self, source, to, *left_out):
        shutil.copytree(source, to, ignore=shutil.ignore_patterns(*left_out))
        self.to = to
        self.whole = {p: p.read_bytes() for p in to.rglob("*") if p.is_file()}

    def mend(self, *paths):
        for path in paths or self.whole:
            path.write_bytes(self.whole[path])


def try_published(dice, scene, copy):
    what = edit_published(dice, scene, copy.to)
    done = scene.run("monitor", copy.to, "--state", scene.home / "monitor/checkpoint", check=False)
    copy.mend(*live_tiles(scene.published, copy.to), copy.to / "log/checkpoint")
    return what, done.returncode == 1


# --- edits of the register's file ---

def try_register(dice, scene, copy, good):
    data = copy.to / "register/data.mdb"
    what = dice and edit_file(dice, data, [flip, flip, flip, exchange, double, drop, insert, cut, wipe], PAGE)
    found = scene.run("audit", "--published", scene.published, home=copy.to, check=False).returncode != 0
    same = found or scene.answers(copy.to) == good
    copy.mend(data)
    (copy.to / "register/lock.mdb").unlink(missing_ok=True)
    return what, "found" if found else "harmless" if same else None


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    program = os.path.abspath(sys.argv[1])
    edits = int(sys.argv[2]) if len(sys.argv) > 2 else 10000
    dice = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 20210910)
    counts = {"published: found": 0, "register: found": 0, "register: harmless": 0}
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(program, pathlib.Path(folder))
        good = scene.answers(scene.home)
        if None in good:
            raise SystemExit("the scene itself does not answer")
        published = Copy(scene.published, scene.folder / "edited-pub")
        home = Copy(scene.home, scene.folder / "edited-home", "*.sock", "lock.mdb")
        if try_register(None, scene, home, good)[1] != "harmless":
            raise SystemExit("a copy that nobody edited does not agree")
        for i in range(edits):
            if i % 2 == 0:
                what, found = try_published(dice, scene, published)
                answer = "published: found" if found else None
            else:
                what, found = try_register(dice, scene, home, good)
                answer = f"register: {found}" if found else None
            if not answer:
                raise SystemExit(f"edit {i}, {what}: nobody found it")
            counts[answer] += 1
            if (i + 1) % 1000 == 0:
                print(f"{i + 1} edits", flush=True)
    print(", ".join(f"{name} {count}" for name, count in counts.items()))


main()
