/*
 * Whether somebody is the holder of a certificate: number, name, document and pick-up code all have
 * to be right. Every step is taken whatever the one before said, on a certificate that stands in
 * for one that is not there.
 */
#pragma once

#include "core/holder/holder.h"
#include "issuer/register/register.h"

/* The number as it stands in the register: without blanks and hyphens. Too long: "". */
void match_number(struct span typed, char ret[HOLDER_NUMBER_MAX + 1]);

struct match {
    bool holder;          /* all of it is right; false in a zeroed one */
    bool known;           /* there is such a certificate */
    struct reg_cert cert; /* when holder */
};

/* number: of match_number(). Errors are the register's. */
MUST_CHECK enum rc match_holder(struct reg *r, const char *number, const struct holder_question *q,
                                int32_t today, struct match *ret, struct diag *d);
