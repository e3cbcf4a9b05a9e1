# A restore that nothing makes up for: the log is closed, a new one begins, devices follow.
. "$COMMON"
export SITECERT_CLOCK=2020-08-03T10:00:00+08:00
cat >training-1.csv <<END
$TRAININGS
t1,$PROVIDER,$ZHANG,男,01,C1,60,2020-07-01
t2,$PROVIDER,$ZHANG,男,05,C1,60,2020-07-01
t3,$PROVIDER,$WANG,女,04,C1,60,2020-07-01
t4,$PROVIDER,$WANG,女,01,C1,60,2020-07-01
END
cat >test-1.csv <<END
$TESTS
s1,$PROVIDER,$ZHANG,01,2020-07-10,80,100,100,1
s2,$PROVIDER,$ZHANG,05,2020-07-10,80,100,100,1
END
cat >test-2.csv <<END
$TESTS
s3,$PROVIDER,$WANG,04,2020-07-10,80,100,100,1
s4,$PROVIDER,$WANG,01,2020-07-10,80,100,100,1
END
must() {
    "$@" >out 2>&1 || { echo "failed: $*"; cat out; exit 1; }
}
t() {
    { echo "\$ sitecert $*"; "$SITECERT" "$@"; } 2>&1 | sed -E "s/[0-9a-f]{64}/HASH/g; s/[0-9a-f]{16}/KID/g; s/[0-9]+ bytes/SIZE bytes/"
    echo
}
verdict() {
    "$CERTCHECK" --bundle "$1" --root "$SITECERT_HOME/root.cbor" "$2" >out 2>&1
    status=$?
    echo "$status $2 $(grep -o '\[[a-z_]*\]' out | grep -v demo | tr '\n' ' ')"
}
must "$SITECERT" import authority.csv provider.csv training-1.csv test-1.csv --quiet
A=03301202000000013 B=03305202000000019 C=03304202000000016 D=03301202000000021
must "$SITECERT" publish pub
must "$SITECERT" backup early.tar
echo '# after the backup: two more certificates, and one is suspended'
must "$SITECERT" import test-2.csv --quiet
must "$SITECERT" order suspend $B --reason r --ref f
must "$SITECERT" publish pub
must "$SITECERT" monitor pub --state seen
for n in $A $B $C $D; do "$SITECERT" token $n --raw >$n.cbor; done
must "$SITECERT" pdf $A -o a.pdf
must "$SITECERT" pdf $C -o c.pdf
cp pub/bundle.scb device.scb
for f in $A.cbor $B.cbor $C.cbor $D.cbor a.pdf c.pdf; do verdict device.scb $f; done
echo "# log size: $(sed -n 2p pub/log/checkpoint)"

echo '# the disk is lost; there is no later backup, and no mirror'
mv "$SITECERT_HOME" lost
export SITECERT_CLOCK=2020-08-04T10:00:00+08:00
must "$SITECERT" restore early.tar --home "$SITECERT_HOME"
cp -p lost/keys/* "$SITECERT_HOME/keys/"
t restore --published pub
t order suspend $A --reason r --ref f
t restore --published pub --new-log --dry-run
t restore --published pub --new-log
t restore --published pub --new-log
echo '# not in force yet'
t restore --published pub
t keys publish
export SITECERT_CLOCK=2020-08-04T10:01:00+08:00
cp -a lost/signer "$SITECERT_HOME/signer"
t restore --published pub
ls "$SITECERT_HOME" | grep signer
t order suspend $B --reason r --ref f
t keys adopt
echo '# what was lost is done again'
t order suspend $B --reason r --ref f
must "$SITECERT" import test-2.csv --quiet
t publish pub --json | sed -E 's/"(sequence|bundle_bytes|status_bytes|deadline_bytes|delta_bytes)":[0-9]+/"\1":N/g'
for n in $C $D; do "$SITECERT" token $n --raw >$n-again.cbor; done
must "$SITECERT" pdf $A -o a-again.pdf
must "$SITECERT" pdf $C -o c-again.pdf
echo '# the old log stands as it was, the new one beside it'
ls pub | grep log
sed -n 1,2p pub/log/checkpoint | sed -E 's/[0-9a-f]{16}/ID/'
sed -n 1,2p pub/log-2/checkpoint | sed -E 's/[0-9a-f]{16}/ID/'
echo '# a device that follows: what the register has stays good, what it lost is refused'
for f in $A.cbor $B.cbor $C.cbor $D.cbor $C-again.cbor $D-again.cbor a.pdf c.pdf a-again.pdf c-again.pdf; do verdict pub/bundle.scb $f; done
echo '# and one that takes the delta'
for d in pub/deltas/*.delta; do last=$d; done
"$CERTCHECK" bundle update device.scb "$last" --root "$SITECERT_HOME/root.cbor" >out 2>&1
echo "status $? $(grep -c sequence out)"
for f in $A.cbor $C.cbor $C-again.cbor; do verdict device.scb $f; done
echo '# keys alone'
for f in $A $C $C-again; do
    "$CERTCHECK" --trust pub/trust.cbor --root "$SITECERT_HOME/root.cbor" $f.cbor --json >out 2>&1
    echo "$? $f $(grep -oE '"(authentic|in_force)": [a-z]*' out | tr '\n' ' ')"
done
t audit
t monitor pub --state seen
t monitor pub --state seen
echo '# and so it goes on'
must "$SITECERT" order reinstate $B --reason r --ref f
must "$SITECERT" publish pub
verdict pub/bundle.scb $B.cbor
t monitor pub --state seen
echo '# the other home must not: what it has is closed'
t publish pub --home lost
