/*
 * policy.json: every parameter of the scheme that a unit or the ministry may
 * set, in versions with the day from which each holds, and what single units
 * set otherwise. One table in policy.c says each key's default, unit, range and
 * source; docs/operations.md is checked against it. Read-only once read.
 *
 *   { "versions": [ { "from": "2018-12-13",
 *                     "values": { "pass_mark_percent": 60, … },
 *                     "units": { "034": { "exchange_deadline": "2021-12-31" } } }, … ] }
 *
 * Versions ascend by "from", at most 64. The first one lacks nothing: a key that it leaves out has
 * its default. A later one changes only the keys that it names, of all or of one unit; what a unit
 * has set itself stays until it sets it again, the rest follows "values". Unknown keys are refused.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/rc.h"

#define POLICY_MAX (1u << 20) /* bytes of the file */

enum lapse_window { WINDOW_ROLLING = 1, WINDOW_BLOCK = 2 };

/* What holds for one unit on one day. Percent in hundredths (6000 is 60 %), hours in hundredths. */
struct policy_values {
    uint32_t pass_mark_percent;             /* of the full score; 6000 */
    uint32_t bank_share_min_percent;        /* 10000 */
    uint32_t bank_share_min_docked_percent; /* 7000, where docking is done */
    int32_t exchange_deadline;              /* 2021-09-30 */
    int32_t legacy_upload_deadline;         /* 2021-01-29 */
    int32_t legacy_issued_before;           /* 2018-12-13 */
    uint32_t exchange_hours_min;            /* 3200 */
    uint32_t pair_hours;                    /* 6400 over two CE years */
    uint32_t pair_post_hours;               /* 4400 */
    uint32_t year_hours_cap;                /* 6400: what counts in one CE year */
    enum lapse_window lapse_window;         /* rolling */
    bool make_up_previous_year;             /* true */
    uint32_t due_days;                      /* 90 */
    uint32_t copy_valid_days;               /* 180 */
    char number_template[64];               /* "unit(3) post(2) year(4) serial(7) check(1)" */
    char elicence_type[24];                 /* 21 characters */
    char elicence_issuer[20];               /* 18 characters: credit code of the issuer */
    uint32_t status_days;                   /* how long a published list is good: 7 to 90; 7 */
    uint32_t
        orders_alone_per_day; /* orders of one operator in 24 h before a second must sign; 20 */
    uint32_t orders_alone_per_day_all; /* of all operators together; 100 */
};

struct policy;
/*
 * Reads policy.json. *ret is owned.
 * RC_FORMAT  not such a file; d names version, unit and key
 * RC_LIMIT   over POLICY_MAX bytes, 64 versions or 128 units that set something apart
 */
MUST_CHECK enum rc policy_read(struct span json, struct policy **ret, struct diag *d);
void policy_free(struct policy *p);
static inline void policy_free_at(struct policy **p)
{
    policy_free(*p);
    *p = NULL;
}

/* The version in force on this day (the first one for earlier days), with the unit's own values.
 * Borrows p. */
const struct policy_values *policy_at(const struct policy *p, uint32_t unit, int32_t date);

/* What holds where no policy is at hand. */
void policy_values_default(struct policy_values *ret);
/* What init writes: the defaults, and Anhui's exchange deadline of 2021-12-31. */
void policy_default_json(struct buf *to);

/* One row per key, for the documentation test and `sitecert` help. */
struct policy_key {
    const char *name, *unit, *source, *chinese;
    const char *default_text;
    const char *range_text;
};
const struct policy_key *policy_key_at(size_t i); /* NULL: past the last */
