# Outside a demonstration: two operators for what gives back, and the day's clock alone.
. "$COMMON"
unset SITECERT_CLOCK
export SITECERT_HOME="$HOME/real"
"$SITECERT" init >/dev/null || exit
day() { TZ=Asia/Shanghai date -d "$1" +%Y-%m-%d; }
cat >training.csv <<END
$TRAININGS
t1,$PROVIDER,$ZHANG,男,01,C1,60,$(day -3days)
END
cat >test.csv <<END
$TESTS
s1,$PROVIDER,$ZHANG,01,$(day -2days),80,100,100,1
END
"$SITECERT" import authority.csv provider.csv training.csv test.csv --quiet >/dev/null || exit
NUMBER=$("$SITECERT" find --name 张示例 --id 110101197001020003 --json | "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)[0]["number"])')
ONE=$SITECERT_HOME/keys/operator-1.pem TWO=$SITECERT_HOME/keys/operator-2.pem
t() {
    echo "\$ sitecert $*" | sed "s/$NUMBER/NUMBER/g"
    "$SITECERT" "$@" 2>&1 | sed -E "s/$NUMBER/NUMBER/g; s/[0-9a-f]{64}/HASH/; s/20[0-9-]{8}/DATE/g"
    echo
}
order() { t order "$@" --reason 示例 --ref 示例文号; }
order suspend $NUMBER
echo '# reinstating takes two'
order reinstate $NUMBER
order reinstate $NUMBER --operator "$ONE" --operator "$ONE"
order reinstate $NUMBER --operator "$ONE" --operator "$TWO"
echo '# and so does an amendment'
t amend $NUMBER --name 张正名 --reason 录入错误 --ref 示例文号
t amend $NUMBER --name 张正名 --reason 录入错误 --ref 示例文号 --operator "$TWO" --operator "$ONE" --lang zh
echo '# the signatures stand'
t audit
echo '# with a clock of its own every command refuses to start'
export SITECERT_CLOCK=2021-09-10T10:00:00+08:00
for command in "show $NUMBER" "find --name x --id y" "token $NUMBER" "qr $NUMBER" "order suspend $NUMBER --reason x --ref y" \
    "amend $NUMBER --name x --reason x --ref y" report 'publish pub' 'keys list' audit 'import authority.csv'; do
    t $command
done
ls pub 2>&1 | sed 's/.*No such.*/nothing was published/'
