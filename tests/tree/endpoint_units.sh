#!/usr/bin/env bash
# Do units hold what they promise? Their syntax, and how exposed each is.
# usage: endpoint_units.sh UNITS_FOLDER
set -euo pipefail
units=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export SYSTEMD_PAGER='' NO_COLOR=1

fail() {
    echo "endpoint_units.sh: $*" >&2
    exit 1
}

for unit in "$units"/*.service; do
    said=$(systemd-analyze security --offline=true "$unit" 2>&1 | grep 'Overall exposure level')
    tenths=$(sed 's/.*: \([0-9]*\)\.\([0-9]\) .*/\1\2/' <<<"$said")
    [ "$((10#$tenths))" -le 10 ] || fail "$said"
    echo "$said"
done

# The programs are not installed here: the rest of each line is checked with one that is.
mkdir "$scratch/units"
for unit in "$units"/*.service "$units"/*.socket; do
    sed 's#^ExecStart=/usr/bin/[^ ]*#ExecStart=/bin/true#' "$unit" >"$scratch/units/$(basename "$unit")"
done
said=$(SYSTEMD_UNIT_PATH="$scratch/units:" systemd-analyze verify --man=no "$scratch"/units/sitecert-* 2>&1 |
    grep -F "$scratch/units/" || true)
[ -z "$said" ] || fail "$said"
