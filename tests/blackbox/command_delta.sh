# A device that follows the deltas of a published folder.
. "$COMMANDS"
certcheck=$(dirname "$SITECERT")/certcheck
[ -x "$certcheck" ] || { echo 'no certcheck was built'; exit 0; }
u() {
    echo "\$ certcheck bundle update $*"
    before=$(sha256sum <"$1")
    "$certcheck" bundle update --lang en "$@" >out 2>&1
    status=$?
    sed -E 's/"bytes": [0-9]+/"bytes": SIZE/; s/[0-9a-f]{16}/KID/' out
    echo "status $status"
    [ "$before" = "$(sha256sum <"$1")" ] && echo 'the file is as it was'
    echo
}
state() { "$certcheck" --at 2021-09-10T11:00:00+08:00 --bundle "$1" --json "$("$SITECERT" token $A)" 2>/dev/null | "$PYTHON" -c 'import json, sys; v = json.load(sys.stdin)[0]; print(v["state"], [p["code"] for p in v["problems"]])'; }
publish() { "$SITECERT" publish pub --quiet && cp pub/bundle.scb "day$1.scb"; }
publish 1
"$SITECERT" order suspend $A --reason 核查中 --ref 示例 >/dev/null
publish 2
"$SITECERT" order reinstate $A --reason 核查完毕 --ref 示例 >/dev/null
publish 3
set -- pub/deltas/*.delta
cp "$1" 1.delta
cp "$2" 2.delta
echo '# one after the other'
cp day1.scb mine.scb
unset SITECERT_CLOCK
state mine.scb
u mine.scb 1.delta
state mine.scb
echo '# with a gap, backwards, twice'
cp day1.scb mine.scb
u mine.scb 2.delta
u mine.scb 2.delta 1.delta
u mine.scb 1.delta 1.delta
echo '# a whole chain, as JSON'
u mine.scb 1.delta 2.delta --json
state mine.scb
echo '# older than what this device has seen now'
cp day1.scb mine.scb
u mine.scb 1.delta
echo '# one bit'
"$PYTHON" -c 'b = bytearray(open("2.delta", "rb").read()); b[-1] ^= 1; open("bit.delta", "wb").write(b)'
cp day2.scb mine.scb
u mine.scb bit.delta
echo '# of another deployment'
export SITECERT_CLOCK=2021-09-10T10:00:00+08:00
"$SITECERT" init --demo --home other >/dev/null
"$SITECERT" publish other-pub --home other --quiet
"$SITECERT" publish other-pub --home other --quiet
unset SITECERT_CLOCK
u mine.scb other-pub/deltas/*.delta
u mine.scb nowhere.delta
u other-pub/bundle.scb 2.delta
