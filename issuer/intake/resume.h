/*
 * Where an import of a file stood after its last durable commit: HOME/import/<file>.progress. It
 * only saves time: rows are known by their record ids, so sending all of a file again does no harm.
 * A mark is ignored when the file or the register is not what it was. Files; blocks.
 */
#pragma once

#include "issuer/intake/rows.h"

struct resume_mark {
    struct place place;
    uint64_t register_rows;           /* of the register then */
    uint64_t errors_len, results_len; /* bytes of the reports then */
};

struct resume {
    char folder[PATH_LEN], path[PATH_LEN]; /* path "": this file has no identity, nothing is kept */
};

MUST_CHECK enum rc resume_open(const char *home, const struct rows *rows, const char *sender,
                               struct resume *ret, struct diag *d);
/* False: there is none, or it can't be read. */
MUST_CHECK bool resume_read(const struct resume *r, struct resume_mark *ret);
MUST_CHECK enum rc resume_write(const struct resume *r, const struct resume_mark *mark,
                                struct diag *d);
void resume_forget(const struct resume *r);
