/*
 * Files of records to an intake: cut into parts, sent in order while those before are still being
 * worked on, results fetched and written as `import` writes them. A part that is sent again, after
 * a kill or a lost answer, is answered as the first time. Files, sockets; blocks.
 */
#pragma once

#include "issuer/intake/import.h"
#include "issuer/push/client.h"

#define PUSH_PART_ROWS 2000u /* by default */

/* What a push tells while it works; functions may be NULL. */
struct push_watch {
    void *arg;
    void (*step)(void *arg, uint64_t done, uint64_t of);
    void (*waiting)(void *arg, const char *why, unsigned seconds);
    /* One reason of a refused row; column NULL: the whole row. */
    void (*refused)(void *arg, const char *file, uint64_t row, const char *column, const char *code,
                    const char *text);
};

struct push_options {
    const char *const *files;
    size_t file_count;            /* 1 to IMPORT_FILES_MAX */
    enum record_kind kind;        /* KIND_NONE: by each file's name */
    struct client_options client; /* waiting and arg are set from watch */
    const char *state_folder; /* where it keeps how far it came; made when its parent is there */
    uint64_t part_rows;
    bool resume;
    bool hand_over;                         /* not to wait for results: counts hold rows alone */
    const char *errors_path, *results_path; /* NULL: none */
    struct push_watch watch;
};

struct push_result {
    struct import_counts counts; /* of rows whose results are written */
    bool begun;                  /* parts may have been sent */
    char file[PATH_LEN];         /* that an error is about, or "" */
};

/*
 * ret  written also on errors
 *
 * errors of rows_open(), for any file: nothing was sent; of client_open() and client_send();
 * RC_REFUSED: the intake refuses a part, d says why; RC_FORMAT: an answer that is none
 */
MUST_CHECK enum rc push_run(const struct push_options *o, struct push_result *ret, struct diag *d);
