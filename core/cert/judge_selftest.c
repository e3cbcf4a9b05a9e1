#include <assert.h>

#include "core/cert/judge.h"
#include "core/cert/signer_find.h"
#include "core/cose/cbor.h"

#define SELFTEST_MAX 64

/* A vector that is no message at all is one that does not hold. */
static enum rc vector_holds(const struct trust_list *trust, struct span message, bool *ret,
                            struct diag *d)
{
    struct cose_sign1 m;
    if (cose_sign1_parse(message, &m, NULL) != RC_OK) {
        *ret = false;
        return RC_OK;
    }
    struct signer_found found;
    const enum rc rc = signer_find(trust, &m, &found, d);
    if (rc == RC_OK)
        *ret = found.key != NULL;
    return rc;
}

static enum rc run_vector(const struct trust_list *trust, struct cbor_reader *c, uint64_t n,
                          struct diag *d)
{
    struct span message;
    uint64_t pair;
    bool expected, holds = false;
    if (!cbor_array(c, "self-test vector", 2, &pair) || pair != 2 ||
        !cbor_bytes(c, "self-test token", 0, TOKEN_MAX_LEN, &message) ||
        !cbor_bool(c, "self-test answer", &expected))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "self-test vector %u is malformed",
                        (unsigned)n);

    const enum rc rc = vector_holds(trust, message, &holds, d);
    if (rc != RC_OK)
        return rc;
    if (holds != expected)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "self-test vector %u comes out wrong: this device must not judge",
                        (unsigned)n);
    return RC_OK;
}

enum rc judge_selftest(const struct bundle *b, struct diag *d)
{
    assert(b);

    struct cbor_reader c = cbor_reader_over(bundle_section(b, SECTION_SELFTEST), d);
    uint64_t count;
    if (!cbor_array(&c, "self-test", SELFTEST_MAX, &count))
        return RC_FORMAT;
    for (uint64_t n = 0; n < count; n++) {
        const enum rc rc = run_vector(bundle_trust(b), &c, n, d);
        if (rc != RC_OK)
            return rc;
    }
    return cbor_end(&c) ? RC_OK : RC_FORMAT;
}
