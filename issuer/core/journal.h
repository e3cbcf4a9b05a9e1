/*
 * What was taken in, in the order in which it came: an append-only file of records, cut into
 * segments HOME/batches/journal-NNNNNNNN. A record is its length (4 bytes, big-endian), the first 8
 * bytes of its SHA-256, and its bytes; several go to disk with one fdatasync(2). It is the evidence
 * of what senders sent, and stays as long as their certificates.
 *
 * While it is open zeros stand behind the last record, written ahead: a sync of what lies within a
 * file's length is one write and not two. Opening looks through the last segment: what a power cut
 * left half written at its end is set aside (NAME.torn-OFFSET), never thrown away, and the zeros
 * behind it are. Threads: one appends, any number reads.
 */
#pragma once

#include "issuer/core/batch_copy.h"

#define JOURNAL_SEGMENT_MAX (64u << 20) /* bytes; the next record begins another segment */
#define JOURNAL_RECORD_MAX  (1u << 20)  /* bytes of a record */

/* Where a record begins. */
struct journal_place {
    uint32_t segment; /* from 1 */
    uint64_t offset;
};

static inline bool journal_place_before(struct journal_place a, struct journal_place b)
{
    return a.segment != b.segment ? a.segment < b.segment : a.offset < b.offset;
}

struct journal;

/*
 * folder  that exists
 *
 * RC_FORMAT  the last segment holds something that was never a journal
 */
MUST_CHECK enum rc journal_open(const char *folder, struct journal **ret, struct diag *d);
void journal_close(struct journal *j); /* NULL is fine */
DEFINE_ON_EXIT(struct journal, journal_close)

/* From now on every append is durable in this copy too, or fails; borrowed, before any thread. */
void journal_mirror(struct journal *j, struct batch_copy *copy);

/* Where the first segment that is still there begins, and where the next record will. */
struct journal_place journal_start(const struct journal *j);
struct journal_place journal_end(struct journal *j);
/* Bytes that were set aside by journal_open(). */
uint64_t journal_torn(const struct journal *j);

/*
 * Appends; all of them are on disk when it returns RC_OK.
 *
 * ret  where each begins
 *
 * RC_FULL  no room: nothing was appended, and it may be tried again
 * RC_LIMIT a record over JOURNAL_RECORD_MAX; likewise
 * others   what is on disk is not known: no append works any more, open again
 */
MUST_CHECK enum rc journal_append(struct journal *j, const struct span *records, size_t count,
                                  struct journal_place *ret, struct diag *d);

/*
 * Reads one record that was appended.
 *
 * at    of it; a place behind a segment's last record is where the next segment begins
 * ret   its bytes, replaced
 * next  the place behind it
 *
 * RC_NOT_FOUND  the journal ends there
 * RC_FORMAT     what is there is not what was written
 */
MUST_CHECK enum rc journal_read(struct journal *j, struct journal_place at, struct buf *ret,
                                struct journal_place *next, struct diag *d);
