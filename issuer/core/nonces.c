#include "issuer/core/nonces.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto/hash.h"

#define PLACES_FIRST 1024u /* a power of two */

/* Open addressing; a free place has until 0. Nothing is taken out but by building anew. */
struct place {
    uint64_t digest;
    int64_t until;
};

struct nonces {
    struct place *places;
    size_t size, used; /* places; those not free */
};

struct nonces *nonces_new(void)
{
    struct nonces *const n = calloc(1, sizeof *n);
    if (!n)
        return NULL;
    n->size = PLACES_FIRST;
    n->places = calloc(n->size, sizeof *n->places);
    if (n->places)
        return n;
    free(n);
    return NULL;
}

void nonces_free(struct nonces *n)
{
    if (!n)
        return;
    free(n->places);
    free(n);
}

size_t nonces_count(const struct nonces *n)
{
    return n->used;
}

static uint64_t digest_of(struct span sender, struct span nonce)
{
    /* No sender's id holds a NUL: nothing else reads like sender ‖ NUL ‖ nonce. */
    uint8_t text[256], hash[SHA256_LEN];
    uint64_t digest;
    assert(sender.len + 1 + nonce.len <= sizeof text);
    memcpy(text, sender.ptr, sender.len);
    text[sender.len] = '\0';
    memcpy(text + sender.len + 1, nonce.ptr, nonce.len);
    sha256(span_of(text, sender.len + 1 + nonce.len), hash);
    memcpy(&digest, hash, sizeof digest);
    return digest;
}

static struct place *find(struct place *places, size_t size, uint64_t digest)
{
    size_t at = (size_t)digest & (size - 1);
    while (places[at].until != 0 && places[at].digest != digest)
        at = (at + 1) & (size - 1);
    return &places[at];
}

/* Into a table with room for as many again, without what is over. */
static enum rc rebuild(struct nonces *n, int64_t now, struct diag *d)
{
    size_t live = 0, size = PLACES_FIRST;
    for (size_t i = 0; i < n->size; i++)
        live += n->places[i].until >= now && n->places[i].until != 0;
    while (size < live * 4)
        size *= 2;
    struct place *const places = calloc(size, sizeof *places);
    if (!places)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "%zu nonces", live);
    for (size_t i = 0; i < n->size; i++)
        if (n->places[i].until >= now && n->places[i].until != 0)
            *find(places, size, n->places[i].digest) = n->places[i];
    free(n->places);
    n->places = places;
    n->size = size;
    n->used = live;
    return RC_OK;
}

enum nonce_answer nonces_look(struct nonces *n, struct span sender, struct span nonce, int64_t now)
{
    assert(n);

    const struct place *const p = find(n->places, n->size, digest_of(sender, nonce));
    if (p->until >= now && p->until != 0)
        return NONCE_SEEN;
    if (p->until != 0 || n->used < NONCES_MAX)
        return NONCE_NEW;
    return rebuild(n, now, NULL) == RC_OK && n->used < NONCES_MAX ? NONCE_NEW : NONCE_NO_ROOM;
}

enum rc nonces_add(struct nonces *n, struct span sender, struct span nonce, int64_t until,
                   int64_t now, struct diag *d)
{
    assert(n && until > 0);

    if ((n->used + 1) * 2 > n->size) {
        const enum rc rc = rebuild(n, now, d);
        if (rc != RC_OK)
            return rc;
    }
    const uint64_t digest = digest_of(sender, nonce);
    struct place *const p = find(n->places, n->size, digest);
    if (p->until == 0 && n->used >= NONCES_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "%u nonces are remembered already",
                        NONCES_MAX);
    n->used += p->until == 0;
    *p = (struct place){ digest, until };
    return RC_OK;
}
