/* The report's details: what happened month by month, and what is in force by post. */
#pragma once

#include "issuer/publication/report.h"

void months_begin(struct report_details *to, int32_t as_of);
/* to  NULL: not asked for */
void months_add_issue(struct report_details *to, int32_t date);
void months_add_renewal(struct report_details *to, int32_t date);
void months_add_state(struct report_details *to, const struct reg_cert *c, enum state state);
