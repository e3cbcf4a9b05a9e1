# Reminders: one message for each certificate and threshold, with retries, and none twice, whatever is cut off.
. "$COMMANDS"
mkdir sent
cat >take <<'END'
cat >"sent/$(date +%s%N)"
END
cat >refuse <<'END'
cat >/dev/null
exit 75
END
chmod +x take refuse
at() {
    export SITECERT_CLOCK=$1T10:00:00+08:00
    echo "# $1"
}
sent() { cat sent/* 2>/dev/null | sed -nE 's/.*"id":"([^"]*)".*/\1/p' | sort | uniq -c; }
at 2023-05-03
t remind --command ./take --json
at 2023-05-04
t remind --dry-run
t remind --command ./take
t remind --command ./take
sent
echo '# no certificate that an order has ended'
"$SITECERT" order revoke $B --reason 处罚 --ref 示例1号 --quiet >/dev/null
at 2023-07-03
t remind --command ./take --json
sent
at 2023-07-26
echo '# a command that is not there: nothing was sent'
t remind --command ./none --json
echo '# it fails, waits, and is given up after five times'
t remind --command ./refuse --json
t remind --command ./refuse --json
for hour in 11:00 12:00 14:00 18:00; do
    SITECERT_CLOCK=2023-07-26T$hour:00+08:00 t remind --command ./refuse --json
done
t remind --command ./take --json
SITECERT_CLOCK=2023-07-26T18:00:00+08:00 t remind --dead
echo '# past the deadline nobody is reminded, and the journal forgets'
at 2023-08-03
t remind --command ./take --json
wc -l <"$SITECERT_HOME/reminders/journal"
echo '# who was renewed is reminded of the new deadline'
at 2024-05-04
t remind --command ./take --limit 1
sent | head -1
echo '# killed while it hands over: it may have gone out, so it is not sent again'
at 2024-07-03
"$SITECERT" remind --command 'cat >sent/killed; kill -9 $PPID' >/dev/null 2>&1
t remind --command ./take --json
t remind --dead
sent | grep -c -- -30
echo '# a last line that a crash cut short is dropped; one that is none is named'
at 2024-07-26
printf '%s 2024-08-02 7 tr' $A >>"$SITECERT_HOME/reminders/journal"
t remind --command ./take --json
echo 'nothing of ours' >>"$SITECERT_HOME/reminders/journal"
t remind --command ./take
sed -i '$d' "$SITECERT_HOME/reminders/journal"
echo '# with too few open files nothing is handed over, and nothing is given up for it'
rm -rf "$SITECERT_HOME/reminders" sent/*
for n in $(seq 6 60); do
    (
        exec >/dev/null 2>&1
        ulimit -n "$n"
        exec "$SITECERT" remind --command 'mkdir sent/taken' --limit 1
    )
    [ ! -d sent/taken ] || break
done
[ "$n" -gt 6 ] && ls sent
t remind --dead
echo '# a journal that cannot be written to: nothing is handed over'
rm -rf "$SITECERT_HOME/reminders" sent/taken
(
    exec >/dev/null 2>&1
    trap '' XFSZ
    ulimit -f 0
    exec "$SITECERT" remind --command 'mkdir sent/taken'
)
echo "status $?"
ls sent
t remind --command ./take --json
echo '# usage'
t remind
t remind --command ./take --dry-run
flock -x "$SITECERT_HOME/reminders/lock" "$SITECERT" remind --command ./take
