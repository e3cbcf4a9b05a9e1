/*
 * Who may push records: HOME/senders.json (docs/operations.md), mode 0640, replaced in one step. A
 * reader holds what it has loaded and asks senders_changed() when it should look again. Files;
 * blocks. What is loaded is read-only: threads may share it.
 */
#pragma once

#include "core/crypto/pubkey.h"
#include "core/sys/file.h"
#include "issuer/scheme/record.h"

#define SENDERS_FILE    "senders.json" /* in the home */
#define SENDERS_MAX     4096u
#define SENDER_ID_MAX   64 /* characters of [A-Za-z0-9._-] */
#define SENDER_KEYS_MAX 2  /* that now in use first, then the one before */

struct sender_key {
    struct public_numbers numbers; /* ALG_ES256 or ALG_EDDSA */
    int64_t from;                  /* Unix seconds */
    int64_t until;                 /* not any more from then on; 0: no end is set */
    struct pubkey *key;            /* of a loaded sender */
};

struct sender {
    char id[SENDER_ID_MAX + 1]; /* the keyid of its signatures, and the sender of its record ids */
    uint32_t unit;              /* the one that it sends for */
    unsigned kinds;             /* bit 1u << enum record_kind: may be sent */
    uint64_t rows_per_day;      /* 0: no bound */
    bool suspended;
    int64_t added; /* Unix seconds */
    size_t key_count;
    struct sender_key keys[SENDER_KEYS_MAX];
};
#define SENDER_KINDS_ALL ((1u << KIND_COUNT) - 2u)

static inline bool sender_may(const struct sender *s, enum record_kind kind)
{
    return (s->kinds >> (unsigned)kind & 1u) != 0;
}

/* How many keys hold now; they are written to ret, borrowed. */
size_t sender_keys_now(const struct sender *s, int64_t now,
                       const struct pubkey *ret[SENDER_KEYS_MAX]);

/* 1 to SENDER_ID_MAX of its characters; not "local", which is the importing operator, and not 16
 * hex digits, which are an operator's kid. */
bool sender_id_valid(struct span id);

/* --- what is registered --- */

struct senders;

/*
 * Loads the file of this home. No such file: no senders.
 *
 * RC_FORMAT  not as docs/operations.md has it; d says where
 */
MUST_CHECK enum rc senders_load(const char *home, struct senders **ret, struct diag *d);
void senders_free(struct senders *s); /* NULL is fine */
DEFINE_ON_EXIT(struct senders, senders_free)

/* The file is another than the one that was loaded, or came or went. One stat(2). */
bool senders_changed(const struct senders *s);

const struct sender *senders_find(const struct senders *s, struct span id); /* NULL: none */
size_t senders_count(const struct senders *s);
const struct sender *senders_at(const struct senders *s, size_t i); /* in the order of their ids */

/* --- changes: one at a time, under a lock; each loads the file, changes it and replaces it --- */

/*
 * Registers one. keys[0].numbers is its key; key_count, from, added and suspended are set here.
 * RC_EXISTS  the id, or the key, is registered already
 * RC_LIMIT   SENDERS_MAX
 */
MUST_CHECK enum rc senders_add(const char *home, const struct sender *sender, int64_t now,
                               struct diag *d);

/*
 * Gives it a new key. The one in use holds overlap_s longer (0: no more at once); one from before
 * that goes at once. RC_NOT_FOUND: no such sender. RC_EXISTS: the key is registered already.
 */
MUST_CHECK enum rc senders_rotate(const char *home, struct span id,
                                  const struct public_numbers *numbers, int64_t now,
                                  int64_t overlap_s, struct diag *d);

/* RC_NOT_FOUND: no such sender. */
MUST_CHECK enum rc senders_suspend(const char *home, struct span id, bool suspended,
                                   struct diag *d);
