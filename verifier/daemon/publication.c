#include "verifier/daemon/publication.h"

#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/sys/clock.h"
#include "core/sys/file.h"
#include "verifier/daemon/known.h"

#define BUNDLE    "bundle.scb"
#define ROOTS_MAX 8192u /* bytes of a root set's file */

struct publication {
    atomic_uint holders;
    int folder;
    struct buf file;
    struct bundle *bundle;
    struct known *known;
    struct judge_memory memory;
};

struct store {
    char folder[PATH_LEN], path[PATH_LEN];
    pthread_mutex_t lock; /* of now */
    struct publication *now;
    struct file_identity seen; /* taken or refused */
};

/* --- one publication --- */

static void publication_free(struct publication *p)
{
    bundle_free(p->bundle);
    known_free(p->known);
    buf_free(&p->file);
    fd_close_at(&p->folder);
    free(p);
}

void publication_put(struct publication *p)
{
    if (--p->holders == 0)
        publication_free(p);
}

int publication_folder(const struct publication *p)
{
    return p->folder;
}

const struct bundle *publication_bundle(const struct publication *p)
{
    return p->bundle;
}

static const struct trusted_key *find_known(void *ctx, const struct tlog_hash *leaf)
{
    const struct publication *const p = ctx;
    const int32_t key = known_find(p->known, leaf);
    return key >= 0 ? &bundle_trust(p->bundle)->keys[key] : NULL;
}

static void keep_known(void *ctx, const struct tlog_hash *leaf, const struct trusted_key *key)
{
    const struct publication *const p = ctx;
    known_keep(p->known, leaf, (uint32_t)(key - bundle_trust(p->bundle)->keys));
}

enum rc publication_evidence(const struct publication *p, struct evidence *ret, struct diag *d)
{
    const struct trust_list *const trust = bundle_trust(p->bundle);
    int64_t now;
    const enum rc rc = clock_now(trust->demo, &now, d);
    if (rc != RC_OK)
        return rc;
    *ret = (struct evidence){
        .trust = trust,
        .bundle = p->bundle, /* unfolded: looking up changes nothing in it */
        .now = now,
        .max_age_s = JUDGE_MAX_AGE_S,
        .memory = &p->memory,
    };
    return RC_OK;
}

/* Verified tokens stay so as long as the trust list is the same, byte by byte. */
static enum rc take_known(struct publication *p, const struct publication *before, struct diag *d)
{
    const struct span trust = bundle_section(p->bundle, SECTION_TRUST);
    p->known =
        before && known_is_of(before->known, trust) ? known_share(before->known) : known_new(trust);
    p->memory = (struct judge_memory){ find_known, keep_known, p };
    return p->known ? RC_OK : diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "known tokens");
}

static enum rc open_folder(const struct store *s, struct publication *p, struct diag *d)
{
    p->folder = open(s->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (p->folder < 0)
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "'%.150s' is no folder that can be read",
                        s->folder);
    return file_read(s->path, PUBLICATION_MAX, &p->file, d);
}

static enum rc fill(const struct store *s, const struct root_set *roots, struct publication *p,
                    struct diag *d)
{
    struct evidence evidence;
    enum rc rc = open_folder(s, p, d);
    if (rc == RC_OK)
        rc = bundle_open(buf_span(&p->file), roots, &p->bundle, d);
    if (rc == RC_OK)
        rc = judge_selftest(p->bundle, d);
    if (rc == RC_OK)
        rc = bundle_unfold(p->bundle, d);
    if (rc == RC_OK)
        rc = take_known(p, s->now, d);
    return rc == RC_OK ? publication_evidence(p, &evidence, d) : rc;
}

static enum rc load(const struct store *s, const struct root_set *roots, struct publication **ret,
                    struct diag *d)
{
    struct publication *const p = calloc(1, sizeof *p);
    if (!p)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a publication");
    p->folder = -1;
    p->holders = 1;
    const enum rc rc = fill(s, roots, p, d);
    if (rc == RC_OK)
        *ret = p;
    else
        publication_free(p);
    return rc;
}

/* --- the present one --- */

static enum rc read_roots(const char *path, struct root_set *ret, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    const enum rc rc = file_read(path, ROOTS_MAX, &file, d);
    return rc == RC_OK ? root_set_parse(buf_span(&file), ret, d) : rc;
}

static enum rc open_first(const struct store_options *o, struct store *s, struct diag *d)
{
    struct root_set roots;
    enum rc rc = path_join(o->folder, "", s->folder, d);
    if (rc == RC_OK)
        rc = path_join(o->folder, BUNDLE, s->path, d);
    if (rc == RC_OK && o->root)
        rc = read_roots(o->root, &roots, d);
    if (rc != RC_OK)
        return rc;
    s->seen = file_identify(s->path);
    return load(s, o->root ? &roots : NULL, &s->now, d);
}

enum rc store_open(const struct store_options *o, struct store **ret, struct diag *d)
{
    assert(o && o->folder && ret);

    struct store *const s = calloc(1, sizeof *s);
    if (!s || pthread_mutex_init(&s->lock, NULL) != 0) {
        free(s);
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a store");
    }
    const enum rc rc = open_first(o, s, d);
    if (rc == RC_OK)
        *ret = s;
    else
        store_close(s);
    return rc;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    if (s->now)
        publication_put(s->now);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}

struct publication *store_get(struct store *s)
{
    (void)pthread_mutex_lock(&s->lock);
    struct publication *const p = s->now;
    p->holders++;
    (void)pthread_mutex_unlock(&s->lock);
    return p;
}

/* The roots of the present list lead on to the next; nothing leads back. */
static enum rc compare(const struct publication *old, const struct publication *fresh,
                       struct diag *d)
{
    const struct trust_list *const was = bundle_trust(old->bundle);
    const struct trust_list *const is = bundle_trust(fresh->bundle);
    if (memcmp(was->deployment, is->deployment, DEPLOYMENT_LEN) != 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "it is of another deployment");
    if (bundle_times(fresh->bundle).sequence < bundle_times(old->bundle).sequence ||
        is->sequence < was->sequence)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "it is older than the one in use");
    return RC_OK;
}

static void replace(struct store *s, struct publication *fresh)
{
    (void)pthread_mutex_lock(&s->lock);
    struct publication *const old = s->now;
    s->now = fresh;
    (void)pthread_mutex_unlock(&s->lock);
    publication_put(old);
}

enum rc store_refresh(struct store *s, bool *ret_changed, struct diag *d)
{
    const struct file_identity there = file_identify(s->path);
    *ret_changed = file_is_seen(&there) && !file_identity_equal(&there, &s->seen);
    if (!*ret_changed)
        return RC_OK;
    s->seen = there;

    struct publication *fresh = NULL;
    enum rc rc = load(s, &bundle_trust(s->now->bundle)->roots, &fresh, d);
    if (rc == RC_OK) {
        rc = compare(s->now, fresh, d);
        if (rc == RC_OK)
            replace(s, fresh);
        else
            publication_put(fresh);
    }
    return rc;
}
