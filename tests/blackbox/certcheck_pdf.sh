# PDFs: what is shown of one, and what each kind of wrong one is.
"$MAKE_SCENES" .
check() {
    "$CERTCHECK" --at 2024-06-01T12:00:00+08:00 --bundle pdf.scb --root pdf.root "$@"
}
t() {
    echo "\$ certcheck $*"
    check "$@" | grep -Ev '^  [a-z]'
    echo
}
status() {
    echo "\$ certcheck $*"
    check "$@" >/dev/null
    echo "status $?"
}
echo '$ certcheck good.pdf'
check good.pdf
echo
echo '$ LANG=zh_CN.UTF-8 certcheck old-copy.pdf'
LANG=zh_CN.UTF-8 check old-copy.pdf
echo
t no-proof.pdf
t other-name.pdf
t other-photo.pdf
t unsigned.pdf
t stranger.pdf

status good.pdf
status old-copy.pdf
status other-name.pdf
status unsigned.pdf
status stranger.pdf
cp good.pdf appended.pdf
printf '%%%%EOF\n' >>appended.pdf
t appended.pdf
status appended.pdf
head -c 20000 good.pdf >cut.pdf
status cut.pdf
echo '$ certcheck - <good.pdf'
check - <good.pdf | head -n 1
echo '$ certcheck --trust pdf.trust good.pdf'
"$CERTCHECK" --at 2024-06-01 --trust pdf.trust --root pdf.root good.pdf | head -n 1
t good.pdf other-name.pdf good.cbor
echo '$ certcheck --json old-copy.pdf other-name.pdf pdf.cbor'
check --json old-copy.pdf other-name.pdf pdf.cbor | grep -A 3 -E '"(copy|included)"'
