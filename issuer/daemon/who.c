#include "issuer/daemon/who.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "core/sys/log.h"
#include "issuer/senders/senders.h"

struct who {
    const struct home *home;
    pthread_rwlock_t lock; /* of the pointer: who reads the senders holds it for reading */
    struct senders *senders;
    atomic_bool complained; /* of the file as it is now */
};

enum rc who_open(const struct home *h, struct who **ret, struct diag *d)
{
    assert(h && ret);

    ON_EXIT(senders_free_at) struct senders *senders = NULL;
    const enum rc rc = senders_load(h->path, &senders, d);
    if (rc != RC_OK)
        return rc;
    struct who *const w = calloc(1, sizeof *w);
    if (!w || pthread_rwlock_init(&w->lock, NULL) != 0) {
        free(w);
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "senders");
    }
    w->home = h;
    w->senders = TAKE(senders);
    *ret = w;
    return RC_OK;
}

void who_close(struct who *w)
{
    if (!w)
        return;
    senders_free(w->senders);
    (void)pthread_rwlock_destroy(&w->lock);
    free(w);
}

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

void who_refresh(struct who *w)
{
    if (!is_stale(w))
        return;

    struct diag d = DIAG_INIT;
    struct senders *fresh = NULL;
    const enum rc rc = senders_load(w->home->path, &fresh, &d);
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
    s->is_operator = find_operator(s->who->home->trust, keyid, now, ret);
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
