#include "issuer/daemon/who.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/log.h"
#include "issuer/senders/senders.h"

struct who {
    char trust_path[PATH_LEN];
    pthread_rwlock_t lock; /* of the next three: who reads what they hold has it for reading */
    struct home home;      /* for its trust list */
    struct file_identity trust_seen; /* taken or refused */
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
    w->trust_seen = file_identify(w->trust_path); /* before: a change in between is seen later */
    rc = home_open(home, &w->home, d);
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

/* The home is opened with it: settings, roots and list belong together. */
static enum rc open_again(const struct who *w, struct home *ret, struct diag *d)
{
    ON_EXIT(home_close) struct home fresh = { 0 };
    enum rc rc = home_open(w->home.path, &fresh, d);
    if (rc == RC_OK && memcmp(fresh.trust->deployment, w->home.trust->deployment,
                              sizeof fresh.trust->deployment) != 0)
        rc = diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the trust list is another deployment's");
    if (rc == RC_OK && fresh.trust->sequence < w->home.trust->sequence)
        rc = diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the trust list is older than the one in use");
    if (rc != RC_OK)
        return rc;
    *ret = fresh;
    fresh = (struct home){ 0 };
    return RC_OK;
}

static void refresh_trust(struct who *w)
{
    ON_EXIT(home_close) struct home other = { 0 };
    const struct file_identity there = file_identify(w->trust_path);
    struct diag d = DIAG_INIT;
    (void)pthread_rwlock_rdlock(&w->lock);
    const bool same = !file_is_seen(&there) || file_identity_equal(&there, &w->trust_seen);
    const enum rc rc = same ? RC_OK : open_again(w, &other, &d);
    (void)pthread_rwlock_unlock(&w->lock);
    if (same)
        return;
    (void)pthread_rwlock_wrlock(&w->lock);
    const bool first =
        !file_identity_equal(&there, &w->trust_seen); /* of the threads that saw it */
    w->trust_seen = there;
    if (first && rc == RC_OK) {
        const struct home old = w->home;
        w->home = other;
        other = old;
    }
    const uint64_t sequence = w->home.trust->sequence;
    (void)pthread_rwlock_unlock(&w->lock);
    if (first && rc == RC_OK) {
        struct log_line l = log_begin(LEVEL_INFO, "trust_list_taken");
        log_number(&l, "sequence", (int64_t)sequence);
        log_end(&l);
    } else if (first) {
        log_failure(LEVEL_ERROR, "trust_list_not_taken", rc, &d);
    }
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
    const enum rc rc = senders_load(w->home.path, &fresh, &d);
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
    w->trust_seen = (struct file_identity){ .node = 0 };
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
