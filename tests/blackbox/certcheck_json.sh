# An array of verdicts, one for each input, whatever happens.
"$MAKE_SCENES" .
t() {
    echo "\$ certcheck --json $*"
    "$CERTCHECK" --at 2024-06-01T12:00:00+08:00 --json "$@"
    echo "status $?"
}
t --bundle good.scb --root good.root good.txt nonsense wrong-use.cbor stranger.cbor
t --bundle good.scb --root other-issuer.root good.txt
t --bundle lying.scb --root good.root good.txt
head -c 2000 good.scb >cut.scb
t --bundle cut.scb good.txt nonsense
