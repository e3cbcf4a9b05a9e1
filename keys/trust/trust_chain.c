#include <assert.h>

#include "keys/trust/trust_keys.h"

/* One item is left to the reader of one list, who says what is wrong with it. */
enum rc trust_file_split(struct span bytes, struct trust_file *ret, struct diag *d)
{
    struct cbor_reader c = cbor_reader_over(bytes, NULL);
    *ret = (struct trust_file){ 0 };
    while (c.r.pos < bytes.len) {
        struct span item;
        const size_t at = c.r.pos;
        if (ret->count == TRUST_CHAIN_MAX)
            return diag_set(d, RC_LIMIT, at, "more than %d trust lists in one file",
                            TRUST_CHAIN_MAX);
        /* Behind a list stands another, or something that is the first one's fault. */
        if (!cbor_skip(&c, "a trust list", &item) || (at > 0 && item.ptr[0] != 0xd8)) {
            *ret = (struct trust_file){ .count = 1, .lists = { bytes } };
            return RC_OK;
        }
        ret->lists[ret->count++] = item;
    }
    if (ret->count == 0)
        *ret = (struct trust_file){ .count = 1, .lists = { bytes } };
    return RC_OK;
}

static enum rc read_link(struct span file, struct span bytes, const struct root_set *roots,
                         const struct root_set *behind, struct trust_list **ret, struct diag *d)
{
    struct diag why = DIAG_INIT;
    const size_t base = (size_t)(bytes.ptr - file.ptr);
    const enum rc rc = trust_list_read_one(bytes, roots, behind, ret, &why);
    if (rc == RC_OK)
        return RC_OK;
    return diag_set(d, rc, why.offset == DIAG_NO_OFFSET ? why.offset : why.offset + base, "%s",
                    why.text);
}

/* Of a list that is not believed: only so that what its roots have signed besides is checked. */
static enum rc read_behind(struct span list, struct root_set *ret)
{
    struct cose_sign m;
    ON_EXIT(trust_list_free_at) struct trust_list *read = NULL;
    enum rc rc = cose_sign_parse(list, &m, NULL);
    if (rc == RC_OK)
        rc = trust_list_payload_read(m.payload, &read, NULL);
    if (rc == RC_OK)
        *ret = read->roots;
    return rc;
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

/* From before the roots that are believed: they need not know it. */
static bool is_older(enum rc rc, const struct trust_list *list, const struct root_set *roots)
{
    /* A root of both sets may have signed the older one, and with it what came before ours. */
    return rc == RC_BAD_SIGNATURE || (rc == RC_OK && list->sequence < roots->since);
}

static enum rc follow(struct span file, const struct trust_file *chain,
                      const struct root_set *roots, struct trust_list **ret, struct diag *d)
{
    ON_EXIT(trust_list_free_at) struct trust_list *believed = NULL;
    struct root_set last;
    const struct root_set *behind = NULL;
    for (size_t i = chain->count; i-- > 0;) {
        ON_EXIT(trust_list_free_at) struct trust_list *next = NULL;
        const struct root_set *const by = believed ? &believed->roots : roots;
        const bool may_pass = !believed && roots && i > 0;
        enum rc rc = read_link(file, chain->lists[i], by, behind, &next, may_pass ? NULL : d);
        if (may_pass && is_older(rc, next, roots)) {
            behind = read_behind(chain->lists[i], &last) == RC_OK ? &last : NULL;
            continue;
        }
        if (rc == RC_OK && believed)
            rc = check_succession(believed, next, d);
        if (rc != RC_OK)
            return diag_set(d, rc, DIAG_NO_OFFSET, "a trust list behind the first");
        trust_list_free(believed);
        believed = TAKE(next);
        last = believed->roots;
        behind = &last;
    }
    *ret = TAKE(believed);
    return RC_OK;
}

enum rc trust_list_read(struct span bytes, const struct root_set *roots, struct trust_list **ret,
                        struct diag *d)
{
    assert(ret);
    assert(!roots || roots->threshold > 0); /* else nobody's signature would be enough */

    struct trust_file chain;
    if (bytes.len > TRUST_FILE_MAX)
        return diag_set(d, RC_LIMIT, TRUST_FILE_MAX, "trust lists of more than %u bytes",
                        TRUST_FILE_MAX);
    const enum rc rc = trust_file_split(bytes, &chain, d);
    return rc == RC_OK ? follow(bytes, &chain, roots, ret, d) : rc;
}

/* --- the maker's side --- */

static enum rc roots_of(struct span list, uint8_t ret[SHA256_LEN], struct diag *d)
{
    struct cose_sign m;
    ON_EXIT(trust_list_free_at) struct trust_list *read = NULL;
    enum rc rc = cose_sign_parse(list, &m, d);
    if (rc == RC_OK)
        rc = trust_list_payload_read(m.payload, &read, d);
    return rc == RC_OK ? root_set_id(&read->roots, ret, d) : rc;
}

/* Of the lists behind the newest those stay that named other roots than the one before, and the
 * oldest, from before the first change. */
static enum rc choose_links(const struct trust_file *all, struct trust_file *ret, struct diag *d)
{
    uint8_t last[SHA256_LEN], roots[SHA256_LEN];
    *ret = (struct trust_file){ 0 };
    for (size_t i = all->count; i-- > 0;) {
        const enum rc rc = roots_of(all->lists[i], roots, d);
        if (rc != RC_OK)
            return rc;
        if (ret->count == 0 || memcmp(roots, last, SHA256_LEN) != 0)
            ret->lists[ret->count++] = all->lists[i];
        memcpy(last, roots, SHA256_LEN);
    }
    return RC_OK;
}

enum rc trust_file_put(struct span newest, struct span old, struct buf *to, struct diag *d)
{
    struct trust_file all, links;
    uint8_t before[SHA256_LEN], now[SHA256_LEN];
    enum rc rc = trust_file_split(old, &all, d);
    if (rc == RC_OK)
        rc = choose_links(&all, &links, d);
    if (rc == RC_OK)
        rc = roots_of(newest, now, d);
    if (rc == RC_OK)
        rc = roots_of(links.lists[0], before, d);
    if (rc != RC_OK)
        return rc;
    /* As long as the roots never changed one list is enough. */
    if (links.count == 1 && memcmp(before, now, SHA256_LEN) == 0)
        links.count = 0;
    if (links.count == TRUST_CHAIN_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "the roots were changed more than %d times",
                        TRUST_CHAIN_MAX - 2);
    buf_put_span(to, newest);
    for (size_t i = links.count; i-- > 0;)
        buf_put_span(to, links.lists[i]);
    if (to->len > TRUST_FILE_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "trust lists of more than %u bytes",
                        TRUST_FILE_MAX);
    return buf_rc(to, d);
}
