#include "core/http/refusal.h"

#include <assert.h>
#include <stddef.h>

#include "core/http/exchange.h"
#include "core/http/server_state.h"

#define RETRY_AFTER_S "5"

static const struct {
    unsigned status;
    const char *code, *zh, *en;
} refusals[] = { [REFUSED_NOT] = { 0, NULL, NULL, NULL },
#define X(name, status, code, zh, en) [name] = { status, code, zh, en },
                 REFUSAL_LIST(X)
#undef X
};

void refusal_answer(struct http_exchange *x, enum refusal r, const struct diag *d)
{
    assert(r != REFUSED_NOT);

    const struct http_options *const o = &x->server->options;
    const char *const title = http_wants_english(x) ? refusals[r].en : refusals[r].zh;
    if (refusals[r].status == 503)
        http_answer_header(x, "Retry-After", RETRY_AFTER_S);
    if (o->refuse && o->refuse(o->arg, x, refusals[r].status, title))
        return;
    const struct http_problem problem = {
        .status = refusals[r].status,
        .code = refusals[r].code,
        .title = title,
        .detail = d && d->text[0] ? d->text : NULL,
    };
    http_answer_problem(x, &problem);
}
