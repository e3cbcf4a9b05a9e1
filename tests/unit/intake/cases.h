/* Cases as files: VECTORS/<area>/<case>.in goes in, <case>.want is what must be told of it. */
#pragma once

#include "tests/unit/check.h"

#include "core/sys/file.h"

/* Calls tell for each case of the area; at least one. What it puts must be what is wanted. */
void each_case(const char *area, void (*tell)(const char *path, struct span in, struct buf *to));

/* Appends text with line ends and backslashes shown. */
void put_shown(struct buf *to, struct span text);
/* "RC_FORMAT byte 3: text" and a newline. */
void put_refusal(struct buf *to, enum rc rc, const struct diag *d);
