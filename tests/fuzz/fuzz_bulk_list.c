/* Any bytes in, as CSV and as JSON: a list that is taken has rows, within the bound, and each cell
 * stands in its text. */
#include <stdlib.h>

#include "verifier/daemon/bulk_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(enum rc rc, const struct diag *d, const struct bulk_list *l)
{
    if (rc != d->code)
        abort();
    if (rc != RC_OK)
        return;
    if (l->count < 1 || l->count > BULK_ROWS_MAX)
        abort();
    if (l->cursor.len % BULK_MARK_LEN != 0 || l->cursor.len > BULK_ROWS_MAX * BULK_MARK_LEN ||
        (l->cursor.len > 0 && !l->watched))
        abort();
    for (size_t i = 0; i < l->count; i++)
        for (size_t f = 0; f < BULK_FIELDS; f++)
            if (l->rows[i].at[f] > l->text.len ||
                l->rows[i].len[f] > l->text.len - l->rows[i].at[f])
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ON_EXIT(bulk_list_free) struct bulk_list csv = { 0 };
    ON_EXIT(bulk_list_free) struct bulk_list json = { 0 };
    struct diag d = DIAG_INIT, e = DIAG_INIT;
    look(bulk_list_csv(span_of(data, size), &csv, &d), &d, &csv);
    look(bulk_list_json(span_of(data, size), &json, &e), &e, &json);
    return 0;
}
