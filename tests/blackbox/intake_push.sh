# What is pushed over the network comes out as what is imported: rows, results, refusals, report, audit.
. "$COMMON"
IMPORTED="$HOME/imported"
SITECERT_HOME=$IMPORTED "$SITECERT" init --demo >/dev/null || exit
for home in "$SITECERT_HOME" "$IMPORTED"; do
    SITECERT_HOME=$home "$SITECERT" import authority.csv provider.csv --quiet >/dev/null || exit
done

"$PYTHON" "$ROWS" $PROVIDER 2500 >training-1.csv
awk -F, -v header="$TESTS" 'BEGIN { print header }
    NR > 1 { printf "s%d,%s,%s,%s,%s,%s,2020-07-10,%d,100,100,1\n", NR, $2, $3, $4, $5, $7, NR % 50 ? 80 : 50 }' training-1.csv |
    iconv -f UTF-8 -t GB18030 >test-1.csv
cp "$PHOTOS/wang.png" "$PHOTOS/not-a-picture.jpg" .
head -c 60000 /dev/zero >large.jpg
awk -F, 'BEGIN { print "record_id,id_type,id_number,file"; split("wang.png not-a-picture.jpg none.jpg large.jpg", file, " ") }
    NR > 1 && NR < 12 { printf "p%d,%s,%s,%s\n", NR, $4, $5, file[NR % 4 + 1] }' training-1.csv >photo-1.csv
FILES='training-1.csv photo-1.csv test-1.csv'
SITECERT_HOME=$IMPORTED "$SITECERT" import $FILES --quiet --results imported.ndjson --errors imported.csv >imported.txt
echo "imported: status $?"

openssl genpkey -algorithm ed25519 -out key.pem 2>/dev/null
chmod 600 key.pem
openssl pkey -in key.pem -pubout -out pub.pem
"$SITECERT" sender add zhejiang --unit 033 --key pub.pem >/dev/null || exit

listen() {
    "$ISSUERD" --listen 127.0.0.1:0 >listening 2>daemon.log &
    daemon=$!
    trap 'kill $daemon 2>/dev/null; wait $daemon' EXIT
    for _ in $(seq 300); do
        [ -s listening ] && break
        sleep 0.1
    done
    url="http://$(sed -n 's/^listening //p' listening)"
}
push() {
    "$SITECERT" push $FILES --url "$url" --id zhejiang --key key.pem --batch-rows 400 --quiet "$@"
}
# Pick-up codes are told to senders alone.
told() {
    "$PYTHON" -c '
import json, sys
for line in open(sys.argv[1]):
    result = json.loads(line)
    result.pop("pickup", None)
    print(json.dumps(result, ensure_ascii=False))' "$1"
}
same() {
    told imported.ndjson >left
    told "$1.ndjson" >right
    cmp left right && cmp imported.csv "$1.csv" && echo "$1: results and refusals are those of import"
}
listen
push --results pushed.ndjson --errors pushed.csv >/dev/null
echo "pushed: status $?"
same pushed
echo '# the same files again are answered as the first time'
push --results again.ndjson --errors again.csv >/dev/null
same again
kill $daemon
wait $daemon
trap - EXIT
echo '# both registers say the same'
"$SITECERT" report --json >left
SITECERT_HOME=$IMPORTED "$SITECERT" report --json >right
cmp left right && echo same
"$SITECERT" audit --quiet >/dev/null
echo "audit: status $?"
