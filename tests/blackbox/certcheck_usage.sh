# What is wrong with the command line is exit 2, in the reader's language.
"$MAKE_SCENES" .
t() {
    echo "\$ certcheck $*"
    "$CERTCHECK" "$@"
    echo "status $?"
}
t
t --bogus x
t --lang zh --bogus x
t --bundle good.scb --trust good.trust x
t --trust good.trust x
t --max-age 30 x
t --at noon x
t x
t --lang zh x
t --bundle missing.scb x
t --bundle good.scb --root missing.root x
t bundle show
t bundle show missing.scb
t bundle show good.scb extra
t --bundle good.scb bundle show good.scb
mkdir -p "$HOME/.local/share/sitecert"
cp good.scb "$HOME/.local/share/sitecert/bundle.scb"
t --at 2024-06-01 --root good.root good.cbor | grep -Ev '^  '
