#!/bin/sh
# The problem codes of docs/verification.md are those of core/cert/verdict.h, in the same order.
# Usage: problem_codes.sh SOURCE-FOLDER
set -eu
in_code=$(sed -n 's/^ *X(PROBLEM_[A-Z_]*, "\([a-z_]*\)".*/\1/p' "$1/core/cert/verdict.h")
in_docs=$(sed -n '/^## Problems/,/^## What/s/^| `\([a-z_]*\)` |.*/\1/p' "$1/docs/verification.md")
[ "$(echo "$in_code" | wc -l)" -ge 20 ] || { echo "no codes found in verdict.h" >&2; exit 1; }
[ "$in_code" = "$in_docs" ] || {
    echo "verdict.h and verification.md differ:" >&2
    printf '%s\n' "$in_code" "$in_docs" | sort | uniq -u >&2
    exit 1
}
