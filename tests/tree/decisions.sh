#!/bin/sh
# Every record in the folder has a title as its first line and a line that begins with "Status:".
set -eu
failed=0 count=0
for record in "$1"/*.md; do
    [ -e "$record" ] || continue
    count=$((count + 1))
    head -n 1 "$record" | grep -q '^# .' || { echo "${record##*/}: no title" >&2 && failed=1; }
    grep -qE '^(\*\*)?Status:(\*\*)? *[a-z0-9]' "$record" || { echo "${record##*/}: no status" >&2 && failed=1; }
done
echo "$count records"
[ "$count" -gt 0 ] || { echo "no records in $1" >&2 && failed=1; }
exit $failed
