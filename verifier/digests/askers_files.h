/* The folder of days: which there are, how much they hold, and what has to go. For askers.c. */
#pragma once

#include "core/base/rc.h"
#include "core/sys/file.h"
#include "verifier/digests/askers.h"

#define ASKERS_FILES_MAX 1024u /* days; more is nothing that was written here */

struct askers_files {
    size_t count;
    uint64_t bytes;
    int32_t days[ASKERS_FILES_MAX]; /* the first first */
    int32_t open;                   /* the day that is being written to meanwhile, and */
    uint64_t open_len;              /* how much of it is whole: the caller's */
};
/* What is no day's file is passed over. RC_LIMIT: ASKERS_FILES_MAX. */
MUST_CHECK enum rc askers_files_list(const char *folder, struct askers_files *ret, struct diag *d);
/*
 * Removes the days that are past their time (askers_settle()), and then the first ones while there
 * is more than bytes_max, but never keep; ret: what is left.
 */
MUST_CHECK enum rc askers_files_trim(const char *folder, int32_t today, int32_t keep,
                                     uint64_t bytes_max, struct askers_files *ret, struct diag *d);
MUST_CHECK enum rc askers_files_path(const char *folder, int32_t day, char ret[PATH_LEN],
                                     struct diag *d);
/* As askers_find(); a file that is gone meanwhile was removed for its time. */
MUST_CHECK enum rc askers_files_search(const char *folder, const struct askers_files *files,
                                       int32_t today, const uint8_t *digest,
                                       struct askers_found *ret, struct diag *d);
