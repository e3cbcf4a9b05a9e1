/*
 * A file of text, standard input, or bytes, given out as UTF-8 piece by piece and more than once.
 * What can't be read twice (a pipe) is first copied to a temporary file without a name. Memory is
 * bounded whatever the size. Files and iconv; blocks; threads: one at a time.
 */
#pragma once

#include "core/sys/file.h"
#include "core/text/encoding.h"

struct text {
    int fd; /* -1: bytes are it */
    struct span bytes;
    size_t bytes_read;
    char name[PATH_LEN]; /* as given; "standard input" for "-" */
    uint64_t size;       /* bytes */
    bool is_copy;        /* of what can't be read twice */
    enum encoding encoding;
    uint64_t start; /* behind the byte order mark */
    struct decoder decoder;
    struct buf chunk;
    struct span piece;      /* what text_next() gave last */
    uint64_t piece_decoded; /* bytes of UTF-8 given out before it since text_begin() */
    bool ended;
};

/*
 * Opens path ("-": standard input) and decides its encoding: by its byte order mark, else UTF-8
 * when all of it is, else GB18030 when all of it is and that may be.
 *
 * ret        zeroed
 * RC_FORMAT  neither; d names the line and has the offset where both have failed
 * RC_NOT_FOUND RC_IO RC_FULL  the system's words
 */
MUST_CHECK enum rc text_open(const char *path, bool may_be_gb18030, struct text *ret,
                             struct diag *d);
/*
 * The same of a file that is open already and can be read from its start.
 *
 * fd    duplicated; shares its place with the caller's
 * name  what it is called in messages
 */
MUST_CHECK enum rc text_open_fd(int fd, const char *name, bool may_be_gb18030, struct text *ret,
                                struct diag *d);
/* The same of bytes, borrowed as long as ret. */
MUST_CHECK enum rc text_open_bytes(struct span bytes, const char *name, bool may_be_gb18030,
                                   struct text *ret, struct diag *d);
void text_close(struct text *t); /* leaves it zeroed; for ON_EXIT too */

/* Goes to a place of the file, where a line begins; text_begin_first() behind the byte order mark.
 */
MUST_CHECK enum rc text_begin(struct text *t, uint64_t offset, uint64_t line, struct diag *d);
MUST_CHECK enum rc text_begin_first(struct text *t, struct diag *d);

/* The next piece, never empty; *ret_end true and none at the end. Borrows t until the next call. */
MUST_CHECK enum rc text_next(struct text *t, struct span *ret, bool *ret_end, struct diag *d);

/*
 * The offset in the file of what was given out after `decoded` bytes of UTF-8 since the last
 * text_begin(offset, …); before the last piece this reads again and text_begin() must follow.
 */
MUST_CHECK enum rc text_source(struct text *t, uint64_t begun_at, uint64_t decoded, uint64_t *ret,
                               struct diag *d);
