/*
 * A file of records cut into parts that can be sent: whole rows, in the file's order, each part
 * with the CSV's header, as UTF-8. Photo rows become NDJSON with their pictures inside. The same
 * file is always cut the same way. Files; blocks; threads: one at a time.
 */
#pragma once

#include "core/crypto/hash.h"
#include "issuer/intake/rows.h"

#define CUT_KEY_LEN   32         /* hex digits of an Idempotency-Key */
#define CUT_BYTES_MAX (4u << 20) /* of a part; a single row may be longer */

struct cutter;

/* Opens the file and looks through it: errors as rows_open(), RC_USAGE also for "-". */
MUST_CHECK enum rc cutter_open(const char *path, enum record_kind kind, uint64_t part_rows,
                               struct cutter **ret, struct diag *d);
void cutter_close(struct cutter *c); /* NULL is fine */
DEFINE_ON_EXIT(struct cutter, cutter_close)

const struct rows *cutter_rows(const struct cutter *c); /* kind, format, count, identity */

struct part {
    uint64_t before, rows; /* rows of the file before it; in it */
    const char *type;      /* Content-Type; static storage */
    struct span body;      /* borrows the cutter until the next part */
    uint8_t sha256[SHA256_LEN];
    /* From kind, place and content: who sends a part again is answered as the first time. */
    char key[CUT_KEY_LEN + 1];
};

/* The next part; *ret_end true and none at the end. */
MUST_CHECK enum rc cutter_next(struct cutter *c, struct part *ret, bool *ret_end, struct diag *d);
