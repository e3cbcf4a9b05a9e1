/* Any bytes in, as any message of the socket: what is read has no other encoding. */
#include <stdlib.h>

#include "core/lookup/digests_many.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same(const struct buf *again, struct span bytes)
{
    if (!buf_ok(again) || !span_equal(buf_span(again), bytes))
        abort();
}

static void read_many(struct span bytes)
{
    struct digests_many m;
    ON_EXIT(buf_free_at) struct buf again = { 0 };
    if (digests_many_read(bytes, &m, NULL) != RC_OK)
        return;
    if (!digests_is_many(bytes))
        abort();
    digests_many_begin(&again, m.count);
    for (size_t i = 0; i < m.count; i++)
        digests_many_add(&again, m.at[i]);
    same(&again, bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct span bytes = span_of(data, size);
    struct digests_question q;
    struct digests_answer a;
    static struct digests_told t;
    struct diag d = DIAG_INIT, e = DIAG_INIT;
    ON_EXIT(buf_free_at) struct buf question = { 0 };
    ON_EXIT(buf_free_at) struct buf answer = { 0 };
    ON_EXIT(buf_free_at) struct buf told = { 0 };
    if (digests_question_read(bytes, &q, &d) == RC_OK) {
        digests_question_put(&question, &q);
        same(&question, bytes);
    }
    if (digests_answer_read(bytes, &a, &e) == RC_OK) {
        digests_answer_put(&answer, &a);
        same(&answer, bytes);
    }
    if (digests_told_read(bytes, &t, NULL) == RC_OK) {
        digests_told_put(&told, &t);
        same(&told, bytes);
    }
    read_many(bytes);
    return 0;
}
