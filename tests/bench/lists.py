#!/usr/bin/env python3
"""An employer's list: how long 10,000 rows take, and whether memory stays flat from one list to the next.

A deployment with as many certificates in force as the list has rows is made first; each row of the list is another of them, and all are
looked up, judged, counted, written down for their holders and signed for. The answer is asked for as JSON, as CSV and as the page to print, in turn.
Memory is what each process holds of its own (RssAnon), after the second list of each kind and after the last. Prints each list's seconds, the median, both
processes' memory, and a verdict.

Usage: lists.py [ROWS [LISTS]]     by default 10000 rows, 12 lists; the goal is 3 s for 10,000 rows. SITECERT_BIN: where the programs are
"""
import csv
import datetime
import http.client
import json
import pathlib
import re
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "endpoint"))
from scene import NOW, SAMPLE, Endpoint  # noqa: E402
from daemon import Home  # noqa: E402

GOAL_S = 3
GROWTH_MAX = 1.1  # of a process's own memory, from the second list of a kind to the last
PROVIDER = "913300009900000010"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
KINDS = (("JSON", "application/json"), ("CSV", "text/csv"), ("page", "text/html"))


def id_number(i):
    day = datetime.date(1980, 1, 1) + datetime.timedelta(days=i % 7000)
    body = f"110101{day:%Y%m%d}{i // 7000 + 1:03d}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, WEIGHTS)) % 11]


def make_scene(rows):
    home = Home(clock=NOW)
    people = [(f"示例{chr(0x4e00 + i % 5000)}{chr(0x4e00 + i // 5000)}", id_number(i)) for i in range(rows)]
    for day, name in (("2019-12-20", "authority.csv"), ("2019-12-21", "provider.csv")):
        home.sitecert("import", name, "--quiet", clock=day + "T09:00:00+08:00", cwd=SAMPLE)
    with tempfile.TemporaryDirectory() as folder:
        kinds = (("training", ["sex", "class_id", "hours", "finished_on"], ["男", "x", "80", "2020-02-01"], "2020-02-10"),
                 ("test", ["held_on", "score", "full_score", "national_share", "face_checked"], ["2020-03-01", "90", "100", "100", "1"], "2020-03-10"))
        for kind, columns, values, day in kinds:
            path = pathlib.Path(folder) / f"{kind}.csv"
            with open(path, "w", newline="", encoding="utf-8") as f:
                out = csv.writer(f)
                out.writerow(["record_id", "provider", "name", "id_type", "id_number", "post", *columns])
                out.writerows([f"{kind}-{i}", PROVIDER, name, "111", number, "01", *values] for i, (name, number) in enumerate(people))
            results = home.folder / f"{kind}.ndjson"
            home.sitecert("import", path, "--quiet", "--results", results, clock=day + "T09:00:00+08:00")
    issued = [json.loads(line) for line in open(results, encoding="utf-8")]
    key = home.sitecert("employer", "add", "示例建工", "--purpose", "进场核验", "--rows-per-day", "1000000", "--quiet").stdout.strip()
    scene = type("Scene", (), {"home": home, "public": home.folder / "public"})
    home.sitecert("publish", scene.public, "--quiet")
    return scene, key, [{"number": row["number"], "name": name, "id_number": number} for row, (name, number) in zip(issued, people)]


def own_memory(pid):
    return int(re.search(r"RssAnon:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])


def check(address, key, body, accept, rows):
    host, port = address.rsplit(":", 1)
    connection = http.client.HTTPConnection(host, int(port), timeout=300)
    began = time.monotonic()
    connection.request("POST", "/api/verify/bulk", body, {"Authorization": "Bearer " + key, "Content-Type": "application/json", "Accept": accept})
    answer = connection.getresponse()
    text = answer.read().decode()
    took = time.monotonic() - began
    connection.close()
    found = {"application/json": '"in_force":true', "text/csv": ",true,", "text/html": "</td><td>✔ 有效"}[accept]
    assert answer.status == 200 and text.count(found) == rows, (answer.status, text[:300])
    return took


def main():
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10000
    lists = int(sys.argv[2]) if len(sys.argv) > 2 else 12
    scene, key, people = make_scene(rows)
    body = json.dumps(people, ensure_ascii=False).encode()
    took, memory = {name: [] for name, _ in KINDS}, {}
    with Endpoint(scene) as endpoint:
        time.sleep(1)  # until the helpers are there
        helper = int(re.findall(r"event=helper_started helper=sitecert-digests pid=(\d+)", endpoint.said())[-1])
        pids = {"sitecert-verifierd": endpoint.process.pid, "sitecert-digests": helper}
        for i in range(lists):
            name, accept = KINDS[i % len(KINDS)]
            took[name].append(check(endpoint.address, key, body, accept, rows))
            if i + 1 == min(2 * len(KINDS), lists):
                memory = {who: own_memory(pid) for who, pid in pids.items()}
        after = {who: own_memory(pid) for who, pid in pids.items()}
    scene.home.remove()
    everything = [s for each in took.values() for s in each]
    for name, each in took.items():
        print(f"{rows} rows as {name}: " + ", ".join(f"{s:.2f}" for s in each) + " s")
    for who, was in memory.items():
        print(f"{who}: {was} kB, {after[who]} kB after {lists} lists")
    median, flat = statistics.median(everything), all(after[who] <= was * GROWTH_MAX + 1024 for who, was in memory.items())
    good = flat and max(everything) < GOAL_S
    print(f"{lists} lists of {rows}: median {median:.2f} s, longest {max(everything):.2f} s (goal {GOAL_S}), memory {'flat' if flat else 'GROWS'}: {'met' if good else 'MISSED'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
