# A holder is corrected on every certificate that goes on.
. "$COMMANDS"
amend() { t amend "$@" --reason 录入错误 --ref 示例更〔2021〕3号; }
"$SITECERT" token $A >before
amend $A --name 张正名
t show $B --json
"$SITECERT" find --name 张示例 --id 110101197001020003 --json
echo '# the old print is another token'
"$SITECERT" token $A | cmp -s - before || echo 'replaced'
echo '# another document, for programs, in Chinese'
amend $A --id 110101197001020046 --json --lang zh
"$SITECERT" find --name 张正名 --id 110101197001020046 --json |
    "$PYTHON" -c 'import json, sys; print([(c["number"], c["version"], c["holder"]) for c in json.load(sys.stdin)])'
echo '# a passport'
amend $A --id E12345678 --id-type 414 --name 张更正
t find --name 张更正 --id e12345678 --json --quiet | cut -c 1-60
echo '# refused'
amend $A --id 110101197001030009
amend $A --name 张更正 --lang zh
amend $A --id 110101197001020004
amend 03301202000000014 --name 李某某
"$SITECERT" order cancel $C --reason 本人申请 --ref 示例 >/dev/null
amend $C --name 王正名
echo '# usage'
amend $A
amend $A --name ''
t amend $A --name 李某某 --reason x
t amend --name 李某某 --reason x --ref y
t audit
