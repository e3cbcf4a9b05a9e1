/*
 * Rows that each sender has sent on its latest day, against the bound that some have. Threads: one
 * at a time.
 */
#pragma once

#include "issuer/register/register.h"

struct day_rows {
    char sender[BATCH_SENDER_MAX + 1];
    int32_t day;
    uint64_t rows;
    struct day_rows *next;
};

/* A sender's day; NULL: no memory. An older day than the one that is counted counts nothing. */
struct day_rows *day_rows_of(struct day_rows **all, struct span sender, int32_t day);
/* What the register knows of today. */
MUST_CHECK enum rc day_rows_load(struct day_rows **all, struct reg *reg, int32_t today,
                                 struct diag *d);
void day_rows_free(struct day_rows **all);
