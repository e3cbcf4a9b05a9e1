#include <stdlib.h>
#include <string.h>

#include "core/crypto/pubkey_pem.h"
#include "core/json/json.h"
#include "issuer/scheme/units.h"
#include "issuer/senders/senders_file.h"

static enum rc refuse(struct diag *d, const struct sender *s, const char *what)
{
    return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "'" SENDERS_FILE "': sender '%s': %s", s->id,
                    what);
}

/* --- a key: {"jwk": {…}, "from": TIME, "until": TIME} --- */

static struct span text_of(const json_t *value)
{
    return json_is_string(value) ? span_of(json_string_value(value), json_string_length(value))
                                 : span_of(NULL, 0);
}

static bool read_coordinate(const json_t *jwk, const char *name, uint8_t ret[EC_COORD_LEN])
{
    ON_EXIT(buf_free_at) struct buf bytes = { 0 };
    if (!base64url_decode(text_of(json_object_get(jwk, name)), &bytes) || bytes.len != EC_COORD_LEN)
        return false;
    memcpy(ret, bytes.ptr, EC_COORD_LEN);
    return true;
}

static bool has_word(const json_t *jwk, const char *name, const char *word)
{
    return span_equal(text_of(json_object_get(jwk, name)), span_text(word));
}

/* RFC 7518 section 6.2.1, RFC 8037 section 2. */
static bool read_jwk(const json_t *jwk, struct public_numbers *ret)
{
    *ret = (struct public_numbers){ .alg = ALG_NONE };
    if (has_word(jwk, "kty", "OKP") && has_word(jwk, "crv", "Ed25519") &&
        json_object_size(jwk) == 3)
        ret->alg = ALG_EDDSA;
    else if (has_word(jwk, "kty", "EC") && has_word(jwk, "crv", "P-256") &&
             json_object_size(jwk) == 4)
        ret->alg = ALG_ES256;
    return ret->alg != ALG_NONE && read_coordinate(jwk, "x", ret->x) &&
           (ret->alg != ALG_ES256 || read_coordinate(jwk, "y", ret->y));
}

static bool read_time(const json_t *value, int64_t *ret)
{
    return time_parse(text_of(value), ret);
}

static enum rc read_key(const json_t *value, struct sender *s, struct diag *d)
{
    struct sender_key *const k = &s->keys[s->key_count];
    const json_t *const until = json_object_get(value, "until");
    if (!read_jwk(json_object_get(value, "jwk"), &k->numbers))
        return refuse(d, s, "a key that is no JWK of Ed25519 or P-256");
    if (!read_time(json_object_get(value, "from"), &k->from) ||
        (until && !read_time(until, &k->until)))
        return refuse(d, s, "a key whose 'from' or 'until' is no time");
    if (json_object_size(value) != (until ? 3u : 2u))
        return refuse(d, s, "a key with an unknown member");
    s->key_count++; /* from here on the sender owns k->key */
    return pubkey_new(&k->numbers, &k->key, d);
}

static enum rc read_keys(const json_t *list, struct sender *s, struct diag *d)
{
    const size_t count = json_array_size(list);
    if (count < 1 || count > SENDER_KEYS_MAX)
        return refuse(d, s, "one key or two expected");
    for (size_t i = 0; i < count; i++) {
        const enum rc rc = read_key(json_array_get(list, i), s, d);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

/* --- a sender --- */

static enum rc read_kinds(const json_t *list, struct sender *s, struct diag *d)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const enum record_kind kind = kind_from_name(text_of(json_array_get(list, i)));
        if (kind == KIND_NONE)
            return refuse(d, s, "'kinds' names no kind of record");
        s->kinds |= 1u << (unsigned)kind;
    }
    return s->kinds != 0 ? RC_OK : refuse(d, s, "'kinds' is no list of kinds");
}

static enum rc read_id(const json_t *value, struct sender *s, struct diag *d)
{
    const struct span id = text_of(json_object_get(value, "id"));
    if (!sender_id_valid(id))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "'" SENDERS_FILE "': an id that is none");
    memcpy(s->id, id.ptr, id.len);
    return RC_OK;
}

static enum rc read_state(const json_t *value, struct sender *s, struct diag *d)
{
    if (has_word(value, "state", "suspended"))
        s->suspended = true;
    else if (!has_word(value, "state", "active"))
        return refuse(d, s, "'state' is neither active nor suspended");
    return RC_OK;
}

static enum rc read_numbers(const json_t *value, struct sender *s, struct diag *d)
{
    const json_t *const rows = json_object_get(value, "rows_per_day");
    if (!unit_id_parse(text_of(json_object_get(value, "unit")), &s->unit))
        return refuse(d, s, "'unit' is no authority's code");
    if (!json_is_integer(rows) || json_integer_value(rows) < 0)
        return refuse(d, s, "'rows_per_day' is no number");
    if (!read_time(json_object_get(value, "added"), &s->added))
        return refuse(d, s, "'added' is no time");
    s->rows_per_day = (uint64_t)json_integer_value(rows);
    return RC_OK;
}

static enum rc read_sender(const json_t *value, struct senders *to, struct diag *d)
{
    struct sender *s = NULL;
    enum rc rc = senders_more(to, &s, d);
    if (rc == RC_OK)
        rc = read_id(value, s, d);
    if (rc == RC_OK && json_object_size(value) != 7)
        rc = refuse(d, s, "a member is missing, or unknown");
    if (rc == RC_OK)
        rc = read_numbers(value, s, d);
    if (rc == RC_OK)
        rc = read_kinds(json_object_get(value, "kinds"), s, d);
    if (rc == RC_OK)
        rc = read_state(value, s, d);
    return rc == RC_OK ? read_keys(json_object_get(value, "keys"), s, d) : rc;
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct sender *)a)->id, ((const struct sender *)b)->id);
}

static enum rc refuse_twins(const struct senders *s, struct diag *d)
{
    for (size_t i = 1; i < s->count; i++)
        if (strcmp(s->at[i - 1].id, s->at[i].id) == 0)
            return refuse(d, &s->at[i], "stands twice");
    return RC_OK;
}

enum rc senders_read(struct span text, struct senders *to, struct diag *d)
{
    ON_EXIT(json_decref_at) json_t *root = NULL;
    enum rc rc = json_read(text, &root, d);
    if (rc != RC_OK)
        return rc;
    const json_t *const list = json_object_get(root, "senders");
    if (json_object_size(root) != 2 || !json_is_array(list) ||
        json_integer_value(json_object_get(root, "format")) != 1)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                        "'" SENDERS_FILE "': not {\"format\":1,\"senders\":[…]}");
    for (size_t i = 0; rc == RC_OK && i < json_array_size(list); i++)
        rc = read_sender(json_array_get(list, i), to, d);
    if (rc != RC_OK || to->count == 0)
        return rc;
    qsort(to->at, to->count, sizeof *to->at, by_id);
    return refuse_twins(to, d);
}
