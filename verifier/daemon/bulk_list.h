/*
 * A list of people to check, as an employer sends it: CSV (UTF-8, or GB18030 as spreadsheets save
 * it) with the columns number, name and id_number in any order, or a JSON array of objects with
 * these three members; or a JSON object of such an array, "rows", and maybe the "cursor" of the
 * answer before, or "". A number that is left out, with its column or member too, is an empty one.
 * Held whole: its bytes are bounded before it comes here. Wiped when freed.
 */
#pragma once

#include "core/base/buf.h"
#include "core/base/rc.h"

#define BULK_ROWS_MAX 10000u
#define BULK_PEOPLE_MAX                                                                            \
    300u                 /* of them without a number: each has up to LOOKUP_NUMBERS_MAX lines      \
                          */
#define BULK_MARK_LEN 4u /* bytes of a row's mark in a cursor: one change in 2^32 is missed */

enum bulk_field { BULK_NUMBER = 0, BULK_NAME = 1, BULK_ID_NUMBER = 2 };
#define BULK_FIELDS 3u

struct bulk_row {
    size_t at[BULK_FIELDS], len[BULK_FIELDS]; /* in text */
};
struct bulk_list {
    size_t count, room;
    struct bulk_row *rows; /* owned */
    struct buf text;
    bool watched;      /* a cursor was sent: what changed since is asked for */
    struct buf cursor; /* BULK_MARK_LEN bytes a row; empty: begin */
};
void bulk_list_free(struct bulk_list *l); /* wiped; for ON_EXIT too */

/* Rows without a number. */
uint32_t bulk_people(const struct bulk_list *l);

/* Borrows l. */
struct span bulk_cell(const struct bulk_list *l, size_t row, enum bulk_field field);

/*
 * ret  zeroed
 *
 * RC_FORMAT  no such list, or without a row
 * RC_LIMIT   more than BULK_ROWS_MAX rows or BULK_PEOPLE_MAX without a number, or a limit of
 * core/text
 */
MUST_CHECK enum rc bulk_list_csv(struct span bytes, struct bulk_list *ret, struct diag *d);
MUST_CHECK enum rc bulk_list_json(struct span text, struct bulk_list *ret, struct diag *d);
