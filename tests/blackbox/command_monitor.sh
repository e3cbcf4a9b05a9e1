# What was published against what was applied for.
. "$COMMANDS"
m() { t monitor "$@"; }
flip() { "$PYTHON" -c 'import sys; p = sys.argv[1]; b = bytearray(open(p, "rb").read()); b[int(sys.argv[2])] ^= 1; open(p, "wb").write(b)' "$@"; }
"$SITECERT" publish pub --quiet
cp -R pub early
m pub
echo '# again: what was seen is the beginning of it'
"$SITECERT" order suspend $A --reason 核查中 --ref 示例 >/dev/null
"$SITECERT" publish pub --quiet
m pub --json
echo '# the register has moved on: the lists are not compared'
cp -Rp "$SITECERT_HOME" behind
"$SITECERT" order reinstate $A --reason 核查完毕 --ref 示例 >/dev/null
m pub
echo '# a leaf that this register knows nothing of'
"$SITECERT" publish pub --quiet
m pub --home behind
echo '# another history, and one that went back'
"$SITECERT" order cancel $B --reason 持证人申请 --ref 示例 --home behind >/dev/null
"$SITECERT" publish forked --home behind --quiet
m forked | sed -E 's/^row [0-9]+/row DRAWN/' | sort
m pub --quiet
m early
echo '# a bit of a tile, of the bundle; a tile that is gone; the checkpoint of somebody else'
tile=$(cd pub && ls log/tile/0/*/* | tail -n 1)
cp -R pub bit && flip "bit/$tile" 40
m bit
cp -R pub gone && rm "gone/$tile"
m gone
cp -R pub bundle && flip bundle/bundle.scb -1
m bundle
"$SITECERT" init --demo --home other >/dev/null && "$SITECERT" publish other-pub --home other --quiet
cp -R pub swapped && cp other-pub/log/checkpoint swapped/log/checkpoint
m swapped
m nowhere
