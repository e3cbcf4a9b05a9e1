#include <stdlib.h>

#include "core/cert/digits.h"
#include "core/qr/qr.h"
#include "verifier/daemon/bulk.h"
#include "verifier/pages/page_report.h"

static enum authenticity authentic_of(enum bulk_found found)
{
    switch (found) {
    case BULK_FOUND:
        return AUTH_TRUE;
    case BULK_NO_MATCH:
        return AUTH_NO_MATCH;
    case BULK_NOT_AUTHENTIC:
        return AUTH_FALSE;
    case BULK_NOT_CHECKED:
        break;
    }
    return AUTH_UNDECIDED;
}

static void fill_rows(const struct bulk *b, struct page_row *rows)
{
    for (size_t i = 0; i < b->line_count; i++) {
        const struct bulk_result *const r = &b->lines[i];
        rows[i] = (struct page_row){
            .row = r->row + 1,
            .authentic = authentic_of(r->found),
            .state = r->in_force == TRI_UNKNOWN ? STATE_UNKNOWN : r->state,
            .deadline = r->deadline,
            .number = bulk_number_shown(bulk_cell(&b->list, r->row, BULK_NUMBER), r),
        };
    }
}

/* What is too long for a code stands there in digits alone. */
static void put_code(struct buf *to, struct span digits)
{
    struct qr qr;
    if (digits.len > 0 && qr_encode(digits, &qr, NULL) == RC_OK)
        qr_svg_put(to, &qr);
}

static void free_rows(struct page_row **rows)
{
    free(*rows);
}

enum rc bulk_page_put(struct endpoint *e, const struct asked *how, const struct bulk *b,
                      struct buf *to, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf digits = { 0 };
    ON_EXIT(buf_free_at) struct buf code = { 0 };
    ON_EXIT(publication_put_at) struct publication *p = store_get(e->store);
    const struct page_view view = endpoint_view(e, p, how, NULL);
    ON_EXIT(free_rows) struct page_row *rows = calloc(b->line_count + 1, sizeof *rows);
    if (!rows)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a report");
    fill_rows(b, rows);
    if (b->summary.signature.len > 0)
        digits_encode(buf_span(&b->summary.signature), &digits);
    put_code(&code, buf_span(&digits));
    struct page_report r = {
        .employer = span_text(b->employer.name),
        .purpose = span_text(b->employer.purpose),
        .at = b->summary.at,
        .as_of = b->as_of,
        .digits = buf_span(&digits),
        .code = buf_span(&code),
        .count = b->line_count,
        .rows = rows,
    };
    memcpy(r.rows_sha256, b->summary.rows_sha256, SHA256_LEN);
    page_report(to, &view, &r);
    return buf_rc(to, d);
}
