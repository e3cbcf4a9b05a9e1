#include "issuer/daemon/who.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/clock.h"
#include "core/sys/log.h"
#include "issuer/senders/senders.h"
#include "issuer/settings/trust_watch.h"

struct who {
    char path[PATH_LEN], trust_path[PATH_LEN];
    pthread_rwlock_t lock; /* of the next three: who reads what they hold has it for reading */
    struct home home;      /* for its trust list */
    struct trust_watch watch;
    struct senders *senders;
    atomic_bool complained; /* of the senders' file as it is now */
};

enum rc who_open(const char *home, struct who **ret, struct diag *d)
{
    assert(home && ret);

    ON_EXIT(who_close_at) struct who *w = calloc(1, sizeof *w);
    if (!w || pthread_rwlock_init(&w->lock, NULL) != 0) {
        free(TAKE(w));
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "senders");
    }
    enum rc rc = path_join(home, "trust.cbor", w->trust_path, d);
    if (rc != RC_OK)
        return rc;
    const struct file_identity there = file_identify(w->trust_path);
    trust_is_taken(&w->watch, &there);
    rc = home_open(home, &w->home, d);
    if (rc == RC_OK)
        memcpy(w->path, w->home.path, sizeof w->path);
    if (rc == RC_OK)
        rc = senders_load(home, &w->senders, d);
    if (rc == RC_OK)
        *ret = TAKE(w);
    return rc;
}

void who_close(struct who *w)
{
    if (!w)
        return;
    senders_free(w->senders);
    home_close(&w->home);
    (void)pthread_rwlock_destroy(&w->lock);
    free(w);
}

/* --- another trust list --- */

static enum rc suits(const struct trust_list *now, const struct trust_list *other, struct diag *d)
{
    if (memcmp(other->deployment, now->deployment, sizeof now->deployment) != 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the trust list is another deployment's");
    if (other->sequence < now->sequence)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the trust list is older than the one in use");
    return RC_OK;
}

/* What a thread has read on its own, and how. */
struct find {
    struct file_identity there, before; /* the file; the one in use when it was looked at */
    int64_t now_ms;
    enum rc rc;
    struct home home;
};

static bool look(struct who *w, struct find *f)
{
    f->there = file_identify(w->trust_path);
    f->now_ms = clock_elapsed_ms();
    (void)pthread_rwlock_rdlock(&w->lock);
    f->before = w->watch.taken;
    const bool due = trust_is_due(&w->watch, &f->there, f->now_ms);
    (void)pthread_rwlock_unlock(&w->lock);
    return due;
}

/* With the lock for writing. Of the threads that saw it the first says so: true. One that read
 * while another list came into force drops its own, and the next look tells. f->home: what is to be
 * closed. */
static bool settle(struct who *w, struct find *f, struct diag *d)
{
    if (!file_identity_equal(&f->before, &w->watch.taken) ||
        !trust_is_due(&w->watch, &f->there, f->now_ms))
        return false;
    if (f->rc == RC_OK)
        f->rc = suits(w->home.trust, f->home.trust, d);
    if (f->rc != RC_OK)
        return trust_has_failed(&w->watch, &f->there, f->now_ms);
    const struct home old = w->home;
    w->home = f->home;
    f->home = old;
    trust_is_taken(&w->watch, &f->there);
    return true;
}

/* The home is opened with it: settings, roots and list belong together. */
static void refresh_trust(struct who *w)
{
    struct find f = { .rc = RC_OK };
    struct diag d = DIAG_INIT;
    if (!look(w, &f))
        return;
    f.rc = home_open(w->path, &f.home, &d);
    (void)pthread_rwlock_wrlock(&w->lock);
    const bool say = settle(w, &f, &d);
    const uint64_t sequence = w->home.trust->sequence;
    (void)pthread_rwlock_unlock(&w->lock);
    home_close(&f.home);
    if (say)
        log_take_up("trust_list", f.rc, sequence, &d);
}

const struct trust_list *who_take_trust(struct who *w)
{
    (void)pthread_rwlock_rdlock(&w->lock);
    return w->home.trust;
}

void who_give_trust(struct who *w)
{
    (void)pthread_rwlock_unlock(&w->lock);
}

/* --- other senders --- */

static bool is_stale(struct who *w)
{
    (void)pthread_rwlock_rdlock(&w->lock);
    const bool stale = senders_changed(w->senders);
    (void)pthread_rwlock_unlock(&w->lock);
    return stale;
}

static void complain(struct who *w, enum rc rc, const struct diag *d)
{
    if (!atomic_exchange(&w->complained, true))
        log_failure(LEVEL_ERROR, "senders_not_read", rc, d);
}

static void refresh_senders(struct who *w)
{
    if (!is_stale(w))
        return;

    struct diag d = DIAG_INIT;
    struct senders *fresh = NULL;
    const enum rc rc = senders_load(w->path, &fresh, &d);
    if (rc != RC_OK) {
        complain(w, rc, &d);
        return;
    }
    (void)pthread_rwlock_wrlock(&w->lock);
    struct senders *const old = w->senders;
    w->senders = fresh;
    (void)pthread_rwlock_unlock(&w->lock);
    senders_free(old);
    w->complained = false;

    struct log_line l = log_begin(LEVEL_INFO, "senders_read");
    log_number(&l, "senders", (int64_t)who_count(w));
    log_end(&l);
}

void who_refresh(struct who *w)
{
    refresh_trust(w);
    refresh_senders(w);
}

void who_reload(struct who *w)
{
    (void)pthread_rwlock_wrlock(&w->lock);
    w->watch = (struct trust_watch){ .failed_ms = 0 };
    (void)pthread_rwlock_unlock(&w->lock);
    who_refresh(w);
}

/* --- looking up --- */

struct search {
    const struct who *who;
    bool is_operator;
};

/* An operator's keyid is the kid of the trust list, in hex; no sender's id has that form. */
static bool find_operator(const struct trust_list *list, struct span keyid, int64_t now,
                          struct message_keys *ret)
{
    uint8_t kid[KID_LEN];
    if (!hex_decode(keyid, kid, sizeof kid))
        return false;
    const struct trusted_key *key = NULL;
    while ((key = trust_list_find(list, span_of(kid, sizeof kid), key)) != NULL) {
        if (key->use == USE_OPERATOR && now >= key->not_before && now <= key->not_after &&
            ret->count < MESSAGE_KEYS_MAX)
            ret->at[ret->count++] = key->key;
    }
    return true;
}

static void find_keys(void *arg, struct span keyid, int64_t now, struct message_keys *ret)
{
    struct search *const s = arg;
    s->is_operator = find_operator(s->who->home.trust, keyid, now, ret);
    if (s->is_operator)
        return;
    const struct sender *const sender = senders_find(s->who->senders, keyid);
    if (!sender)
        return;
    ret->suspended = sender->suspended;
    ret->count = sender_keys_now(sender, now, ret->at);
}

_Static_assert(SENDER_KEYS_MAX <= MESSAGE_KEYS_MAX, "all keys of a sender are tried");

enum rc who_verify(struct who *w, const struct message_request *request, int64_t now,
                   enum message_verdict *ret, struct message_evidence *ret_evidence,
                   struct public_numbers *ret_key, bool *ret_operator, struct diag *d)
{
    assert(w && request && ret && ret_evidence && ret_key && ret_operator);

    who_refresh(w);
    struct search search = { .who = w };
    const struct message_key_source source = { .find = find_keys, .arg = &search };
    enum message_verdict verdict = MESSAGE_UNDECIDED;
    (void)pthread_rwlock_rdlock(&w->lock);
    const enum rc rc = message_verify(request, &source, now, &verdict, ret_evidence, d);
    if (rc == RC_OK && verdict == MESSAGE_GOOD)
        *ret_key = *pubkey_numbers(ret_evidence->key);
    (void)pthread_rwlock_unlock(&w->lock);
    ret_evidence->key = NULL; /* it lives no longer than the senders that were read */
    if (rc != RC_OK)
        return rc;

    *ret_operator = search.is_operator;
    *ret = verdict;
    return RC_OK;
}

size_t who_count(struct who *w)
{
    size_t count = 0;
    (void)pthread_rwlock_rdlock(&w->lock);
    for (size_t i = 0; i < senders_count(w->senders); i++)
        count += !senders_at(w->senders, i)->suspended;
    (void)pthread_rwlock_unlock(&w->lock);
    return count;
}
