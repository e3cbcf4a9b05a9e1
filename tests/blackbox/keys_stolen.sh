# The rehearsal: a token key is stolen. What the thief signs is refused, what was signed before stays good.
. "$COMMON"
export SITECERT_CLOCK=2020-08-03T10:00:00+08:00
cat >training-1.csv <<END
$TRAININGS
t1,$PROVIDER,$ZHANG,男,01,C1,60,2020-07-01
t2,$PROVIDER,$ZHANG,男,05,C1,60,2020-07-01
t3,$PROVIDER,$WANG,女,04,C1,60,2020-07-01
t4,$PROVIDER,$WANG,女,01,C1,60,2020-07-01
t5,$PROVIDER,$WANG,女,05,C1,60,2020-07-01
END
cat >test-1.csv <<END
$TESTS
s1,$PROVIDER,$ZHANG,01,2020-07-10,80,100,100,1
s2,$PROVIDER,$ZHANG,05,2020-07-10,80,100,100,1
s3,$PROVIDER,$WANG,04,2020-07-10,80,100,100,1
END
cat >test-2.csv <<END
$TESTS
s4,$PROVIDER,$WANG,01,2020-07-10,80,100,100,1
END
cat >test-3.csv <<END
$TESTS
s5,$PROVIDER,$WANG,05,2020-07-10,80,100,100,1
END
must() {
    "$@" >out 2>&1 || { echo "failed: $*"; cat out; exit 1; }
}
must "$SITECERT" import authority.csv provider.csv training-1.csv test-1.csv --quiet
A=03301202000000013 B=03305202000000019 C=03304202000000016
# an order between: its leaf is no token's
must "$SITECERT" order suspend $B --reason r --ref f
must "$SITECERT" order reinstate $B --reason r --ref f
must "$SITECERT" publish pub
cp pub/log/checkpoint witness.checkpoint # what a witness keeps
cp pub/bundle.scb before.scb
KEY=$("$SITECERT" keys list | awk '$2 == "token" { print $1; exit }')
for n in $A $B $C; do "$SITECERT" token $n --raw >$n.cbor; done
verdict() {
    "$CERTCHECK" --bundle "$1" --root "$SITECERT_HOME/root.cbor" "$2" >out 2>&1
    status=$?
    echo "$status $2 $(grep -o '\[[a-z_]*\]' out | grep -v demo | tr '\n' ' ')"
}
echo "# log size at the checkpoint: $(sed -n 2p witness.checkpoint)"
for n in $A $B $C; do verdict before.scb $n.cbor; done

echo '# the theft; more is issued before anybody notices'
cp "$SITECERT_HOME/keys/token-1.pem" stolen.pem
export SITECERT_CLOCK=2020-08-04T10:00:00+08:00
must "$SITECERT" import test-2.csv --quiet
D=03301202000000021
"$SITECERT" token $D --raw >$D.cbor
must "$SITECERT" publish pub
echo "# log size by now: $(sed -n 2p pub/log/checkpoint)"
must "$FORGE" stolen.pem $A.cbor used-index.cbor name=李伪造
must "$FORGE" stolen.pem $A.cbor order-index.cbor name=李伪造 log_index=3
must "$FORGE" stolen.pem $A.cbor unused-index.cbor name=李伪造 log_index=700000
must "$FORGE" stolen.pem $A.cbor after-index.cbor name=李伪造 log_index=5
must "$FORGE" stolen.pem $A.cbor fresh.cbor name=李伪造 log_index=6 iat=1596506400
must "$FORGE" stolen.pem $A.cbor back-dated.cbor name=李伪造 iat=1596333600
must "$FORGE" stolen.pem $B.cbor another-index.cbor name=李伪造 log_index=0
echo '# before the cut-off a perfect forgery is believed'
FORGED="used-index order-index unused-index after-index back-dated another-index"
for f in $FORGED fresh; do verdict pub/bundle.scb $f.cbor; done

echo '# the cut-off, at the checkpoint of the witness'
t() {
    { echo "\$ sitecert $*"; "$SITECERT" "$@"; } 2>&1 | sed -E "s/[0-9a-f]{64}/HASH/g; s/$KEY/STOLEN/g; s/[0-9a-f]{16}/KID/g"
    echo
}
sed 's/^5$/4/' witness.checkpoint >other.checkpoint
N=$(sed -n 2p witness.checkpoint)
t keys cutoff $KEY --index $N --checkpoint other.checkpoint
t keys cutoff $KEY --index 3 --checkpoint witness.checkpoint
t keys cutoff $KEY --index 700 --checkpoint witness.checkpoint
t keys cutoff $KEY --index $N --checkpoint witness.checkpoint --dry-run
t keys cutoff $KEY --index $N --checkpoint witness.checkpoint
t keys cutoff $KEY --index $N
t keys publish
t keys list
must "$SITECERT" publish pub
for n in $A $B $C; do verdict pub/bundle.scb $n.cbor; done
for f in $FORGED fresh; do verdict pub/bundle.scb $f.cbor; done
echo '# signed by the right one, but after the checkpoint: it must be issued again'
verdict pub/bundle.scb $D.cbor
cp pub/bundle.scb cut.scb
t keys reissue --dry-run
t keys reissue
t keys reissue
must "$SITECERT" publish pub
"$SITECERT" token $D --raw >$D-again.cbor
verdict pub/bundle.scb $D-again.cbor
verdict pub/bundle.scb $D.cbor
verdict cut.scb $D-again.cbor
t audit
t monitor pub
echo '# the spare key goes on at once'
must "$SITECERT" import test-3.csv --quiet
E=03305202000000027
"$SITECERT" token $E --raw >$E.cbor
must "$SITECERT" publish pub
verdict pub/bundle.scb $E.cbor
echo '# keys alone know what was signed behind the end, and can tell nothing else'
keys_only() {
    "$CERTCHECK" --trust pub/trust.cbor --root "$SITECERT_HOME/root.cbor" $1.cbor --json >out 2>&1
    echo "$? $1 $(grep -oE '"(authentic|in_force)": [a-z]*' out | tr '\n' ' ')"
}
for f in $A used-index back-dated unused-index fresh $E; do keys_only $f; done
echo '# a device that does not know yet is fooled until it has the new bundle'
verdict before.scb used-index.cbor
t audit
echo '# a second cut-off, of the document key'
DOC=$("$SITECERT" keys list | awk '$2 == "document" { print $1; exit }')
must "$SITECERT" pdf $A -o a.pdf
verdict pub/bundle.scb a.pdf
t keys cutoff $DOC --index 3
t keys cutoff $DOC --time 2020-07-01
must "$SITECERT" keys publish
must "$SITECERT" publish pub
verdict pub/bundle.scb a.pdf
t keys cutoff "$("$SITECERT" keys list | awk '$2 == "log" { print $1; exit }')" --index 3
