#include "issuer/core/roster.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "core/sys/log.h"

struct roster {
    const char *home;
    pthread_mutex_t lock;
    struct senders *senders;
    bool complained; /* of the file as it is now */
};

enum rc roster_open(const char *home, struct roster **ret, struct diag *d)
{
    assert(home && ret);

    struct roster *const r = calloc(1, sizeof *r);
    if (!r)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "senders");
    r->home = home;
    const enum rc rc = senders_load(home, &r->senders, d);
    if (rc != RC_OK) {
        free(r);
        return rc;
    }
    (void)pthread_mutex_init(&r->lock, NULL);
    *ret = r;
    return RC_OK;
}

void roster_close(struct roster *r)
{
    if (!r)
        return;
    senders_free(r->senders);
    (void)pthread_mutex_destroy(&r->lock);
    free(r);
}

static void refresh(struct roster *r)
{
    struct diag d = DIAG_INIT;
    struct senders *fresh = NULL;
    if (!senders_changed(r->senders))
        return;
    const enum rc rc = senders_load(r->home, &fresh, &d);
    if (rc != RC_OK) {
        if (!r->complained)
            log_failure(LEVEL_ERROR, "senders_not_read", rc, &d);
        r->complained = true;
        return;
    }
    senders_free(r->senders);
    r->senders = fresh;
    r->complained = false;
}

void roster_refresh(struct roster *r)
{
    (void)pthread_mutex_lock(&r->lock);
    refresh(r);
    (void)pthread_mutex_unlock(&r->lock);
}

bool roster_find(struct roster *r, struct span id, struct sender *ret)
{
    assert(r && ret);

    (void)pthread_mutex_lock(&r->lock);
    refresh(r);
    const struct sender *const found = senders_find(r->senders, id);
    if (found) {
        *ret = *found;
        ret->key_count = 0;
    }
    (void)pthread_mutex_unlock(&r->lock);
    return found != NULL;
}
