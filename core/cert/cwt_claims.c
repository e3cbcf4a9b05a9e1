#include "core/cert/cwt_claims.h"

#include <assert.h>

#include "core/cert/status_list.h"

#define CLAIM_SUB 2
#define CLAIM_EXP 4
#define CLAIM_IAT 6

void cwt_claims_put(struct buf *b, const struct cwt_claims *claims)
{
    assert(claims->uri.len > 0 && claims->uri.len <= CWT_URI_MAX);
    assert(claims->iat >= 0 && claims->iat <= claims->exp && claims->exp <= CWT_TIME_MAX);

    cbor_put_uint(b, CLAIM_SUB);
    cbor_put_text(b, claims->uri);
    cbor_put_uint(b, CLAIM_EXP);
    cbor_put_uint(b, (uint64_t)claims->exp);
    cbor_put_uint(b, CLAIM_IAT);
    cbor_put_uint(b, (uint64_t)claims->iat);
}

bool cwt_time_read(struct cbor_reader *c, const char *name, int64_t *ret)
{
    uint64_t v;
    if (!cbor_uint(c, name, CWT_TIME_MAX, &v))
        return false;

    *ret = (int64_t)v;
    return true;
}

bool cwt_claims_read(struct cbor_reader *c, struct cbor_map *m, struct cwt_claims *ret)
{
    struct cwt_claims claims;
    if (!cbor_map_need(c, m, CLAIM_SUB, "sub") ||
        !cbor_text(c, "sub", 1, CWT_URI_MAX, &claims.uri) ||
        !cbor_map_need(c, m, CLAIM_EXP, "exp") || !cwt_time_read(c, "exp", &claims.exp) ||
        !cbor_map_need(c, m, CLAIM_IAT, "iat") || !cwt_time_read(c, "iat", &claims.iat))
        return false;
    if (claims.iat > claims.exp)
        return cbor_fail(c, "exp is before iat");

    *ret = claims;
    return true;
}
