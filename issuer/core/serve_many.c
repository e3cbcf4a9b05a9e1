#include "issuer/core/serve_many.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/ipc/ipc_stream.h"
#include "issuer/core/answer_batch.h"

#define TURN (OUTLET_MAX / 2) /* questions that are taken before they are written */

/* A question with its answer on the way. */
struct pending {
    struct taking taking; /* first */
    struct question q;    /* borrows message */
    const struct serve_options *o;
    struct outlet *outlet;
    struct buf sealed;
    size_t len;
    uint8_t message[];
};

static void answer_and_free(struct pending *p, struct reply_parts *r)
{
    r->answer.body = buf_span(&r->body);
    r->answer.id = p->q.id;
    if (!buf_ok(&r->body))
        reply_refuse(r, REPLY_FAILED, "out of memory");
    outlet_put(p->outlet, &r->answer);
    buf_free(&p->sealed);
    explicit_bzero(p->message, p->len);
    free(p);
}

static void tell(struct taking *t)
{
    struct pending *const p = (struct pending *)(void *)t;
    ON_EXIT(reply_parts_free) struct reply_parts r = REPLY_PARTS_NONE;
    answer_told(p->o, t, &r);
    answer_and_free(p, &r);
}

static enum rc read_question(struct pending *p, struct diag *d)
{
    const enum rc rc = question_read(span_of(p->message, p->len), &p->q, d);
    if (rc != RC_OK)
        return rc;
    if (p->q.id == 0 || p->q.ask != ASK_SUBMIT || p->q.wait_ms > 0)
        return diag_set(d, RC_FORMAT, 0, "not a question for a socket that carries many");
    return RC_OK;
}

static enum rc take_question(const struct serve_options *o, struct outlet *outlet,
                             struct span message, struct diag *d)
{
    struct pending *const p = malloc(sizeof *p + message.len);
    if (!p)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a question");
    *p = (struct pending){ .o = o, .outlet = outlet, .len = message.len };
    memcpy(p->message, message.ptr, message.len);
    const enum rc rc = read_question(p, d);
    if (rc != RC_OK) {
        free(p);
        return rc;
    }

    ON_EXIT(reply_parts_free) struct reply_parts r = REPLY_PARTS_NONE;
    p->taking.q = &p->q;
    p->taking.told = tell;
    outlet_begin(outlet);
    if (answer_prepare(o, -1, &p->sealed, &p->taking, &r))
        desk_take(o->desk, &p->taking);
    else
        answer_and_free(p, &r);
    return RC_OK;
}

/* RC_BUSY: of what has come there is no more. */
static enum rc take_those_here(const struct serve_options *o, struct outlet *outlet,
                               struct ipc_inbox *in, struct diag *d)
{
    struct span message;
    enum rc rc = RC_OK;
    for (unsigned taken = 0; rc == RC_OK && taken < TURN; taken++) {
        rc = ipc_next(in, &message, d);
        if (rc == RC_OK)
            rc = take_question(o, outlet, message, d);
    }
    desk_write(o->desk);
    outlets_flush(o->outlets); /* what was refused is answered already */
    return rc;
}

enum rc serve_many(const struct serve_options *o, int socket, struct span first, struct diag *d)
{
    assert(o && o->outlets);

    ON_EXIT(ipc_inbox_wipe) struct ipc_inbox in = { .at = 0 };
    struct outlet *const outlet = outlet_open(o->outlets, socket);
    if (!outlet)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a socket");
    enum rc rc = take_question(o, outlet, first, d);
    while (rc == RC_OK) {
        rc = take_those_here(o, outlet, &in, d);
        if (rc == RC_BUSY)
            rc = ipc_fill(&in, socket, true, d);
    }
    outlet_close(outlet);
    return rc;
}
