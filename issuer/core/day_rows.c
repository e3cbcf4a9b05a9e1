#include "issuer/core/day_rows.h"

#include <stdlib.h>
#include <string.h>

struct day_rows *day_rows_of(struct day_rows **all, struct span sender, int32_t day)
{
    struct day_rows *r = *all;
    while (r && !span_equal(span_text(r->sender), sender))
        r = r->next;
    if (!r) {
        r = calloc(1, sizeof *r);
        if (!r)
            return NULL;
        memcpy(r->sender, sender.ptr, sender.len);
        r->day = day;
        r->next = *all;
        *all = r;
    }
    if (r->day < day) {
        r->day = day;
        r->rows = 0;
    }
    return r;
}

enum rc day_rows_load(struct day_rows **all, struct reg *reg, int32_t today, struct diag *d)
{
    char sender[BATCH_SENDER_MAX + 1] = "";
    uint64_t rows;
    enum rc rc;
    while ((rc = register_batch_day_next(reg, today, sender, &rows, d)) == RC_OK) {
        struct day_rows *const day = day_rows_of(all, span_text(sender), today);
        if (!day)
            return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "rows of a day");
        day->rows = rows;
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

void day_rows_free(struct day_rows **all)
{
    while (*all) {
        struct day_rows *const r = *all;
        *all = r->next;
        free(r);
    }
}
