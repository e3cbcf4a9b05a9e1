# The public keys, as the trust list has them.
. "$COMMANDS"
t keys list
t keys list --json
"$SITECERT" keys list --json | "$PYTHON" -c '
import base64, json, sys
keys = json.load(sys.stdin)
print("every key has them:", all({"kid", "uses", "alg", "jwk", "not_before", "not_after", "state"} <= set(k) for k in keys))
print("one use each:", all(len(k["uses"]) == 1 for k in keys), "different kids:", len({k["kid"] for k in keys}) == len(keys))
print("nothing private:", not any(set(k["jwk"]) & {"d", "p", "q", "dp", "dq", "qi", "k"} for k in keys))
print("coordinates:", {(k["jwk"]["crv"], len(base64.urlsafe_b64decode(k["jwk"]["x"] + "="))) for k in keys} == {("P-256", 32), ("Ed25519", 32)})'
echo '# before and after their time'
SITECERT_CLOCK=2050-01-01T00:00:00+08:00 "$SITECERT" keys list --json | grep -o '"state":"[a-z]*"' | sort -u
t keys
t keys list extra
