/* What an employer gets back for a list: a line a row, or of a person without number a line for
 * each of his certificates, and what they say together. Pure. */
#pragma once

#include "core/cert/verdict.h"
#include "core/employers/employers.h"
#include "core/lookup/lookup.h"

enum bulk_found {
    BULK_NOT_CHECKED =
        0,             /* asked about this number too often, or asked without one by who may not */
    BULK_NO_MATCH = 1, /* one answer, whichever of the three does not fit */
    BULK_NOT_AUTHENTIC = 2,
    BULK_FOUND = 90,
};
struct bulk_result {
    uint32_t row;                       /* of the list, from 0 */
    char number[LOOKUP_NUMBER_MAX + 1]; /* found by name and document number; empty: as sent */
    enum bulk_found found;
    enum state state; /* the next three: when found */
    enum tristate in_force;
    int32_t deadline, days_left;
};

struct bulk_summary {
    uint32_t rows, found, no_match, in_force, not_checked;
    int64_t at; /* Unix seconds */
    const struct employer *employer;
    uint8_t rows_sha256[SHA256_LEN]; /* of the rows as CSV, header and all */
    struct buf signature;            /* the signed message (core/cert/list_summary.h); empty: it is
                                        not signed. Owned */
};
/* What is signed. */
void bulk_summary_put(struct buf *to, const struct bulk_summary *s);

/* Adds one line to the counts. */
void bulk_count(struct bulk_summary *s, const struct bulk_result *r);

/* The line's own number, else the one that was sent, when it could be one (docs/endpoint.md); else
 * empty. Borrows either. */
struct span bulk_number_shown(struct span sent, const struct bulk_result *r);

void bulk_csv_head(struct buf *to);
/* number: as sent. */
void bulk_csv_row(struct buf *to, struct span number, const struct bulk_result *r);

struct json_out;
void bulk_json_row(struct json_out *o, struct span number, const struct bulk_result *r);
/* One compact object. */
void bulk_json_summary(struct json_out *o, const char *key, const struct bulk_summary *s);
