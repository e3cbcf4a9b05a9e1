/*
 * A folder of copies, one file NUMBER.pdf for each certificate: one thread gathers from the
 * register, others draw, sign and write. Memory is bounded whatever the number of certificates.
 * Files are whole or not there. Threads; files; blocks.
 */
#pragma once

#include <signal.h>

#include "issuer/command/reading.h"
#include "issuer/rendering/press.h"

#define PDF_JOBS_MAX    64u
#define PDF_CHECK_EVERY 64u

struct pdf_folder_options {
    const char *folder; /* made when it is not there */
    unsigned jobs;      /* threads that draw: 1 to PDF_JOBS_MAX */
    uint32_t unit;      /* of this unit alone; 0: of all */
    uint32_t post;      /* for this post alone; 0: for all */
    bool resume;        /* a copy that is there, of the current version and not expired, stays */
    bool check_all;     /* each copy is looked over; else the first of each thread, then one in
                           PDF_CHECK_EVERY */
    const volatile sig_atomic_t *stop; /* set: ends with what is under way */
    void *arg;
    void (*step)(void *arg, uint64_t done); /* certificates looked at; on the caller's thread */
    /* One certificate of which no copy could be made: on any thread, one at a time. */
    void (*failed)(void *arg, const char *number, enum rc rc, const struct diag *why);
};

struct pdf_folder_counts {
    uint64_t made, kept; /* kept: by resume */
    uint64_t not_given;  /* by their state: no copies */
    uint64_t failed;
    uint64_t bytes;
};

/*
 * ret  written also on errors
 * RC_OK  all were looked at, though single ones may have failed (counted, and told)
 * RC_IO, RC_FULL, RC_NOMEM  it ended there; what is in the folder is whole
 */
MUST_CHECK enum rc pdf_folder_fill(struct reading *from, const struct press *press,
                                   struct signer *signer, const struct pdf_folder_options *o,
                                   struct pdf_folder_counts *ret, struct diag *d);
