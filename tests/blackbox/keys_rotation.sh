# A year of an operator's calendar: the next token key is announced, both run for a while, the old one ends. And what a key
# may not: more than a million indexes, other units and posts than its own, another's indexes, or to be used before it was
# announced.
. "$COMMON"
must() {
    "$@" >out 2>&1 || { echo "failed: $*"; cat out; exit 1; }
}
masked() {
    sed -E 's/[0-9a-f]{64}/HASH/g; s/[0-9a-f]{16}/KID/g; s|/[^ ]*/keys/|keys/|; s/; [0-9.]+ seconds.*/; TIME/'
}
t() {
    echo "\$ sitecert $*" | masked
    "$SITECERT" "$@" >out 2>&1
    status=$?
    masked <out
    echo "status $status"
    echo
}
verdict() {
    "$CERTCHECK" --bundle pub/bundle.scb --root "$SITECERT_HOME/root.cbor" "$1" >out 2>&1
    status=$?
    echo "$status $1 $(grep -o '\[[a-z_]*\]' out | grep -v demo | tr '\n' ' ')"
}
clock() {
    export SITECERT_CLOCK="$1"
    echo "# $1"
}
kid() {
    "$SITECERT" keys list | awk -v use="$1" -v n="$2" '$2 == use && ++i == n { print $1 }'
}
cat >training-1.csv <<END
$TRAININGS
t1,$PROVIDER,$ZHANG,男,01,C1,60,2020-07-01
t2,$PROVIDER,$ZHANG,男,05,C1,60,2020-07-01
t3,$PROVIDER,$WANG,女,04,C1,60,2020-07-01
t4,$PROVIDER,$WANG,女,01,C1,60,2020-07-01
END
test_row() {
    printf '%s\n%s,%s,%s,%s,2020-07-10,80,100,100,1\n' "$TESTS" "$1" "$PROVIDER" "$2" "$3" >"test-$1.csv"
}
test_row s1 "$ZHANG" 01
test_row s2 "$ZHANG" 05
test_row s3 "$WANG" 04
test_row s4 "$WANG" 01
must "$SITECERT" import authority.csv provider.csv training-1.csv test-s1.csv --quiet
"$SITECERT" token 03301202000000013 --raw >one.cbor

echo '# what is refused'
t keys generate --use token --first 0
t keys generate --use token --first 2000000 --last 3000001 --dry-run
t keys generate --use token --first 2000000 --last 2000000 --dry-run
t keys generate --use token --units 33,33
t keys generate --use publish --first 5
t keys generate --use publish --name 某人
t keys generate --use root
t keys retire abcd
echo '# a key that has signed nothing makes room, and a million indexes are not too many'
t keys generate --use token --first 1000000 --dry-run
t keys generate --use token --first 2000000 --last 3000000 --dry-run

echo '# the next key, from index 2 on, and for one unit and one post alone'
t keys generate --use token --first 2 --units 033 --posts 01,04,05 --not-before 2020-08-10
t keys list
KEY3=$SITECERT_HOME/keys/token-3.pem
t keys publish --dry-run
t keys publish
t keys list
must "$SITECERT" import test-s2.csv --quiet
must "$SITECERT" publish pub
verdict one.cbor

echo '# the next key is announced, but not yet in use'
must "$FORGE" "$KEY3" one.cbor early.cbor log_index=2
verdict early.cbor
clock 2020-08-10T10:00:00+08:00
must "$FORGE" "$KEY3" one.cbor scope.cbor log_index=2 iat=1597024800 unit=34
verdict scope.cbor
must "$FORGE" "$KEY3" one.cbor scope.cbor log_index=2 iat=1597024800 post=13
verdict scope.cbor
must "$FORGE" "$KEY3" one.cbor range.cbor log_index=1 iat=1597024800
verdict range.cbor
must "$FORGE" "$SITECERT_HOME/keys/token-1.pem" one.cbor range.cbor log_index=2
verdict range.cbor
t import test-s3.csv --quiet
t import test-s4.csv --quiet
must "$SITECERT" publish pub
"$SITECERT" token 03301202000000021 --raw >four.cbor
verdict one.cbor
verdict four.cbor

clock 2021-03-01T10:00:00+08:00
echo '# the old key ends; what it signed stays good'
OLD=$(kid token 1)
t keys retire "$OLD"
t keys retire "$OLD"
t keys publish
must "$SITECERT" publish pub
verdict one.cbor
must "$FORGE" "$SITECERT_HOME/keys/token-1.pem" one.cbor late.cbor log_index=1 iat=1614564001
verdict late.cbor
t audit

echo '# every other use: the successor first, then the end'
for use in publish log document; do
    must "$SITECERT" keys generate --use $use
done
t keys publish
clock 2021-03-09T10:00:00+08:00
for use in publish log; do
    must "$SITECERT" keys retire "$(kid $use 1)"
done
t keys publish
must "$SITECERT" publish pub
verdict four.cbor
t keys list
t audit

echo '# a list that nobody renews'
must "$SITECERT" keys publish --next-update 90d
clock 2021-05-10T10:00:00+08:00
"$SITECERT" keys list 2>&1 >/dev/null
clock 2021-05-20T10:00:00+08:00
"$SITECERT" keys list 2>&1 >/dev/null
clock 2021-06-10T10:00:00+08:00
"$SITECERT" keys list 2>&1 >/dev/null
"$SITECERT" --lang zh keys list 2>&1 >/dev/null
must "$SITECERT" publish pub
verdict four.cbor
t keys publish
must "$SITECERT" publish pub
verdict four.cbor

echo '# the range is used up, and the next key is announced but not yet in use: nothing is issued'
must "$SITECERT" keys generate --use token --first 4 --not-before 2021-07-01
must "$SITECERT" keys publish
cat >training-2.csv <<END
$TRAININGS
t5,$PROVIDER,$WANG,女,05,C1,60,2020-07-01
END
test_row s5 "$WANG" 05
must "$SITECERT" import training-2.csv --quiet
t import test-s5.csv --quiet
