# Each state of a certificate, in the words that an inspector reads, and the exit status.
"$MAKE_SCENES" .
t() {
    echo "\$ certcheck $*"
    "$CERTCHECK" --at 2024-06-01T12:00:00+08:00 "$@"
    echo "status $?"
    echo
}
for lang in zh en; do
    for s in good due lapsed suspended revoked replaced unassigned stranger wrong-use other-host demo; do
        t --lang $lang --bundle $s.scb --root $s.root $s.txt
    done
done
t --lang zh --bundle good.scb --root good.root --at 2024-07-15 good.cbor
t --lang zh --bundle good.scb --root good.root --max-age 23h good.cbor
t --lang zh --trust good.trust --root good.root good.cbor
t --lang zh --bundle ahead.scb --root good.root good.cbor
t --lang zh --bundle damaged-block.scb --root good.root good.cbor
