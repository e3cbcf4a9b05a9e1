/*
 * Files of records into the register, in the order given: all are opened and looked through before
 * the first row is applied; rows take effect in file order and are reported only when they are
 * durable. One thread reads and checks while another applies. Files; blocks.
 */
#pragma once

#include <assert.h>
#include <signal.h>

#include "issuer/intake/batch.h"
#include "issuer/register/engine.h"

#define IMPORT_FILES_MAX 256u

/* What an import tells while it works; functions may be NULL. */
struct import_watch {
    void *arg;
    void (*opened)(void *arg, const struct rows *file);
    void (*step)(void *arg, uint64_t done, uint64_t of);
    void (*refused)(void *arg, const struct rows *file, const struct batch_row *row,
                    const struct outcome *outcome);
};

struct import_options {
    const char *const *files; /* "-": standard input */
    size_t file_count;        /* 1 to IMPORT_FILES_MAX */
    enum record_kind kind;    /* KIND_NONE: by each file's name */
    const char *sender;
    bool dry_run, resume;
    bool chinese;                           /* of the explanations */
    const char *errors_path, *results_path; /* NULL: none */
    const char *operator_key, *second_operator_key;
    const volatile sig_atomic_t *stop; /* set: stop at the next commit; may be NULL */
    struct import_watch watch;
};

/* Rows that are durable, by what became of them; with dry_run, that would be. */
struct import_counts {
    uint64_t rows, of[OUTCOME_COUNT]; /* of each enum row_outcome */
    uint64_t passed_over;             /* by resume; not in the others */
};
static inline void import_count(struct import_counts *c, enum row_outcome outcome)
{
    assert(outcome != OUTCOME_NONE);
    c->rows++;
    c->of[outcome]++;
}

struct import_result {
    struct import_counts counts;
    bool begun;          /* rows may have been applied */
    bool stopped;        /* by *stop: the rest was not read */
    char file[PATH_LEN]; /* that an error is about, or "" */
};

/*
 * Imports.
 *
 * ret  written also on errors
 *
 * RC_USAGE RC_FORMAT RC_LIMIT RC_NOT_FOUND RC_IO  of a file: see rows_open(); nothing was applied
 * unless ret->begun others   of the engine, or of the reports
 */
MUST_CHECK enum rc import_run(const struct home *home, const struct import_options *o,
                              struct import_result *ret, struct diag *d);
