#include "issuer/signer/desk.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/clock.h"
#include "core/sys/log.h"
#include "issuer/settings/home_open.h"
#include "issuer/settings/trust_watch.h"
#include "issuer/signer/guard.h"
#include "keys/pkcs11/pkcs11.h"
#include "keys/private/signer_load.h"
#include "keys/signer/protocol.h"

#define TRUST_FILE   "trust.cbor"
#define HSM_PATIENCE INT64_C(3) /* times its limit: then a process begun anew is the way on */

/* What is replaced together when the trust list is. */
struct office {
    struct home home;
    struct signer *signer; /* borrows home.trust */
};

struct desk {
    char path[PATH_LEN], trust[PATH_LEN];
    pthread_rwlock_t lock; /* of the next two */
    struct office office;
    struct trust_watch watch;
    struct pkcs11 *hsm; /* NULL: none; its settings hold until the process ends */
    int64_t hsm_patience_ms;
    struct guard *guard;
};

static void office_close(struct office *o)
{
    signer_free(o->signer);
    home_close(&o->home);
    o->signer = NULL;
}

enum rc desk_open_hsm(const struct home *home, struct pkcs11 **ret, struct diag *d)
{
    char pin[PATH_LEN];
    const struct pkcs11_settings *const s = &home->settings.pkcs11;
    *ret = NULL;
    if (!s->module[0])
        return RC_OK;
    const struct pkcs11_options o = {
        .module = s->module, .token = s->token, .limit_ms = s->answer_s * 1000, .pin_file = pin
    };
    const enum rc rc = home_path(home, s->pin, pin, d);
    return rc == RC_OK ? pkcs11_open(&o, ret, d) : rc;
}

/* The HSM is opened with the first office, and stays. */
static enum rc office_open(const char *home, struct pkcs11 **hsm, struct office *ret,
                           struct diag *d)
{
    char keys[PATH_LEN];
    ON_EXIT(office_close) struct office o = { .signer = NULL };
    enum rc rc = path_join(home, "keys", keys, d);
    if (rc == RC_OK)
        rc = home_open(home, &o.home, d);
    if (rc == RC_OK && !*hsm)
        rc = desk_open_hsm(&o.home, hsm, d);
    if (rc == RC_OK)
        rc = signer_load(keys, o.home.trust, *hsm ? pkcs11_keeper(*hsm) : NULL, &o.signer, d);
    if (rc != RC_OK)
        return rc;
    *ret = o;
    o = (struct office){ .signer = NULL };
    return RC_OK;
}

/* Without its memory. */
static enum rc desk_new(const char *home, struct desk **ret, struct diag *d)
{
    ON_EXIT(desk_close_at) struct desk *k = calloc(1, sizeof *k);
    if (!k)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the signer");
    (void)pthread_rwlock_init(&k->lock, NULL);
    const int n = snprintf(k->path, sizeof k->path, "%s", home);
    if (n < 0 || (size_t)n >= sizeof k->path)
        return diag_set(d, RC_LIMIT, PATH_LEN, "the path '%.40s…' is too long", home);
    enum rc rc = path_join(home, TRUST_FILE, k->trust, d);
    if (rc != RC_OK)
        return rc;
    const struct file_identity there = file_identify(k->trust);
    trust_is_taken(&k->watch, &there);
    rc = office_open(home, &k->hsm, &k->office, d);
    if (rc != RC_OK)
        return rc;
    k->hsm_patience_ms = HSM_PATIENCE * 1000 * k->office.home.settings.pkcs11.answer_s;
    *ret = TAKE(k);
    return RC_OK;
}

static enum rc open_guard(struct desk *k, struct diag *d)
{
    return guard_open(k->path, k->office.home.trust->deployment, &k->guard, d);
}

enum rc desk_open(const char *home, struct desk **ret, struct diag *d)
{
    assert(home && ret);

    ON_EXIT(desk_close_at) struct desk *k = NULL;
    enum rc rc = desk_new(home, &k, d);
    if (rc == RC_OK)
        rc = open_guard(k, d);
    if (rc == RC_OK)
        rc = guard_trust(k->guard, k->office.home.trust->sequence, d);
    if (rc == RC_OK)
        *ret = TAKE(k);
    return rc;
}

enum rc desk_check(const char *home, bool *ret_in_use, struct diag *d)
{
    assert(home && ret_in_use);

    ON_EXIT(desk_close_at) struct desk *k = NULL;
    struct diag why = DIAG_INIT;
    enum rc rc = desk_new(home, &k, d);
    if (rc != RC_OK)
        return rc;
    rc = open_guard(k, &why);
    const bool in_use = rc == RC_BUSY;
    if (rc == RC_OK)
        rc = guard_trust_holds(k->guard, k->office.home.trust->sequence, &why);
    if (rc != RC_OK && !in_use)
        return diag_set(d, rc, why.offset, "%s", why.text);
    rc = k->hsm ? pkcs11_ready(k->hsm, d) : RC_OK;
    if (rc == RC_OK)
        *ret_in_use = in_use;
    return rc;
}

void desk_close(struct desk *k)
{
    if (!k)
        return;
    office_close(&k->office);
    pkcs11_close(k->hsm);
    guard_close(k->guard);
    (void)pthread_rwlock_destroy(&k->lock);
    free(k);
}

bool desk_is_broken(struct desk *k)
{
    return guard_is_broken(k->guard);
}

bool desk_hsm_is_lost(struct desk *k)
{
    return k->hsm && pkcs11_hangs_ms(k->hsm) > k->hsm_patience_ms;
}

/* --- a new trust list --- */

static enum rc try_reload(struct desk *k, struct diag *d)
{
    ON_EXIT(office_close) struct office fresh = { .signer = NULL };
    enum rc rc = office_open(k->path, &k->hsm, &fresh, d);
    if (rc == RC_OK &&
        memcmp(fresh.home.trust->deployment, k->office.home.trust->deployment, DEPLOYMENT_LEN) != 0)
        rc = diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the trust list is another deployment's");
    if (rc == RC_OK)
        rc = guard_trust(k->guard, fresh.home.trust->sequence, d);
    if (rc != RC_OK)
        return rc;
    const struct office old = k->office;
    k->office = fresh;
    fresh = old;
    return RC_OK;
}

/* told: by a person, whatever stands there. Of threads that saw the same file one reads it. */
static void reload(struct desk *k, bool told)
{
    enum rc rc = RC_OK;
    struct diag d = DIAG_INIT;
    bool say = false;
    (void)pthread_rwlock_wrlock(&k->lock);
    const struct file_identity there = file_identify(k->trust);
    const int64_t now_ms = clock_elapsed_ms();
    if (told)
        trust_forgive(&k->watch);
    if (told || trust_is_due(&k->watch, &there, now_ms)) {
        rc = try_reload(k, &d);
        say = rc != RC_OK ? trust_has_failed(&k->watch, &there, now_ms) : true;
        if (rc == RC_OK)
            trust_is_taken(&k->watch, &there);
    }
    const uint64_t sequence = k->office.home.trust->sequence;
    (void)pthread_rwlock_unlock(&k->lock);
    if (say)
        log_take_up("trust_list", rc, sequence, &d);
}

void desk_reload(struct desk *k)
{
    reload(k, true);
}

static void take_up_trust(struct desk *k)
{
    const struct file_identity there = file_identify(k->trust);
    const int64_t now_ms = clock_elapsed_ms();
    (void)pthread_rwlock_rdlock(&k->lock);
    const bool due = trust_is_due(&k->watch, &there, now_ms);
    (void)pthread_rwlock_unlock(&k->lock);
    if (due)
        reload(k, false);
}

/* --- answers --- */

/* A question with its answer on the way. */
struct visit {
    const struct signer_question *q;
    struct pkcs11 *hsm;
    struct guarded with;
    struct buf bytes; /* what answer.body or answer.items borrows */
    struct signer_answer answer;
};

static void visit_free_at(struct visit *v)
{
    buf_free(&v->bytes);
}

static enum rc answer_status(struct visit *v, struct diag *d)
{
    struct signer_status s = { 0 };
    struct diag why = DIAG_INIT;
    (void)d;
    if (v->hsm && pkcs11_ready(v->hsm, &why) != RC_OK)
        memcpy(v->answer.hsm, why.text, sizeof v->answer.hsm);
    guard_status(v->with.guard, &s);
    v->answer.deployment = span_of(v->with.trust->deployment, DEPLOYMENT_LEN);
    v->answer.trust_sequence = s.trust_sequence;
    v->answer.checkpoint_size = s.checkpoint_size;
    v->answer.last_iat = s.last_iat;
    return RC_OK;
}

static enum rc answer_tokens(struct visit *v, struct diag *d)
{
    size_t count = 0;
    struct token_job *const jobs = calloc(SIGNER_TOKENS_MAX, sizeof *jobs);
    if (!jobs)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "tokens");
    enum rc rc = signer_payloads_read(v->q->items, jobs, &count, d);
    if (rc == RC_OK) {
        guard_tokens(&v->with, jobs, count);
        signer_tokens_put(&v->bytes, jobs, count);
        rc = buf_rc(&v->bytes, d);
    }
    for (size_t i = 0; i < count; i++)
        buf_free(&jobs[i].cose);
    free(jobs);
    v->answer.items = buf_span(&v->bytes);
    return rc;
}

static enum rc answer_publication(struct visit *v, struct diag *d)
{
    char typ[128];
    const struct span s = v->q->typ;
    if (s.len == 0 || s.len >= sizeof typ || memchr(s.ptr, '\0', s.len))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "that is no type of publication");
    memcpy(typ, s.ptr, s.len);
    typ[s.len] = '\0';
    return signer_publication(v->with.signer, typ, v->q->payload, v->q->now_s, &v->bytes, d);
}

static enum rc need_hash(const struct visit *v, struct diag *d)
{
    return v->q->hash.len == SHA256_LEN
               ? RC_OK
               : diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a hash has %d bytes", SHA256_LEN);
}

static enum rc answer_checkpoint(struct visit *v, struct diag *d)
{
    const enum rc rc = need_hash(v, d);
    return rc == RC_OK ? guard_checkpoint(&v->with, v->q->number, v->q->hash.ptr, &v->bytes, d)
                       : rc;
}

static enum rc answer_void(struct visit *v, struct diag *d)
{
    char reason[SIGNER_REASON_MAX + 1];
    const struct span s = v->q->text;
    if (s.len == 0 || s.len >= sizeof reason || memchr(s.ptr, '\0', s.len))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a void leaf has a reason");
    memcpy(reason, s.ptr, s.len);
    reason[s.len] = '\0';
    return guard_void(&v->with, v->q->number, reason, &v->bytes, d);
}

static enum rc answer_room(struct visit *v, struct diag *d)
{
    size_t room = 0;
    const enum rc rc = signer_document_room(v->with.signer, v->q->flag, v->with.now_s, &room, d);
    v->answer.number = room;
    return rc;
}

static enum rc answer_documents(struct visit *v, struct diag *d)
{
    size_t count = 0;
    struct document_job *const jobs = calloc(SIGNER_DOCUMENTS_MAX, sizeof *jobs);
    if (!jobs)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "documents");
    enum rc rc = signer_requests_read(v->q->items, jobs, &count, d);
    if (rc == RC_OK) {
        signer_documents(v->with.signer, jobs, count, v->with.now_s);
        signer_contents_put(&v->bytes, jobs, count);
        rc = buf_rc(&v->bytes, d);
    }
    for (size_t i = 0; i < count; i++)
        buf_free(&jobs[i].contents);
    free(jobs);
    v->answer.items = buf_span(&v->bytes);
    return rc;
}

static enum rc answer_order_alone(struct visit *v, struct diag *d)
{
    if (v->q->kid.len != KID_LEN)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a key id has %d bytes", KID_LEN);
    return guard_order_alone(&v->with, v->q->kid.ptr, v->q->action, &v->answer.flag, d);
}

static enum rc answer_order(struct visit *v, struct diag *d)
{
    return guard_order(&v->with, v->q->payload, v->q->second, d);
}

static enum rc answer_place(struct visit *v, struct diag *d)
{
    size_t count = 0;
    struct placed_order *const orders = calloc(SIGNER_PLACES_MAX, sizeof *orders);
    if (!orders)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "orders");
    enum rc rc = signer_places_read(v->q->items, orders, &count, d);
    if (rc == RC_OK)
        rc = guard_place(&v->with, orders, count, d);
    free(orders);
    return rc;
}

static enum rc answer_keys(struct visit *v, struct diag *d)
{
    struct signer_held keys[SIGNER_KEYS_MAX];
    size_t count = 0;
    enum rc rc = signer_keys(v->with.signer, keys, &count, d);
    if (rc == RC_OK) {
        signer_keys_put(&v->bytes, keys, count);
        rc = buf_rc(&v->bytes, d);
    }
    v->answer.items = buf_span(&v->bytes);
    return rc;
}

static const struct {
    const char *name;
    enum rc (*answer)(struct visit *v, struct diag *d);
    bool timed; /* who asks gives the time, and it must be about now */
} desks[SIGNER_ASK_COUNT] = {
    [SIGNER_ASK_STATUS] = { "status", answer_status, false },
    [SIGNER_ASK_TOKENS] = { "tokens", answer_tokens, false },
    [SIGNER_ASK_PUBLICATION] = { "publication", answer_publication, true },
    [SIGNER_ASK_CHECKPOINT] = { "checkpoint", answer_checkpoint, true },
    [SIGNER_ASK_VOID] = { "void", answer_void, true },
    [SIGNER_ASK_ROOM] = { "room", answer_room, true },
    [SIGNER_ASK_DOCUMENTS] = { "documents", answer_documents, true },
    [SIGNER_ASK_ORDER_ALONE] = { "order_alone", answer_order_alone, true },
    [SIGNER_ASK_ORDER] = { "order", answer_order, true },
    [SIGNER_ASK_PLACE] = { "place", answer_place, false },
    [SIGNER_ASK_KEYS] = { "keys", answer_keys, false },
};

void desk_refuse(struct buf *to, enum rc rc, const struct diag *why)
{
    struct signer_answer a = { .reply = SIGNER_REPLY_NO, .rc = (uint32_t)rc };
    (void)snprintf(a.text, sizeof a.text, "%s", why->text[0] ? why->text : rc_text(rc));
    signer_answer_put(to, &a);
}

static enum rc answer_one(struct visit *v, const struct desk *k, struct diag *d)
{
    const struct office *const o = &k->office;
    v->with = (struct guarded){
        .guard = k->guard,
        .signer = o->signer,
        .trust = o->home.trust,
        .policy = o->home.policy,
        .threads = o->home.settings.sign_threads > 0 ? o->home.settings.sign_threads : 1,
    };
    enum rc rc = clock_now(o->home.trust->demo, &v->with.now_s, d);
    if (rc == RC_OK && desks[v->q->ask].timed)
        rc = guard_time(v->q->now_s, v->with.now_s, d);
    return rc == RC_OK ? desks[v->q->ask].answer(v, d) : rc;
}

static void log_refusal(enum signer_ask ask, enum rc rc, const struct diag *d)
{
    struct log_line l = log_begin(LEVEL_WARN, "refused");
    log_word(&l, "asked", desks[ask].name);
    log_cause(&l, rc, d);
    log_end(&l);
}

enum rc desk_answer(struct desk *k, struct span message, struct buf *to, struct diag *d)
{
    assert(k && to);

    struct diag why = DIAG_INIT;
    struct signer_question q;
    ON_EXIT(visit_free_at) struct visit v = { .q = &q, .hsm = k->hsm };
    enum rc rc = signer_question_read(message, &q, &why);
    if (rc != RC_OK) {
        desk_refuse(to, rc, &why);
        return diag_set(d, RC_FORMAT, why.offset, "%s", why.text);
    }
    take_up_trust(k);
    (void)pthread_rwlock_rdlock(&k->lock);
    rc = answer_one(&v, k, &why);
    if (rc == RC_OK) {
        v.answer.reply = SIGNER_REPLY_DONE;
        if (v.answer.items.len == 0)
            v.answer.body = buf_span(&v.bytes);
        signer_answer_put(to, &v.answer);
    }
    (void)pthread_rwlock_unlock(&k->lock);
    if (rc != RC_OK) {
        log_refusal(q.ask, rc, &why);
        desk_refuse(to, rc, &why);
    }
    return buf_rc(to, d);
}
