#include "issuer/reader/stock.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto/hash.h"
#include "core/sys/clock.h"
#include "core/sys/log.h"
#include "issuer/publication/snapshot.h"

#define LOOK_S 1.0 /* between looks at the files */

static const char *const files[] = { "sitecert.ini", "policy.json", "trust.cbor", "root.cbor" };
#define FILE_COUNT (sizeof files / sizeof files[0])

struct owned {
    struct edition edition; /* first: what is handed out is this */
    unsigned users;         /* the stock itself is one while it is current */
    struct file_identity files[FILE_COUNT];
    pthread_mutex_t printing;  /* held while press and signer are made */
    uint8_t names[SHA256_LEN]; /* of the directory that the press draws */
};

struct stock {
    const char *path;
    pthread_mutex_t lock;
    struct owned *current;
    double looked_at;
    bool expired;
};

/* --- one edition --- */

static void look(const char *path, struct file_identity ret[FILE_COUNT])
{
    char file[PATH_LEN];
    memset(ret, 0, FILE_COUNT * sizeof *ret);
    for (size_t i = 0; i < FILE_COUNT; i++) {
        if (path_join(path, files[i], file, NULL) == RC_OK)
            ret[i] = file_identify(file);
    }
}

static bool same(const struct file_identity a[FILE_COUNT], const struct file_identity b[FILE_COUNT])
{
    bool all = true;
    for (size_t i = 0; i < FILE_COUNT; i++)
        all = all && file_identity_equal(&a[i], &b[i]);
    return all;
}

static void free_owned(struct owned *o)
{
    press_close(o->edition.press);
    signer_free(o->edition.signer);
    home_close(&o->edition.home);
    (void)pthread_mutex_destroy(&o->printing);
    free(o);
}

static enum rc make(const char *path, struct owned **ret, struct diag *d)
{
    struct owned *const o = calloc(1, sizeof *o);
    if (!o)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "an edition");
    if (pthread_mutex_init(&o->printing, NULL) != 0) {
        free(o);
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "an edition");
    }
    o->users = 1;
    look(path, o->files); /* before they are read: a change in between is seen the next time */
    const enum rc rc = home_open(path, &o->edition.home, d);
    if (rc != RC_OK) {
        free_owned(o);
        return rc;
    }
    *ret = o;
    return RC_OK;
}

/* --- which is current; the lock is held --- */

static void drop(struct owned *o)
{
    if (--o->users == 0)
        free_owned(o);
}

static void replace(struct stock *s)
{
    struct owned *fresh = NULL;
    struct diag d = DIAG_INIT;
    const enum rc rc = make(s->path, &fresh, &d);
    if (rc != RC_OK) {
        log_failure(LEVEL_ERROR, "settings_not_read", rc, &d);
        return;
    }
    drop(s->current);
    s->current = fresh;
    s->expired = false;
    log_event(LEVEL_INFO, "settings_read");
}

static void renew_if_due(struct stock *s)
{
    struct file_identity now[FILE_COUNT];
    const double t = clock_elapsed();
    if (!s->expired && t - s->looked_at < LOOK_S)
        return;
    s->looked_at = t;
    look(s->path, now);
    if (s->expired || !same(now, s->current->files))
        replace(s);
}

/* --- the stock --- */

enum rc stock_open(const char *path, struct stock **ret, struct diag *d)
{
    assert(path && ret);

    struct stock *const s = calloc(1, sizeof *s);
    if (!s)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the stock");
    s->path = path;
    s->looked_at = clock_elapsed();
    const enum rc rc = make(path, &s->current, d);
    if (rc != RC_OK) {
        free(s);
        return rc;
    }
    if (pthread_mutex_init(&s->lock, NULL) != 0) {
        free_owned(s->current);
        free(s);
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the stock");
    }
    *ret = s;
    return RC_OK;
}

void stock_close(struct stock *s)
{
    if (!s)
        return;
    assert(s->current->users == 1);
    free_owned(s->current);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}

void stock_expire(struct stock *s)
{
    (void)pthread_mutex_lock(&s->lock);
    s->expired = true;
    (void)pthread_mutex_unlock(&s->lock);
}

struct edition *stock_take(struct stock *s)
{
    (void)pthread_mutex_lock(&s->lock);
    renew_if_due(s);
    s->current->users++;
    struct edition *const e = &s->current->edition;
    (void)pthread_mutex_unlock(&s->lock);
    return e;
}

void stock_give(struct stock *s, struct edition *e)
{
    struct owned *const o = (struct owned *)e;
    (void)pthread_mutex_lock(&s->lock);
    drop(o);
    (void)pthread_mutex_unlock(&s->lock);
}

/* --- printing --- */

static enum rc digest_names(struct reg *r, const struct home *h, uint8_t ret[SHA256_LEN],
                            struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf names = { 0 };
    const enum rc rc = snapshot_directory(r, h, &names, d);
    if (rc == RC_OK)
        sha256(buf_span(&names), ret);
    return rc;
}

static enum rc reach_signer(struct owned *o, struct diag *d)
{
    struct diag why = DIAG_INIT;
    const enum rc rc = home_signer(&o->edition.home, &o->edition.signer, &why);
    if (rc == RC_OK || rc == RC_NOMEM)
        return rc == RC_OK ? rc : diag_set(d, rc, why.offset, "%s", why.text);
    log_failure(LEVEL_ERROR, "signer_gone", rc, &why);
    return diag_set(d, RC_BUSY, DIAG_NO_OFFSET, "signer_gone");
}

/* The printing lock is held. False in *ret_same: the press draws other names. */
static enum rc make_ready(struct owned *o, struct reg *r, const uint8_t names[SHA256_LEN],
                          bool *ret_same, struct diag *d)
{
    enum rc rc = RC_OK;
    *ret_same = true;
    if (!o->edition.signer)
        rc = reach_signer(o, d);
    if (rc == RC_OK && !o->edition.press) {
        rc = press_open(&o->edition.home, r, NULL, &o->edition.press, d);
        memcpy(o->names, names, sizeof o->names);
    }
    if (rc == RC_OK)
        *ret_same = memcmp(o->names, names, sizeof o->names) == 0;
    return rc;
}

static void take_next(struct stock *s, struct edition **e)
{
    stock_expire(s);
    stock_give(s, *e);
    *e = stock_take(s);
}

enum rc stock_printing(struct stock *s, struct reg *r, struct edition **e, struct diag *d)
{
    uint8_t names[SHA256_LEN];
    bool same = false;
    enum rc rc = digest_names(r, &(*e)->home, names, d);
    if (rc != RC_OK)
        return rc;
    for (unsigned tries = 0; rc == RC_OK && !same && tries < 2; tries++) {
        if (tries > 0)
            take_next(s, e);
        struct owned *const o = (struct owned *)*e;
        (void)pthread_mutex_lock(&o->printing);
        rc = make_ready(o, r, names, &same, d);
        (void)pthread_mutex_unlock(&o->printing);
    }
    if (rc == RC_OK && !same)
        return diag_set(d, RC_BUSY, DIAG_NO_OFFSET, "the directory of names is changing");
    return rc;
}
