# Signed copies: one, an older version, all of them; drawn again and compared; and what is refused.
. "$COMMANDS"
says() {
    "$CERTCHECK" --bundle pub/bundle.scb --root "$SITECERT_HOME/root.cbor" --at "$SITECERT_CLOCK" "$@" |
        grep -E '^(✔|✘|\?)|version|copy until|\.pdf$'
}
masked_size() {
    sed -E 's/"(bytes|seconds)":[0-9.]+/"\1":N/g'
}
echo '# a copy makes the checkpoint that it needs, and publishing goes on from there'
t pdf $A -o a.pdf
cp a.pdf early.pdf
"$SITECERT" publish pub --quiet
says early.pdf
t pdf $A -o a.pdf
"$SITECERT" pdf $A --version 1 --layout card -o card.pdf --json | masked_size
says a.pdf card.pdf

echo '# other opinions'
pdfsig a.pdf | grep -E 'Total document signed|Signature is Valid'
qpdf --check a.pdf | grep -E 'No syntax'
pdfdetach -list a.pdf | sed 's/^[0-9]*: //'
pdftotext -layout a.pdf - | grep -oE '张示例|土建施工员|\*{14}0003|03301202000000013|2022年3月9日'
pdfdetach -save 1 -o attached.cbor a.pdf
"$SITECERT" token $A --raw | cmp - attached.cbor && echo 'the token is attached'

echo '# changed at random, it never passes'
"$PYTHON" "$MUTATIONS" "$CERTCHECK" pub/bundle.scb "$SITECERT_HOME/root.cbor" a.pdf 400 >mutations || echo "status $?"
sed -nE 's/^[0-9]+ mutations, (.*); at most.*/mutations: \1/p' mutations

echo '# the same again, later: drawn as of then'
export SITECERT_CLOCK=2021-12-01T10:00:00+08:00
"$SITECERT" publish pub --quiet
t pdf --compare a.pdf
t pdf --compare card.pdf --json
t pdf --compare a.pdf --layout card --lang zh
"$PYTHON" - <<'END'
pdf = bytearray(open("a.pdf", "rb").read())
pdf[pdf.index(b" Tf", pdf.index(b"/Field")) - 1] ^= 1
open("changed.pdf", "wb").write(pdf)
END
"$SITECERT" pdf --compare changed.pdf >compared
echo "status $?"
sed 's/byte [0-9]*/byte N/' compared
t pdf --compare pub/policy.json

echo '# all of them'
t order suspend $C --reason 核查中 --ref R1 --quiet
"$SITECERT" pdf --all -o copies --json | masked_size
ls copies
says copies/*.pdf
"$SITECERT" pdf --all -o copies --resume --json | masked_size
rm copies/$A.pdf
"$SITECERT" pdf --all -o copies --resume --jobs 1 --lang zh | sed -E 's/[0-9.]+ 秒/TIME/'
"$SITECERT" pdf --all -o copies --unit 34 --lang en | sed -E 's/[0-9.]+ s$/TIME/'

echo '# never good beyond the renewal deadline'
SITECERT_CLOCK=2023-05-01T10:00:00+08:00 "$SITECERT" pdf $B -o b.pdf --json | grep -o '"copy_valid_until":"[^"]*"'

echo '# refused'
t pdf $C -o c.pdf
SITECERT_CLOCK=2023-08-03T10:00:00+08:00 t pdf $B -o c.pdf
SITECERT_CLOCK=2023-08-03T10:00:00+08:00 t pdf $A --version 1 -o c.pdf
t pdf 1234 -o c.pdf
t pdf $A --version 3 -o c.pdf
t pdf $A --layout none -o c.pdf
t pdf $A
t pdf $A --all -o copies
t pdf --compare a.pdf -o c.pdf --lang zh
t pdf $A -o none/c.pdf
t pdf $A -o /dev/full
"$SITECERT" pdf --all -o a.pdf >/dev/null 2>err || cat err
[ -e c.pdf ] || echo 'no file'
echo '# a time-stamp authority that does not answer: no copy without'
cp "$SITECERT_HOME/sitecert.ini" ini
sed -i 's|^tsa =.*|tsa = http://127.0.0.1:9/tsa|' "$SITECERT_HOME/sitecert.ini"
t pdf $A -o c.pdf
cp ini "$SITECERT_HOME/sitecert.ini"
[ -e c.pdf ] || echo 'no file'
echo '# standard output'
"$SITECERT" pdf $A -o - >stdout.pdf
"$SITECERT" pdf --compare stdout.pdf | cut -d: -f3
"$SITECERT" pdf $A -o - >/dev/full
echo "status $?"
echo '# what a killed run left beside its copies is gone after the next'
(
    ulimit -f 100
    "$SITECERT" pdf --all -o killed 2>/dev/null
    [ $? -gt 128 ] && echo 'killed'
)
ls killed | sed -E 's/[0-9]{17}/NUMBER/; s/[0-9]+-0~/PROCESS-0~/' | sort -u
"$SITECERT" pdf --all -o killed --quiet >/dev/null
ls killed | grep '~$' || echo 'nothing is left beside'
echo '# no room for a whole file'
(
    trap '' XFSZ
    ulimit -f 100
    "$SITECERT" pdf --all -o cut 2>err
    echo "status $?"
    "$SITECERT" pdf $A -o cut.pdf 2>>err
    echo "status $?"
)
sed -E 's/[0-9]{17}/NUMBER/' err
[ -z "$(ls cut)" ] && [ ! -e cut.pdf ] && echo 'nothing is there'
ls | grep '~$' || echo 'nothing is left beside'

echo '# what the log has gained since is covered first; where that cannot be, the others are made all the same'
"$SITECERT" amend $B --name 张更正 --reason 录入错误 --ref R2 --quiet >corrected
"$SITECERT" pdf --all -o copies --json | masked_size
"$SITECERT" order suspend $B --reason 核查中 --ref R3 --quiet >suspended
"$PYTHON" - "$SITECERT" "$SITECERT_HOME/register/writer.lock" <<'END'
import fcntl, subprocess, sys
with open(sys.argv[2]) as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    done = subprocess.run([sys.argv[1], "pdf", "--all", "-o", "others", "--quiet"], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
print("status", done.returncode, "said why" if done.stderr else "said nothing")
END
ls others
