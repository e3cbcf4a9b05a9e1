/*
 * Looking a certificate up by number, name and document number, without anybody holding readable
 * numbers (docs/formats.md, "Look-up table"). Who publishes seals each certificate's token under a
 * key that follows from the three and a secret; the secret is with sitecert-digests alone; the
 * endpoint has the table. Pure.
 */
#pragma once

#include "core/crypto/sealed.h"

#define LOOKUP_KEY_LEN      32 /* bytes of the deployment's secret */
#define LOOKUP_DIGEST_LEN   16 /* bytes by which a row is found */
#define LOOKUP_PERSON_LEN   SHA256_LEN
#define LOOKUP_NUMBER_MAX   64u  /* bytes of a certificate number as typed */
#define LOOKUP_NAME_MAX     400u /* bytes of a name as typed */
#define LOOKUP_ID_MAX       64u  /* bytes of a document number as typed */
#define LOOKUP_KEY_TEXT_MAX 64u  /* bytes of an API key as sent */
#define LOOKUP_NUMBERS_MAX  32u  /* certificates of one person */

/*
 * Name and document number as one hash, in the form in which spellings compare equal: the name
 * folded, the number as the register keeps it whatever its type. What is no name or number at all
 * is hashed too, and is nobody's.
 *
 * today  for 15-digit numbers
 * RC_NOMEM
 */
MUST_CHECK enum rc lookup_person(struct span name, struct span id_number, int32_t today,
                                 uint8_t ret[LOOKUP_PERSON_LEN], struct diag *d);

/*
 * A certificate's number in the form in which spellings are one: without spaces, hyphens and NULs.
 * Whatever is counted by number is counted by this, or each spelling would be another.
 *
 * ret  room for typed.len bytes; may be what typed borrows
 * →    how many bytes there are now
 */
size_t lookup_number(struct span typed, char *ret);
bool lookup_number_is_plain(struct span number); /* in that form already */

/* What the secret makes of number and person, or of the person alone. */
struct lookup_keys {
    uint8_t digest[LOOKUP_DIGEST_LEN]; /* where the row is */
    uint8_t seal[SEALED_KEY_LEN];      /* what opens it */
};
void lookup_person_keys_make(const uint8_t secret[LOOKUP_KEY_LEN],
                             const uint8_t person[LOOKUP_PERSON_LEN], struct lookup_keys *ret);
void lookup_keys_make(const uint8_t secret[LOOKUP_KEY_LEN], struct span number,
                      const uint8_t person[LOOKUP_PERSON_LEN], struct lookup_keys *ret);

/* What a row of a person alone holds: the numbers of all his certificates. */
struct lookup_numbers {
    size_t count; /* at least 1 */
    struct span at[LOOKUP_NUMBERS_MAX];
};
void lookup_numbers_put(struct buf *to, const struct lookup_numbers *n);
/* Borrows bytes. RC_FORMAT: not exactly such a list. */
MUST_CHECK enum rc lookup_numbers_read(struct span bytes, struct lookup_numbers *ret,
                                       struct diag *d);

/* --- the table, as its maker sees it --- */

struct lookup_row {
    struct lookup_keys keys;
    uint64_t at; /* of what is sealed in `sealed` */
    uint32_t len;
    bool of_person;
};
struct lookup_maker {
    size_t count, cap;
    struct lookup_row *rows; /* owned */
    struct buf sealed;
};
void lookup_maker_free(struct lookup_maker *m); /* for ON_EXIT too */
MUST_CHECK enum rc lookup_add(struct lookup_maker *m, const struct lookup_keys *keys,
                              struct span token, struct diag *d);
/* keys: of lookup_person_keys_make(). Of two people with one name and number, which takes documents
 * of two types, the first to be added is found. */
MUST_CHECK enum rc lookup_add_person(struct lookup_maker *m, const struct lookup_keys *keys,
                                     const struct lookup_numbers *numbers, struct diag *d);
/* Appends the whole file. RC_EXISTS: two certificates of one digest. */
MUST_CHECK enum rc lookup_put(struct lookup_maker *m, const uint8_t deployment[SHA256_LEN],
                              struct buf *to, struct diag *d);

/* --- the table, as its reader sees it --- */

struct lookup_table {
    const uint8_t *deployment; /* SHA256_LEN bytes */
    const uint8_t *index;
    size_t count;
    struct span sealed;
};
/* Borrows file. RC_FORMAT: not such a table; rows are looked at when they are found. */
MUST_CHECK enum rc lookup_open(struct span file, struct lookup_table *ret, struct diag *d);
/* RC_NOT_FOUND: there is no such row; RC_FORMAT, RC_CRYPTO: it is not what it should be. */
MUST_CHECK enum rc lookup_find(const struct lookup_table *t, const struct lookup_keys *keys,
                               struct buf *ret_row, struct diag *d);
