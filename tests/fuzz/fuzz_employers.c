/* Any bytes in: what is taken as a list of employers says the same when written and read again,
 * each name stands once, and nobody is without a bound. */
#include <stdlib.h>
#include <string.h>

#include "core/employers/employers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool read_list(struct span text, struct employers *ret)
{
    struct diag d = DIAG_INIT;
    const enum rc rc = employers_read(text, ret, &d);
    if (rc != d.code)
        abort();
    return rc == RC_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ON_EXIT(buf_free_at) struct buf once = { 0 };
    ON_EXIT(buf_free_at) struct buf twice = { 0 };
    ON_EXIT(employers_free) struct employers first = { 0 };
    ON_EXIT(employers_free) struct employers second = { 0 };
    if (!read_list(span_of(data, size), &first))
        return 0;
    for (size_t i = 0; i < first.count; i++)
        if (employers_find_name(&first, span_text(first.at[i].name)) != &first.at[i] ||
            first.at[i].rows_per_day < 1 || first.at[i].rows_per_day > EMPLOYER_ROWS_MAX)
            abort();
    if (employers_put(&first, false, &once, NULL) != RC_OK ||
        !read_list(buf_span(&once), &second) ||
        employers_put(&second, false, &twice, NULL) != RC_OK ||
        !span_equal(buf_span(&once), buf_span(&twice)))
        abort();
    return 0;
}
