# Homes of others, and homes that may only be read.
. "$COMMANDS"
t report --csv >/dev/null
as_reader() {
    if [ "$(id -u)" = 0 ]; then
        # Permissions mean nothing to root, unless it gives up its capabilities.
        setpriv --bounding-set=-all --inh-caps=-all "$SITECERT" "$@" 2>&1 | masked
    else
        "$SITECERT" "$@" 2>&1 | masked
    fi
}
echo '# of somebody who may write nothing in it'
chmod -R a-w "$SITECERT_HOME"
as_reader show $A
as_reader order suspend $A --reason x --ref y
as_reader publish "$PWD/pub"
chmod -R u+w "$SITECERT_HOME"
echo '# as before'
t show $A --lang zh
