#!/usr/bin/env bash
# A device that missed some days brings its bundle up to date; beside it, reading every block of the bundle in the
# same run. Prints seconds of processor and of clock, the median of five.
# Usage: delta_device.sh BIN TESTS_BIN [ROWS [DAYS [RENEWALS]]]
set -euo pipefail
bin=$1 tests=$2
shift 2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export XDG_STATE_HOME=$folder/state LC_ALL=C.UTF-8
TIMEFORMAT='%U %S %R'
"$tests/delta_days" "$folder" "$@"
mapfile -t deltas <"$folder/names"
median() { sort -g | sed -n 3p; }
measure() { # WHAT COMMAND…: five runs
    local what=$1
    shift
    for _ in 1 2 3 4 5; do
        cp "$folder/bundle.scb" "$folder/mine.scb"
        { time "$@" >"$folder/out"; } 2>>"$folder/$what" || { cat "$folder/out" "$folder/$what" >&2; exit 1; }
        rm -rf "$XDG_STATE_HOME"
    done
    awk '{ print $1 + $2 }' "$folder/$what" | median | tr '\n' ' '
    awk '{ print $3 }' "$folder/$what" | median
}
read -r update_cpu update_wall < <(measure update "$bin/certcheck" bundle update --root "$folder/root.cbor" "$folder/mine.scb" "${deltas[@]}")
"$bin/certcheck" bundle update --root "$folder/root.cbor" "$folder/mine.scb" "${deltas[@]}" >/dev/null 2>&1 && { echo 'the same deltas twice' >&2; exit 1; }
cp "$folder/bundle.scb" "$folder/mine.scb"
"$bin/certcheck" bundle update --root "$folder/root.cbor" "$folder/mine.scb" "${deltas[@]}" >/dev/null
"$bin/certcheck" bundle show --root "$folder/root.cbor" "$folder/mine.scb" >/dev/null
read -r show_cpu show_wall < <(measure show "$bin/certcheck" bundle show --root "$folder/root.cbor" "$folder/mine.scb")
echo "${#deltas[@]} deltas: $update_cpu s of processor, $update_wall s by the clock; reading every block: $show_cpu s, $show_wall s"
stat -c '%s bytes before' "$folder/bundle.scb"
stat -c '%s bytes after' "$folder/mine.scb"
