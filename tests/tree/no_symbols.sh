#!/bin/sh
# Fails when PROGRAM imports a symbol that matches PATTERN, or when it imports none at all.
# Usage: no_symbols.sh PROGRAM PATTERN
set -eu
imports=$(nm -D --undefined-only "$1" | awk '{print $2}' | sed 's/@.*//')
[ -n "$imports" ] || { echo "$1 imports nothing: is it a program?" >&2; exit 1; }
found=$(echo "$imports" | grep -E "$2" || true)
[ -z "$found" ] || { echo "must not import:" >&2; echo "$found" >&2; exit 1; }
