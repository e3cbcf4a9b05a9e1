#include "issuer/register/log_checkpoint.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/cert/log_note.h"

#define PLACES_A_TURN 4096u

/* Orders were admitted when they were given; now the signer hears where in the log they stand. */
static enum rc place_turn(struct reg *r, struct signer *s, uint64_t *at, uint64_t size,
                          struct placed_order *places, struct diag *d)
{
    size_t count = 0;
    for (; *at < size && count < PLACES_A_TURN; (*at)++) {
        struct reg_log_entry entry;
        const enum rc rc = register_log_entry(r, *at, &entry, d);
        if (rc != RC_OK)
            return rc;
        if (entry.kind != LOG_ORDER)
            continue;
        const struct tlog_hash leaf = tlog_leaf(entry.data);
        places[count].log_index = *at;
        memcpy(places[count++].leaf, leaf.bytes, SHA256_LEN);
    }
    return count > 0 ? signer_place(s, places, count, d) : RC_OK;
}

static enum rc place_orders(struct reg *r, struct signer *s, uint64_t size, struct diag *d)
{
    struct signer_status status;
    struct placed_order *const places = calloc(PLACES_A_TURN, sizeof *places);
    if (!places)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "places of orders");
    enum rc rc = signer_status(s, &status, d);
    for (uint64_t at = rc == RC_OK ? status.checkpoint_size : size; rc == RC_OK && at < size;)
        rc = place_turn(r, s, &at, size, places, d);
    free(places);
    return rc;
}

static enum rc sign_now(struct reg *r, const struct home *h, struct signer *s, uint64_t size,
                        struct buf *to, struct diag *d)
{
    const struct tlog_source source = register_log_source(r);
    struct tlog_hash root;
    const enum rc rc = tlog_root(&source, size, &root, d);
    return rc == RC_OK ? signer_checkpoint(s, size, root.bytes, h->now, to, d) : rc;
}

static enum rc sign_new(struct reg *r, const struct home *h, struct signer *s, uint64_t size,
                        struct buf *to, bool *ret_new, struct diag *d)
{
    enum rc rc = place_orders(r, s, size, d);
    if (rc == RC_OK)
        rc = sign_now(r, h, s, size, to, d);
    *ret_new = rc == RC_OK;
    return rc;
}

/* Signed by a log key whose dates hold now: as readers will ask. */
static bool is_current(const struct home *h, struct span note)
{
    for (size_t i = 0; i < h->trust->key_count; i++) {
        const struct trusted_key *const k = &h->trust->keys[i];
        struct checkpoint c;
        if (k->use == USE_LOG && k->not_before <= h->now && h->now <= k->not_after &&
            checkpoint_check(note, h->trust->log_origin, k->key, &c, NULL) == RC_OK)
            return true;
    }
    return false;
}

enum rc log_checkpoint_sign(struct reg *r, const struct home *h, struct signer *s, struct buf *to,
                            bool *ret_new, struct diag *d)
{
    assert(r && h && s && to && ret_new);

    *ret_new = false;
    const uint64_t size = register_log_settled(r);
    uint64_t last_size = 0;
    struct span last = { 0 };
    const enum rc rc = register_checkpoint_last(r, &last_size, &last, d);
    if (rc == RC_NOT_FOUND)
        return sign_new(r, h, s, size, to, ret_new, d);
    if (rc != RC_OK)
        return rc;
    if (last_size > size)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                        "a checkpoint of %llu entries was signed, the log has %llu",
                        (unsigned long long)last_size, (unsigned long long)size);
    if (last_size < size)
        return sign_new(r, h, s, size, to, ret_new, d);

    /* The log key may have been replaced since; the stored note stays, for the proofs made with it.
     */
    if (!is_current(h, last))
        return sign_now(r, h, s, size, to, d);
    buf_put_span(to, last);
    return buf_rc(to, d);
}

enum rc log_checkpoint_store(struct reg *r, struct span note, struct diag *d)
{
    assert(r);

    const enum rc rc = register_checkpoint_put(r, register_log_settled(r), note, d);
    return rc == RC_OK ? register_commit(r, d) : rc;
}

enum rc log_checkpoint(struct reg *r, const struct home *h, struct signer *s, struct buf *to,
                       struct diag *d)
{
    bool fresh = false;
    const size_t start = to->len;
    const enum rc rc = log_checkpoint_sign(r, h, s, to, &fresh, d);
    return rc == RC_OK && fresh
               ? log_checkpoint_store(r, span_of(to->ptr + start, to->len - start), d)
               : rc;
}
