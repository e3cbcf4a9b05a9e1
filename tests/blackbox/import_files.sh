# Files that can't be read as such are refused whole: nothing of them, or of those beside them, is taken.
. "$COMMON"
printf '\177ELF\002\001\001\000\000' >training-binary.csv
t import authority.csv training-binary.csv
cat >test-column.csv <<END
record_id,provider,name
END
t import authority.csv test-column.csv
sed 's/status_from/status_from,colour/' provider.csv >provider-column.csv
t import provider-column.csv
t import --lang zh provider-column.csv
sed 's/,posts//' provider.csv >provider-missing.csv
t import provider-missing.csv
: >provider-empty.csv
t import provider-empty.csv
printf '\377\376a\0' >provider-utf16.csv
t import provider-utf16.csv
printf '%s\nx\n' "$ORDERS" >order-encoding.csv
printf 'o1,suspend,1,\345\274\240,\377,\n' >>order-encoding.csv
t import order-encoding.csv
printf '%s\no1,suspend,1,"a,b,\n' "$ORDERS" >order-quote.csv
t import order-quote.csv
printf '%s\no1,suspend,1,a"b,c,\n' "$ORDERS" >order-quote.csv
t import order-quote.csv
printf '%s\no1,sus\0pend,1,a,b,\n' "$ORDERS" >order-nul.csv
t import order-nul.csv
printf '[1]\n' >order-array.ndjson
t import order-array.ndjson
t import people.csv
t import --kind test none.csv
mkdir folder
t import --kind test folder
t import --kind tests authority.csv
t import --sender 'two words' authority.csv
t import
echo '# encodings: a mark or none, GB18030 or UTF-8, CRLF, a pipe'
{ printf '\357\273\277'; sed 's/$/\r/' authority.csv; } >authority-mark.csv
t import authority-mark.csv
iconv -f UTF-8 -t GB18030 provider.csv >provider-gb.csv
t import provider-gb.csv
echo '# all of it was read the same: the file as it was sent first is a duplicate'
t import authority.csv provider.csv
echo "\$ cat provider.csv | sitecert import --kind provider -"
cat provider.csv | "$SITECERT" import --kind provider - --json | sed 's/"seconds.*//'
