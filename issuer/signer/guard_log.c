/* Void leaves, orders and checkpoints: what else the log holds, and what covers it. */
#include <assert.h>
#include <string.h>

#include "core/base/dates.h"
#include "issuer/signer/guard_internal.h"
#include "keys/private/order_check.h"

#define DAY_S 86400

/* --- void leaves --- */

static enum rc remember_void(const struct guarded *w, uint64_t index, struct span message,
                             struct diag *d)
{
    struct memory *const m = w->guard->memory;
    struct cose_sign1 cose;
    struct memory_leaf known, leaf;
    enum rc rc = cose_sign1_parse(message, &cose, d);
    if (rc != RC_OK)
        return rc;
    const struct tlog_hash hash = tlog_leaf(message);
    sha256(cose.payload, leaf.payload);
    memcpy(leaf.leaf, hash.bytes, SHA256_LEN);

    rc = memory_leaf(m, index, &known, d);
    if (rc == RC_OK && memcmp(known.payload, leaf.payload, SHA256_LEN) != 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "log index %llu was signed with another payload",
                        (unsigned long long)index);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    if (rc == RC_OK && index < memory_tree(m).size)
        return RC_OK;
    memory_note_leaf(m, index, &leaf);
    return memory_settle(m, d);
}

enum rc guard_void(const struct guarded *w, uint64_t log_index, const char *reason, struct buf *to,
                   struct diag *d)
{
    assert(w && reason && to);

    ON_EXIT(buf_free_at) struct buf message = { 0 };
    enum rc rc = guard_index(w->trust, log_index, d);
    if (rc == RC_OK)
        rc = signer_void(w->signer, log_index, reason, w->now_s, &message, d);
    if (rc != RC_OK)
        return rc;
    (void)pthread_mutex_lock(&w->guard->lock);
    rc = remember_void(w, log_index, buf_span(&message), d);
    (void)pthread_mutex_unlock(&w->guard->lock);
    if (rc != RC_OK)
        return rc;
    buf_put_span(to, buf_span(&message));
    return buf_rc(to, d);
}

/* --- checkpoints --- */

static enum rc check_tree(struct memory *m, uint64_t size, const uint8_t root[SHA256_LEN],
                          struct diag *d)
{
    const struct memory_tree last = memory_tree(m);
    struct tlog_hash made;
    if (size < last.size)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "a checkpoint of %llu leaves is signed, %llu are fewer",
                        (unsigned long long)last.size, (unsigned long long)size);
    const enum rc rc = memory_root(m, size, &made, d);
    if (rc == RC_NOT_FOUND)
        return RC_REFUSED;
    if (rc != RC_OK)
        return rc;
    if (memcmp(made.bytes, root, SHA256_LEN) != 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the tree of %llu leaves is not that of what was signed here",
                        (unsigned long long)size);
    if (size > last.size)
        memory_note_checkpoint(m, size, &made);
    return memory_settle(m, d);
}

enum rc guard_checkpoint(const struct guarded *w, uint64_t size, const uint8_t root[SHA256_LEN],
                         struct buf *to, struct diag *d)
{
    assert(w && root && to);

    (void)pthread_mutex_lock(&w->guard->lock);
    enum rc rc = check_tree(w->guard->memory, size, root, d);
    if (rc == RC_OK)
        rc = signer_checkpoint(w->signer, size, root, w->now_s, to, d);
    (void)pthread_mutex_unlock(&w->guard->lock);
    return rc;
}

/* --- orders --- */

/* What two must always sign (interfaces.md of the design; docs/operations.md). */
#define ACTION_REINSTATE 2u
#define ACTION_AMEND     6u

static bool may_stand_alone(const struct guarded *w, const uint8_t kid[KID_LEN], uint32_t action)
{
    if (w->trust->demo)
        return true;
    if (action == ACTION_REINSTATE || action == ACTION_AMEND)
        return false;
    const struct policy_values *const p = policy_at(w->policy, 0, date_of_time(w->now_s));
    const struct memory_counts c = memory_orders_alone(w->guard->memory, w->now_s - DAY_S, kid);
    return c.all < p->orders_alone_per_day_all && c.by_operator < p->orders_alone_per_day;
}

enum rc guard_order_alone(const struct guarded *w, const uint8_t kid[KID_LEN], uint32_t action,
                          bool *ret, struct diag *d)
{
    (void)d;
    (void)pthread_mutex_lock(&w->guard->lock);
    *ret = may_stand_alone(w, kid, action);
    (void)pthread_mutex_unlock(&w->guard->lock);
    return RC_OK;
}

static enum rc admit(const struct guarded *w, const struct order_checked *o, struct span first,
                     struct diag *d)
{
    struct memory *const m = w->guard->memory;
    struct memory_order order = { .admitted_at = w->now_s, .alone = !o->second };
    const struct tlog_hash leaf = tlog_leaf(first);
    if (memory_order_find(m, leaf.bytes))
        return RC_OK;
    if (!o->second && !may_stand_alone(w, o->first->kid, o->text.action))
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "this order needs a second operator");

    memcpy(order.leaf, leaf.bytes, SHA256_LEN);
    memcpy(order.kid, o->first->kid, KID_LEN);
    sha256(o->payload, order.payload);
    memory_note_order(m, &order);
    return memory_settle(m, d);
}

enum rc guard_order(const struct guarded *w, struct span first, struct span second, struct diag *d)
{
    assert(w);

    struct order_checked checked;
    enum rc rc = order_check(w->trust, first, second, w->now_s, &checked, d);
    if (rc != RC_OK)
        return rc;
    (void)pthread_mutex_lock(&w->guard->lock);
    rc = admit(w, &checked, first, d);
    (void)pthread_mutex_unlock(&w->guard->lock);
    return rc;
}

static enum rc place_one(const struct guarded *w, const struct placed_order *p, struct diag *d)
{
    struct memory *const m = w->guard->memory;
    struct memory_leaf known, leaf;
    const struct memory_order *const order = memory_order_find(m, p->leaf);
    if (!order)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the order of log index %llu was never admitted",
                        (unsigned long long)p->log_index);
    enum rc rc = guard_index(w->trust, p->log_index, d);
    if (rc != RC_OK)
        return rc;
    rc = memory_leaf(m, p->log_index, &known, d);
    if (rc == RC_OK && memcmp(known.leaf, p->leaf, SHA256_LEN) != 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "log index %llu was signed with another payload",
                        (unsigned long long)p->log_index);
    if (rc != RC_NOT_FOUND)
        return rc;
    memcpy(leaf.payload, order->payload, SHA256_LEN);
    memcpy(leaf.leaf, p->leaf, SHA256_LEN);
    memory_note_leaf(m, p->log_index, &leaf);
    return RC_OK;
}

enum rc guard_place(const struct guarded *w, const struct placed_order *orders, size_t count,
                    struct diag *d)
{
    assert(w && (orders || count == 0));

    struct memory *const m = w->guard->memory;
    enum rc rc = RC_OK;
    (void)pthread_mutex_lock(&w->guard->lock);
    for (size_t i = 0; rc == RC_OK && i < count; i++) {
        if (i > 0 && orders[i].log_index <= orders[i - 1].log_index)
            rc =
                diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the log indexes of a request must ascend");
        else
            rc = place_one(w, &orders[i], d);
    }
    if (rc == RC_OK)
        rc = memory_settle(m, d);
    else
        memory_forget_notes(m);
    (void)pthread_mutex_unlock(&w->guard->lock);
    return rc;
}
