/*
 * Who may check lists of certificates: employers with the purpose that they have stated, each with
 * one API key, of which only the SHA-256 is kept. The home's file and that beside a published
 * folder have one form (docs/formats.md, "Employers"). A loaded list is read-only: threads may
 * share it.
 */
#pragma once

#include "core/base/buf.h"
#include "core/base/rc.h"
#include "core/crypto/hash.h"

#define EMPLOYERS_MAX        4096u
#define EMPLOYERS_FILE_MAX   (8u << 20) /* bytes */
#define EMPLOYER_NAME_MAX    200u       /* bytes of UTF-8 */
#define EMPLOYER_PURPOSE_MAX 400u       /* bytes of UTF-8 */
#define EMPLOYER_ROWS_MAX    1000000u   /* a day */
#define EMPLOYER_PEOPLE_MAX  1000u      /* a day */
#define EMPLOYER_KEY_BYTES   32u        /* random */
#define EMPLOYER_KEY_PREFIX  "sc1."
#define EMPLOYER_KEY_LEN     47u /* characters: the prefix, then base64url */

struct employer {
    char name[EMPLOYER_NAME_MAX + 1];
    char purpose[EMPLOYER_PURPOSE_MAX + 1];
    uint8_t key[SHA256_LEN]; /* of the key's characters */
    uint32_t rows_per_day;   /* 1 to EMPLOYER_ROWS_MAX: there is always a bound */
    uint32_t people_per_day; /* asked about without a number; 0: its purpose needs no such thing */
    bool suspended;
    int64_t added; /* Unix seconds */
};

struct employers {
    struct employer *at; /* in the order of their names; owned */
    size_t count, room;
};
void employers_free(struct employers *e); /* leaves it zeroed; for ON_EXIT too */

/* 1 to max bytes of well-formed UTF-8 without control characters and without a space at either
 * end. */
bool employer_text_valid(struct span text, size_t max);

/* The SHA-256 of an API key. False: it has not the form of one. */
MUST_CHECK bool employer_key_hash(struct span key, uint8_t ret[SHA256_LEN]);

/*
 * ret        zeroed
 * RC_FORMAT  not as docs/formats.md has it; d says where
 */
MUST_CHECK enum rc employers_read(struct span text, struct employers *ret, struct diag *d);
/* The same of a file. No such file: RC_NOT_FOUND. */
MUST_CHECK enum rc employers_load(const char *path, struct employers *ret, struct diag *d);
/* Appends the file. active_alone: without those that are suspended. */
MUST_CHECK enum rc employers_put(const struct employers *e, bool active_alone, struct buf *to,
                                 struct diag *d);

/* Whose key has this SHA-256, and is not suspended; NULL: nobody's. Borrows e. */
const struct employer *employers_find_key(const struct employers *e, const uint8_t key[SHA256_LEN]);
/* NULL: none of that name. */
struct employer *employers_find_name(const struct employers *e, struct span name);
/* Takes a place for one more at the end, zeroed. RC_LIMIT: EMPLOYERS_MAX; RC_NOMEM. */
MUST_CHECK enum rc employers_more(struct employers *e, struct employer **ret, struct diag *d);
