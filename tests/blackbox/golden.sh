#!/bin/sh
# Runs CASE.sh in an empty folder and compares what it prints with CASE.exp.
# Usage: golden.sh CASE [NAME=VALUE ...]   (the variables that the case uses)
# With SITECERT_ACCEPT set, what it prints becomes the expectation.
set -eu
case=$1
shift
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/work" "$folder/home"
(
    cd "$folder/work"
    unset LC_ALL LC_MESSAGES SITECERT_CLOCK SITECERT_HOME NO_COLOR XDG_DATA_HOME XDG_STATE_HOME
    # shellcheck disable=SC2163 # "$@" holds NAME=VALUE pairs
    export LANG=C HOME="$folder/home" "$@"
    sh "$case.sh"
) >"$folder/out" 2>&1 || true
sed -i "s|$folder|FOLDER|g" "$folder/out"
if [ -n "${SITECERT_ACCEPT:-}" ]; then
    cp "$folder/out" "$case.exp"
    exit 0
fi
diff -u "$case.exp" "$folder/out"
