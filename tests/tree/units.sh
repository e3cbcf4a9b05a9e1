#!/usr/bin/env bash
# Do the units hold what they promise? Their syntax, how exposed each is, and whose the home is when users and files are made.
# usage: units.sh UNITS_FOLDER
set -euo pipefail
units=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export SYSTEMD_PAGER='' NO_COLOR=1

fail() {
    echo "units.sh: $*" >&2
    exit 1
}

# Tenths of systemd's scale of 0 to 10.
exposure_most() {
    case $1 in
    sitecert-signer.service) echo 3 ;;
    *) echo 10 ;;
    esac
}

check_exposure() {
    local unit said tenths
    for unit in "$units"/*.service; do
        said=$(systemd-analyze security --offline=true "$unit" 2>&1 | grep 'Overall exposure level')
        tenths=$(sed 's/.*: \([0-9]*\)\.\([0-9]\) .*/\1\2/' <<<"$said")
        [ "$((10#$tenths))" -le "$(exposure_most "$(basename "$unit")")" ] || fail "$said"
        echo "$said"
    done
}

# The programs are not installed here: the rest of each line is checked with one that is.
check_syntax() {
    local said
    mkdir "$scratch/units"
    for unit in "$units"/*.service "$units"/*.socket; do
        sed 's#^ExecStart=/usr/bin/[^ ]*#ExecStart=/bin/true#' "$unit" >"$scratch/units/$(basename "$unit")"
    done
    said=$(SYSTEMD_UNIT_PATH="$scratch/units:" systemd-analyze verify --man=no "$scratch"/units/sitecert-* 2>&1 |
        grep -F "$scratch/units/" || true)
    [ -z "$said" ] || fail "$said"
}

owner() {
    stat -c '%u:%g %a' "$scratch/tree/var/lib/sitecert/$1"
}

check_owners() {
    local home=$scratch/tree/var/lib/sitecert user signer group
    mkdir -p "$home"/keys "$home"/register "$scratch"/tree/{etc,usr/lib/sysusers.d,usr/lib/tmpfiles.d}
    touch "$home"/{sitecert.ini,senders.json,trust.cbor,keys/token-1.pem,keys/register.key,register/data.mdb}
    cp "$units/sysusers.conf" "$scratch/tree/usr/lib/sysusers.d/sitecert.conf"
    cp "$units/tmpfiles.conf" "$scratch/tree/usr/lib/tmpfiles.d/sitecert.conf"
    systemd-sysusers --root="$scratch/tree" sitecert.conf 2>/dev/null
    systemd-tmpfiles --root="$scratch/tree" --create sitecert.conf 2>"$scratch/said" || fail "$(cat "$scratch/said")"
    [ ! -s "$scratch/said" ] || fail "$(cat "$scratch/said")"

    user=$(sed -n 's/^sitecert:x:\([0-9]*\):.*/\1/p' "$scratch/tree/etc/passwd")
    signer=$(sed -n 's/^sitecert-signer:x:\([0-9]*\):.*/\1/p' "$scratch/tree/etc/passwd")
    group=$(sed -n 's/^sitecert:x:\([0-9]*\):.*/\1/p' "$scratch/tree/etc/group")
    [ "$user" != "$signer" ] || fail "the signer has no user of its own"
    grep -q '^sitecert:x:[0-9]*:sitecert-signer$' "$scratch/tree/etc/group" || fail "the signer is not of the group"
    while read -r name wanted; do
        [ "$(owner "$name")" = "$wanted" ] || fail "$name is $(owner "$name") and not $wanted"
    done <<END
. 0:$group 1770
sitecert.ini $user:$group 640
keys 0:$group 750
keys/token-1.pem $signer:$group 600
keys/register.key $user:$group 600
signer $signer:$group 700
register $user:$group 700
spool $user:$group 700
run $user:$group 2770
END
}

check_exposure
check_syntax
if [ "$(id -u)" -eq 0 ]; then
    check_owners
else
    echo "not root: whose the files are is not checked"
fi
