#include "core/cose/cose_header.h"

/* Whether a header stands next, and has been consumed; an absence that a rule forbids is a failure.
 */
static bool header_next(struct cbor_reader *c, struct cbor_map *m, int64_t label,
                        enum header_rule rule, const char *name)
{
    switch (rule) {
    case HEADER_ABSENT:
        return false;
    case HEADER_OPTIONAL:
        return cbor_map_key(c, m, label);
    case HEADER_NEEDED:
        break;
    }
    return cbor_map_need(c, m, label, name);
}

static void read_headers(struct cbor_reader *c, const char *name, const struct header_rules *rules,
                         struct cose_header *ret)
{
    struct cbor_map m;
    if (!cbor_map(c, name, 3, &m))
        return;
    if (header_next(c, &m, HEADER_ALG, rules->alg, "header 1 (alg)"))
        (void)!cbor_int(c, "header 1 (alg)", &ret->alg);
    if (header_next(c, &m, HEADER_KID, rules->kid, "header 4 (kid)"))
        (void)!cbor_bytes(c, "header 4 (kid)", KID_LEN, KID_LEN, &ret->kid);
    if (header_next(c, &m, HEADER_TYP, rules->typ, "header 16 (typ)"))
        (void)!cbor_text(c, "header 16 (typ)", 1, TYP_MAX, &ret->typ);
    (void)!cbor_map_end(c, &m, name);
}

bool cose_headers_read(struct cbor_reader *c, const char *name, const struct header_rules *rules,
                       struct cose_header *ret)
{
    struct cose_header header = { 0 };
    struct cbor_map unprotected;
    if (!cbor_bytes(c, name, 1, SIZE_MAX, &header.raw))
        return false;

    /* A reader that ends with the wrapped map keeps offsets those of the whole message. */
    const size_t start = c->r.pos - header.raw.len;
    struct cbor_reader inner = cbor_reader_over(span_of(c->r.in.ptr, c->r.pos), c->d);
    inner.r.pos = start;
    read_headers(&inner, name, rules, &header);
    if (!cbor_end(&inner)) {
        c->failed = true;
        return false;
    }
    if (!cbor_map(c, "the unprotected header", 0, &unprotected))
        return false;
    *ret = header;
    return true;
}

void cose_header_put(struct buf *b, enum cose_alg alg, struct span kid, const char *typ)
{
    cbor_put_map(b, 1u + (kid.len > 0) + (typ != NULL));
    cbor_put_uint(b, HEADER_ALG);
    cbor_put_int(b, (int64_t)alg);
    if (kid.len > 0) {
        cbor_put_uint(b, HEADER_KID);
        cbor_put_bytes(b, kid);
    }
    if (typ) {
        cbor_put_uint(b, HEADER_TYP);
        cbor_put_cstr(b, typ);
    }
}
