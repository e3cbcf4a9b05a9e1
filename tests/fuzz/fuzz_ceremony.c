/*
 * Any bytes as a change of keys on its way from operator to root, by a rule in place of signatures:
 * what is opened keeps its promises, and is written again as the same bytes.
 */
#include <stdlib.h>

#include "issuer/keycare/ceremony.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_whole(const struct ceremony *c, struct span bytes)
{
    ON_EXIT(buf_free_at) struct buf again = { 0 };
    ON_EXIT(buf_free_at) struct buf list = { 0 };
    ceremony_put(&again, c->current, c->change, c->list);
    if (!span_equal(buf_span(&again), bytes) || c->operators == 0 ||
        c->new->sequence != c->old->sequence + 1 || c->by_old > c->old->roots.count ||
        c->by_new > c->new->roots.count)
        abort();
    const enum rc rc = ceremony_result(c, &list, NULL);
    if (ceremony_is_done(c) ? rc != RC_OK && rc != RC_LIMIT : rc != RC_REFUSED)
        abort();
    (void)ceremony_rotates(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    ON_EXIT(ceremony_close) struct ceremony c = { 0 };
    struct diag d = DIAG_INIT;
    buf_put(&file, data, size);
    const enum rc rc = ceremony_open(&file, NULL, &c, &d);
    if (d.code != rc)
        abort();
    if (rc == RC_OK)
        must_be_whole(&c, span_of(data, size));
    return 0;
}
