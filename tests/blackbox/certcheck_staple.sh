# A live code beside the certificate: what it adds, and the reason of each that is passed over.
"$MAKE_SCENES" .
t() {
    live=$1
    shift
    echo "\$ certcheck $* ($live)"
    "$CERTCHECK" --at 2024-06-01T12:00:00+08:00 --staple "$(cat "$live" 2>/dev/null || echo "$live")" "$@"
    echo "status $?"
    echo
}
t good.live --lang zh --trust stapled.trust --root stapled.root stapled.cbor
t suspended.live --lang zh --trust stapled.trust --root stapled.root stapled.cbor
for what in old other stranger; do
    for lang in zh en; do
        t $what.live --lang $lang --trust stapled.trust --root stapled.root stapled.cbor
    done
done
t 12x --lang en --bundle stapled.scb --root stapled.root stapled.txt
t HTTPS://ZS.EXAMPLE.GOV.CN/V/000 --lang en --bundle stapled.scb --root stapled.root stapled.txt
t "" --lang en --bundle stapled.scb --root stapled.root stapled.txt
t good.live --lang en stapled.txt stapled.txt
