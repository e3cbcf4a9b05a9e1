/* Admitted orders: few beside tokens, so all of them are in memory. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "keys/memory/memory_internal.h"

#define SLOTS_MIN 1024u

/* A leaf is a hash already. */
static size_t slot_of(const uint8_t leaf[SHA256_LEN], size_t slot_count)
{
    uint64_t v;
    memcpy(&v, leaf, sizeof v);
    return (size_t)(v % slot_count);
}

static void take_slot(struct order_book *b, size_t place)
{
    size_t i = slot_of(b->orders[place].leaf, b->slot_count);
    while (b->slots[i] != 0)
        i = (i + 1) % b->slot_count;
    b->slots[i] = (uint32_t)place + 1;
}

static enum rc grow(struct order_book *b, struct diag *d)
{
    const size_t cap = b->cap > 0 ? b->cap * 2 : SLOTS_MIN / 2;
    uint32_t *const slots = calloc(cap * 2, sizeof *slots);
    struct memory_order *const orders = realloc(b->orders, cap * sizeof *orders);
    if (orders)
        b->orders = orders;
    if (!slots || !orders || cap > UINT32_MAX / 2) {
        free(slots);
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "%zu admitted orders", cap);
    }
    free(b->slots);
    b->slots = slots;
    b->cap = cap;
    b->slot_count = cap * 2;
    for (size_t i = 0; i < b->count; i++)
        take_slot(b, i);
    return RC_OK;
}

enum rc order_book_add(struct order_book *b, const struct memory_order *o, struct diag *d)
{
    if (b->count == b->cap) {
        const enum rc rc = grow(b, d);
        if (rc != RC_OK)
            return rc;
    }
    b->orders[b->count] = *o;
    take_slot(b, b->count++);
    return RC_OK;
}

const struct memory_order *order_book_find(const struct order_book *b,
                                           const uint8_t leaf[SHA256_LEN])
{
    if (b->slot_count == 0)
        return NULL;
    for (size_t i = slot_of(leaf, b->slot_count); b->slots[i] != 0; i = (i + 1) % b->slot_count) {
        const struct memory_order *const o = &b->orders[b->slots[i] - 1];
        if (memcmp(o->leaf, leaf, SHA256_LEN) == 0)
            return o;
    }
    return NULL;
}

void order_book_free(struct order_book *b)
{
    free(b->orders);
    free(b->slots);
    *b = (struct order_book){ 0 };
}

void memory_order_put(struct buf *to, const struct memory_order *o)
{
    buf_put(to, o->payload, SHA256_LEN);
    buf_put(to, o->leaf, SHA256_LEN);
    buf_put_be64(to, (uint64_t)o->admitted_at);
    buf_put(to, o->kid, KID_LEN);
    buf_put_be64(to, o->alone);
}

static uint64_t be64(const uint8_t *p)
{
    uint64_t v = 0;
    for (size_t i = 0; i < 8; i++)
        v = v << 8 | p[i];
    return v;
}

void memory_order_get(const uint8_t bytes[ORDER_LEN], struct memory_order *ret)
{
    memcpy(ret->payload, bytes, SHA256_LEN);
    memcpy(ret->leaf, bytes + 32, SHA256_LEN);
    ret->admitted_at = (int64_t)be64(bytes + 64);
    memcpy(ret->kid, bytes + 72, KID_LEN);
    ret->alone = be64(bytes + 80) != 0;
}
