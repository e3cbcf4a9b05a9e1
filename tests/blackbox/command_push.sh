# Pushing without a server: what is refused before anything is sent. With one: tests/interop/push.test.mjs.
. "$COMMON"
openssl genpkey -algorithm ed25519 -out key.pem 2>/dev/null
chmod 600 key.pem
openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:3072 -out rsa.pem 2>/dev/null
chmod 600 rsa.pem
cp key.pem open.pem
chmod 644 open.pem
printf '%s\n' "$TESTS" >test-1.csv
printf '%s\n"' "$TESTS" >test-broken.csv
printf 'record_id,colour\n' >test-columns.csv
cp test-1.csv unnamed.csv
t() {
    echo "\$ sitecert $*"
    "$SITECERT" "$@" >out 2>&1
    status=$?
    sed -E "s/; [0-9.]+ seconds( \([0-9]+ rows a second\))?/; TIME/" out
    echo "status $status"
    echo
}
AT='--id zhejiang --key key.pem --url http://127.0.0.1:1'
t push test-1.csv
t push test-1.csv --id zhejiang --key key.pem --url http://intake.example
t push test-1.csv --id zhejiang --key key.pem --url ftp://intake.example
t push test-1.csv --id zhejiang --key key.pem --url unix:
t push test-1.csv --id 'zhe jiang' --key key.pem --url http://127.0.0.1:1
t push test-1.csv --id zhejiang --key rsa.pem --url http://127.0.0.1:1
t push test-1.csv --id zhejiang --key open.pem --url http://127.0.0.1:1
t push test-1.csv --id zhejiang --key none.pem --url http://127.0.0.1:1
t push - $AT --kind test
t push unnamed.csv $AT
t push test-broken.csv $AT
t push test-columns.csv $AT
t push none.csv $AT --kind test
t push test-1.csv $AT --no-wait --errors x.csv
t push test-1.csv $AT --batch-rows 0
echo '# nothing to send is nothing refused'
t push test-1.csv $AT
echo "record_id-1,$PROVIDER,$ZHANG,01,2020-07-10,80,100,100,1" >>test-1.csv
echo '# nobody listens'
t push test-1.csv $AT --patience 0s
t push test-1.csv --id zhejiang --key key.pem --url "unix:$PWD/none.sock" --patience 0s
echo '# a borrowed clock is for demonstrations alone'
SITECERT_HOME=none
t push test-1.csv $AT --patience 0s
