#!/usr/bin/env bash
# What `sitecert pdf --all` takes: copies a second with one thread and with as many as it takes by itself, taking turns and each time into a
# new folder; and its memory that is no file's (RssAnon), which must not grow with their number. A folder that was emptied a moment
# before is slow on ext4: it looks at every file number that was freed lately before it gives one out.
# usage: pdf_folder.sh BIN_FOLDER TOOLS_FOLDER [COUNT [ROUNDS]]     default 5,000 copies, 3 rounds; 100000 1 takes 16 GB
set -euo pipefail
bin=$1 tools=$2 count=${3:-5000} rounds=${4:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C.UTF-8 SITECERT_CLOCK=2020-11-30T09:00:00+08:00

# A deployment with that many certificates.
deploy() {
    mkdir "$work/records-$1"
    "$tools/notice_year" "$work/records-$1" $((195010 / $1)) >/dev/null
    "$bin/sitecert" init --demo --quiet --home "$work/home-$1" >/dev/null
    for kind in authority provider training test legacy education; do
        "$bin/sitecert" import --home "$work/home-$1" "$work/records-$1/$kind.csv" --quiet >/dev/null
    done
    "$bin/sitecert" publish --home "$work/home-$1" "$work/public-$1" --quiet
}

# fill HOME JOBS: what bench_spawn prints, and how many.
fill() {
    folder=$(mktemp -d "$work/copies-XXXXXX")
    line=$("$tools/bench_spawn" "$bin/sitecert" pdf --all --home "$work/home-$1" -o "$folder" --jobs "$2" --quiet)
    made=$(find "$folder" -name '*.pdf' | wc -l)
    echo "$line $made" >>"$work/jobs-$1-$2"
    [ "$made" -gt 0 ]
}

deploy "$count"
deploy $((count / 10))
all=$(($(nproc) + 1))
for ((round = 0; round < rounds; round++)); do
    fill "$count" 1
    fill "$count" "$all"
    fill $((count / 10)) "$all"
done
python3 - "$work" "$count" "$all" <<'PY'
import statistics, sys
work, count, jobs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
def runs(size, jobs):
    return [[float(word) for word in line.split()] for line in open(f"{work}/jobs-{size}-{jobs}")]
def rate(size, jobs):
    return statistics.median(run[-1] / run[0] for run in runs(size, jobs))
def busy(size, jobs):
    return statistics.median(run[1] / run[-1] for run in runs(size, jobs)) * 1e6
print(f"one thread: {rate(count, 1):.0f} a second, {busy(count, 1):.0f} µs of processor a copy")
print(f"{jobs} threads: {rate(count, jobs):.0f} a second, {busy(count, jobs):.0f} µs of processor a copy; "
      f"{rate(count, jobs) / rate(count, 1):.2f} × as fast")
peak = [max(run[4] for run in runs(size, jobs)) / 1024 for size in (count // 10, count)]
made = [int(runs(size, jobs)[0][-1]) for size in (count // 10, count)]
print(f"most memory of its own (RssAnon): {peak[0]:.1f} MB for {made[0]:,} copies, {peak[1]:.1f} MB for {made[1]:,}")
PY
