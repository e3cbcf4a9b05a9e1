/* Any bytes as what another intake answers: the state of a batch, and a line of its results. What
 * is taken has a row and an outcome, and is placed in the file that was sent. */
#include <stdlib.h>
#include <string.h>

#include "issuer/push/told.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void read_batch(struct span text)
{
    struct told_batch b = { 0 };
    if (told_batch_read(text, &b, NULL) != RC_OK)
        must(!b.done && !b.failed);
    else
        must(!(b.done && b.failed) && memchr(b.error, '\0', sizeof b.error));
}

static void read_result(struct span text, const char *file)
{
    ON_EXIT(told_result_free) struct told_result r = { 0 };
    struct import_counts counts = { 0 };
    if (told_result_read(text, &r, NULL) != RC_OK)
        return;
    must(r.object && r.row >= 1 && r.outcome != OUTCOME_NONE);
    must(told_result_place(&r, 7, file, NULL) == RC_OK);
    must(json_integer_value(json_object_get(r.object, "row")) == 7);
    import_count(&counts, r.outcome);
    must(counts.rows == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_batch(span_of(data, size));
    read_result(span_of(data, size), NULL);
    read_result(span_of(data, size), "test.csv");
    return 0;
}
