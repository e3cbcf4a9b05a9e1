/*
 * What the register's own files share: the LMDB environment, its tables, keys and
 * the counters. Nobody outside issuer/register/register*.c includes this.
 */
#pragma once

#include <lmdb.h>

#include "core/cose/cbor.h"
#include "issuer/register/mirror.h"
#include "issuer/register/register.h"
#include "issuer/register/status_permutation.h"

/* name of the table; what stands in it: key → value. Integers in keys are big endian. */
#define DB_LIST(X)                                                                                  \
    X(DB_FACTS, "facts")                   /* name → integer; counters */                         \
    X(DB_UNITS, "units")                   /* unit 4 → unit */                                    \
    X(DB_PROVIDERS, "providers")           /* index 4 → provider */                               \
    X(DB_PERSONS, "persons")               /* id 5 → person, identity number sealed */            \
    X(DB_PERSON_BY_ID, "person_by_id")     /* HMAC 16 → id 5 */                                   \
    X(DB_PHOTOS, "photos")                 /* id 5 → file */                                      \
    X(DB_CERTS, "certs")                   /* id 4 → certificate */                               \
    X(DB_CERT_BY_NUMBER, "cert_by_number") /* number → id 4 */                                    \
    X(DB_PICKUPS, "pickups")               /* cert 4 → HMAC 8 of its pick-up code */              \
    X(DB_VERSIONS, "versions")             /* cert 4, version 2 → version */                      \
    X(DB_ORDERS, "orders")                 /* cert 4, sequence 2 → order */                       \
    X(DB_ORDER_TIMES, "order_times")     /* ordered at 8, cert 4, sequence 2 → operator's kid */  \
    X(DB_ORDER_SECONDS, "order_seconds") /* cert 4, sequence 2 → countersignature */              \
    X(DB_LEGACY, "legacy")               /* id 4 → legacy certificate */                          \
    X(DB_LEGACY_BY_NUMBER, "legacy_by_number") /* old number → id 4 */                            \
    X(DB_TRAININGS, "trainings") /* person 5, post 1, date 4, provider 4 → nothing */             \
    X(DB_SERIALS, "serials")     /* unit 2, post 2, year 2 → last serial */                       \
    X(DB_SENDERS, "senders")     /* name → number 2 */                                            \
    X(DB_ROWS, "rows")           /* sequence 5 → row */                                           \
    /* one a kind: sender 2, record id → sequence 5, digest 16; ids ascend within a kind, so that \
       pages of their own fill up */                                                                \
    X(DB_IDS_AUTHORITY, "ids_authority")                                                            \
    X(DB_IDS_PROVIDER, "ids_provider")                                                              \
    X(DB_IDS_TRAINING, "ids_training")                                                              \
    X(DB_IDS_TEST, "ids_test")                                                                      \
    X(DB_IDS_EDUCATION, "ids_education")                                                            \
    X(DB_IDS_LEGACY, "ids_legacy")                                                                  \
    X(DB_IDS_PHOTO, "ids_photo")                                                                    \
    X(DB_IDS_ORDER, "ids_order")                                                                    \
    X(DB_BATCHES, "batches")             /* sequence 5 → batch */                                 \
    X(DB_BATCH_IDS, "batch_ids")         /* id 8 → sequence 5 */                                  \
    X(DB_BATCH_RESULTS, "batch_results") /* sequence 5, first row 4 → results */                  \
    X(DB_BATCH_DAYS, "batch_days")       /* day 4, sender's name → rows taken */                  \
    X(DB_LOG, "log")                     /* index 5 → settled entry */                            \
    X(DB_PENDING, "pending")         /* index 5 → entry that waits, or waits for one before */    \
    X(DB_LOG_HASHES, "log_hashes")   /* level 1, place 5 → hash of a complete subtree */          \
    X(DB_CHECKPOINTS, "checkpoints") /* size 5 → signed note */

enum db {
#define X(name, text) name,
    DB_LIST(X)
#undef X
        DB_COUNT
};

#define REG_KEY_MAX 96 /* bytes of any key */
struct reg_key {
    uint8_t bytes[REG_KEY_MAX];
    size_t len;
};
struct reg_key reg_key_of(size_t width, uint64_t v); /* one big-endian integer */
void reg_key_put(struct reg_key *k, size_t width, uint64_t v);
void reg_key_put_span(struct reg_key *k, struct span s);
uint64_t reg_be_read(struct span s); /* at most 8 bytes */

#define WIDTH_ID     4 /* certificates, legacy, units, providers */
#define WIDTH_LONG   5 /* persons, rows, log indexes */
#define WIDTH_DIGEST 16

/* Kept in memory while a transaction runs, stored with it. */
struct reg_counters {
    uint64_t persons, rows, log_size, log_settled; /* the last person's id; counts */
    uint64_t certs, legacies, statuses, senders;
};

#define SENDERS_MAX 1024

struct reg {
    enum reg_mode mode;
    const struct vault *vault;
    int lock_fd; /* the writer's lock; -1 for readers */
    MDB_env *env;
    bool is_view; /* env is another's */
    MDB_txn *txn;
    size_t loaded_txn; /* the state that is kept in memory: of a reader */
    MDB_dbi dbi[DB_COUNT];
    bool broken;           /* a write of this transaction failed: only abort helps */
    bool dead;             /* a commit failed: only closing helps */
    struct mirror *mirror; /* NULL: none */
    bool noting;           /* what this transaction changes, for the mirror */
    struct buf changes;
    struct reg_counters counters, stored_counters;

    size_t unit_count;
    struct reg_unit **units; /* ascending id */
    size_t provider_count;
    struct reg_provider **providers;         /* by index */
    struct reg_provider **providers_by_code; /* ascending credit code */

    size_t sender_count; /* number n stands at n − 1 */
    char (*senders)[RECORD_ID_MAX + 1];

    struct status_permutation statuses;
    uint8_t content_key[64], pickup_key[64], batch_key[64];
    struct buf scratch;
};

/* --- register_env.c --- */
enum rc reg_env_open(struct reg *r, const struct home *h, struct diag *d);
void reg_env_close(struct reg *r);
void reg_env_share(struct reg *r, const struct reg *from); /* r is a view of it */
/* A reader's transaction begins again at the last committed state. */
enum rc reg_renew(struct reg *r, bool *ret_changed, struct diag *d);
enum rc reg_begin(struct reg *r, struct diag *d);
enum rc reg_lmdb_rc(const struct reg *r, int error, const char *what, struct diag *d);
/* After a commit: the file is at least as long as the pages that it is said to have. */
enum rc reg_env_extend(struct reg *r, struct diag *d);

/* --- register.c --- */
/* Commits what was put, and nothing else; a new transaction begins. */
enum rc reg_commit_now(struct reg *r, struct diag *d);
/* What is kept in memory, as the transaction sees it. */
enum rc reg_load(struct reg *r, struct diag *d);

/* --- register_mirror.c --- */
/* Opens the home's mirror, if it has one, and brings both to one state. */
enum rc reg_mirror_open(struct reg *r, const struct home *h, struct diag *d);
void reg_mirror_close(struct reg *r);
/* A change of this transaction; value NULL: deleted. */
void reg_mirror_note(struct reg *r, enum db db, struct span key, const struct span *value);
/* What was noted is durable in the mirror; the register's own commit comes next. */
enum rc reg_mirror_commit(struct reg *r, struct diag *d);

/* --- register_table.c: one value. Spans last until the next write. --- */
enum rc reg_get(struct reg *r, enum db db, struct span key, struct span *ret,
                struct diag *d); /* RC_NOT_FOUND: d untouched */
enum reg_put_how { PUT_ANY = 0, PUT_LAST /* its key is the highest */, PUT_NEW /* RC_EXISTS */ };
enum rc reg_put(struct reg *r, enum db db, struct span key, struct span value, enum reg_put_how how,
                struct diag *d);
enum rc reg_delete(struct reg *r, enum db db, struct span key, struct diag *d);
/* The entry with the lowest key at or above *key; RC_NOT_FOUND. */
enum rc reg_seek(struct reg *r, enum db db, struct span key, struct span *ret_key,
                 struct span *ret_value, struct diag *d);
enum rc reg_last(struct reg *r, enum db db, struct span *ret_key, struct span *ret_value,
                 struct diag *d);
/* Encodes into r->scratch, cleared first; reg_put_scratch() stores it. */
struct buf *reg_scratch(struct reg *r);
enum rc reg_put_scratch(struct reg *r, enum db db, struct span key, enum reg_put_how how,
                        struct diag *d);
static inline struct span reg_key_span(const struct reg_key *k)
{
    return span_of(k->bytes, k->len);
}
/* RC_FORMAT: the entry is not what this software writes. */
enum rc reg_damaged(const char *table, struct diag *d);
/* Text into an array of size, with NUL; false: no room. */
bool reg_copy_text(char *to, size_t size, struct span text);
bool reg_read_u32(struct cbor_reader *c, const char *name, uint32_t *ret);
bool reg_read_date(struct cbor_reader *c, const char *name, int32_t *ret);

/* --- the parts --- */
enum rc reg_units_load(struct reg *r, struct diag *d);
void reg_units_free(struct reg *r);
enum rc reg_senders_load(struct reg *r, struct diag *d);
enum rc reg_sender_number(struct reg *r, struct span sender, bool add, uint32_t *ret,
                          struct diag *d); /* RC_NOT_FOUND */
struct span reg_sender_name(const struct reg *r, uint32_t number);
enum rc reg_cert_number(struct reg *r, uint32_t id, struct span *ret, struct diag *d);
/* An order with its texts borrowed. */
struct order_spans {
    enum order_action action;
    enum state state;
    int32_t effective;
    int64_t ordered_at;
    struct span operator_kid, reason, reference;
    uint64_t log_index;
};
enum rc reg_order_spans(struct reg *r, uint32_t cert, uint32_t sequence, struct order_spans *ret,
                        struct diag *d);
enum rc reg_legacy_number(struct reg *r, uint32_t id, struct span *ret, struct diag *d);
/* Needs a full subtree of settled entries below `settled`. */
enum rc reg_log_hash(void *ctx, unsigned level, uint64_t n, struct tlog_hash *ret, struct diag *d);
enum rc reg_body_put(struct reg *r, struct buf *b, const struct record *record,
                     const struct reg_row *row, struct diag *d);
