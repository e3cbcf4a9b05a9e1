#include "core/employers/roll.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/employers/rations.h"
#include "core/sys/clock.h"
#include "core/sys/file.h"

struct roll {
    char path[PATH_LEN]; /* empty: none */
    struct file_identity seen;
    struct rations *rations;
    pthread_mutex_t lock; /* of what follows */
    struct employers employers;
};

enum rc roll_open(const char *path, struct roll **ret, struct diag *d)
{
    struct roll *const r = calloc(1, sizeof *r);
    if (!r)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "employers");
    (void)pthread_mutex_init(&r->lock, NULL);
    r->rations = rations_new();
    enum rc rc = path ? path_join("", path, r->path, d) : RC_OK;
    if (rc == RC_OK && !r->rations)
        rc = diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "employers");
    if (rc == RC_OK)
        *ret = r;
    else
        roll_close(r);
    return rc;
}

void roll_close(struct roll *r)
{
    if (!r)
        return;
    employers_free(&r->employers);
    rations_free(r->rations);
    (void)pthread_mutex_destroy(&r->lock);
    free(r);
}

static void replace(struct roll *r, struct employers *fresh)
{
    (void)pthread_mutex_lock(&r->lock);
    struct employers old = r->employers;
    r->employers = *fresh;
    (void)pthread_mutex_unlock(&r->lock);
    *fresh = (struct employers){ 0 };
    employers_free(&old);
}

enum rc roll_refresh(struct roll *r, struct diag *d)
{
    const struct file_identity there = file_identify(r->path);
    ON_EXIT(employers_free) struct employers fresh = { 0 };
    if (r->path[0] == '\0' || file_identity_equal(&there, &r->seen))
        return RC_OK;
    r->seen = there;
    enum rc rc = file_is_seen(&there) ? employers_load(r->path, &fresh, d) : RC_OK;
    if (rc != RC_OK)
        employers_free(&fresh);
    replace(r, &fresh);
    return rc;
}

bool roll_find(struct roll *r, struct span key, struct employer *ret)
{
    uint8_t hash[SHA256_LEN];
    if (!employer_key_hash(key, hash))
        return false;
    (void)pthread_mutex_lock(&r->lock);
    const struct employer *const found = employers_find_key(&r->employers, hash);
    if (found)
        *ret = *found;
    (void)pthread_mutex_unlock(&r->lock);
    return found != NULL;
}

uint32_t roll_take(struct roll *r, const struct employer *e, uint32_t rows, uint32_t people)
{
    return rations_take(r->rations, e, rows, people, (int64_t)clock_elapsed() + 1);
}
