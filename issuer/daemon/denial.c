#include "issuer/daemon/denial.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

static const struct denial_text texts[] = { [DENIAL_NONE] = { 0, "", "", "" },
#define X(name, status, code, zh, en) [name] = { status, code, zh, en },
                                            DENIAL_LIST(X)
#undef X
};

const struct denial_text *denial_text(enum denial r)
{
    assert(r > DENIAL_NONE && r < DENIAL_COUNT);
    return &texts[r];
}

static void answer(struct http_exchange *x, const struct http_problem *p)
{
    if (p->status == 401)
        http_answer_header(x, "WWW-Authenticate", "Signature");
    http_answer_problem(x, p);
}

void denial_answer(struct http_exchange *x, enum denial r, const struct denial_more *more)
{
    static const struct denial_more none = { 0 };
    const struct denial_text *const t = denial_text(r);
    if (!more)
        more = &none;

    if (more->retry_s > 0) {
        char seconds[12];
        (void)snprintf(seconds, sizeof seconds, "%" PRIu32, more->retry_s);
        http_answer_header(x, "Retry-After", seconds);
    }
    answer(x, &(struct http_problem){
                  .status = t->status,
                  .code = t->code,
                  .title = http_wants_english(x) ? t->en : t->zh,
                  .detail = more->detail && more->detail[0] ? more->detail : NULL,
                  .items = more->items,
                  .item_count = more->item_count,
              });
}

void denial_of_signature(struct http_exchange *x, enum message_verdict v, const char *detail)
{
    const char *const text = message_text(v, !http_wants_english(x));
    const struct http_problem_item item = { .pointer = detail,
                                            .code = message_code(v),
                                            .message = text };
    answer(x, &(struct http_problem){
                  .status = message_status(v),
                  .code = message_code(v),
                  .title = text,
                  .items = &item,
                  .item_count = detail[0] ? 1 : 0,
              });
}
