# The QR text, of any version, and the signed bytes.
. "$COMMANDS"
t token $A
t token $A --json
echo '# each version has its own'
for version in 1 2; do "$SITECERT" token $A --version $version; done >both
[ "$("$SITECERT" token $A)" = "$(sed -n 2p both)" ] && echo 'the current one is version 2'
[ "$(sed -n 1p both)" != "$(sed -n 2p both)" ] && echo 'version 1 is another'
echo '# its digits are those of the signed bytes: a COSE_Sign1, tag 18'
"$SITECERT" token $A --raw >raw.cbor
head -c 2 raw.cbor | od -An -tx1
"$SITECERT" token $A >text
"$PYTHON" - <<'END'
raw = open("raw.cbor", "rb").read()
digits = open("text").read().strip().split("/V/")[1]
out, widths = b"", {3: 1, 5: 2, 8: 3, 10: 4, 13: 5, 15: 6, 17: 7}
for at in range(0, len(digits), 17):
    group = digits[at:at + 17]
    out += int(group).to_bytes(widths[len(group)], "big")
print("same bytes:", out == raw, "at most 186:", len(raw) <= 186)
END
echo '# no such version'
for version in 0 3 70000 x; do t token $A --version $version; done
t token 99999999999999999 --lang zh
