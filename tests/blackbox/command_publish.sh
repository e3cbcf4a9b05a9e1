# A folder of static files, made and made again.
. "$COMMANDS"
list() { (cd pub && find . -type f | sed -E 's/[0-9a-f]{64}/HASH/' | sort); }
t publish pub
list
echo '# again: another sequence, the same log'
sha256sum pub/log/checkpoint pub/log/tile/0/*/* >before
t publish pub --json
sha256sum -c --quiet before && echo 'the log is as it was'
echo '# one more leaf: old tiles stay'
"$SITECERT" order suspend $A --reason 核查中 --ref 示例 >/dev/null
t publish pub --lang zh
sha256sum -c --quiet before 2>&1 | sed -n 1p
list
echo '# what a killed publication left beside its files is gone after the next'
touch pub/bundle.scb.999999999-0~ pub/log/tile/0/000.p/5.999999999-1~ pub/notes~
"$SITECERT" publish pub --quiet
find pub -name '*~'
rm pub/notes~
echo '# to an inspector'
if [ -x "$(dirname "$SITECERT")/certcheck" ]; then
    "$(dirname "$SITECERT")/certcheck" --at 2021-09-10T11:00:00+08:00 --bundle pub/bundle.scb --root "$SITECERT_HOME/root.cbor" --json "$("$SITECERT" token $A)" 2>/dev/null |
        "$PYTHON" -c 'import json, sys; v = json.load(sys.stdin)[0]; print(v["authentic"], v["state"], v["in_force"], v["number"])'
fi
echo '# a folder that is ahead of this register, or of another one'
cp -Rp "$SITECERT_HOME" older
"$SITECERT" order reinstate $A --reason 核查完毕 --ref 示例 >/dev/null
"$SITECERT" publish pub --quiet
t publish pub --home older
"$SITECERT" init --demo --home other >/dev/null
t publish pub --home other
echo '# what cannot be written'
t publish none/pub
echo x >file
t publish file
t publish
