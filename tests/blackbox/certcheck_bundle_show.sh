# A bundle, checked whole.
"$MAKE_SCENES" .
t() {
    echo "\$ certcheck $*"
    "$CERTCHECK" "$@"
    echo "status $?"
}
t bundle show good.scb
t --lang zh bundle show --root demo.root demo.scb
t --json bundle show good.scb
t bundle show --root other-issuer.root good.scb
t bundle show damaged-block.scb
t bundle show lying.scb
t bundle show good.cbor
