#include "verifier/daemon/live_pages.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto/hash.h"

/* Hashes are compared, not what was sent: how long that takes says nothing. */
struct live_page {
    int64_t end_s; /* 0: free */
    uint8_t handle[SHA256_LEN], certificate[SHA256_LEN];
    size_t len;
    uint8_t text[LIVE_TEXT_MAX];
};

struct live_pages {
    pthread_mutex_t lock; /* of what follows */
    struct live_page at[LIVE_PAGES_MAX];
};

struct live_pages *live_pages_new(void)
{
    struct live_pages *const p = calloc(1, sizeof *p);
    if (p)
        (void)pthread_mutex_init(&p->lock, NULL);
    return p;
}

void live_pages_free(struct live_pages *p)
{
    if (!p)
        return;
    (void)pthread_mutex_destroy(&p->lock);
    free(p);
}

/* That of the same certificate, else the one that ends first. */
static struct live_page *place_for(struct live_pages *p, const uint8_t certificate[SHA256_LEN])
{
    struct live_page *first = &p->at[0];
    for (size_t i = 0; i < LIVE_PAGES_MAX; i++) {
        if (p->at[i].end_s != 0 && memcmp(p->at[i].certificate, certificate, SHA256_LEN) == 0)
            return &p->at[i];
        if (p->at[i].end_s < first->end_s)
            first = &p->at[i];
    }
    return first;
}

bool live_pages_add(struct live_pages *p, struct span text, int64_t now_s,
                    char ret[LIVE_HANDLE_LEN + 1])
{
    assert(p && now_s >= 0);

    uint8_t random[LIVE_HANDLE_LEN / 2], certificate[SHA256_LEN];
    if (text.len > LIVE_TEXT_MAX)
        return false;
    random_bytes(random, sizeof random);
    hex_encode(random, sizeof random, ret);
    sha256(text, certificate);

    (void)pthread_mutex_lock(&p->lock);
    struct live_page *const place = place_for(p, certificate);
    place->end_s = now_s + LIVE_PAGE_S;
    place->len = text.len;
    memcpy(place->text, text.ptr, text.len);
    memcpy(place->certificate, certificate, SHA256_LEN);
    sha256(span_of((const uint8_t *)ret, LIVE_HANDLE_LEN), place->handle);
    (void)pthread_mutex_unlock(&p->lock);
    return true;
}

bool live_pages_find(struct live_pages *p, struct span handle, int64_t now_s, struct buf *ret_text)
{
    uint8_t hash[SHA256_LEN];
    bool found = false;
    if (handle.len != LIVE_HANDLE_LEN)
        return false;
    sha256(handle, hash);
    (void)pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < LIVE_PAGES_MAX && !found; i++) {
        const struct live_page *const page = &p->at[i];
        if (page->end_s <= now_s || memcmp(page->handle, hash, SHA256_LEN) != 0)
            continue;
        found = true;
        buf_put(ret_text, page->text, page->len);
    }
    (void)pthread_mutex_unlock(&p->lock);
    return found && buf_ok(ret_text);
}
