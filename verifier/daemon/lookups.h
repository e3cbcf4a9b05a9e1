/*
 * Look-ups by number, name and document number: the table that is published for endpoints, the
 * helper that holds its key, and the counts of misses; and which employers have looked a
 * certificate up by a list. Threads: any.
 */
#pragma once

#include "verifier/daemon/digests_line.h"

#define MISSES_MAX 100u /* of an address, and for a number, in an hour; then an hour's pause */

struct lookups;

/* table, socket: copied; the table need not be there yet. */
MUST_CHECK enum rc lookups_open(const char *table, const char *socket, struct lookups **ret,
                                struct diag *d);
void lookups_close(struct lookups *l); /* NULL is fine */

/* Looks whether there is another table, and takes it: of this deployment alone. */
void lookups_refresh(struct lookups *l, const uint8_t deployment[SHA256_LEN]);
bool lookups_ready(struct lookups *l); /* there is a table */
void lookups_wait(struct lookups *l);  /* until the helper listens, at most 5 s */

struct lookup_question {
    struct span number, name, id_number; /* as typed */
    const char *address;                 /* who asks; NULL: whoever has the key */
    struct span key;                     /* API key: counted by it instead of the address. With it
                                            and without number: which certificates has this person? */
    bool watched;                        /* with a key: a row of a list that is watched */
    int32_t today;                       /* for old document numbers */
};
enum lookup_outcome {
    LOOKUP_FAILED = 0, /* no table, or no helper answers */
    LOOKUP_NO_MATCH,
    LOOKUP_CLOSED, /* too many misses: retry_s */
    LOOKUP_BUSY,   /* the helper gives no more now: retry_s */
    LOOKUP_FOUND = 90,
};
/*
 * ret  when found: the certificate's token, whose signature is still to be checked; of a person
 *      what lookup_numbers_read() reads
 * d    why it failed
 */
enum lookup_outcome lookups_ask(struct lookups *l, const struct lookup_question *q, struct buf *ret,
                                uint32_t *ret_retry_s, struct diag *d);
/*
 * Which employers have looked up the certificate of these three: for its holder alone, which is for
 * the caller to know.
 *
 * ret  when found; borrows message. When busy: retry_s
 */
enum lookup_outcome lookups_who(struct lookups *l, const struct lookup_question *q,
                                struct buf *message, struct digests_told *ret, struct diag *d);

/* --- for who cannot wait --- */

/* One look-up without a key. Its room is the asker's, who clears it in the end by lookup_clear().
 */
struct lookup {
    struct line_question line; /* first: the line hands it back */
    struct lookups *of;
    struct lookup_question asked; /* of which number and address are left */
    struct span address;
    uint8_t network[16];
    char number[LOOKUP_NUMBER_MAX];
    /* what comes of it */
    enum lookup_outcome outcome;
    uint32_t retry_s;
    struct buf token; /* as from lookups_ask() */
    /* the asker's: */
    void (*done)(struct lookup *u); /* on the line's thread; may not block */
};

/*
 * Makes a look-up of what was typed, of which no more is kept than the number and a hash.
 *
 * q    address stays where it is until `done`, the rest until this returns
 * ret  all but `done`
 */
MUST_CHECK enum rc lookup_make(struct lookups *l, const struct lookup_question *q,
                               struct lookup *ret, struct diag *d);
/* done is called, whatever comes of it; perhaps before this returns. */
void lookup_begin(struct lookup *u);
void lookup_clear(struct lookup *u);
