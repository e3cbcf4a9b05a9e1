# By name and document: both, or nothing.
. "$COMMANDS"
t find --name 张示例 --id 110101197001020003
"$SITECERT" find --name 张示例 --id 110101197001020003 --json |
    "$PYTHON" -c 'import json, sys; print([c["number"] for c in json.load(sys.stdin)])'
echo '# every kind of no match has one answer: another name, another document, neither, no document at all'
for who in '李某某 110101197001020003' '张示例 110101197001030009' '李某某 110101199003074776' '张示例 110101197001020004' '张示例 x'; do
    set -- $who
    t find --name "$1" --id "$2" --json
done
t find --name 李某某 --id 110101197001020003 --lang zh
echo '# quietly'
t find --name 李某某 --id 110101197001020003 --quiet
echo '# what is missing'
t find --name 张示例
t find --id 110101197001020003 --lang zh
t find
