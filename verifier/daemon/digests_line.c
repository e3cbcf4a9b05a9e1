#include "verifier/daemon/digests_line.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/ipc/ipc.h"
#include "core/sys/file.h"

#define ASK_MS       2000
#define QUESTION_LEN 256u /* bytes of one in a message, and of an answer: room enough at once */

struct digests_line {
    char socket[PATH_LEN];
    int fd; /* -1: not connected; the thread's own */
    pthread_t thread;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t work;
    struct line_question *first, **end;
    unsigned waiting;
    bool asleep, closed;
};

/* What is asked by one message. */
struct batch {
    struct line_question *of[DIGESTS_TOGETHER];
    struct digests_answer answers[DIGESTS_TOGETHER];
    size_t count;
};

/* --- one message and its answer --- */

static enum rc read_answers(struct span message, struct batch *b)
{
    struct digests_many m;
    enum rc rc = digests_many_read(message, &m, NULL);
    if (rc == RC_OK && m.count != b->count)
        return RC_FORMAT;
    for (size_t i = 0; rc == RC_OK && i < b->count; i++)
        rc = digests_answer_read(m.at[i], &b->answers[i], NULL);
    return rc;
}

static enum rc talk(struct digests_line *l, const struct buf *question, struct batch *b)
{
    ON_EXIT(buf_wipe_at) struct buf answer = { 0 };
    (void)buf_reserve(&answer, b->count * QUESTION_LEN);
    enum rc rc = ipc_send(l->fd, buf_span(question), -1, ASK_MS, NULL);
    if (rc == RC_OK)
        rc = ipc_receive(l->fd, &answer, NULL, ASK_MS, NULL);
    if (rc == RC_OK)
        rc = read_answers(buf_span(&answer), b);
    if (rc != RC_OK)
        fd_close_at(&l->fd);
    return rc;
}

/* The helper may have died and come again meanwhile: then once more. Nobody waits twice for one
 * that does not answer. */
static enum rc talk_again(struct digests_line *l, const struct buf *question, struct batch *b)
{
    enum rc rc = l->fd >= 0 ? talk(l, question, b) : RC_NOT_FOUND;
    if (rc == RC_OK || rc == RC_BUSY)
        return rc;
    rc = ipc_connect(l->socket, ASK_MS, &l->fd, NULL);
    return rc == RC_OK ? talk(l, question, b) : rc;
}

static enum rc ask(struct digests_line *l, struct batch *b)
{
    ON_EXIT(buf_wipe_at) struct buf question = { 0 };
    ON_EXIT(buf_wipe_at) struct buf one = { 0 };
    (void)buf_reserve(&question, b->count * QUESTION_LEN);
    (void)buf_reserve(&one, QUESTION_LEN);
    digests_many_begin(&question, b->count);
    for (size_t i = 0; i < b->count; i++) {
        buf_clear(&one);
        digests_question_put(&one, &b->of[i]->ask);
        digests_many_add(&question, buf_span(&one));
    }
    const enum rc rc = buf_ok(&one) ? buf_rc(&question, NULL) : RC_NOMEM;
    return rc == RC_OK ? talk_again(l, &question, b) : rc;
}

/* --- all that wait --- */

/* Called locked. */
static struct line_question *take_first(struct digests_line *l)
{
    struct line_question *const q = l->first;
    l->first = q->next;
    if (!l->first)
        l->end = &l->first;
    l->waiting--;
    return q;
}

/* Some of those that wait. Called locked. */
static size_t take(struct digests_line *l, struct line_question *ret[DIGESTS_TOGETHER])
{
    size_t count = 0;
    while (l->first && count < DIGESTS_TOGETHER)
        ret[count++] = take_first(l);
    return count;
}

/* False: no helper answers. */
static bool fill_answers(struct digests_line *l, struct line_question *const *q, size_t count)
{
    struct batch b = { .count = 0 };
    for (size_t i = 0; i < count; i++)
        if (q[i]->still(q[i]))
            b.of[b.count++] = q[i];
    const bool answered = b.count == 0 || ask(l, &b) == RC_OK;
    for (size_t i = 0; i < b.count && answered; i++)
        b.of[i]->answer = b.answers[i];
    explicit_bzero(&b, sizeof b);
    return answered;
}

static void give_back(struct line_question *const *q, size_t count)
{
    for (size_t i = 0; i < count; i++)
        q[i]->answered(q[i]);
}

/* Called locked; waits, else answers some. Who came while no helper answered is told so at once. */
static void serve(struct digests_line *l, bool *dead)
{
    struct line_question *q[DIGESTS_TOGETHER];
    const size_t count = take(l, q);
    if (count == 0) {
        *dead = false;
        l->asleep = true;
        (void)pthread_cond_wait(&l->work, &l->lock);
        l->asleep = false;
        return;
    }
    (void)pthread_mutex_unlock(&l->lock);
    *dead = *dead || !fill_answers(l, q, count);
    give_back(q, count);
    (void)pthread_mutex_lock(&l->lock);
}

static void *run(void *arg)
{
    struct digests_line *const l = arg;
    bool dead = false;
    (void)pthread_mutex_lock(&l->lock);
    while (l->first || !l->closed)
        serve(l, &dead);
    (void)pthread_mutex_unlock(&l->lock);
    return NULL;
}

bool line_ask(struct digests_line *l, struct line_question *q)
{
    assert(q->still && q->answered);

    q->next = NULL;
    q->answer = (struct digests_answer){ .reply = DIGESTS_NONE };
    (void)pthread_mutex_lock(&l->lock);
    const bool room = l->waiting < LINE_WAITING_MAX;
    if (room) {
        *l->end = q;
        l->end = &q->next;
        l->waiting++;
    }
    if (room && l->asleep)
        (void)pthread_cond_signal(&l->work);
    (void)pthread_mutex_unlock(&l->lock);
    return room;
}

/* --- opening and closing --- */

enum rc line_open(const char *socket, struct digests_line **ret, struct diag *d)
{
    struct digests_line *const l = calloc(1, sizeof *l);
    if (!l)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the line to sitecert-digests");
    enum rc rc = path_join("", socket, l->socket, d);
    l->fd = -1;
    l->end = &l->first;
    (void)pthread_mutex_init(&l->lock, NULL);
    (void)pthread_cond_init(&l->work, NULL);
    if (rc == RC_OK && pthread_create(&l->thread, NULL, run, l) == 0) {
        *ret = l;
        return RC_OK;
    }
    (void)pthread_cond_destroy(&l->work);
    (void)pthread_mutex_destroy(&l->lock);
    free(l);
    return rc != RC_OK ? rc : diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a thread");
}

void line_close(struct digests_line *l)
{
    if (!l)
        return;
    (void)pthread_mutex_lock(&l->lock);
    l->closed = true;
    (void)pthread_cond_signal(&l->work);
    (void)pthread_mutex_unlock(&l->lock);
    (void)pthread_join(l->thread, NULL);
    fd_close_at(&l->fd);
    (void)pthread_cond_destroy(&l->work);
    (void)pthread_mutex_destroy(&l->lock);
    free(l);
}
