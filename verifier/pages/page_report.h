/* The pages of employers' lists: the form, and the report to print. Pure. */
#pragma once

#include "core/crypto/hash.h"
#include "verifier/pages/page.h"

/* The form: a key and a file. */
void page_list(struct buf *to, const struct page_view *view);

/* One row of a list, as it was found. */
struct page_row {
    uint32_t row;                /* of what was sent, from 1 */
    enum authenticity authentic; /* AUTH_TRUE: the next two; AUTH_UNDECIDED: it was not checked */
    enum state state;
    int32_t deadline;
    struct span number; /* as it may be shown */
};
struct page_report {
    struct span employer, purpose;
    int64_t at, as_of; /* Unix seconds: checked, and what it was checked by */
    uint8_t rows_sha256[SHA256_LEN];
    struct span digits; /* the signed summary (docs/formats.md, "Summary of a list"); empty: there
                           is none */
    struct span code;   /* the same as SVG; empty: it is too long for one */
    size_t count;
    const struct page_row *rows;
};
void page_report(struct buf *to, const struct page_view *view, const struct page_report *r);
