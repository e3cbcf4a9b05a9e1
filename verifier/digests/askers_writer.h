/* One day's file, being appended to. For askers.c, which locks. */
#pragma once

#include <pthread.h>

#include "core/sys/file.h"
#include "verifier/digests/askers_day.h"

#define WRITER_NO_DAY   INT32_MIN
#define WRITER_TORN_MAX (1u << 20) /* bytes; more than a second before a power cut writes */

/* An employer as this day's file has it. */
struct writer_known {
    char name[EMPLOYER_NAME_MAX + 1];
    char purpose[EMPLOYER_PURPOSE_MAX + 1];
};

struct askers_writer {
    int32_t day; /* whose file is open; WRITER_NO_DAY */
    int fd;
    bool unsettled;
    int32_t
        failed; /* the day whose file could not be kept: nothing is added until it is reopened */
    uint64_t len;
    struct writer_known *known;
    size_t known_count, known_room, known_last;
    pthread_rwlock_t readers; /* of mapped files, which are not shortened meanwhile */
};
void writer_init(struct askers_writer *w);
void writer_free(struct askers_writer *w);

/*
 * Learns who is in the day's file, and where it ends. What a write or a power cut left torn there
 * is cut off, and logged; where it is no entry, answered rows may have been in it, and ASKERS_LOST
 * takes its place. After an error no day is open.
 *
 * RC_FORMAT  no such file, or more than WRITER_TORN_MAX of it are no entries: it is left alone
 */
MUST_CHECK enum rc writer_open(struct askers_writer *w, const char *folder, int32_t day,
                               struct diag *d);
void writer_leave(struct askers_writer *w);
/* After an error the file is as before, else the day has failed. RC_FULL. */
MUST_CHECK enum rc writer_append(struct askers_writer *w, struct span bytes, struct diag *d);
/* Which employer it is in the file; known_count: not yet. A list is one employer's, row after row.
 */
size_t writer_find_known(struct askers_writer *w, const struct employer *e);
/* As the next one. */
MUST_CHECK enum rc writer_remember(struct askers_writer *w, struct span name, struct span purpose,
                                   struct diag *d);
/* An error is told by the system once: whoever gets it notes that the day has failed. */
MUST_CHECK enum rc writer_sync(int fd, struct diag *d);
/* Opens the day that has failed once more, and leaves ASKERS_LOST there on disk. RC_FORMAT: no rows
 * of this day are added any more, and it counts as one that cannot be read whole. */
MUST_CHECK enum rc writer_reopen(struct askers_writer *w, const char *folder, struct diag *d);
