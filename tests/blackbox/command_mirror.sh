# The mirror on a second disk: nothing acknowledged is lost with the first one.
. "$COMMANDS"
mkdir "$PWD/second"
sed -i "s|^mirror = .*|mirror = $PWD/second|; s|^# *mirror = .*|mirror = $PWD/second|" "$SITECERT_HOME/sitecert.ini"
grep -c '^mirror = ./' "$SITECERT_HOME/sitecert.ini"
said() { sed "s|$PWD|.|g"; }
cat >training-2.csv <<END
$TRAININGS
t9,$PROVIDER,$WANG,女,01,C1,60,2020-07-01
END
cat >test-2.csv <<END
$TESTS
s9,$PROVIDER,$WANG,01,2020-07-11,90,100,100,1
END
echo '# it begins with the first that writes, and a backup from then on can be made up for'
t order suspend $B --reason 核查中 --ref 示例 | said
ls second | said
t backup early.tar | grep status
echo '# after the backup: an issue, an order, a publication'
"$SITECERT" import training-2.csv test-2.csv --quiet --results told.ndjson >/dev/null
"$PYTHON" -c "import json; print([(r['outcome'], r['number']) for r in map(json.loads, open('told.ndjson'))])"
"$SITECERT" order suspend $A --reason 核查中 --ref 示例 >/dev/null
"$SITECERT" publish pub --quiet
"$SITECERT" show $A --json >before.json
"$SITECERT" report --json >>before.json
echo '# the first disk is lost; with the mirror nothing else is'
mv "$SITECERT_HOME" lost
t restore early.tar --home "$SITECERT_HOME" 2>&1 | sed -E 's/[0-9]+ bytes/SIZE bytes/' | said
cp -p lost/keys/* "$SITECERT_HOME/keys/"
t restore --published pub | said
"$SITECERT" show $A --json >after.json
"$SITECERT" report --json >>after.json
cmp before.json after.json && echo 'the answers are those of before'
echo '# a home that goes on is not made up for a second time'
t restore --mirror "$PWD/second" | said
echo '# the memory of what was signed: the one of before, when it is still there'
t order reinstate $A --reason 示例 --ref 示例 | said
mv lost/signer/* "$SITECERT_HOME/signer/" 2>/dev/null || { mkdir -p "$SITECERT_HOME/signer" && mv lost/signer/* "$SITECERT_HOME/signer/"; }
t order reinstate $A --reason 示例 --ref 示例 | said
t import test-2.csv --json | sed -E 's/"seconds":[0-9.]+/"seconds":SOME/'
"$SITECERT" publish pub --quiet && "$SITECERT" audit | masked
echo '# an old home beside a mirror that has more'
"$SITECERT" restore early.tar --home old --mirror nowhere 2>&1 | sed -E 's/[0-9]+ bytes/SIZE bytes/' | said
rm -f old/restored && cp -p lost/keys/* old/keys/
t order suspend $C --reason 核查中 --ref 示例 --home old | said
echo '# a mirror that is not there, is empty, is of another history, of another deployment, is damaged'
mv second away
t order suspend $C --reason 核查中 --ref 示例 | said
mkdir second
t order suspend $C --reason 核查中 --ref 示例 | said
t mirror begin | said
t mirror begin | said
t order suspend $C --reason 核查中 --ref 示例 | said
mv second third && mv away second
t order reinstate $C --reason 示例 --ref 示例 | said
rm -r second && mv third second
"$SITECERT" init --demo --home other --quiet
sed -i "s|^mirror = .*|mirror = $PWD/second|" other/sitecert.ini
t import authority.csv --home other | said
"$PYTHON" - <<END
import glob
for n in glob.glob('second/register-*'):
    b = bytearray(open(n, 'rb').read())
    b[90] ^= 1
    open(n, 'wb').write(b)
END
t order reinstate $C --reason 示例 --ref 示例 | said
echo '# a backup of before that mirror began'
"$SITECERT" restore early.tar --home last --mirror "$PWD/second" 2>&1 | sed -E 's/[0-9]+ bytes/SIZE bytes/' | said
