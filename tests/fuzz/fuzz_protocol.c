/*
 * Any bytes as a message between the front and its helpers. The first byte says which of the three
 * kinds; what is read says the same when it is written and read again.
 */
#include <stdlib.h>

#include "issuer/daemon/protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads a message and writes what it says. False: it is none. */
static bool retell_question(struct span bytes, struct buf *to)
{
    struct question q;
    if (question_read(bytes, &q, NULL) != RC_OK || q.ask == ASK_NONE)
        return false;
    question_put(to, &q);
    return true;
}

static bool retell_answer(struct span bytes, struct buf *to)
{
    struct answer a;
    if (answer_read(bytes, &a, NULL) != RC_OK)
        return false;
    if (a.reply <= REPLY_NONE || a.reply >= REPLY_COUNT)
        abort();
    answer_put(to, &a);
    return true;
}

static bool retell_status(struct span bytes, struct buf *to)
{
    struct status s;
    if (status_read(bytes, &s, NULL) != RC_OK)
        return false;
    status_put(to, &s);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool (*const kinds[])(struct span, struct buf *) = { retell_question, retell_answer,
                                                                retell_status };
    ON_EXIT(buf_free_at) struct buf once = { 0 };
    ON_EXIT(buf_free_at) struct buf twice = { 0 };
    if (size == 0 || data[0] >= sizeof kinds / sizeof kinds[0] ||
        !kinds[data[0]](span_of(data + 1, size - 1), &once))
        return 0;
    if (!kinds[data[0]](buf_span(&once), &twice) || !span_equal(buf_span(&once), buf_span(&twice)))
        abort();
    return 0;
}
