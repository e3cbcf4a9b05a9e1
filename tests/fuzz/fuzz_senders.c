/* Any bytes in: what is taken as senders.json says the same when written and read again, every key
 * is a point, and ids stand in order, each once. */
#include <stdlib.h>

#include "issuer/senders/senders_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct senders *read_set(struct span text)
{
    struct senders *const s = calloc(1, sizeof *s);
    struct diag d = DIAG_INIT;
    if (!s)
        abort();
    const enum rc rc = senders_read(text, s, &d);
    if (rc != d.code)
        abort();
    if (rc == RC_OK)
        return s;
    senders_free(s);
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ON_EXIT(buf_free_at) struct buf once = { 0 };
    ON_EXIT(buf_free_at) struct buf twice = { 0 };
    ON_EXIT(senders_free_at) struct senders *first = read_set(span_of(data, size));
    if (!first)
        return 0;
    for (size_t i = 0; i < first->count; i++)
        if (senders_find(first, span_text(first->at[i].id)) != &first->at[i] ||
            first->at[i].key_count < 1 || !first->at[i].keys[0].key)
            abort();
    if (senders_put(first, &once, NULL) != RC_OK)
        abort();
    ON_EXIT(senders_free_at) struct senders *second = read_set(buf_span(&once));
    if (!second || senders_put(second, &twice, NULL) != RC_OK ||
        !span_equal(buf_span(&once), buf_span(&twice)))
        abort();
    return 0;
}
