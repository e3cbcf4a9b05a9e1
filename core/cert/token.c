#include "core/cert/token.h"

#include <assert.h>

#include "core/base/dates.h"
#include "core/base/utf8.h"
#include "core/cert/token_claims.h"

#define POST_MAX      9999
#define UNIT_MAX      999
#define ID_TYPE_MAX   999
#define PROVIDER_MAX  UINT32_MAX
#define STATUS_MAX    ((1u << 28) - 1)
#define LOG_INDEX_MAX (((uint64_t)1 << 53) - 1) /* what every JSON reader can hold */
#define IAT_MAX       (((uint64_t)1 << 40) - 1)
#define ID_TAIL_MAX   4

/* The unsigned claims: where they go and what they may be. Rows stand in the order of the keys. */
struct uint_claim {
    int64_t key;
    const char *name;
    uint64_t min, max;
};

static bool read_uint(struct cbor_reader *c, const char *name, uint64_t min, uint64_t max,
                      uint64_t *ret)
{
    const size_t at = c->r.pos;
    if (!cbor_uint(c, name, max, ret))
        return false;
    return *ret >= min || cbor_fail_at(c, at, "%s is under %llu", name, (unsigned long long)min);
}

static bool read_claims(struct cbor_reader *c, struct cbor_map *m, const struct uint_claim *claims,
                        size_t count, uint64_t *ret)
{
    for (size_t i = 0; i < count; i++) {
        const struct uint_claim *u = &claims[i];
        if (!cbor_map_need(c, m, u->key, u->name) ||
            !read_uint(c, u->name, u->min, u->max, &ret[i]))
            return false;
    }
    return true;
}

static bool is_upper_alnum(uint8_t ch)
{
    return (ch >= '0' && ch <= '9') || (ch >= 'A' && ch <= 'Z');
}

/* A text of 0-9 A-Z and the one character `also` (0: none). */
static bool read_code(struct cbor_reader *c, const char *name, size_t max, uint8_t also,
                      struct span *ret)
{
    const size_t at = c->r.pos;
    if (!cbor_text(c, name, 1, max, ret))
        return false;
    for (size_t i = 0; i < ret->len; i++) {
        const uint8_t ch = ret->ptr[i];
        if (!is_upper_alnum(ch) && (also == 0 || ch != also))
            return cbor_fail_at(c, at, "%s has a character that is not allowed", name);
    }
    return true;
}

static bool read_name(struct cbor_reader *c, struct span *ret)
{
    const size_t at = c->r.pos;
    if (!cbor_text(c, "claim 1 (name)", 1, TOKEN_NAME_MAX, ret))
        return false;
    return !utf8_has_control(*ret) || cbor_fail_at(c, at, "claim 1 (name) has a control character");
}

static bool read_holder(struct cbor_reader *c, struct cbor_map *m, struct token *t)
{
    uint64_t id_type;
    if (!cbor_map_need(c, m, CERT_NAME, "claim 1 (name)") || !read_name(c, &t->name) ||
        !cbor_map_need(c, m, CERT_ID_TYPE, "claim 2 (id type)") ||
        !read_uint(c, "claim 2 (id type)", 1, ID_TYPE_MAX, &id_type) ||
        !cbor_map_need(c, m, CERT_ID_TAIL, "claim 3 (id tail)") ||
        !read_code(c, "claim 3 (id tail)", ID_TAIL_MAX, 0, &t->id_tail))
        return false;
    t->id_type = (uint32_t)id_type;
    return true;
}

static bool read_certificate(struct cbor_reader *c, struct cbor_map *m, struct token *t)
{
    static const struct uint_claim claims[] = {
        { CERT_POST, "claim 4 (post)", 1, POST_MAX },
        { CERT_UNIT, "claim 5 (unit)", 1, UNIT_MAX },
        { CERT_PROVIDER, "claim 6 (provider)", 0, PROVIDER_MAX },
        { CERT_ISSUED, "claim 7 (issued)", 0, DATE_MAX },
        { CERT_DEADLINE, "claim 8 (deadline)", 0, DATE_MAX },
        { CERT_VERSION, "claim 9 (version)", 1, TOKEN_VERSION_MAX },
        { CERT_STATUS_INDEX, "claim 10 (status index)", 0, STATUS_MAX },
        { CERT_LOG_INDEX, "claim 11 (log index)", 0, LOG_INDEX_MAX },
    };
    uint64_t v[sizeof claims / sizeof *claims];
    if (!read_claims(c, m, claims, sizeof claims / sizeof *claims, v))
        return false;
    if (v[4] < v[3])
        return cbor_fail(c, "claim 8 (deadline) is before claim 7 (issued)");
    t->post = (uint32_t)v[0];
    t->unit = (uint32_t)v[1];
    t->provider = (uint32_t)v[2];
    t->issued = (int32_t)v[3];
    t->deadline = (int32_t)v[4];
    t->version = (uint32_t)v[5];
    t->status_index = (uint32_t)v[6];
    t->log_index = v[7];
    return true;
}

static bool read_ce_year(struct cbor_reader *c, uint64_t least_k, struct ce_hours *ret)
{
    uint64_t k, hours, post_hours;
    if (!read_uint(c, "a CE year of claim 12", least_k, UINT16_MAX, &k) ||
        !cbor_uint(c, "hours of claim 12", CE_HOURS_MAX, &hours) ||
        !cbor_uint(c, "post-specific hours of claim 12", hours, &post_hours))
        return false;
    *ret = (struct ce_hours){ (uint32_t)k, (uint32_t)hours, (uint32_t)post_hours };
    return true;
}

static bool read_ce(struct cbor_reader *c, struct cbor_map *m, struct token *t)
{
    uint64_t count, least_k = 1;
    if (!cbor_map_key(c, m, CERT_CE))
        return true;
    const size_t at = c->r.pos;
    if (!cbor_array(c, "claim 12 (CE hours)", (uint64_t)TOKEN_CE_YEARS * CE_FIELDS, &count))
        return false;
    if (count == 0 || count % CE_FIELDS != 0)
        return cbor_fail_at(c, at, "claim 12 (CE hours) has not 3 or 6 items");
    t->ce_count = (size_t)count / CE_FIELDS;
    for (size_t i = 0; i < t->ce_count; i++) {
        if (!read_ce_year(c, least_k, &t->ce[i]))
            return false;
        least_k = t->ce[i].k + 1;
    }
    return true;
}

static bool read_photo(struct cbor_reader *c, struct cbor_map *m, struct token *t)
{
    return !cbor_map_key(c, m, CERT_PHOTO) ||
           cbor_bytes(c, "claim 13 (photo)", TOKEN_PHOTO_LEN, TOKEN_PHOTO_LEN, &t->photo);
}

static bool read_cert(struct cbor_reader *c, struct token *t)
{
    struct cbor_map m;
    return cbor_map(c, "claim -65537", CERT_PHOTO, &m) && read_holder(c, &m, t) &&
           read_certificate(c, &m, t) && read_ce(c, &m, t) && read_photo(c, &m, t) && !c->failed &&
           cbor_map_end(c, &m, "claim -65537");
}

static bool read_payload(struct cbor_reader *c, struct token *t)
{
    struct cbor_map m;
    uint64_t iat = 0;
    if (!cbor_map(c, "the claims", 3, &m) || !cbor_map_need(c, &m, CLAIM_SUB, "claim 2 (sub)") ||
        !read_code(c, "claim 2 (sub)", TOKEN_NUMBER_MAX, '-', &t->number) ||
        !cbor_map_need(c, &m, CLAIM_IAT, "claim 6 (iat)") ||
        !read_uint(c, "claim 6 (iat)", 1, IAT_MAX, &iat) ||
        !cbor_map_need(c, &m, CLAIM_CERT, "claim -65537") || !read_cert(c, t) ||
        !cbor_map_end(c, &m, "the claims"))
        return false;
    t->iat = (int64_t)iat;
    return cbor_end(c);
}

enum rc token_payload_parse(struct span payload, struct token *ret, struct diag *d)
{
    assert(ret);

    struct token t = { 0 };
    struct cbor_reader c = cbor_reader_over(payload, d);
    if (payload.len > TOKEN_MAX_LEN)
        return diag_set(d, RC_LIMIT, TOKEN_MAX_LEN, "a token of more than %d bytes", TOKEN_MAX_LEN);
    if (!read_payload(&c, &t))
        return RC_FORMAT;
    *ret = t;
    return RC_OK;
}

/* A token's protected header is exactly {1: alg, 4: kid}: a kid, and no typ. */
static enum rc check_header(const struct cose_sign1 *m, struct span bytes, struct diag *d)
{
    const size_t at = (size_t)(m->header.raw.ptr - bytes.ptr);
    if (m->header.kid.len == 0)
        return diag_set(d, RC_FORMAT, at, "header 4 (kid) is missing");
    if (m->header.typ.len > 0)
        return diag_set(d, RC_FORMAT, at, "header 16 (typ) does not belong in a token");
    return RC_OK;
}

enum rc token_parse(struct span bytes, struct token *ret, struct diag *d)
{
    assert(ret);

    struct token t = { 0 };
    if (bytes.len > TOKEN_MAX_LEN)
        return diag_set(d, RC_LIMIT, TOKEN_MAX_LEN, "a token of more than %d bytes", TOKEN_MAX_LEN);
    enum rc rc = cose_sign1_parse(bytes, &t.cose, d);
    if (rc == RC_OK)
        rc = check_header(&t.cose, bytes, d);
    if (rc != RC_OK)
        return rc;

    /* A reader that ends with the payload keeps offsets those of the whole token. */
    const size_t start = (size_t)(t.cose.payload.ptr - bytes.ptr);
    struct cbor_reader c = cbor_reader_over(span_of(bytes.ptr, start + t.cose.payload.len), d);
    c.r.pos = start;
    if (!read_payload(&c, &t))
        return RC_FORMAT;
    *ret = t;
    return RC_OK;
}
