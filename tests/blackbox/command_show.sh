# One certificate with its history, for people and programs.
. "$COMMANDS"
t show $A
t show $A --lang zh
t show $A --json
echo '# after an order, and after its deadline'
"$SITECERT" order suspend $C --reason 核查中 --ref 示例罚〔2021〕1号 --effective 2021-09-01 >/dev/null
t show $C --json --lang zh
export SITECERT_CLOCK=2023-08-03T00:00:00+08:00
t show $B
t show $C
export SITECERT_CLOCK=2024-05-04T10:00:00+08:00
echo '# 90 days before its deadline it is due, and in force'
t show $A
echo '# no such certificate'
t show 03301202000000014
t show 03301202000000014 --json --lang zh
t show ''
t show
t show $A $B
