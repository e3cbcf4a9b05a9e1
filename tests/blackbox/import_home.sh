# The register can't be written: said at once, nothing is taken.
. "$COMMON"
echo '# another writer'
flock -x "$SITECERT_HOME/register/writer.lock" "$SITECERT" import authority.csv 2>&1 | sed -E 's/process [0-9]+/process PID/'
echo '# no home'
t --home nowhere import authority.csv
echo '# a home that may only be read'
as_reader() {
    chmod -R a-w "$SITECERT_HOME"
    if [ "$(id -u)" = 0 ]; then
        # Permissions mean nothing to root, unless it gives up its capabilities.
        setpriv --bounding-set=-all --inh-caps=-all "$SITECERT" "$@"
        status=$?
    else
        "$SITECERT" "$@"
        status=$?
    fi
    chmod -R u+w "$SITECERT_HOME"
    echo "status $status"
}
as_reader import authority.csv
echo '# reports that cannot be written'
t import authority.csv --errors none/errors.csv
t import authority.csv --results /dev/full
echo '# it is as it was, or holds what was durable before the report failed'
t import authority.csv --results /dev/null
echo '# a second init leaves it alone'
t init --demo
t init --host lower.case --home second
echo '# a clock of its own is for demonstrations'
t init --home second
