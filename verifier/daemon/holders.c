#include "verifier/daemon/holders.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/cert/digits.h"
#include "core/holder/live.h"
#include "core/lookup/tally.h"
#include "core/sys/file.h"

#define QUESTION_MAX 1024u  /* bytes */
#define ASK_MS       20000u /* a copy is drawn, and may wait for its time-stamp */
#define LIVE_MS      5000u
#define V6_NET       8u /* bytes of an IPv6 address that are one customer's */

struct holders {
    char reader[PATH_LEN], staple[PATH_LEN];
    pthread_mutex_t lock; /* of the next */
    struct tally *addresses;
};

enum rc holders_open(const char *reader, const char *staple, struct holders **ret, struct diag *d)
{
    struct holders *const h = calloc(1, sizeof *h);
    if (!h)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "holders");
    (void)pthread_mutex_init(&h->lock, NULL);
    h->addresses = tally_new(HOLDER_MISSES_MAX);
    enum rc rc = path_join("", reader, h->reader, d);
    if (rc == RC_OK)
        rc = path_join("", staple, h->staple, d);
    if (rc == RC_OK && !h->addresses)
        rc = diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "holders");
    if (rc == RC_OK)
        *ret = h;
    else
        holders_close(h);
    return rc;
}

void holders_close(struct holders *h)
{
    if (!h)
        return;
    tally_free(h->addresses);
    (void)pthread_mutex_destroy(&h->lock);
    free(h);
}

void holder_given_free(struct holder_given *g)
{
    buf_wipe_at(&g->message);
    buf_free(&g->staple);
    *g = (struct holder_given){ 0 };
}

/* --- who asks too often --- */

static int64_t now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

static struct span name_of(const char *address, uint8_t room[16])
{
    return inet_pton(AF_INET6, address, room) == 1 ? span_of(room, V6_NET) : span_text(address);
}

static uint32_t closed(struct holders *h, const char *address)
{
    uint8_t room[16];
    (void)pthread_mutex_lock(&h->lock);
    const uint32_t s = tally_closed(h->addresses, name_of(address, room), now_s());
    (void)pthread_mutex_unlock(&h->lock);
    return s;
}

static void count_miss(struct holders *h, const char *address)
{
    uint8_t room[16];
    (void)pthread_mutex_lock(&h->lock);
    tally_add(h->addresses, name_of(address, room), now_s());
    (void)pthread_mutex_unlock(&h->lock);
}

/* --- asking --- */

static enum holder_outcome outcome_of(enum holder_reply r)
{
    switch (r) {
    case HOLDER_OK:
        return HOLDER_GIVEN;
    case HOLDER_NO_MATCH:
        return HOLDER_DENIED;
    case HOLDER_CLOSED:
        return HOLDER_PAUSED;
    case HOLDER_NOT_GIVEN:
        return HOLDER_NONE;
    case HOLDER_NOT_READY:
        return HOLDER_LATER;
    case HOLDER_REPLY_NONE:
    case HOLDER_FAILED:
        break;
    }
    return HOLDER_UNREACHED;
}

enum holder_outcome holders_ask(struct holders *h, const struct holder_question *q,
                                const char *address, struct holder_given *ret, struct diag *d)
{
    struct holder_answer a = { 0 };
    ret->retry_s = closed(h, address);
    if (ret->retry_s > 0)
        return HOLDER_PAUSED;
    (void)buf_reserve(&ret->message, QUESTION_MAX); /* what it grew out of would not be zeroed */
    if (holder_call(h->reader, q, ASK_MS, &ret->message, &a, d) != RC_OK)
        return HOLDER_UNREACHED;
    const enum holder_outcome outcome = outcome_of(a.reply);
    if (outcome == HOLDER_DENIED)
        count_miss(h, address);
    ret->retry_s = a.retry_s;
    memcpy(ret->detail, a.detail, sizeof ret->detail);
    ret->body = outcome == HOLDER_GIVEN ? a.body : (struct span){ 0 };
    return outcome;
}

static enum rc token_of(struct span text, struct buf *to, struct diag *d)
{
    struct qr_text parts;
    const enum rc rc = qr_text_parse(text, &parts, d);
    return rc == RC_OK ? digits_decode(parts.digits, to, d) : rc;
}

static enum holder_outcome ask_staple(const struct holders *h, struct holder_given *g,
                                      struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf token = { 0 };
    ON_EXIT(buf_free_at) struct buf message = { 0 };
    struct live_answer a = { 0 };
    if (token_of(g->body, &token, d) != RC_OK || token.len > LIVE_TOKEN_MAX ||
        live_call(h->staple, buf_span(&token), LIVE_MS, &message, &a, d) != RC_OK)
        return HOLDER_UNREACHED;
    switch (a.reply) {
    case LIVE_OK:
        buf_put_span(&g->staple, a.body);
        return buf_ok(&g->staple) ? HOLDER_GIVEN : HOLDER_UNREACHED;
    case LIVE_UNDECIDED: /* the next publication knows it */
        return HOLDER_LATER;
    case LIVE_NOT_AUTHENTIC:
    case LIVE_FAILED:
    case LIVE_REPLY_NONE:
        break;
    }
    return HOLDER_UNREACHED;
}

enum holder_outcome holders_live(struct holders *h, const struct holder_question *q,
                                 const char *address, struct holder_given *ret, struct diag *d)
{
    struct holder_question own = *q;
    own.ask = HOLDER_TOKEN;
    const enum holder_outcome outcome = holders_ask(h, &own, address, ret, d);
    return outcome == HOLDER_GIVEN ? ask_staple(h, ret, d) : outcome;
}

enum holder_outcome holders_renew(struct holders *h, struct span text, struct holder_given *ret,
                                  struct diag *d)
{
    ret->body = text;
    return ask_staple(h, ret, d);
}
