#include "verifier/daemon/live_pages.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "core/crypto/hash.h"

#define BUCKETS LIVE_PAGES_MAX

/* Hashes are compared, not what was sent: how long that takes says nothing. */
struct live_page {
    TAILQ_ENTRY(live_page) by_end;
    LIST_ENTRY(live_page) by_handle, by_certificate; /* of their buckets, while it is taken */
    int64_t end_s;                                   /* 0: never taken */
    uint8_t handle[SHA256_LEN], certificate[SHA256_LEN];
    size_t len;
    uint8_t text[LIVE_TEXT_MAX];
};
LIST_HEAD(bucket, live_page);

struct live_pages {
    pthread_mutex_t lock;             /* of what follows */
    TAILQ_HEAD(, live_page) by_end;   /* of those ever taken: the one that ends first */
    struct bucket by_handle[BUCKETS]; /* of the hashes */
    struct bucket by_certificate[BUCKETS];
    size_t taken; /* of at: what was never needed takes no memory */
    struct live_page at[LIVE_PAGES_MAX];
};

struct live_pages *live_pages_new(void)
{
    struct live_pages *const p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    (void)pthread_mutex_init(&p->lock, NULL);
    TAILQ_INIT(&p->by_end);
    return p;
}

void live_pages_free(struct live_pages *p)
{
    if (!p)
        return;
    (void)pthread_mutex_destroy(&p->lock);
    free(p);
}

static struct bucket *bucket_of(struct bucket buckets[BUCKETS], const uint8_t hash[SHA256_LEN])
{
    return &buckets[(size_t)(hash[0] << 8 | hash[1]) % BUCKETS];
}

/* That of the same certificate, else one that has ended, a new one, or the one that ends first. */
static struct live_page *place_for(struct live_pages *p, const uint8_t certificate[SHA256_LEN],
                                   int64_t now_s)
{
    struct live_page *page;
    LIST_FOREACH(page, bucket_of(p->by_certificate, certificate), by_certificate)
    {
        if (memcmp(page->certificate, certificate, SHA256_LEN) == 0)
            return page;
    }
    page = TAILQ_FIRST(&p->by_end);
    return (page && page->end_s <= now_s) || p->taken == LIVE_PAGES_MAX ? page : &p->at[p->taken++];
}

static void take_out(struct live_pages *p, struct live_page *page)
{
    if (page->end_s == 0)
        return;
    TAILQ_REMOVE(&p->by_end, page, by_end);
    LIST_REMOVE(page, by_handle);
    LIST_REMOVE(page, by_certificate);
}

/* Each lasts as long: the last one that came ends last. */
static void put_in(struct live_pages *p, struct live_page *page)
{
    TAILQ_INSERT_TAIL(&p->by_end, page, by_end);
    LIST_INSERT_HEAD(bucket_of(p->by_handle, page->handle), page, by_handle);
    LIST_INSERT_HEAD(bucket_of(p->by_certificate, page->certificate), page, by_certificate);
}

bool live_pages_add(struct live_pages *p, struct span text, int64_t now_s,
                    char ret[LIVE_HANDLE_LEN + 1])
{
    assert(p && now_s >= 0);

    uint8_t random[LIVE_HANDLE_LEN / 2], handle[SHA256_LEN], certificate[SHA256_LEN];
    if (text.len > LIVE_TEXT_MAX)
        return false;
    random_bytes(random, sizeof random);
    hex_encode(random, sizeof random, ret);
    sha256(span_of((const uint8_t *)ret, LIVE_HANDLE_LEN), handle);
    sha256(text, certificate);

    (void)pthread_mutex_lock(&p->lock);
    struct live_page *const page = place_for(p, certificate, now_s);
    take_out(p, page);
    page->end_s = now_s + LIVE_PAGE_S;
    page->len = text.len;
    memcpy(page->text, text.ptr, text.len);
    memcpy(page->handle, handle, SHA256_LEN);
    memcpy(page->certificate, certificate, SHA256_LEN);
    put_in(p, page);
    (void)pthread_mutex_unlock(&p->lock);
    return true;
}

bool live_pages_find(struct live_pages *p, struct span handle, int64_t now_s, struct buf *ret_text)
{
    uint8_t hash[SHA256_LEN];
    if (handle.len != LIVE_HANDLE_LEN)
        return false;
    sha256(handle, hash);
    (void)pthread_mutex_lock(&p->lock);
    const struct live_page *page;
    LIST_FOREACH(page, bucket_of(p->by_handle, hash), by_handle)
    {
        if (memcmp(page->handle, hash, SHA256_LEN) == 0)
            break;
    }
    const bool found = page && page->end_s > now_s;
    if (found)
        buf_put(ret_text, page->text, page->len);
    (void)pthread_mutex_unlock(&p->lock);
    return found && buf_ok(ret_text);
}
