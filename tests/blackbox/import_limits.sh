# Over a limit: refused at that place, in bounded memory.
. "$COMMON"
bounded() {
    echo "\$ sitecert $*"
    # A sanitizer reserves terabytes of addresses.
    ([ -n "$SANITIZE" ] || ulimit -v 400000; "$SITECERT" "$@")
    echo "status $?"
    echo
}
printf '%s\n' "$ORDERS" >order-sparse.csv
truncate -s 1G order-sparse.csv
bounded import order-sparse.csv
rm order-sparse.csv
{ printf '%s\no1,suspend,1,' "$ORDERS"; head -c 100M /dev/zero | tr '\0' x; } >order-line.csv
bounded import order-line.csv
{ printf '%s\no1,suspend,1,"' "$ORDERS"; head -c 100M /dev/zero | tr '\0' '\n'; } >order-quote.csv
bounded import order-quote.csv
{ printf '{"record_id":"'; head -c 100M /dev/zero | tr '\0' x; } >order-line.ndjson
bounded import order-line.ndjson
rm order-line.csv order-quote.csv order-line.ndjson
{ printf '%s\n' "$ORDERS"; head -c 9999 /dev/zero | tr '\0' ,; echo; } >order-cells.csv
bounded import order-cells.csv
{ printf '%s\no1,suspend,1,' "$ORDERS"; head -c 65536 /dev/zero | tr '\0' x; echo ,b,; } >order-cell.csv
t import order-cell.csv
