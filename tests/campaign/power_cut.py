#!/usr/bin/env python3
"""Power cuts: what a disk may hold after one, at any moment of an import.

usage: power_cut.py SITECERT RECORD_WRITES.so [IMAGES [SEED]]        default 1000 images

An import of some hundred tests, in small commits, is recorded call by call (record_writes.c). An image is what a disk may hold when
the power goes at a random call: what was synced, and of what was not each write or not, whole or in part by sectors of 512 bytes, in
any order; a file's new length or not; of each folder's new names the first few. Each image is opened for writing, which settles it; then
`audit` must agree, every row that had been acknowledged (its line in the results file) must be known under the number it was told, and
the rest of the import must go through: each person once, no number twice, `audit` again.

Then the same with every sync of the register ignored, as with MDB_NOSYNC: that must lose some, or the harness is blind.
Prints figures; exit 1 when anything was lost with syncs, or nothing without.
"""
import json
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile

SECTOR = 512
GROUP_ROWS = 20
PEOPLE = 300
WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
PROVIDER = "91330000MA2700000M"
CLOCK = "2021-09-10T10:00:00+08:00"
NOTE = struct.Struct("@c3xHHQQQ")
PASSING = ("lock.mdb", "writer.lock", "signer.sock")  # made anew by who opens them


def identity(i):
    """GB 11643, of nobody: born on a day in 2000."""
    body = f"11010120000202{i:03d}"
    return body + "10X98765432"[sum(w * int(c) for w, c in zip(WEIGHTS, body)) % 11]


# --- the scene and the recording ---

class Scene:
    def __init__(self, program, recorder, folder):
        self.program, self.recorder, self.folder = program, recorder, folder
        self.home, self.before = folder / "home", folder / "before"
        self.tests, self.results = folder / "test-1.csv", self.home / "results.ndjson"
        self.run(self.home, "init", "--demo")
        self.set_group_rows()
        self.authority = self.write("authority-1.csv", "unit_id,name,credit_code,kind,plan,plan_date,docking,docking_date,education_from",
                                    ["033,示例省住房和城乡建设厅,11330000002482X090,province,approved,2020-01-01,none,,"])
        provider = self.write("provider-1.csv", "credit_code,name,class,unit_id,posts,status,status_from",
                              [f"{PROVIDER},示例建设集团培训中心,enterprise,033,*,active,2020-01-01"])
        people = [f"众示例,111,{identity(i)}" for i in range(PEOPLE)]
        trainings = self.write("training-1.csv", "record_id,provider,name,id_type,id_number,sex,post,class_id,hours,finished_on",
                               [f"t{i},{PROVIDER},{p},男,01,C1,60,2020-07-01" for i, p in enumerate(people)])
        self.write("test-1.csv", "record_id,provider,name,id_type,id_number,post,held_on,score,full_score,national_share,face_checked",
                   [f"s{i},{PROVIDER},{p},01,2020-07-10,80,100,100,1" for i, p in enumerate(people)])
        for path in (self.authority, provider, trainings):
            self.run(self.home, "import", path, "--quiet")
        shutil.copytree(self.home, self.before, ignore=shutil.ignore_patterns(*PASSING))
        self.inodes = {p.stat().st_ino: p for p in [self.home, *self.home.rglob("*")]}
        self.record()

    def set_group_rows(self):
        path = self.home / "sitecert.ini"
        text = path.read_text()
        changed = text.replace("group_rows = 8192", f"group_rows = {GROUP_ROWS}")
        if changed == text:
            raise SystemExit("sitecert.ini has no group_rows to set")
        path.write_text(changed)

    def write(self, name, head, lines):
        path = self.folder / name
        path.write_text("\n".join([head, *lines]) + "\n")
        return path

    def run(self, home, *arguments, check=True, **more):
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "SITECERT_CLOCK": CLOCK, "SITECERT_HOME": str(home), **more}
        done = subprocess.run([self.program, *map(str, arguments)], env=environment, capture_output=True, text=True, timeout=120)
        if check and done.returncode != 0:
            raise SystemExit(f"{arguments}: exit {done.returncode}\n{done.stderr}")
        return done

    def record(self):
        log = self.folder / "log"
        log.touch()
        self.run(self.home, "import", self.tests, "--quiet", "--results", self.results, LD_PRELOAD=self.recorder,
                 RECORD_LOG=str(log), RECORD_ROOT=str(self.home))
        self.calls = read_log(log.read_bytes())
        self.told = [json.loads(line) for line in self.results.read_text().splitlines()]
        if len(self.told) != PEOPLE or any(t["outcome"] != "issued" for t in self.told):
            raise SystemExit("the recorded import did not issue to everyone")


def read_log(text):
    calls, at = [], 0
    while at < len(text):
        what, from_len, to_len, inode, offset, length = NOTE.unpack_from(text, at)
        at += NOTE.size
        what = what.decode()
        names = text[at:at + from_len].decode(), text[at + from_len:at + from_len + to_len].decode()
        at += from_len + to_len
        data = text[at:at + length] if what == "W" else b""
        at += len(data)
        calls.append((what, inode, offset, data, *names))
    return calls


# --- what a disk may hold ---

class File:
    def __init__(self, content=b""):
        self.content, self.pending = bytearray(content), []

    def sync(self, only_last=False):
        for step in self.pending[-1:] if only_last else self.pending:
            self.content = apply(self.content, step)
        self.pending = self.pending[:-1] if only_last else []

    def survives(self, dice, way):
        """Some of what is pending. way: how much of it."""
        content = bytearray(self.content)
        steps = list(self.pending)
        if way == "in order":
            steps = steps[:dice.randint(0, len(steps))]
            torn = steps.pop() if steps else None
            for step in steps:
                content = apply(content, step)
            return apply(content, torn, lambda: dice.random() < 0.5) if torn else content
        share = {"nothing": 0, "everything": 1}.get(way)
        for step in steps:
            keep = dice.random() if share is None else share
            whole = way == "whole writes"
            if step[0] == "T" or whole:
                if dice.random() < keep:
                    content = apply(content, step)
            else:
                content = apply(content, step, lambda: dice.random() < keep)
            if step[0] == "W" and share != 0 and dice.random() < 0.5:  # the length came to the disk, the data maybe not
                content.extend(bytes(max(0, step[1] + len(step[2]) - len(content))))
        return content


def apply(content, step, keep=None):
    """A write (all of it, or the sectors for which keep() says so) or a truncation."""
    what, offset, data = step
    if what == "T":
        return content[:offset] + bytes(max(0, offset - len(content)))
    at = 0
    while at < len(data):
        end = min(len(data), at + SECTOR - (offset + at) % SECTOR) if keep else len(data)
        if not keep or keep():
            content.extend(bytes(max(0, offset + end - len(content))))
            content[offset + at:offset + end] = data[at:end]
        at = end
    return content


WAYS = ("nothing", "everything", "in order", "whole writes", "sectors")


class Disk:
    """The calls before a cut, played onto the files as they were; cuts come in order, so each call is played once."""

    def __init__(self, scene, blind):
        self.scene, self.blind, self.played = scene, blind, 0
        self.files = {i: File((scene.before / p.relative_to(scene.home)).read_bytes())
                      for i, p in scene.inodes.items() if (scene.before / p.relative_to(scene.home)).is_file()}
        self.names = {str(p): self.files[i] for i, p in scene.inodes.items() if i in self.files}  # as the program sees them
        self.durable = dict(self.names)
        self.steps = {}  # folder: names that are not synced, in order
        self.acknowledged = b""
        self.register = self.files[next(i for i, p in scene.inodes.items() if p.name == "data.mdb")]
        self.result_file = None

    def play_to(self, cut):
        for call in self.scene.calls[self.played:cut]:
            self.play(*call)
        self.played = cut

    def play(self, what, inode, offset, data, a, b):
        if what == "C":
            self.files[inode] = File()
            self.name(a, self.files[inode])
            if a.endswith("results.ndjson.partial"):
                self.result_file = self.files[inode]
        elif what in "WT" and inode in self.files:
            self.files[inode].pending.append((what, offset, data))
            if what == "W" and self.files[inode] is self.result_file:
                self.acknowledged += data
        elif what in "SO":
            self.synced(what, inode)
        elif what == "Y":
            for each in [*self.files, *self.scene.inodes]:
                self.synced("S", each)
        elif what == "R":
            self.name(b, self.names[a])
            self.name(a, None)
        elif what == "U":
            self.name(a, None)
        elif what in "ML":
            raise SystemExit(f"the import makes a folder or a link, which is not played: {a}")

    def synced(self, what, inode):
        file = self.files.get(inode)
        if file and not (self.blind and file is self.register):
            file.sync(only_last=what == "O")
        elif inode in self.scene.inodes:
            for name, f in self.steps.pop(str(self.scene.inodes[inode]), []):
                self.durable[name] = f

    def name(self, path, file):
        self.names[path] = file
        self.steps.setdefault(os.path.dirname(path), []).append((path, file))

    def image(self, dice, home):
        way = dice.choice(WAYS)
        shutil.copytree(self.scene.before, home)
        names = dict(self.durable)
        for steps in self.steps.values():
            names.update(steps[:dice.randint(0, len(steps))])
        for path, file in names.items():
            to = home / pathlib.Path(path).relative_to(self.scene.home)
            if file is None:
                to.unlink(missing_ok=True)
            elif to.name not in PASSING:
                to.write_bytes(file.survives(dice, way))
        return way


# --- what must hold of an image ---

def known(path):
    return {r["record_id"]: r["number"] for r in map(json.loads, path.read_text().splitlines())}


def judge(scene, home, acknowledged):
    """None when nothing was lost, else what is wrong."""
    for arguments in (["import", scene.authority, "--quiet"], ["audit"]):
        done = scene.run(home, *arguments, check=False)
        if done.returncode != 0:
            return f"{arguments[0]}: exit {done.returncode}: {(done.stderr + done.stdout).strip()[:200]}"
    again = home / "again.ndjson"
    done = scene.run(home, "import", scene.tests, "--quiet", "--results", again, check=False)
    if done.returncode != 0:
        return f"the rest: exit {done.returncode}: {done.stderr.strip()[:200]}"
    rows = [json.loads(line) for line in again.read_text().splitlines()]
    now = {r["record_id"]: r for r in rows}
    for told in acknowledged:
        r = now[told["record_id"]]
        if (r["outcome"], r["number"]) != ("duplicate", told["number"]):
            return f"{told['record_id']} was {told['number']} and is {r['outcome']} {r['number']}"
    if len({r["number"] for r in rows}) != PEOPLE or any(r["outcome"] not in ("duplicate", "issued") for r in rows):
        return "not everyone has a number of his own"
    done = scene.run(home, "audit", check=False)
    return None if done.returncode == 0 else f"audit at the end: {done.stderr.strip()[:200]}"


def cut_often(scene, images, dice, blind):
    """How many images lost something; how many rows were acknowledged in all."""
    lost, rows, ways = 0, 0, {}
    disk = Disk(scene, blind)
    for i, cut in enumerate(sorted(dice.randint(0, len(scene.calls)) for _ in range(images))):
        disk.play_to(cut)
        acknowledged = [json.loads(line) for line in disk.acknowledged.split(b"\n")[:-1]]
        rows += len(acknowledged)
        with tempfile.TemporaryDirectory(dir=scene.folder) as place:
            home = pathlib.Path(place) / "home"
            way = disk.image(dice, home)
            wrong = judge(scene, home, acknowledged)
        ways[way] = ways.get(way, 0) + 1
        if wrong:
            lost += 1
            if not blind:
                print(f"image {i} ({way}): {wrong}", flush=True)
        if (i + 1) % 100 == 0:
            print(f"{i + 1} images, {lost} lost something, {rows} rows acknowledged", flush=True)
    print(f"{'syncs of the register ignored' if blind else 'syncs as made'}: {lost} of {images} images lost something; "
          f"{rows} rows had been acknowledged in them; kept of what was not synced: {ways}", flush=True)
    return lost


def main():
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    images = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
    dice = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 20210910)
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), pathlib.Path(folder).resolve())
        kinds = {what: sum(c[0] == what for c in scene.calls) for what in "CWTSORU"}
        print(f"recorded {len(scene.calls)} calls: {kinds}", flush=True)
        lost = cut_often(scene, images, dice, False)
        seen = cut_often(scene, max(10, images // 10), dice, True)
    if lost:
        raise SystemExit("something acknowledged was lost")
    if not seen:
        raise SystemExit("without syncs nothing was lost: this sees nothing")


main()
