/*
 * Which employers have looked somebody up by a list, and when: for the holder alone, who asks by
 * number, name and document (docs/decisions/0039). One file a day (askers_day.h), appended to and
 * named by its date, in a folder that no other process writes to. A row is written before it is
 * answered; what cannot be written down is not answered. Threads: any.
 */
#pragma once

#include "core/lookup/digests.h"
#include "verifier/digests/askers_day.h"

#define ASKERS_DAYS      180u /* a day's file is kept for so long */
#define ASKERS_LEAP      2u   /* days from one file to the next, else the clock is doubted */
#define ASKERS_BYTES_MAX (256u << 20) /* of all files: then the oldest day goes before its time */

struct askers;

/*
 * folder     made when it is not there; copied
 * bytes_max  ASKERS_BYTES_MAX
 * today      opens this day's file: from the first day on it is known what was not asked
 *
 * RC_BUSY  another process has the folder
 */
MUST_CHECK enum rc askers_open(const char *folder, uint64_t bytes_max, int32_t today,
                               struct askers **ret, struct diag *d);
void askers_close(struct askers *a); /* NULL is fine */
DEFINE_ON_EXIT(struct askers, askers_close)

/* RC_LIMIT: this day alone has filled the room, or has too many employers. RC_FORMAT: the day's
 * file is no such file. RC_FULL. RC_IO: also while what was added before could not be kept. */
MUST_CHECK enum rc askers_add(struct askers *a, int32_t today, const struct employer *e,
                              bool watched, const uint8_t digest[LOOKUP_DIGEST_LEN],
                              struct diag *d);
/*
 * From time to time: waits until what was added is on disk (a power cut loses what was added
 * since), begins a day that nobody asks on, removes what is past its time, and opens a file that
 * could not be kept once more: nothing is added until that is done.
 *
 * A day's time is reckoned from today, but from no later than ASKERS_LEAP after the last file
 * before today's: a clock set ahead removes nothing on its first day.
 */
MUST_CHECK enum rc askers_settle(struct askers *a, int32_t today, struct diag *d);

/* What was found; the spans of told borrow texts. */
struct askers_found {
    struct digests_told told; /* but for the reply */
    struct buf texts;
};
void askers_found_free(struct askers_found *f); /* for ON_EXIT too */
/*
 * Every employer and day that has this digest, each once; a list that is watched on the same day is
 * told beside one that is not. A day that cannot be read whole is logged, counts as far as it can,
 * and all is known since the day after it only.
 *
 * ret  zeroed
 */
MUST_CHECK enum rc askers_find(struct askers *a, int32_t today,
                               const uint8_t digest[LOOKUP_DIGEST_LEN], struct askers_found *ret,
                               struct diag *d);
