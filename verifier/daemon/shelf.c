#include "verifier/daemon/shelf.h"

#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TRUSTED_MS 1000 /* how long nobody looks whether a file has changed */

struct place {
    char name[SHELF_NAME_MAX]; /* "": empty */
    char etag[ETAG_LEN];
    struct http_kept *kept; /* NULL: there is no such file */
    struct stat seen;
    int64_t looked_ms;
};

struct shelf {
    pthread_mutex_t lock;
    struct place places[SHELF_PLACES];
};

struct shelf *shelf_new(void)
{
    struct shelf *const s = calloc(1, sizeof *s);
    if (s)
        (void)pthread_mutex_init(&s->lock, NULL);
    return s;
}

void shelf_free(struct shelf *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < SHELF_PLACES; i++)
        http_kept_put(s->places[i].kept);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}

/* FNV-1a: who makes names meet only has files opened again. */
static struct place *place_of(struct shelf *s, const char *name)
{
    uint32_t hash = 2166136261u;
    for (; *name; name++)
        hash = (hash ^ (uint8_t)*name) * 16777619u;
    return &s->places[hash % SHELF_PLACES];
}

static int64_t now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool still_so(const struct place *p, int folder)
{
    struct stat st;
    if (fstatat(folder, p->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return p->kept == NULL;
    return p->kept && st.st_dev == p->seen.st_dev && st.st_ino == p->seen.st_ino &&
           st.st_size == p->seen.st_size && same_time(st.st_mtim, p->seen.st_mtim) &&
           same_time(st.st_ctim, p->seen.st_ctim);
}

/* Called locked. */
static enum shelf_found look(struct place *p, int folder, const char *name, struct shelved *ret)
{
    const int64_t now = now_ms();
    if (strcmp(p->name, name) != 0)
        return SHELF_UNKNOWN;
    if (now - p->looked_ms >= TRUSTED_MS) {
        if (!still_so(p, folder))
            return SHELF_UNKNOWN;
        p->looked_ms = now;
    }
    if (!p->kept)
        return SHELF_ABSENT;
    ret->kept = http_kept_share(p->kept);
    memcpy(ret->etag, p->etag, sizeof ret->etag);
    return SHELF_FOUND;
}

enum shelf_found shelf_find(struct shelf *s, int folder, const char *name, struct shelved *ret)
{
    struct place *const p = place_of(s, name);
    (void)pthread_mutex_lock(&s->lock);
    const enum shelf_found found = look(p, folder, name, ret);
    (void)pthread_mutex_unlock(&s->lock);
    return found;
}

void shelf_keep(struct shelf *s, const char *name, struct http_kept *kept, const struct stat *st,
                const char *etag)
{
    assert(name[0] && strlen(name) < SHELF_NAME_MAX && (!kept || (st && strlen(etag) < ETAG_LEN)));

    struct place fresh = { .kept = kept, .looked_ms = now_ms() };
    memcpy(fresh.name, name, strlen(name));
    if (kept) {
        fresh.seen = *st;
        memcpy(fresh.etag, etag, strlen(etag));
    }
    struct place *const p = place_of(s, name);
    (void)pthread_mutex_lock(&s->lock);
    struct http_kept *const old = p->kept;
    *p = fresh;
    (void)pthread_mutex_unlock(&s->lock);
    http_kept_put(old);
}
