# What an INPUT may be, and what it is when it is none of that.
"$MAKE_SCENES" .
t() {
    echo "\$ certcheck $*"
    "$CERTCHECK" --at 2024-06-01T12:00:00+08:00 --bundle good.scb --root good.root "$@" | grep -Ev '^  [a-z]'
    echo
}
status() {
    echo "\$ certcheck $*"
    "$CERTCHECK" --at 2024-06-01T12:00:00+08:00 --bundle good.scb --root good.root "$@" >/dev/null
    echo "status $?"
}
t good.cbor
t good.txt
t "$(cat good.txt)" | sed 's/[0-9]\{50,\}/DIGITS/'
sed 's|.*/V/||' good.txt >digits.txt
t digits.txt
printf '\n  %s \r\n' "$(cat good.txt)" >spaces.txt
t spaces.txt
echo '$ certcheck - <good.txt'
"$CERTCHECK" --at 2024-06-01 --bundle good.scb --root good.root - <good.txt | head -n 1
echo '$ certcheck - <good.cbor'
"$CERTCHECK" --at 2024-06-01 --bundle good.scb --root good.root - <good.cbor | head -n 1

status good.cbor
status nonsense
status ""
: >empty
status empty
printf '%%PDF-1.7\n' >a.pdf
status a.pdf
head -c 100 good.cbor >cut.cbor
status cut.cbor
(cat good.cbor; printf x) >longer.cbor
status longer.cbor
echo 'HTTPS://ZS.EXAMPLE.GOV.CN/V/99999999999999999' >too-large.txt
status too-large.txt
status good.cbor nonsense
status good.cbor wrong-use.cbor stranger.cbor
status wrong-use.cbor nonsense
status stranger.cbor good.cbor
t good.cbor nonsense stranger.cbor
