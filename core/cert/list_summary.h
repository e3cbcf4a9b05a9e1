/*
 * The summary of a list that an employer had checked, signed by an `answer` key, so that it proves
 * something to others (docs/formats.md, "Summary of a list"). Pure.
 */
#pragma once

#include "core/crypto/hash.h"
#include "keys/trust/trust_list.h"

#define LIST_ROWS_MAX                                                                              \
    20000u /* lines of the answer: a person asked about without number may have many */
#define LIST_NAME_MAX    200u  /* bytes of UTF-8 */
#define LIST_PURPOSE_MAX 400u  /* bytes of UTF-8 */
#define LIST_SUMMARY_MAX 1024u /* bytes of the whole COSE_Sign1 */
#define LIST_CSV_HEAD    "row,number,result,in_force,deadline,days_left\r\n"
#define LIST_AHEAD_S     60 /* seconds that clocks may differ */

struct list_summary {
    int64_t at; /* Unix seconds */
    uint32_t rows, found, no_match, not_checked, in_force;
    struct span employer, purpose;   /* borrowed */
    uint8_t rows_sha256[SHA256_LEN]; /* of the rows as CSV, head and all */
};

/* [at, rows, found, no_match, not_checked, in_force, employer, purpose, rows_sha256] */
void list_summary_put(struct buf *b, const struct list_summary *s);
/* Spans borrow payload. RC_FORMAT: not exactly such an array; a count over the rows, or over those
 * that were found. */
MUST_CHECK enum rc list_summary_parse(struct span payload, struct list_summary *ret,
                                      struct diag *d);
/*
 * The signed message, believed: signed by an answer key of the list that was in its dates then.
 *
 * now  Unix seconds
 * ret  borrows bytes
 *
 * RC_FORMAT  not such a message; RC_LIMIT: over LIST_SUMMARY_MAX
 * RC_REFUSED dated over LIST_AHEAD_S ahead of now; others as trust_list_check()
 */
MUST_CHECK enum rc list_summary_check(struct span bytes, const struct trust_list *trust,
                                      int64_t now, struct list_summary *ret, struct diag *d);
