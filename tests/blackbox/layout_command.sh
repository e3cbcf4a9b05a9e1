# What one who writes a layout is told.
t() {
    echo "\$ sitecert $*"
    "$SITECERT" "$@"
    echo "status $?"
    echo
}
# One change of the a4 layout, as a file.
edit() {
    "$PYTHON" - "$TEMPLATES/a4.json" mine.json "$1" "$2" <<'E2'
import sys
text = open(sys.argv[1], encoding="utf-8").read()
assert sys.argv[3] in text
open(sys.argv[2], "w", encoding="utf-8").write(text.replace(sys.argv[3], sys.argv[4], 1))
E2
}
t layout check a4
t --lang zh layout check card
t --json layout check card
edit '"field": "name", "style": "name"' '"field": "name", "stile": "name"'
t layout check mine.json
edit '"min_size": 7, "colour": "ink", "bold"' '"min_size": 20, "colour": "ink", "bold"'
t layout check mine.json
edit '"text": "岗位名称"' '"text": "岗位名称岗位名称岗位名称"'
t layout check mine.json
edit '"text": "岗位名称"' '"text": "岗位\udbff\udffd"'
t layout check mine.json
edit '"field": "post"' '"field": "post.colour"'
t layout check mine.json
echo '{"sitecert_layout": 1,' >mine.json
t layout check mine.json
t layout check nothing.json
t layout preview a4
t layout preview a4 -o out.pdf --sample other
t layout preview a4 -o no/such/folder.pdf
t layout preview a4 -o one.pdf
"$SITECERT" layout preview a4 -o - | cmp - one.pdf && echo the same bytes again
ls
