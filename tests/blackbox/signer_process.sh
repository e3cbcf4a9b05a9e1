# The signer as a process of its own: started by a command, running already, killed, twice.
. "$COMMON"
"$SITECERT" import --quiet authority.csv provider.csv >/dev/null
"$PYTHON" "$ROWS" "$PROVIDER" 4000 | grep -v '99,' >training.csv
"$PYTHON" - "$TESTS" <<'END'
import csv, sys
rows = list(csv.DictReader(open("training.csv")))
for part in range(4):
    with open(f"test-{part}.csv", "w") as f:
        print(sys.argv[1], file=f)
        for r in rows[part::4]:
            print(r["record_id"], r["provider"], r["name"], r["id_type"], r["id_number"], r["post"], "2020-08-01", 80, 100, 100, 1,
                  sep=",", file=f)
END
"$SITECERT" import --quiet training.csv >/dev/null
issued() {
    "$SITECERT" import --json --quiet "$@" >out
    echo "status $?, $("$PYTHON" -c 'import json; r = json.load(open("out")); print(r["issued"], "issued,", r["refused"], "refused")')"
}
# Until it answers.
answers() {
    "$PYTHON" - "$SITECERT_HOME/run/signer.sock" <<'END'
import socket, sys, time
for i in range(400):
    try:
        socket.socket(socket.AF_UNIX).connect(sys.argv[1])
        sys.exit(0)
    except OSError:
        time.sleep(0.02)
sys.exit(1)
END
}
size() {
    wc -c <"$SITECERT_HOME/signer/leaves"
}

echo '# no signer runs: the command starts one, and takes it along'
issued test-0.csv
ls "$SITECERT_HOME/run"
echo "$(($(size) / 64)) leaves remembered"

echo '# one runs: no key is read by the command'
"$SIGNER" --home "$SITECERT_HOME" 2>signer.log &
signer=$!
answers && echo 'it answers'
mkdir kept && mv "$SITECERT_HOME"/keys/*.pem kept/
issued test-1.csv
"$SITECERT" publish published --quiet >/dev/null
echo "publish: status $?"
kill -0 $signer && echo 'and runs on'

echo '# a second signer of the home'
"$SIGNER" --home "$SITECERT_HOME" --lang en
echo "status $?"
mv kept/*.pem "$SITECERT_HOME/keys/"
"$SIGNER" --home "$SITECERT_HOME" --lang en 2>&1 | sed 's/^time=.*//'

echo '# killed in the middle of an import'
sed -i 's/^group_rows.*/group_rows = 20/' "$SITECERT_HOME/sitecert.ini"
before=$(size)
"$SITECERT" import --json --quiet test-2.csv >out 2>err &
import=$!
while [ "$(size)" = "$before" ] && kill -0 $import 2>/dev/null; do
    :
done
kill -9 $signer
kill -0 $import 2>/dev/null && echo 'the import is not over yet'
wait $signer 2>/dev/null
wait $import
echo "status $?, $("$PYTHON" -c 'import json; r = json.load(open("out")); print(r["issued"], "issued,", r["refused"], "refused")')"
cat err
ls "$SITECERT_HOME/run"

echo '# ended as asked'
"$SIGNER" --home "$SITECERT_HOME" 2>signer.log &
signer=$!
answers && issued test-3.csv
kill -TERM $signer
wait $signer
echo "status $?"
sed -E 's/.*(event=[a-z_]+).*/\1/' signer.log
ls "$SITECERT_HOME/run"
"$SITECERT" publish published --quiet >/dev/null
echo "publish: status $?"
t audit --lang en | sed -E 's/root [0-9a-f]+/root HASH/'
echo "$(($(size) / 64)) leaves remembered"

echo '# without its memory'
mv "$SITECERT_HOME/signer" lost
"$SITECERT" publish published --quiet --lang en
echo "status $?"
t keys adopt --lang en
"$SITECERT" publish published --quiet >/dev/null
echo "publish: status $?"
cmp "$SITECERT_HOME/signer/leaves" lost/leaves && echo 'the same leaves'
