# A stolen key that was cut off: survivors, forgeries on used, unused and later log indexes, and what cannot be told.
"$MAKE_SCENES" .
t() {
    echo "\$ certcheck $*"
    "$CERTCHECK" --at 2024-06-01T12:00:00+08:00 "$@" 2>&1 | sed -E 's/[0-9a-f]{16}…/ID/'
    echo
}
status() {
    "$CERTCHECK" --at 2024-06-01T12:00:00+08:00 "$@" >/dev/null 2>&1
    echo "status $?: $*"
}
for scene in survivor forged forged-unused forged-behind unproven unpromised; do
    t --bundle $scene.scb --root $scene.root $scene.txt
    status --bundle $scene.scb --root $scene.root $scene.txt
done
echo '# keys alone: a survivor cannot be told from a forgery, what was signed later can'
for scene in survivor forged forged-behind; do
    status --trust $scene.trust --root $scene.root $scene.txt
done
t --trust survivor.trust --root survivor.root survivor.txt --json
t --lang zh --bundle unproven.scb --root unproven.root unproven.txt
t --lang zh --bundle forged.scb --root forged.root forged.txt
echo '# the bundle says it too'
"$CERTCHECK" bundle show survivor.scb | grep token | sed -E 's/[0-9a-f]{16}/KID/'
"$CERTCHECK" bundle show survivor.scb --json | grep -A6 '"kid"' | grep cut_off
"$CERTCHECK" bundle show unpromised.scb 2>&1
echo "status $?"
