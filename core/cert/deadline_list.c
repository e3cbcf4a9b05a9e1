#include "core/cert/deadline_list.h"

#include <assert.h>

#include "core/cert/cwt_claims.h"
#include "keys/trust/trust_list.h"

#define CLAIM_DEADLINES (-65537)

enum { DEADLINES_SEQUENCE = 1, DEADLINES_ROWS = 2, DEADLINES_ROOT = 3 };

void deadline_statement_put(struct buf *b, const struct deadline_statement *s)
{
    assert(b && s && s->rows <= COLUMN_ROWS_MAX);

    const struct cwt_claims claims = { .uri = s->uri, .exp = s->exp, .iat = s->iat };
    cbor_put_map(b, 4);
    cwt_claims_put(b, &claims);
    cbor_put_int(b, CLAIM_DEADLINES);
    cbor_put_map(b, 3);
    cbor_put_uint(b, DEADLINES_SEQUENCE);
    cbor_put_uint(b, s->sequence);
    cbor_put_uint(b, DEADLINES_ROWS);
    cbor_put_uint(b, s->rows);
    cbor_put_uint(b, DEADLINES_ROOT);
    cbor_put_bytes(b, span_of(s->root, SHA256_LEN));
}

static bool read_claim(struct cbor_reader *c, struct deadline_statement *s)
{
    struct cbor_map m;
    uint64_t rows;
    struct span root;
    if (!cbor_map(c, "deadlines", 3, &m) || !cbor_map_need(c, &m, DEADLINES_SEQUENCE, "sequence") ||
        !cbor_uint(c, "sequence", SEQUENCE_MAX, &s->sequence) ||
        !cbor_map_need(c, &m, DEADLINES_ROWS, "rows") ||
        !cbor_uint(c, "rows", COLUMN_ROWS_MAX, &rows) ||
        !cbor_map_need(c, &m, DEADLINES_ROOT, "root") ||
        !cbor_bytes(c, "root", SHA256_LEN, SHA256_LEN, &root) || !cbor_map_end(c, &m, "deadlines"))
        return false;

    s->rows = (uint32_t)rows;
    memcpy(s->root, root.ptr, SHA256_LEN);
    return true;
}

enum rc deadline_statement_read(struct span payload, struct deadline_statement *ret, struct diag *d)
{
    assert(ret);

    struct cbor_reader c = cbor_reader_over(payload, d);
    struct cbor_map m;
    struct cwt_claims claims;
    struct deadline_statement s = { .sequence = 0 };
    if (!cbor_map(&c, "deadline list claims", 4, &m) || !cwt_claims_read(&c, &m, &claims) ||
        !cbor_map_need(&c, &m, CLAIM_DEADLINES, "deadlines") || !read_claim(&c, &s) ||
        !cbor_map_end(&c, &m, "deadline list claims") || !cbor_end(&c))
        return RC_FORMAT;

    s.uri = claims.uri;
    s.exp = claims.exp;
    s.iat = claims.iat;
    *ret = s;
    return RC_OK;
}
