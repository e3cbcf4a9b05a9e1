/* The end of a log of which a restored register has only the beginning. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "issuer/keycare/draft.h"

/* The same place with another number behind it: "cert.example/log/0123456789abcdef/2". */
static enum rc name_next(struct trust_list *list, struct diag *d)
{
    const char *const first = list->closed_count > 0 ? list->closed[0].origin : list->log_origin;
    char name[sizeof list->log_origin];
    const int n = snprintf(name, sizeof name, "%s/%zu", first, list->closed_count + 2);
    if (n < 0 || (size_t)n >= sizeof name)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "the origin '%.60s…' is too long", first);
    struct closed_log *const closed = &list->closed[list->closed_count++];
    memcpy(closed->origin, list->log_origin, sizeof closed->origin);
    memcpy(list->log_origin, name, sizeof name);
    return RC_OK;
}

/* Nothing that it signed behind the end counts; what it signed before stays as it is. */
static enum rc end_token_key(struct trusted_key *k, uint64_t size, const struct tlog_hash *root,
                             struct diag *d)
{
    if (trusted_key_end(k) <= size || trusted_key_end(k) <= k->first)
        return RC_OK;
    if (k->first < size) {
        k->last = size;
        return RC_OK;
    }
    if (k->cut_off.given)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "a token key was cut off behind what this register has of the log");
    k->cut_off = (struct cut_off){ .given = true, .index = size };
    memcpy(k->cut_off.root, root->bytes, SHA256_LEN);
    sha256((struct span){ 0 }, k->cut_off.survivors); /* it had signed none yet */
    return RC_OK;
}

static void end_log_key(struct trusted_key *k, int64_t now)
{
    const int64_t end = now > k->not_before ? now : k->not_before;
    if (k->not_after > end)
        k->not_after = end;
}

enum rc draft_close_log(struct draft *f, struct reg *r, struct diag *d)
{
    struct trust_list *const list = f->list;
    const uint64_t size = register_log_settled(r);
    const struct tlog_source source = register_log_source(r);
    struct tlog_hash root = tlog_empty();
    if (list->closed_count > f->home->trust->closed_count)
        return diag_set(d, RC_EXISTS, DIAG_NO_OFFSET, "the draft closes the log already");
    if (list->closed_count == TRUST_CLOSED_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "%d logs were closed already",
                        TRUST_CLOSED_MAX);
    enum rc rc = size > 0 ? tlog_root(&source, size, &root, d) : RC_OK;
    if (rc == RC_OK)
        rc = name_next(list, d);
    if (rc != RC_OK)
        return rc;
    struct closed_log *const closed = &list->closed[list->closed_count - 1];
    closed->size = size;
    memcpy(closed->root, root.bytes, SHA256_LEN);
    for (size_t i = 0; rc == RC_OK && i < list->key_count; i++) {
        struct trusted_key *const k = &list->keys[i];
        if (k->use == USE_TOKEN)
            rc = end_token_key(k, size, &root, d);
        else if (k->use == USE_LOG)
            end_log_key(k, f->home->now);
    }
    return rc;
}
