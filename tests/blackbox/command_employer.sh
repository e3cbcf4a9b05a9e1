# Who may check lists: registered, suspended, listed, and published beside the folder. Keys are others each time.
. "$COMMON"
t() {
    echo "\$ sitecert $*"
    "$SITECERT" "$@" >out 2>&1
    status=$?
    sed -E 's/sc1\.[A-Za-z0-9_-]{43}/KEY/g' out
    echo "status $status"
    echo
}
published() {
    "$SITECERT" publish public >/dev/null 2>&1
    echo "publish: status $?"
    sed -E 's/[0-9a-f]{64}/SHA256/' public.employers
}
cut() { head -c "$1" /dev/zero | tr '\0' n; }
echo '# nobody yet, and a list that says so'
t employer list
t employer list --json
published
echo '# what is refused'
t employer add 示例建工 --people-per-day 5
t employer add '' --purpose 核验
t employer add ' 示例' --purpose 核验
t employer add 示例 --purpose "$(printf 'a\nb')"
t employer add 示例建工 --purpose 核验 --rows-per-day 0
t employer add 示例建工 --purpose 核验 --rows-per-day 1000001
t employer add 示例建工 --purpose 核验 --people-per-day 0
t employer add 示例建工 --purpose 核验 --people-per-day 1001
t employer suspend 示例建工
echo '# a name of 200 bytes, and of 201'
"$SITECERT" employer add "$(cut 200)" --purpose x --quiet | sed -E 's/sc1\.[A-Za-z0-9_-]{43}/KEY/'
"$SITECERT" employer add "$(cut 201)" --purpose x --quiet 2>&1
echo "status $?"
rm "$SITECERT_HOME/employers.json"
echo '# registered'
t employer add 示例建工 --purpose 进场人员核验
cp out key
t employer add 'Example & Sons' --purpose 'site gate' --rows-per-day 1000000 --json
t employer add 示例劳务 --purpose 招用前查验 --people-per-day 1000
t employer add 示例建工 --purpose 另一目的
echo '# without a purpose: every summary says so'
t employer add 示例物业
t employer suspend 示例建工 --lang en
t employer list
t employer list --lang zh
t employer list --json
echo '# the home keeps a SHA-256 of the key, and no key'
"$PYTHON" -c '
import hashlib, json, os
key = open("key").read().split()[0]
text = open(os.environ["SITECERT_HOME"] + "/employers.json").read()
print(len(key), key in text, {e["name"]: e["key"] for e in json.loads(text)["employers"]}["示例建工"] == hashlib.sha256(key.encode()).hexdigest())'
grep -rlF "$(head -n 1 key)" "$SITECERT_HOME" public* || echo 'in no file'
stat -c '%a %n' "$SITECERT_HOME/employers.json" | sed "s|$SITECERT_HOME|HOME|"
echo '# published: those that are active'
published
stat -c '%a %n' public.employers
t employer resume 示例建工 --lang zh
published
echo '# a file that somebody broke is not published'
echo '{}' >"$SITECERT_HOME/employers.json"
t employer list
t publish public --quiet
