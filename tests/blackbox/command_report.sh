# The table, in three forms, on three days.
. "$COMMANDS"
t report
t report --lang zh
t report --csv --as-of 2020-08-02
t report --csv --as-of 2020-08-03
t report --csv --as-of 2021-09-10
t report --json --as-of 2021-09-09
echo '# a name that a spreadsheet would take for a formula'
cat >authority-2.csv <<END
$(head -n 1 authority.csv)
034,"=HYPERLINK(""x"")厅",11330000002482X090,province,none,2020-01-01,none,,
END
"$SITECERT" import authority-2.csv --quiet >/dev/null
"$SITECERT" report --csv | grep ^034
echo '# usage'
t report --as-of 2021-02-30
t report --as-of yesterday --lang zh
t report extra
