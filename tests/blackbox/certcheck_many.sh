# Many INPUTs: one verdict each, in their order, on however many processors.
"$MAKE_SCENES" .
at() {
    "$CERTCHECK" --at 2024-06-01T12:00:00+08:00 --bundle good.scb --root good.root "$@"
}
echo '# a list is as good as operands; operands come first'
printf '%s\n' good.cbor '' nonsense "$(cat good.txt)" >list
at --from list >by_list
echo "status $?"
at good.cbor nonsense "$(cat good.txt)" >by_operands
echo "status $?"
cmp by_list by_operands && echo same
printf 'nonsense\r\n%s' "$(cat good.txt)" | at --from - good.cbor >by_both
echo "status $?"
cmp by_list by_both && echo same
echo '# the list is standard input: then - is none'
printf 'good.cbor\n-\n' | at --from - | grep -v '^  [a-z]'
echo '# an INPUT - among others, and a line that is too long'
at good.cbor - stranger.cbor <good.txt | grep -v '^  [a-z]'
{ head -c 9000 /dev/zero | tr '\0' 1; printf '\ngood.cbor\n'; } >long
at --from long | grep -v '^  [a-z]'
echo '# nothing in it, and no list'
: >empty
at --from empty --json
echo "status $?"
at --from missing
echo "status $?"
echo '# 20,000 of them, in more than one batch: every answer stands where its INPUT does'
i=0
while [ $i -lt 2000 ]; do
    printf 'good.cbor\nstranger.cbor\nnonsense\ngood.txt\nwrong-use.cbor\nnonsense\ngood.cbor\ngood.cbor\ngood.txt\ngood.cbor\n'
    i=$((i + 1))
done >much
at --from much 2>complaints >answers
echo "status $?"
grep -c . complaints
grep -E '^[a-z-]+(\.[a-z]+)?$' answers | cmp - much && echo 'names in order'
grep -E '^[^ a-z]' answers | sed 's/ .*//' | sort | uniq -c
at --from much --json 2>/dev/null | grep '^    "authentic"' | uniq -c | awk '{ print $1, $3 }' | sort | uniq -c
