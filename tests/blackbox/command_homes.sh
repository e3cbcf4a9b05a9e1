# Homes of others, and homes that may only be read.
. "$COMMANDS"
t report --csv >/dev/null
as_reader() {
    if [ "$(id -u)" = 0 ]; then
        # Permissions mean nothing to root: as somebody else.
        setpriv --reuid 65534 --regid 65534 --clear-groups ./sitecert "$@" 2>&1 | masked
    else
        "$SITECERT" "$@" 2>&1 | masked
    fi
}
chmod 755 "$HOME/.." "$HOME" "$PWD"
cp "$SITECERT" sitecert
echo '# of somebody who may write nothing in it'
[ "$(id -u)" = 0 ] && chown -R 65534:65534 "$SITECERT_HOME"
chmod -R a-w "$SITECERT_HOME"
as_reader show $A
as_reader order suspend $A --reason x --ref y
as_reader publish "$PWD/pub"
chmod -R u+w "$SITECERT_HOME"
[ "$(id -u)" = 0 ] && chown -R 0:0 "$SITECERT_HOME"
echo '# as before'
t show $A --lang zh
