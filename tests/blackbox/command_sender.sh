# Who may push records: registered, changed, suspended, listed. Keys are another each time.
. "$COMMON"
new_key() {
    name=$1
    shift
    openssl genpkey "$@" -out "$name.key" 2>/dev/null
    openssl pkey -in "$name.key" -pubout -out "$name.pub"
}
new_key a -algorithm ed25519
new_key b -algorithm EC -pkeyopt ec_paramgen_curve:P-256
new_key c -algorithm ed25519
new_key d -algorithm EC -pkeyopt ec_paramgen_curve:P-384
t() {
    echo "\$ sitecert $*"
    "$SITECERT" "$@" >out 2>&1
    status=$?
    sed -E 's/[A-Za-z0-9_-]{43}/THUMBPRINT/g' out
    echo "status $status"
    echo
}
echo '# nobody yet'
t sender list --json
echo '# what is refused'
t sender add zhejiang --unit 033
t sender add zhejiang --unit 33 --key a.pub
t sender add local --unit 033 --key a.pub
t sender add 0123456789abcdef --unit 033 --key a.pub
t sender add zhejiang --unit 033 --key a.pub --kinds test,tests
t sender add zhejiang --unit 033 --key a.key
t sender add zhejiang --unit 033 --key d.pub
t sender add zhejiang --unit 033 --key authority.csv
t sender add zhejiang --unit 033 --key none.pub
t sender rotate zhejiang --key a.pub
t sender suspend zhejiang
echo '# registered before its authority, and after'
t sender add zhejiang --unit 033 --key a.pub
"$SITECERT" import authority.csv --quiet >/dev/null
t sender add school-7 --unit 033 --key b.pub --kinds training,photo --rows-per-day 5000 --json
t sender add zhejiang --unit 033 --key c.pub
t sender add other --unit 033 --key b.pub
echo '# a new key, an old one, a stop'
t sender rotate zhejiang --key b.pub
t sender rotate zhejiang --key c.pub
t sender suspend school-7
t sender list
t sender list --lang zh
t sender list --json
t sender rotate zhejiang --key a.pub --overlap 0d
new_key e -algorithm ed25519
t sender rotate zhejiang --key e.pub --overlap 0d
t sender resume school-7
t sender list
echo '# the thumbprint is that of RFC 7638'
"$SITECERT" sender list --json | "$PYTHON" -c '
import base64, hashlib, json, os, sys
b64 = lambda b: base64.urlsafe_b64encode(b).decode().rstrip("=")
listed = {s["id"]: s["keys"][0]["thumbprint"] for s in json.load(sys.stdin)}
for s in json.load(open(os.environ["SITECERT_HOME"] + "/senders.json"))["senders"]:
    jwk = json.dumps(s["keys"][0]["jwk"], sort_keys=True, separators=(",", ":"))
    print(s["id"], listed[s["id"]] == b64(hashlib.sha256(jwk.encode()).digest()))'
stat -c '%a %n' "$SITECERT_HOME/senders.json" | sed "s|$SITECERT_HOME|HOME|"
echo '# a file that somebody broke'
echo '{}' >"$SITECERT_HOME/senders.json"
t sender list
