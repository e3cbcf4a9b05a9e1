/*
 * What the register says at one moment, as the lists that are published: a row
 * for every status index ever given out, and the directory of names.
 */
#pragma once

#include "core/cert/columns.h"
#include "core/cert/directory.h"
#include "issuer/register/register.h"

/* One row per status index: status by the orders in force today, current version and deadline. */
MUST_CHECK enum rc snapshot_columns(struct reg *r, int32_t today, struct columns *ret,
                                    struct diag *d);

/* The directory's payload (core/cert/directory.h), appended to *to. */
MUST_CHECK enum rc snapshot_directory(struct reg *r, const struct home *h, struct buf *to,
                                      struct diag *d);
