/*
 * One day's file of what employers have asked: who asked, once each, and which row of the look-up
 * table was asked for. It names nobody who was asked about: a row is found by its digest alone, and
 * a digest is made by whoever has the secret. Pure.
 *
 *     "sitecert-asked-1\n"
 *     'E' length(2) length(2) name purpose    the next employer: 0, 1, …
 *     '!'                                     answered rows may be missing: what stood here was no
 *                                             entry, or the disk failed
 *     'L' employer(2) digest(16)              of a list; 'W': of one that is watched
 *
 * Numbers are big-endian. Each entry is written whole or, where the power failed, at the end in
 * part or as zeros.
 */
#pragma once

#include "core/base/buf.h"
#include "core/employers/employers.h"
#include "core/lookup/lookup.h"

#define ASKERS_HEAD          "sitecert-asked-1\n"
#define ASKERS_LOST          "!"
#define ASKERS_EMPLOYERS_MAX 65535u /* in a day: every change of a name or purpose is another */

void askers_put_employer(struct buf *to, struct span name, struct span purpose);
void askers_put_row(struct buf *to, uint16_t employer, bool watched,
                    const uint8_t digest[LOOKUP_DIGEST_LEN]);

enum askers_kind {
    ASKERS_END = 0, /* nothing whole is left */
    ASKERS_EMPLOYER,
    ASKERS_ROW,
    ASKERS_GAP, /* ASKERS_LOST */
};
/* Spans borrow the file. */
struct askers_entry {
    enum askers_kind kind;
    struct span name, purpose; /* of an employer */
    uint16_t employer;         /* of a row, as the next two */
    bool watched;
    const uint8_t *digest;
};
/* True: empty, or what a power cut leaves of one that was just begun. */
bool askers_is_blank(struct span file);
/* ret_at: where the entries begin. RC_FORMAT: no such file. */
MUST_CHECK enum rc askers_begin(struct span file, size_t *ret_at, struct diag *d);
/*
 * The entry at *at, which moves behind it; at ASKERS_END *at is where the next one belongs.
 *
 * RC_FORMAT  neither an entry nor what a power cut leaves
 */
MUST_CHECK enum rc askers_next(struct span file, size_t *at, struct askers_entry *ret,
                               struct diag *d);
