/* Any bytes in: what reads as a question to the signer is written and read again as the same, its
 * long parts too. */
#include <stdlib.h>
#include <string.h>

#include "keys/signer/protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void write_again(const struct signer_question *q)
{
    struct signer_question back;
    ON_EXIT(buf_free_at) struct buf once = { 0 };
    ON_EXIT(buf_free_at) struct buf twice = { 0 };
    signer_question_put(&once, q);
    must(signer_question_read(buf_span(&once), &back, NULL) == RC_OK);
    signer_question_put(&twice, &back);
    must(span_equal(buf_span(&once), buf_span(&twice)));
}

static void read_payloads(struct span items)
{
    static struct token_job jobs[SIGNER_TOKENS_MAX];
    ON_EXIT(buf_free_at) struct buf again = { 0 };
    size_t count = 0;
    if (signer_payloads_read(items, jobs, &count, NULL) != RC_OK)
        return;
    must(count >= 1 && count <= SIGNER_TOKENS_MAX);
    signer_payloads_put(&again, jobs, count);
    must(span_equal(buf_span(&again), items));
}

static void read_requests(struct span items)
{
    static struct document_job jobs[SIGNER_DOCUMENTS_MAX];
    ON_EXIT(buf_free_at) struct buf again = { 0 };
    size_t count = 0;
    if (signer_requests_read(items, jobs, &count, NULL) != RC_OK)
        return;
    must(count >= 1 && count <= SIGNER_DOCUMENTS_MAX);
    signer_requests_put(&again, jobs, count);
    must(span_equal(buf_span(&again), items));
}

static void read_documents(struct span items)
{
    struct document_job jobs[2] = { { .request.room = 8 }, { .request.room = 8 } };
    if (signer_contents_read(items, jobs, 2, NULL) == RC_OK)
        must((jobs[0].rc == RC_OK) == (jobs[0].contents.len == 8));
    buf_free(&jobs[0].contents);
    buf_free(&jobs[1].contents);
}

static void read_places(struct span items)
{
    static struct placed_order orders[SIGNER_PLACES_MAX];
    ON_EXIT(buf_free_at) struct buf again = { 0 };
    size_t count = 0;
    if (signer_places_read(items, orders, &count, NULL) != RC_OK)
        return;
    signer_places_put(&again, orders, count);
    must(span_equal(buf_span(&again), items));
}

static void read_keys(struct span items)
{
    struct signer_held keys[SIGNER_KEYS_MAX];
    ON_EXIT(buf_free_at) struct buf again = { 0 };
    size_t count = 0;
    if (signer_keys_read(items, keys, &count, NULL) != RC_OK)
        return;
    must(count <= SIGNER_KEYS_MAX);
    signer_keys_put(&again, keys, count);
    must(span_equal(buf_span(&again), items));
}

static void read_answer(struct span bytes)
{
    struct token_job jobs[2] = { { .diag = DIAG_INIT }, { .diag = DIAG_INIT } };
    struct signer_answer a;
    if (signer_answer_read(bytes, &a, NULL) != RC_OK)
        return;
    must((a.reply == SIGNER_REPLY_DONE) == (a.rc == RC_OK));
    if (signer_tokens_read(a.items, jobs, 2, NULL) == RC_OK)
        must((jobs[0].rc == RC_OK) == (jobs[0].cose.len > 0));
    buf_free(&jobs[0].cose);
    buf_free(&jobs[1].cose);
    read_documents(a.items);
    read_keys(a.items);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* An exact-size heap copy lets the sanitizer see a one-byte over-read. */
    uint8_t *const copy = malloc(size ? size : 1);
    if (!copy)
        return 0;
    if (size)
        memcpy(copy, data, size);

    struct signer_question q;
    struct diag d = DIAG_INIT;
    const struct span bytes = span_of(copy, size);
    const enum rc rc = signer_question_read(bytes, &q, &d);
    must(d.code == rc);
    if (rc == RC_OK) {
        write_again(&q);
        read_payloads(q.items);
        read_requests(q.items);
        read_places(q.items);
    }
    read_answer(bytes);
    read_payloads(bytes);
    read_requests(bytes);
    read_documents(bytes);
    read_places(bytes);
    read_keys(bytes);
    free(copy);
    return 0;
}
