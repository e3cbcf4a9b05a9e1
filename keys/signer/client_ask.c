/* The way to the signer, and one question on it. */
#include <assert.h>
#include <string.h>
#include <time.h>

#include "core/ipc/ipc.h"
#include "core/sys/clock.h"
#include "keys/signer/client.h"

#define CONNECT_MS 2000
#define HELLO_MS   30000
#define ANSWER_MS  600000 /* a first checkpoint of ten million leaves takes its time */
#define PAUSE_NS   20000000

static void drop_socket(struct signer *s)
{
    fd_close_at(&s->socket);
    s->socket = -1;
}

static enum rc exchange(struct signer *s, const struct signer_question *q, uint32_t timeout_ms,
                        struct signer_answer *ret, struct diag *d)
{
    buf_clear(&s->question);
    signer_question_put(&s->question, q);
    enum rc rc = buf_rc(&s->question, d);
    if (rc == RC_OK)
        rc = ipc_send(s->socket, buf_span(&s->question), -1, timeout_ms, d);
    if (rc == RC_OK)
        rc = ipc_receive(s->socket, &s->answer, NULL, timeout_ms, d);
    if (rc == RC_OK)
        rc = signer_answer_read(buf_span(&s->answer), ret, d);
    return rc;
}

static enum rc said(const struct signer_answer *a, struct diag *d)
{
    return a->reply == SIGNER_REPLY_DONE
               ? RC_OK
               : diag_set(d, (enum rc)a->rc, DIAG_NO_OFFSET, "%s", a->text);
}

/* It would not start. RC_BUSY: another has the home, and will listen soon. */
static enum rc excuse(const struct signer_answer *a, struct diag *d)
{
    const enum rc rc = said(a, d);
    return rc == RC_BUSY ? rc : RC_REFUSED;
}

/* RC_NOT_FOUND, RC_BUSY: none yet, one that ends, or one that only another has by now: again. */
static enum rc greet(struct signer *s, struct diag *d)
{
    const struct signer_question q = { .ask = SIGNER_ASK_STATUS };
    struct signer_answer a;
    enum rc rc = exchange(s, &q, HELLO_MS, &a, d);
    if (rc == RC_OK && a.reply == SIGNER_REPLY_NO)
        return excuse(&a, d);
    if (rc != RC_OK)
        return rc;
    if (!span_equal(a.deployment, span_of(s->trust->deployment, DEPLOYMENT_LEN)))
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the signer is another deployment's");
    return RC_OK;
}

static enum rc try_to_reach(struct signer *s, bool own, struct diag *d)
{
    char path[PATH_LEN];
    enum rc rc = path_join(s->home, SIGNER_SOCKET, path, d);
    if (rc == RC_OK)
        rc = ipc_connect(path, CONNECT_MS, &s->socket, d);
    if (rc == RC_NOT_FOUND && own) {
        if (d)
            *d = DIAG_INIT;
        rc = client_start_child(s, d);
        if (rc != RC_OK)
            return rc == RC_NOT_FOUND ? RC_REFUSED : rc; /* no program: waiting will not help */
    }
    if (rc == RC_OK)
        rc = greet(s, d);
    if (rc != RC_OK) {
        drop_socket(s);
        client_end_child(s);
    }
    return rc;
}

enum rc client_reach(struct signer *s, int back_ms, struct diag *d)
{
    const struct timespec pause = { .tv_nsec = PAUSE_NS };
    const double own_from = clock_elapsed() + back_ms / 1000.0;
    const double until = clock_elapsed() + SIGNER_REACH_MS / 1000.0;
    for (;;) {
        struct diag why = DIAG_INIT;
        const enum rc rc = try_to_reach(s, clock_elapsed() >= own_from, &why);
        const bool again = rc == RC_NOT_FOUND || rc == RC_BUSY;
        if (rc == RC_OK)
            return RC_OK;
        if (!again || clock_elapsed() > until)
            return diag_set(d, why.code, DIAG_NO_OFFSET, SIGNER_WORDS ": %s", why.text);
        (void)nanosleep(&pause, NULL);
    }
}

enum rc client_ask(struct signer *s, const struct signer_question *q, struct signer_answer *ret,
                   struct diag *d)
{
    struct diag why = DIAG_INIT;
    enum rc rc = s->socket >= 0 ? exchange(s, q, ANSWER_MS, ret, &why) : RC_NOT_FOUND;
    if (rc == RC_NOT_FOUND || rc == RC_IO) {
        const int back_ms = s->child > 0 ? 0 : SIGNER_BACK_MS;
        why = DIAG_INIT;
        drop_socket(s);
        client_end_child(s);
        rc = client_reach(s, back_ms, &why);
        if (rc == RC_OK)
            rc = exchange(s, q, ANSWER_MS, ret, &why);
    }
    if (rc != RC_OK) {
        drop_socket(s);
        return diag_set(d, rc, DIAG_NO_OFFSET, SIGNER_WORDS " has gone: %s", why.text);
    }
    return said(ret, d);
}
