/* What an employer gets back for a list: one line a row, and what they say together. Pure. */
#pragma once

#include "core/cert/verdict.h"
#include "core/employers/employers.h"

enum bulk_found {
    BULK_NOT_CHECKED = 0, /* asked about this number too often: again in an hour */
    BULK_NO_MATCH = 1,    /* one answer, whichever of the three does not fit */
    BULK_NOT_AUTHENTIC = 2,
    BULK_FOUND = 90,
};
struct bulk_result {
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

/* Adds one row to the counts. */
void bulk_count(struct bulk_summary *s, const struct bulk_result *r);

void bulk_csv_head(struct buf *to);
/* number: echoed when it could be one (docs/endpoint.md), else left empty. row: from 1. */
void bulk_csv_row(struct buf *to, size_t row, struct span number, const struct bulk_result *r);

struct json_out;
void bulk_json_row(struct json_out *o, size_t row, struct span number, const struct bulk_result *r);
/* One compact object. */
void bulk_json_summary(struct json_out *o, const char *key, const struct bulk_summary *s);
