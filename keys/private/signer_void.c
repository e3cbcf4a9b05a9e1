#include "keys/private/signing.h"

#include <assert.h>
#include <string.h>

#include "core/cose/cbor.h"

#define VOID_REASON_MAX 200 /* bytes */

enum rc signer_void(struct signer *s, uint64_t log_index, const char *reason, int64_t now_s,
                    struct buf *to, struct diag *d)
{
    assert(s && reason && to);

    if (reason[0] == '\0' || strlen(reason) > VOID_REASON_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "the reason of a void leaf has 1 to %d bytes",
                        VOID_REASON_MAX);
    const struct signing_key *const k = signing_key_find(s, USE_LOG, now_s, d);
    if (!k)
        return RC_NOT_FOUND;

    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    cbor_put_map(&payload, 3);
    cbor_put_uint(&payload, 1);
    cbor_put_bytes(&payload, span_of(s->trust->deployment, DEPLOYMENT_LEN));
    cbor_put_uint(&payload, 2);
    cbor_put_uint(&payload, log_index);
    cbor_put_uint(&payload, 3);
    cbor_put_cstr(&payload, reason);
    const enum rc rc = buf_rc(&payload, d);
    if (rc != RC_OK)
        return rc;

    const struct statement st = { .typ = TYP_VOID, .payload = buf_span(&payload), .time_s = now_s };
    return statement_sign(&st, k->key, k->trusted, s->trust, to, d);
}
