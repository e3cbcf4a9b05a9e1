# What goes wrong before a command begins: said at once, in words that help, with the right status.
. "$COMMANDS"
echo '# no home'
for command in "show $A" 'find --name x --id y' "token $A" "qr $A" "order suspend $A --reason x --ref y" \
    "amend $A --name x --reason x --ref y" report 'publish pub' 'keys list' audit; do
    t $command --home nowhere
done
t audit --home nowhere --lang zh
echo '# a folder that is no home'
mkdir folder
t report --home folder
echo '# the home by the environment, and by the option before that'
(unset SITECERT_HOME; "$SITECERT" report --home "$HOME/register" >/dev/null && echo 'found by the option')
echo '# a second writer: readers go on'
flock -x "$SITECERT_HOME/register/writer.lock" "$SITECERT" order suspend $A --reason x --ref y 2>&1 | masked
flock -x "$SITECERT_HOME/register/writer.lock" "$SITECERT" amend $A --name x --reason x --ref y --lang zh 2>&1 | masked
flock -x "$SITECERT_HOME/register/writer.lock" "$SITECERT" publish pub 2>&1 | masked
ls pub 2>/dev/null
flock -x "$SITECERT_HOME/register/writer.lock" "$SITECERT" show $A | head -n 1
flock -x "$SITECERT_HOME/register/writer.lock" "$SITECERT" audit | masked
echo '# a key that others can read'
chmod 640 "$SITECERT_HOME/keys/register.key"
t show $A
chmod 600 "$SITECERT_HOME/keys/register.key"
echo '# options and operands'
t
t nonsense
t show
t show $A --nonsense
t show $A --lang fr
t report --csv=yes
t order suspend $A --reason
echo '# standard output that is full'
"$SITECERT" show $A >/dev/full
echo "status $?"
"$SITECERT" report --csv --lang zh >/dev/full
echo "status $?"
echo '# a clock that stands before the last signing'
export SITECERT_CLOCK=2021-09-09T10:00:00+08:00
t order suspend $A --reason x --ref y
t publish pub
t show $A --quiet
