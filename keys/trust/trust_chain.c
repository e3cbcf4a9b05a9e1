#include <assert.h>

#include "keys/trust/trust_keys.h"

/* The lists of one file, the newest first. */
struct chain {
    size_t count;
    struct span lists[TRUST_CHAIN_MAX];
};

/* One item is left to the reader of one list, who says what is wrong with it. */
static enum rc split(struct span bytes, struct chain *ret, struct diag *d)
{
    struct cbor_reader c = cbor_reader_over(bytes, NULL);
    *ret = (struct chain){ 0 };
    while (c.r.pos < bytes.len) {
        struct span item;
        const size_t at = c.r.pos;
        if (ret->count == TRUST_CHAIN_MAX)
            return diag_set(d, RC_LIMIT, at, "more than %d trust lists in one file",
                            TRUST_CHAIN_MAX);
        /* Behind a list stands another, or something that is the first one's fault. */
        if (!cbor_skip(&c, "a trust list", &item) || (at > 0 && item.ptr[0] != 0xd8)) {
            *ret = (struct chain){ .count = 1, .lists = { bytes } };
            return RC_OK;
        }
        ret->lists[ret->count++] = item;
    }
    if (ret->count == 0)
        *ret = (struct chain){ .count = 1, .lists = { bytes } };
    return RC_OK;
}

static enum rc read_link(struct span file, struct span bytes, const struct root_set *roots,
                         struct trust_list **ret, struct diag *d)
{
    struct diag why = DIAG_INIT;
    const size_t base = (size_t)(bytes.ptr - file.ptr);
    const enum rc rc = trust_list_read_one(bytes, roots, ret, &why);
    if (rc == RC_OK)
        return RC_OK;
    return diag_set(d, rc, why.offset == DIAG_NO_OFFSET ? why.offset : why.offset + base, "%s",
                    why.text);
}

static enum rc check_succession(const struct trust_list *old, const struct trust_list *new,
                                struct diag *d)
{
    if (memcmp(old->deployment, new->deployment, DEPLOYMENT_LEN) != 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "trust lists of two deployments");
    if (old->sequence >= new->sequence)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "trust list %llu stands before trust list %llu",
                        (unsigned long long)new->sequence, (unsigned long long)old->sequence);
    return RC_OK;
}

static enum rc follow(struct span file, const struct chain *chain, const struct root_set *roots,
                      struct trust_list **ret, struct diag *d)
{
    ON_EXIT(trust_list_free_at) struct trust_list *believed = NULL;
    for (size_t i = chain->count; i-- > 0;) {
        ON_EXIT(trust_list_free_at) struct trust_list *next = NULL;
        const struct root_set *const by = believed ? &believed->roots : roots;
        /* From before the roots that are believed: they need not know it. */
        const bool may_pass = !believed && roots && i > 0;
        enum rc rc = read_link(file, chain->lists[i], by, &next, may_pass ? NULL : d);
        if (rc == RC_BAD_SIGNATURE && may_pass)
            continue;
        /* A root of both sets may have signed the older one, and with it what came before ours. */
        if (rc == RC_OK && may_pass && next->sequence < roots->since)
            continue;
        if (rc == RC_OK && believed)
            rc = check_succession(believed, next, d);
        if (rc != RC_OK)
            return diag_set(d, rc, DIAG_NO_OFFSET, "a trust list behind the first");
        trust_list_free(believed);
        believed = TAKE(next);
    }
    *ret = TAKE(believed);
    return RC_OK;
}

enum rc trust_list_read(struct span bytes, const struct root_set *roots, struct trust_list **ret,
                        struct diag *d)
{
    assert(ret);
    assert(!roots || roots->threshold > 0); /* else nobody's signature would be enough */

    struct chain chain;
    if (bytes.len > TRUST_FILE_MAX)
        return diag_set(d, RC_LIMIT, TRUST_FILE_MAX, "trust lists of more than %u bytes",
                        TRUST_FILE_MAX);
    const enum rc rc = split(bytes, &chain, d);
    return rc == RC_OK ? follow(bytes, &chain, roots, ret, d) : rc;
}
