/*
 * Backup and restore of a home (docs/operations.md, "Backup"): the register as one
 * committed state while others write, and every file of the home but keys, the
 * signer's memory, locks and sockets. What is restored must first be compared with
 * what was published since: a register that is behind would sign other certificates
 * onto places of the log that are taken (`HOME_RESTORED`).
 */
#pragma once

#include "issuer/backup/archive.h"
#include "issuer/register/register.h"

struct backup_options {
    bool with_keys; /* HOME/keys too: then the file is as secret as they are */
};

struct backup_made {
    struct archive_totals totals;
    uint64_t log_size; /* settled entries of the register as it was copied */
};

/*
 * Writes file, mode 0600, durably; it must not be there. r is open for reading.
 * RC_EXISTS  it is
 */
MUST_CHECK enum rc backup_write(struct reg *r, const struct home *h, const char *file,
                                const struct backup_options *o, struct backup_made *ret,
                                struct diag *d);

/*
 * Makes a home of a backup: built beside, checked, marked as restored, renamed into place.
 *
 * home  must not be there, or be an empty folder
 * RC_EXISTS  something is there; RC_FORMAT  as archive_extract(), or not a home's backup
 */
MUST_CHECK enum rc backup_restore(const char *file, const char *home, struct archive_totals *ret,
                                  struct diag *d);

struct followed {
    uint64_t commits, files; /* of the register taken over; batches' files looked at */
};
/*
 * Makes up, in a home that was made of a backup, for what its mirror has beyond that: the
 * register's commits, and what was sent. Needs no keys.
 *
 * RC_REFUSED  the mirror does not go on from this backup; or the home is not a restored one
 */
MUST_CHECK enum rc backup_follow(const struct home *h, const char *mirror, struct followed *ret,
                                 struct diag *d);

struct resumed {
    uint64_t log_size, published; /* settled entries here; of the published checkpoint */
    bool new_log;                 /* what was published is closed: a new log begins here */
};
/*
 * Compares a restored register with the log in a published folder; when it has all of that, or the
 * roots have closed that log where this register ends, takes the mark away, so that the home may
 * sign again. Behind a closed log the signer's memory is set aside.
 *
 * RC_REFUSED  the register is behind, or of another history; d says by how much
 */
MUST_CHECK enum rc backup_resume(struct reg *r, const struct home *h, const char *published,
                                 struct resumed *ret, struct diag *d);
/*
 * Whether a restored register is a beginning of the published log, and behind it: then the log may
 * be closed where it ends, by a new trust list (issuer/keycare/draft.h).
 *
 * RC_REFUSED  it is not; or the published trust list is newer than the home's
 */
MUST_CHECK enum rc backup_is_beginning(struct reg *r, const struct home *h, const char *published,
                                       struct resumed *ret, struct diag *d);
