# A picture of a code; a picture of none; no reader for pictures.
"$MAKE_SCENES" .
t() {
    echo "\$ certcheck $*"
    "$CERTCHECK" --at 2024-06-01T12:00:00+08:00 --bundle good.scb --root good.root "$@" | head -n 1
}
t good.png
t - <good.png
head -c 200 good.png >cut.png
t cut.png
cp "$VECTORS/picture/grey.jpg" .
t grey.jpg
echo '# many pictures at a time, each in a process of its own'
set --
for i in 1 2 3 4 5 6 7 8; do set -- "$@" good.png cut.png; done
"$CERTCHECK" --at 2024-06-01T12:00:00+08:00 --bundle good.scb --root good.root "$@" 2>/dev/null | grep -E '^[^ ]' | uniq -c | sort | uniq -c
cp "$CERTCHECK" alone
CERTCHECK=./alone
t good.png
