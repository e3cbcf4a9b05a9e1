#!/bin/sh
# Only the signer can sign for the deployment: its client's archives ask for no signing function, and of the programs it alone
# has the code that loads those keys.
# Usage: signer_alone.sh SIGNER "ARCHIVE…" "PROGRAM…"
set -eu
signer=$1 archives=$2 programs=$3
inside='signer_load|signing_key_find|pkcs11_open'
fail() {
    echo "$*" >&2
    exit 1
}

for archive in $archives; do
    asked=$(nm -u "$archive" | awk 'NF == 2 { print $2 }')
    [ -n "$asked" ] || fail "$archive asks for nothing: is it an archive?"
    found=$(echo "$asked" | grep -E "^(EVP_|PEM_|d2i_|private_key_|secret_|statement_sign|$inside)" || true)
    [ -z "$found" ] || fail "$archive may not ask for: $found"
done
# The same question, where it has to find something.
nm "$signer" | grep -qE " [Tt] ($inside)\$" || fail "$signer does not load keys, or the names have changed"
for program in $programs; do
    found=$(nm "$program" | grep -E " [Tt] ($inside)\$" || true)
    [ -z "$found" ] || fail "$program may not have: $found"
done
