/*
 * Any bytes as a message between the endpoint and the helpers that answer a holder, and as a
 * pick-up code that somebody typed: what is read says the same when it is written and read again.
 */
#include <stdlib.h>
#include <string.h>

#include "core/holder/holder.h"
#include "core/holder/live.h"
#include "core/holder/pickup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void read_question(struct span bytes)
{
    ON_EXIT(buf_free_at) struct buf once = { 0 }, twice = { 0 };
    struct holder_question q;
    if (holder_question_read(bytes, &q, NULL) != RC_OK)
        return;
    must(q.ask > HOLDER_ASK_NONE && q.ask <= HOLDER_ASK_LAST);
    holder_question_put(&once, &q);
    must(holder_question_read(buf_span(&once), &q, NULL) == RC_OK);
    holder_question_put(&twice, &q);
    must(span_equal(buf_span(&once), buf_span(&twice)));
}

static void read_answer(struct span bytes)
{
    ON_EXIT(buf_free_at) struct buf once = { 0 }, twice = { 0 };
    struct holder_answer a;
    if (holder_answer_read(bytes, &a, NULL) != RC_OK)
        return;
    must(a.reply > HOLDER_REPLY_NONE && a.reply <= HOLDER_REPLY_LAST);
    holder_answer_put(&once, &a);
    must(holder_answer_read(buf_span(&once), &a, NULL) == RC_OK);
    holder_answer_put(&twice, &a);
    must(span_equal(buf_span(&once), buf_span(&twice)));
}

/* These two have one form. */
static void read_live(struct span bytes)
{
    ON_EXIT(buf_free_at) struct buf question = { 0 }, answer = { 0 };
    struct span token;
    struct live_answer a;
    if (live_question_read(bytes, &token, NULL) == RC_OK) {
        live_question_put(&question, token);
        must(span_equal(buf_span(&question), bytes));
    }
    if (live_answer_read(bytes, &a, NULL) == RC_OK) {
        live_answer_put(&answer, &a);
        must(span_equal(buf_span(&answer), bytes));
    }
}

static void read_pickup(struct span typed)
{
    char code[PICKUP_LEN + 1], again[PICKUP_LEN + 1];
    const bool good = pickup_read(typed, code);
    must(strlen(code) == PICKUP_LEN);
    if (good)
        must(pickup_read(span_text(code), again) && strcmp(code, again) == 0);
    else
        must(strspn(code, "0") == PICKUP_LEN);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct span bytes = span_of(data, size);
    read_question(bytes);
    read_answer(bytes);
    read_live(bytes);
    read_pickup(bytes);
    return 0;
}
