#include "core/crypto/pubkey_pem.h"
#include "issuer/senders/sender_json.h"
#include "issuer/senders/senders_file.h"

static json_t *coordinate_json(const uint8_t bytes[EC_COORD_LEN])
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    base64url_encode(span_of(bytes, EC_COORD_LEN), &text);
    return buf_ok(&text) ? json_string(buf_cstr(&text)) : NULL;
}

/* json_pack() takes the references and answers NULL when one of them is. */
static json_t *jwk_json(const struct public_numbers *n)
{
    if (n->alg == ALG_EDDSA)
        return json_pack("{s:s, s:s, s:o}", "kty", "OKP", "crv", "Ed25519", "x",
                         coordinate_json(n->x));
    return json_pack("{s:s, s:s, s:o, s:o}", "kty", "EC", "crv", "P-256", "x",
                     coordinate_json(n->x), "y", coordinate_json(n->y));
}

static json_t *key_json(const struct sender_key *k)
{
    if (k->until == 0)
        return json_pack("{s:o, s:o}", "jwk", jwk_json(&k->numbers), "from",
                         sender_time_json(k->from));
    return json_pack("{s:o, s:o, s:o}", "jwk", jwk_json(&k->numbers), "from",
                     sender_time_json(k->from), "until", sender_time_json(k->until));
}

enum rc senders_put(const struct senders *s, struct buf *to, struct diag *d)
{
    ON_EXIT(json_decref_at) json_t *list = json_array();
    for (size_t i = 0; list && i < s->count; i++)
        if (json_array_append_new(list, sender_json(&s->at[i], key_json)) != 0)
            return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for the senders");
    ON_EXIT(json_decref_at)
    json_t *root = json_pack("{s:i, s:O}", "format", 1, "senders", list);
    if (!root)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for the senders");
    const enum rc rc = json_write(root, 2, to, d);
    buf_put_u8(to, '\n');
    return rc == RC_OK ? buf_rc(to, d) : rc;
}
