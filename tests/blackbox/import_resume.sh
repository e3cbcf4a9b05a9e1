# Interrupted anywhere, and gone on with: every row is taken once and told of once.
. "$COMMON"
"$SITECERT" import --quiet authority.csv provider.csv >/dev/null
"$PYTHON" "$ROWS" "$PROVIDER" 30000 >training.csv
sed -i 's/^group_rows.*/group_rows = 700/' "$SITECERT_HOME/sitecert.ini"

runs=0 status=1
while [ "$status" = 1 ] && [ "$runs" -lt 200 ]; do
    "$SITECERT" import --quiet --resume training.csv --errors errors.csv --results results.ndjson >/dev/null 2>&1 &
    pid=$!
    runs=$((runs + 1))
    # Longer each time, so that it comes to an end on any machine.
    sleep "0.$((runs + 10))"
    kill -INT "$pid" 2>/dev/null
    wait "$pid"
    status=$?
done
echo "status $status"
ls "$SITECERT_HOME/import" errors.csv* results.ndjson*
"$PYTHON" - <<'END'
import csv, json
results = [json.loads(line) for line in open("results.ndjson")]
errors = list(csv.DictReader(open("errors.csv")))
print("results in order:", [r["row"] for r in results] == list(range(1, 30001)))
print("outcomes:", sorted({r["outcome"] for r in results}), sum(r["outcome"] == "recorded" for r in results))
print("errors:", len(errors), all(e["record_id"].endswith("99") for e in errors))
END
t import --json --quiet training.csv
"$SITECERT" report --json | "$PYTHON" -c 'import json,sys; print("trainings:", json.load(sys.stdin)["total"]["trainings"])'

echo '# killed outright: what was durable is not asked for again'
"$PYTHON" "$ROWS" "$PROVIDER" 30000 | sed 's/^t/u/' >training-u.csv
"$SITECERT" import --quiet training-u.csv >/dev/null 2>&1 &
pid=$!
until ls "$SITECERT_HOME"/import/*.progress >/dev/null 2>&1 || ! kill -0 "$pid" 2>/dev/null; do
    sleep 0.01
done
kill -KILL "$pid" && echo 'killed with some rows taken'
wait "$pid" 2>/dev/null
"$SITECERT" import --quiet --resume training-u.csv >/dev/null
echo "status $?"
"$SITECERT" report --json | "$PYTHON" -c 'import json,sys; print("trainings:", json.load(sys.stdin)["total"]["trainings"])'
t audit | sed -E 's/root [0-9a-f]+/root HASH/'
