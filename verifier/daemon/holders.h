/*
 * What holders come for, asked of the processes that have it: their copy, calendar and history of
 * sitecert-reader, their live code of sitecert-staple. The endpoint passes on what it was given and
 * keeps none of it. Threads: any.
 */
#pragma once

#include "core/holder/holder.h"

#define HOLDER_MISSES_MAX 100u /* of an address in an hour; then an hour's pause */

struct holders;

/* Paths of the sockets, copied; nobody need listen there yet. */
MUST_CHECK enum rc holders_open(const char *reader, const char *staple, struct holders **ret,
                                struct diag *d);
void holders_close(struct holders *h); /* NULL is fine */

enum holder_outcome {
    HOLDER_UNREACHED = 0, /* nobody answers there, or not in time, or not as it should */
    HOLDER_DENIED,        /* one answer, whatever does not match */
    HOLDER_PAUSED,        /* too many wrong answers: retry_s */
    HOLDER_NONE,          /* there is none in this state of the certificate: detail */
    HOLDER_LATER,         /* retry_s */
    HOLDER_GIVEN = 90,
};

struct holder_given {
    uint32_t retry_s;
    char detail[40];
    struct buf message; /* what was said; holds a person's data */
    struct span body;   /* borrows it */
    struct buf staple;  /* holders_live() alone: the live code's bytes */
};
void holder_given_free(struct holder_given *g); /* wiped; for ON_EXIT too */

/* address: who asks. ret: zeroed. d: why it was not reached. */
enum holder_outcome holders_ask(struct holders *h, const struct holder_question *q,
                                const char *address, struct holder_given *ret, struct diag *d);
/* The QR text of the current version as body, and a live code for it. q->ask is set here. */
enum holder_outcome holders_live(struct holders *h, const struct holder_question *q,
                                 const char *address, struct holder_given *ret, struct diag *d);
/* Another live code for a QR text that was given before; nobody is asked who wants it. ret->body
 * borrows text. */
enum holder_outcome holders_renew(struct holders *h, struct span text, struct holder_given *ret,
                                  struct diag *d);
