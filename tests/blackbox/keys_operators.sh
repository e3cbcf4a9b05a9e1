# In a real deployment two operators sign a change of keys, each with a key of his own; the witness policy is one of them.
export SITECERT_HOME="$HOME/register"
"$SITECERT" init --host CERT.EXAMPLE >/dev/null || exit
t() {
    echo "\$ sitecert $*"
    "$SITECERT" "$@" >out 2>&1
    status=$?
    sed -E 's/[0-9a-f]{64}/HASH/g; s/[0-9a-f]{16}/KID/g; s/[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:]{8}\+08:00)?/TIME/g' out
    echo "status $status"
    echo
}
openssl genpkey -algorithm ED25519 -out three.pem
chmod 600 three.pem
openssl pkey -in three.pem -pubout -out three.pub
for i in 1 2; do
    openssl genpkey -algorithm ED25519 -out w$i.pem
    openssl pkey -in w$i.pem -pubout -out w$i.pub
done
KEYS=$SITECERT_HOME/keys
t operator list
t operator add 操作员三 --key three.pub
t operator add 操作员三 --key three.pub
t operator add 操作员四 --key three.pem
t keys publish --operator three.pem
echo '# one is not enough; the other adds his own later'
t keys publish --operator "$KEYS/operator-1.pem"
t keys root export -o carry.cbor
t keys root sign "$KEYS/ceremony.cbor" --key "$KEYS/root-1.pem"
t keys publish --operator "$KEYS/operator-1.pem"
t keys publish --operator three.pem
t keys publish --operator "$KEYS/operator-2.pem"
sleep 3 # a real deployment has no clock but the machine's
t operator list
echo '# both at once: one is suspended, by the one that is new'
t operator suspend 操作员二
t keys publish --operator three.pem --operator "$KEYS/operator-1.pem"
sleep 2
t operator list
t operator suspend 操作员二
t operator suspend 操作员五
echo '# the one that was suspended signs no more'
t keys witness --quorum 2 --witness w.example/1=w1.pub
t keys witness --quorum 2 --witness w.example/1=w1.pub --witness w.example/1=w2.pub
t keys witness --quorum 2 --witness w.example/1=w1.pub --witness w.example/2=w2.pub
t keys publish --operator "$KEYS/operator-1.pem" --operator "$KEYS/operator-2.pem"
t keys publish --operator "$KEYS/operator-1.pem" --operator three.pem
t keys witness --quorum 0
t keys publish --operator "$KEYS/operator-1.pem" --operator three.pem --json
echo '# a new key is announced a week before its use'
t keys generate --use publish
t keys generate --use token --json | sed -E 's/"text":.*/…/'
