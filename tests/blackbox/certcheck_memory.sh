# What is remembered between two uses, and what it is good for. The clock is the real one.
now=$(date +%s)
today=$(date +%Y-%m-%d)
"$MAKE_SCENES" . "$now"
t() {
    echo "\$ certcheck $*" | sed "s/$today/TODAY/"
    "$CERTCHECK" "$@" >answer
    status=$?
    head -n 1 answer
    grep '\[' answer
    echo "status $status"
    echo
}
memory() {
    echo '$ memory'
    (cd "$HOME/.local/state/sitecert" 2>/dev/null && find . -type f | sort | xargs -r ls -l | awk '{print $1, $NF}')
    echo
}
echo '# --at and SITECERT_CLOCK remember nothing'
t --at "${today}T12:00:00+08:00" --bundle good.scb good.cbor
(export SITECERT_CLOCK=2024-06-01T00:00:00+08:00; t --bundle good.scb good.cbor)
(export SITECERT_CLOCK="${today}T12:00:00+08:00"; t --bundle demo.scb demo.cbor)
memory
echo '# the first use pins, the second does not say so again'
t --bundle good.scb good.cbor
memory
t --bundle good.scb good.cbor
echo '# another issuer is unknown, unless its roots are named; the pin stays'
t --bundle other-issuer.scb other-issuer.cbor
t --bundle other-issuer.scb --root other-issuer.root other-issuer.cbor
t --bundle other-issuer.scb other-issuer.cbor
t --bundle good.scb good.cbor
memory
echo '# an older bundle is refused'
t --bundle older.scb good.cbor
t --bundle older.scb revoked.cbor
echo '# one from the future is not believed, and not remembered'
t --bundle ahead.scb good.cbor
t --bundle good.scb good.cbor
echo '# a clock that was set back: the device has seen later signed times'
export XDG_STATE_HOME="$HOME/elsewhere"
t --bundle good.scb good.cbor
"$SEEN_AHEAD" "$XDG_STATE_HOME"/sitecert/*/seen "$((now + 172800))" 1
t --bundle good.scb good.cbor
echo '# a newer trust list was seen: what it dropped does not come back with an older one'
export XDG_STATE_HOME="$HOME/newer-trust"
t --quiet --bundle good.scb good.cbor
"$SEEN_AHEAD" "$XDG_STATE_HOME"/sitecert/*/seen "$now" 1000
t --bundle good.scb good.cbor
echo '# a place that cannot be written is a note'
export XDG_STATE_HOME=/proc/nowhere
t --bundle good.scb good.cbor
echo '# a damaged memory is not passed over'
export XDG_STATE_HOME="$HOME/third"
mkdir -p "$XDG_STATE_HOME/sitecert"
echo nonsense >"$XDG_STATE_HOME/sitecert/pinned"
t --bundle good.scb good.cbor
echo '# two at a time: whoever writes holds the lock, and an older bundle never hides a newer one'
export XDG_STATE_HOME="$HOME/fourth"
for bundle in good older good older older good older good; do
    "$CERTCHECK" --quiet --bundle $bundle.scb good.cbor >"answer.$bundle" 2>&1 &
done
wait
t --bundle older.scb good.cbor
t --bundle good.scb good.cbor
echo '# somebody who keeps the lock: the verdict stands, with a note'
export XDG_STATE_HOME="$HOME/fifth"
mkdir -p "$XDG_STATE_HOME/sitecert"
flock "$XDG_STATE_HOME/sitecert/lock" sleep 8 &
holder=$!
sleep 0.3
t --bundle good.scb good.cbor
kill $holder
