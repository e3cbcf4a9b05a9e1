/*
 * A file that is written while a long work goes on, and takes its name only when that is done:
 * until then, and when the work fails, it stands beside as NAME.partial. What is there already and
 * is no ordinary file (/dev/stdout) is written into as it is. Files; blocks.
 */
#pragma once

#include "core/sys/file.h"

struct outfile {
    char path[PATH_LEN];    /* "": none is open */
    char partial[PATH_LEN]; /* "": written in place */
    int fd;
    uint64_t len; /* bytes so far */
};

/*
 * Opens NAME.partial, mode 0600.
 *
 * keep  0: from the start; else goes on behind so many bytes when it holds them, and from the start
 * when not ret   zeroed
 */
MUST_CHECK enum rc outfile_open(const char *path, uint64_t keep, struct outfile *ret,
                                struct diag *d);
MUST_CHECK enum rc outfile_put(struct outfile *o, struct span bytes, struct diag *d); /* RC_FULL */
/* On disk, under its name. A zeroed one is fine. */
MUST_CHECK enum rc outfile_finish(struct outfile *o, struct diag *d);
void outfile_close(
    struct outfile *o); /* what is not finished stays beside; for ON_EXIT; a zeroed one is fine */
