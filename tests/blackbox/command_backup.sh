# A home in one file, and back; what is behind its own log does not sign.
. "$COMMANDS"
"$SITECERT" publish pub --quiet
echo '# everything but keys, in a plain tar'
t backup early.tar
tar -tf early.tar | sort
ls -l early.tar | cut -c1-10
mkdir looked && tar -xf early.tar -C looked && (cd looked && sha256sum -c --quiet SHA256SUMS && echo 'the sums hold')
t backup early.tar
echo '# with keys only when asked'
t backup --with-keys keys.tar --json | sed -E 's/"bytes":[0-9]+/"bytes":SIZE/'
tar -tf keys.tar | grep -c '^keys/'
echo '# back, into a new folder: it reads, and signs nothing before it was compared'
t restore early.tar --home again | sed -E 's/[0-9]+ bytes/SIZE bytes/'
ls again | sort | tr '\n' ' '
cp -p "$SITECERT_HOME"/keys/* again/keys/
t order suspend $A --reason 核查中 --ref 示例 --home again
t show $A --home again --json | cut -c1-60
t restore --published pub --home again
t keys adopt --home again
t order suspend $A --reason 核查中 --ref 示例 --home again
echo '# an old backup, when more was published since'
"$SITECERT" order suspend $A --reason 核查中 --ref 示例 >/dev/null
"$SITECERT" publish pub --quiet
"$SITECERT" restore early.tar --home old --quiet && cp -p "$SITECERT_HOME"/keys/* old/keys/
t restore --published pub --home old
t order suspend $B --reason 核查中 --ref 示例 --home old
t publish pub --home old
echo '# of another history'
t publish pub --home again
t restore --published pub --home again
echo '# damaged, cut short, longer, of something else'
"$PYTHON" - <<END
b = open('early.tar', 'rb').read()
at = b.index(b'ustar') - 257 + 512 + 5
open('bit.tar', 'wb').write(b[:at] + bytes([b[at] ^ 1]) + b[at + 1:])
open('cut.tar', 'wb').write(b[:-1])
open('long.tar', 'wb').write(b + b'x')
END
for f in bit.tar cut.tar long.tar authority.csv nowhere.tar; do t restore $f --home none; done
ls -d none* 2>/dev/null || echo 'nothing was left'
echo '# over what is there'
t restore early.tar
t restore
echo '# while somebody writes'
"$SITECERT" import education-1.csv --quiet >/dev/null &
t backup later.tar | grep -E 'status|cannot'
wait
"$SITECERT" restore later.tar --home last --quiet && cp -p "$SITECERT_HOME"/keys/* last/keys/
"$SITECERT" audit --home last 2>&1 | masked
