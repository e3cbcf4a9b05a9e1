# Every order, on every state.
. "$COMMANDS"
order() { t order "$@" --ref 示例罚〔2021〕1号; }
order suspend $A --reason 核查中
order suspend $A --reason 再次
order reinstate $A --reason 核查完毕 --lang zh
order reinstate $A --reason 再次 --lang zh
order revoke $A --reason 处罚 --json
order cancel $A --reason 已吊销 --json --lang zh
order withdraw $B --reason 误发
order cancel $C --reason 本人申请 --effective 2021-10-01
echo '# dated ahead: in force until then'
for day in 2021-09-30 2021-10-01; do
    SITECERT_CLOCK=${day}T09:00:00+08:00 "$SITECERT" show $C --json |
        "$PYTHON" -c 'import json, sys; c = json.load(sys.stdin); print(c["state"], c["in_force"], [(o["action"], o["effective"]) for o in c["orders"]])'
done
echo '# refused, with every reason'
order reinstate 03301202000000014 --reason x
order suspend $C --reason x --effective 2021-09-10
order suspend $C --reason x --effective 2021-02-30
echo '# a key that is not an operator: another deployment'\''s'
"$SITECERT" --home stranger init --demo >/dev/null
cat >training-2.csv <<END
$TRAININGS
t9,$PROVIDER,$WANG,女,01,C1,60,2020-07-01
END
cat >test-2.csv <<END
$TESTS
s9,$PROVIDER,$WANG,01,2020-07-10,80,100,100,1
END
"$SITECERT" import training-2.csv test-2.csv --quiet >/dev/null
D=$("$SITECERT" find --name 王样本 --id 110101197001030009 --json | "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)[1]["number"])')
order suspend $D --reason x --operator stranger/keys/operator-1.pem
order suspend $D --reason x --operator nowhere.pem
order suspend $D --reason x --operator "$SITECERT_HOME/keys/token-1.pem"
order suspend $D --reason x --operator "$SITECERT_HOME/keys/operator-2.pem"
echo '# usage'
t order
t order suspend
t order pause $A --reason x --ref y
t order suspend $A --reason x
t order suspend $A --ref y --lang zh
order suspend $A --reason x --operator a --operator b --operator c
t audit
