# Pick-up codes: in the result line of the row that issued, once; made anew by the command; nowhere in the register's files.
. "$COMMANDS"
cat >training-9.csv <<END
$TRAININGS
t9,$PROVIDER,$WANG,女,02,C1,60,2020-07-01
END
cat >test-9.csv <<END
$TESTS
s9,$PROVIDER,$WANG,02,2020-07-10,80,100,100,1
END
"$SITECERT" import training-9.csv --quiet >/dev/null
code() { sed -nE 's/.*"pickup":"([0-9A-HJKMNP-TV-Z]{10})".*/\1/p' "$1"; }
echo '# a dry run gives none'
"$SITECERT" import test-9.csv --dry-run --quiet --results dry.ndjson >/dev/null 2>&1
code dry.ndjson
echo '# the row that issues has one, the same row again has none'
"$SITECERT" import test-9.csv --quiet --results first.ndjson >/dev/null 2>&1
"$SITECERT" import test-9.csv --quiet --results again.ndjson >/dev/null 2>&1
first=$(code first.ndjson)
echo "first ${#first}, again ${#again}"
code again.ndjson
stat -c %a first.ndjson
echo '# a new one is another'
number=$(sed -E 's/.*"number":"([0-9]+)".*/\1/' first.ndjson)
second=$("$SITECERT" pickup "$number")
[ ${#second} = 10 ] && [ "$first" != "$second" ] && echo 'ten characters, and another'
"$SITECERT" pickup "$number" --json | sed -E 's/[0-9A-HJKMNP-TV-Z]{10}"}/CODE"}/'
echo '# they stand in no file of the home, and nothing that is shown has them'
grep -lraF -e "$first" -e "$second" "$SITECERT_HOME"
"$SITECERT" show "$number" --json | grep -cF -e "$first" -e "$second"
echo '# no such certificate; no writer beside another'
t pickup 99999999999999999
flock -x "$SITECERT_HOME/register/writer.lock" "$SITECERT" pickup "$number" 2>&1 | masked
echo '# the audit has nothing to say'
"$SITECERT" audit --quiet >/dev/null && echo clean
