# Roots are rotated: 1 of 1 to 2 of 3, and to 2 of 3 others, each on a machine of its own. Devices follow: one that knows the
# first roots alone, one that has seen every bundle, one that has slept for a year, and a new one.
. "$COMMON"
must() {
    "$@" >out 2>&1 || { echo "failed: $*"; cat out; exit 1; }
}
t() {
    echo "\$ sitecert $*"
    "$SITECERT" "$@" >out 2>&1
    status=$?
    sed -E 's/[0-9a-f]{64}/HASH/g; s/[0-9a-f]{16}/KID/g' out
    echo "status $status"
    echo
}
cat >training-1.csv <<END
$TRAININGS
t1,$PROVIDER,$ZHANG,男,01,C1,60,2020-07-01
END
cat >test-1.csv <<END
$TESTS
s1,$PROVIDER,$ZHANG,01,2020-07-10,80,100,100,1
END
must "$SITECERT" import authority.csv provider.csv training-1.csv test-1.csv --quiet
"$SITECERT" token 03301202000000013 --raw >one.cbor
# device NAME: what its memory says of pub, without --root
device() {
    XDG_STATE_HOME="$HOME/$1" "$CERTCHECK" --bundle pub/bundle.scb one.cbor >out 2>&1
    status=$?
    echo "$status $1 $(grep -o '\[[a-z_]*\]' out | grep -v demo | tr '\n' ' ')"
}
keys_only() {
    "$CERTCHECK" --trust pub/trust.cbor --root "$1" one.cbor >out 2>&1
    echo "$? $1 $(grep -o '\[[a-z_]*\]' out | grep -v demo | tr '\n' ' ')"
}
roots() { # the machines where root keys are kept
    for i in "$@"; do
        mkdir "$i"
        chmod 700 "$i"
        openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -quiet -out "$i/root.pem"
        chmod 600 "$i/root.pem"
        openssl pkey -in "$i/root.pem" -pubout -out "$i.pub"
    done
}
must "$SITECERT" publish pub
cp "$SITECERT_HOME/root.cbor" root.cbor
unset SITECERT_CLOCK # certcheck --at would not be remembered: the devices of this story have clocks of their own
export SITECERT_CLOCK=2020-08-03T10:00:00+08:00
device every
device sleeper

echo '# the root goes offline'
mkdir safe
chmod 700 safe
mv "$SITECERT_HOME/keys/root-1.pem" safe/root.pem
roots r1 r2 r3
t keys root export -o carry.cbor
t keys root set --key r1.pub --key r2.pub --key r3.pub --threshold 4
t keys root set --key r1.pub --key r1.pub
t keys root set --key r1.pub --key r2.pub --key r3.pub --threshold 2
t keys publish
t keys root export -o carry.cbor
cp carry.cbor unsigned.cbor
t keys root import carry.cbor
echo '# each on its own machine, without a home'
(
    unset SITECERT_HOME
    t keys root sign carry.cbor --key safe/root.pem --root root.cbor --dry-run
    t keys root sign carry.cbor --key safe/root.pem --root root.cbor
    t keys root sign carry.cbor --key safe/root.pem
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -quiet -out safe/stranger.pem
    chmod 600 safe/stranger.pem
    t keys root sign carry.cbor --key safe/stranger.pem
)
echo '# the new roots must show that they can sign: one is not enough'
must "$SITECERT" keys root sign carry.cbor --key r2/root.pem
t keys root import carry.cbor
must "$SITECERT" keys root sign carry.cbor --key r3/root.pem
cp carry.cbor changed.cbor
sed -i 's/SITECERT.EXAMPLE/SITECERT.EXAMPLF/g' changed.cbor
t keys root import changed.cbor
t keys root import carry.cbor --dry-run
t keys root import carry.cbor
t keys root import carry.cbor
must "$SITECERT" publish pub
device every
device new
keys_only root.cbor

echo '# 2 of 3, on two machines; the root that was replaced counts no more'
t keys publish
must "$SITECERT" keys root export -o carry.cbor
t keys root sign carry.cbor --key safe/root.pem
must "$SITECERT" keys root sign carry.cbor --key r1/root.pem
t keys root import carry.cbor
must "$SITECERT" keys root sign carry.cbor --key r3/root.pem
must "$SITECERT" keys root import carry.cbor
must "$SITECERT" publish pub
device every
keys_only root.cbor

echo '# the next rotation: r1 stays, two are new'
roots r4 r5
must "$SITECERT" keys root set --key r1.pub --key r4.pub --key r5.pub --threshold 2
must "$SITECERT" keys publish
must "$SITECERT" keys root export -o carry.cbor
must "$SITECERT" keys root sign carry.cbor --key r1/root.pem
must "$SITECERT" keys root sign carry.cbor --key r2/root.pem
t keys root import carry.cbor
must "$SITECERT" keys root sign carry.cbor --key r5/root.pem
t keys root import carry.cbor
must "$SITECERT" publish pub
device every
device sleeper
device new
device brand-new
keys_only root.cbor
must "$SITECERT" keys publish
must "$SITECERT" keys root export -o carry.cbor
must "$SITECERT" keys root sign carry.cbor --key r4/root.pem
must "$SITECERT" keys root sign carry.cbor --key r5/root.pem
must "$SITECERT" keys root import carry.cbor
must "$SITECERT" publish pub
device sleeper
device brand-new
keys_only root.cbor
cmp "$SITECERT_HOME/root.cbor" root.cbor && echo 'root.cbor is that of the first list for ever'

echo '# a device of another deployment does not follow'
SITECERT_HOME="$HOME/other" "$SITECERT" init --demo >/dev/null
keys_only "$HOME/other/root.cbor"
t audit
