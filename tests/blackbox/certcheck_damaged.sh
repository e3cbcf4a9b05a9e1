# A bundle's file that was damaged, cut or grown: the program ends with a clear error or says nothing of the status, and
# never with another verdict or a signal. Thousands of flips more: tests/bench/bundle_damage.c.
"$MAKE_SCENES" .
size=$(($(wc -c <good.scb)))
judge() {
    "$CERTCHECK" --at 2024-06-01T12:00:00+08:00 --root good.root --bundle "$1" good.cbor >answer 2>complaint
    status=$?
}
# Statuses that may be: 9 refused, 7 undecided, 6 not this issuer's; 0 only when the answer is the whole bundle's.
expect_nothing_wrong() {
    case $status in
    6 | 7 | 9) ;;
    0) cmp -s answer whole || echo "$1: another verdict" ;;
    *) echo "$1: status $status" ;;
    esac
    [ "$status" -ne 9 ] || [ -s complaint ] || echo "$1: no word of why"
}
judge good.scb
cp answer whole
echo "whole: status $status"

echo '# bits'
i=0
seed=12345
while [ $i -lt 60 ]; do
    seed=$(((seed * 1103515245 + 12345) % 2147483648))
    at=$((seed / 8 % size))
    was=$(od -An -tu1 -j $at -N 1 good.scb | tr -d ' ')
    bit=$((1 << seed / 16384 % 8))
    cp good.scb flipped.scb
    printf "\\$(printf %o $((was ^ bit)))" | dd of=flipped.scb bs=1 seek=$at conv=notrunc 2>/dev/null
    cmp -s good.scb flipped.scb && echo "nothing was flipped at $at"
    judge flipped.scb
    expect_nothing_wrong "bit $bit of byte $at"
    i=$((i + 1))
done
echo "$i flips"

echo '# cut'
for len in 0 1 7 8 11 12 100 $((size / 2)) $((size - 1)); do
    head -c "$len" good.scb >cut.scb
    judge cut.scb
    echo "$len: status $status: $(sed 's/[0-9][0-9]*/N/g' complaint)" | sed "s/^$((size / 2)):/half:/; s/^$((size - 1)):/one less:/"
done
echo '# grown'
for more in 1 4096; do
    { cat good.scb; head -c $more /dev/zero; } >grown.scb
    judge grown.scb
    echo "$more more: status $status: $(sed 's/[0-9][0-9]*/N/g' complaint)"
done
echo '# not a file that can be mapped'
judge /dev/null
echo "status $status: $(cat complaint)"
judge .
echo "status $status: $(cat complaint)"
