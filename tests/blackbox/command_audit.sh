# All agree; and what it says when something does not.
. "$COMMANDS"
t audit
t audit --lang zh
t audit --json
echo '# from the published log on'
"$SITECERT" publish pub --quiet
t audit --published pub
cp -r pub bent
"$PYTHON" - <<'END'
path = "bent/log/tile/0/000.p/4"
tile = bytearray(open(path, "rb").read())
tile[70] ^= 1
open(path, "wb").write(tile)
END
t audit --published bent
"$SITECERT" order suspend $B --reason 核查中 --ref 示例 >/dev/null
t audit --published pub
t audit --published nowhere
"$SITECERT" order reinstate $B --reason 示例 --ref 示例 >/dev/null
echo '# an empty register'
"$SITECERT" init --demo --home empty >/dev/null
t audit --home empty
echo '# a byte of a token turned on the disk'
"$SITECERT" token $A --raw >token
"$PYTHON" - "$SITECERT_HOME/register/data.mdb" <<'END'
import sys
data, token = bytearray(open(sys.argv[1], "rb").read()), open("token", "rb").read()
count, at = 0, data.find(token)
while at >= 0:
    data[at + len(token) - 1] ^= 1
    count, at = count + 1, data.find(token, at + 1)
open(sys.argv[1], "r+b").write(data)
print("turned" if count else "not there")
END
t audit
t audit --json --lang zh
