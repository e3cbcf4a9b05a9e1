/*
 * The register: what the deployment knows, durable and indexed. One writer at a
 * time (a lock on register/writer.lock), any number of readers; a reader sees one
 * committed state for its whole life. LMDB stands behind it; nothing here shows that.
 *
 * Every commit is durable (default sync) before register_commit() returns. After
 * a failed commit the register refuses all further work: close it, stop
 * acknowledging, open again. After a failed write it refuses all but
 * register_abort(). A process opens a home's register once at a time (LMDB's
 * file locks end with the first close); threads that read have a view each.
 *
 * Functions that look one thing up answer RC_NOT_FOUND without a word in d.
 *
 * Structures are copies the caller owns (plain memory, no pointers), except spans,
 * which borrow the register's memory until the next write or the end of the transaction.
 */
#pragma once

#include "core/cert/state.h"
#include "core/cert/tlog.h"
#include "core/holder/pickup.h"
#include "issuer/register/home.h"
#include "issuer/scheme/ce.h"
#include "issuer/scheme/number.h"
#include "issuer/scheme/record.h"

/* Stands in d with RC_FULL; else the disk is. */
#define REGISTER_AT_LIMIT "it has its largest size"

struct reg; /* an open register with its transaction */

/* REG_RESTORE: for writing, in a home that was made of a backup; without mirror and, vault NULL,
 * without secrets. Only what follows a mirror opens it so. */
enum reg_mode { REG_READ, REG_WRITE, REG_RESTORE };
/* RC_BUSY: another writer holds it (its pid is in d). RC_FORMAT: another schema version, or
 * damaged. RC_REFUSED: the vault's secret is not the one that it was made with; or of the mirror
 * (mirror.h), with its words. */
MUST_CHECK enum rc register_open(const struct home *h, const struct vault *vault,
                                 enum reg_mode mode, struct reg **ret, struct diag *d);
void register_close(struct reg *r); /* drops what was not committed; NULL is fine */
DEFINE_ON_EXIT(struct reg, register_close)
/*
 * Copies the register as it is committed now into a new file, without its free pages, durably;
 * others may write meanwhile. r is open for reading. RC_EXISTS: the file is there.
 */
MUST_CHECK enum rc register_copy(struct reg *r, const char *path, struct diag *d);
MUST_CHECK enum rc register_commit(struct reg *r,
                                   struct diag *d); /* durable; a new transaction begins */
MUST_CHECK enum rc register_abort(struct reg *r,
                                  struct diag *d); /* forgets back to the last commit (dry run) */

/*
 * The mirror on a second disk (docs/operations.md, "Mirror"): each commit is durable there first.
 * A home with the setting opens it with REG_WRITE. These two have the register to themselves.
 */
/* An empty folder becomes the mirror from here on. RC_EXISTS: it is not empty */
MUST_CHECK enum rc register_mirror_begin(const struct home *h, struct diag *d);
/*
 * Takes over what a mirror has beyond this register. ret: how many commits.
 * RC_REFUSED  the mirror does not go on from here
 */
MUST_CHECK enum rc register_mirror_follow(const struct home *h, const char *folder, uint64_t *ret,
                                          struct diag *d);

/*
 * Views: what one thread reads by, over a register that this process has opened with REG_READ. A
 * view is used by one thread at a time, and closed before its register. It stands at one committed
 * state until register_renew(). RC_BUSY: there are as many readers as the register has places for.
 */
MUST_CHECK enum rc register_view(struct reg *opened, struct reg **ret, struct diag *d);
/* Goes on to the last committed state; spans and pointers of before end. A failure is for good. */
MUST_CHECK enum rc register_renew(struct reg *r, struct diag *d);
/* Lets go of its state, so that a writer may use the pages of old ones again: until
 * register_renew() it answers nothing. */
void register_rest(struct reg *r);

/* --- units and providers: few, kept in memory; histories in order of arrival --- */
#define HISTORY_MAX 64
struct reg_unit {
    uint32_t id;
    char name[UNIT_NAME_MAX + 1], credit_code[19];
    enum unit_kind kind;
    int32_t education_from; /* or NO_DATE */
    size_t plan_count, docking_count;
    struct {
        int32_t date;
        enum plan plan;
    } plans[HISTORY_MAX];
    struct {
        int32_t date;
        enum docking docking;
    } dockings[HISTORY_MAX];
};
struct reg_provider {
    uint32_t index; /* in the directory; append-only */
    char credit_code[19], name[UNIT_NAME_MAX + 1];
    size_t history_count;
    struct reg_provider_row {
        int32_t from;
        enum provider_status status;
        enum provider_class class;
        uint32_t unit;
        uint64_t posts;
    } history[HISTORY_MAX];
};
const struct reg_unit *register_unit(struct reg *r, uint32_t id); /* NULL: unknown */
const struct reg_provider *register_provider(struct reg *r, struct span credit_code);
const struct reg_provider *register_provider_at(struct reg *r, uint32_t index); /* 0 … count − 1 */
const struct reg_unit *register_unit_next(struct reg *r,
                                          uint32_t after); /* ascending id; after 0: the first */
size_t register_provider_count(struct reg *r);
MUST_CHECK enum rc register_unit_put(struct reg *r, const struct reg_unit *u, struct diag *d);
MUST_CHECK enum rc register_provider_put(struct reg *r, struct reg_provider *p,
                                         struct diag *d); /* allots index when new */
/* What held on a day: the latest row dated on or before it (of equal dates the last to arrive). */
enum plan unit_plan_on(const struct reg_unit *u, int32_t date);
enum docking unit_docking_on(const struct reg_unit *u, int32_t date);
const struct reg_provider_row *provider_on(const struct reg_provider *p,
                                           int32_t date); /* NULL: not yet */
/* The same, but before its first row that one: whose a provider was before it was active. */
const struct reg_provider_row *provider_listing(const struct reg_provider *p, int32_t date);

/* --- persons --- */
#define PERSON_CERTS_MAX 32
struct reg_person {
    uint64_t id;           /* from 1, in order of arrival */
    struct person_ref who; /* id_number is unsealed by register_person() */
    bool has_photo, has_test;
    uint8_t photo_hash[32];
    size_t cert_count;
    uint32_t certs[PERSON_CERTS_MAX]; /* certificate ids */
    size_t legacy_count;
    uint32_t legacies[PERSON_CERTS_MAX];
};
MUST_CHECK enum rc register_person(struct reg *r, uint64_t id, struct reg_person *ret,
                                   struct diag *d);
MUST_CHECK enum rc register_person_find(struct reg *r, unsigned id_type, struct span id_number,
                                        struct reg_person *ret, struct diag *d); /* RC_NOT_FOUND */
/* id 0: new, allots it (RC_EXISTS: the document is known). Otherwise who.id_type and who.id_number
 * stay as they were. */
MUST_CHECK enum rc register_person_put(struct reg *r, struct reg_person *p, struct diag *d);
/* Gives a known person another document, and stores the rest. RC_EXISTS: it is another person's. */
MUST_CHECK enum rc register_person_redocument(struct reg *r, const struct reg_person *p,
                                              struct diag *d);
uint64_t register_person_count(struct reg *r); /* ids are 1 … count */
MUST_CHECK enum rc register_photo(struct reg *r, uint64_t person, struct span *ret,
                                  struct diag *d); /* RC_NOT_FOUND */
MUST_CHECK enum rc register_photo_put(struct reg *r, uint64_t person, struct span file,
                                      struct diag *d);

/* --- certificates, versions, education, orders --- */
enum cert_origin { ORIGIN_TEST = 1, ORIGIN_EXCHANGE = 2 };
#define RETIRED_INDEXES_MAX 8
struct reg_cert {
    uint32_t id; /* from 0, in order of issue */
    char number[NUMBER_MAX + 1];
    enum cert_origin origin;
    uint64_t person;
    uint32_t post, unit, provider;
    int32_t issued;        /* D */
    uint32_t version;      /* current, from 1 */
    int32_t deadline;      /* current */
    uint32_t status_index; /* current */
    size_t retired_count;  /* indexes that `amend` has set to invalid */
    uint32_t retired[RETIRED_INDEXES_MAX];
    uint32_t retired_version[RETIRED_INDEXES_MAX];
    struct ce_years years;
    size_t order_count;
};
MUST_CHECK enum rc register_cert(struct reg *r, uint32_t id, struct reg_cert *ret, struct diag *d);
MUST_CHECK enum rc register_cert_find(struct reg *r, struct span number, struct reg_cert *ret,
                                      struct diag *d);
MUST_CHECK enum rc register_cert_put(struct reg *r, struct reg_cert *c, bool is_new,
                                     struct diag *d); /* RC_EXISTS: the number */
uint32_t register_cert_count(struct reg *r);
/* The next serial of (unit, post, year); each is handed out once. */
MUST_CHECK enum rc register_serial_next(struct reg *r, uint32_t unit, uint32_t post, int year,
                                        uint64_t *ret, struct diag *d);
/* A fresh status index: dense, unique, permuted inside its block of 65,536 by a key of the vault.
 */
MUST_CHECK enum rc register_status_index_next(struct reg *r, uint32_t *ret, struct diag *d);
uint32_t
register_status_index_count(struct reg *r); /* indexes are below the next multiple of 65,536 */

/*
 * Pick-up codes, kept so that none can be read back. Certificates of before there were codes have
 * none until one is made.
 */
/* Makes a code for a certificate; that of before holds no more. ret: the one time that it is seen.
 */
MUST_CHECK enum rc register_pickup_make(struct reg *r, const struct reg_cert *c,
                                        char ret[PICKUP_LEN + 1], struct diag *d);
/* code: as pickup_read() gives it. Takes the same time whether there is one, or which. */
MUST_CHECK enum rc register_pickup_check(struct reg *r, const struct reg_cert *c, const char *code,
                                         bool *ret, struct diag *d);
/* The lowest certificate id at or above id that has a code: for the audit. RC_NOT_FOUND */
MUST_CHECK enum rc register_pickup_next(struct reg *r, uint32_t id, uint32_t *ret, struct diag *d);

struct reg_version {
    uint32_t cert, version;
    int64_t signed_at;
    int32_t deadline;
    uint32_t status_index;
    uint64_t log_index;
};
MUST_CHECK enum rc register_version(struct reg *r, uint32_t cert, uint32_t version,
                                    struct reg_version *ret, struct diag *d);
MUST_CHECK enum rc register_version_put(struct reg *r, const struct reg_version *v, struct diag *d);

struct reg_order {
    uint32_t cert, sequence; /* from 0 within the certificate */
    enum order_action action;
    enum state state; /* that it sets; STATE_VALID for reinstate and amend */
    int32_t effective;
    int64_t ordered_at;
    uint8_t operator_kid[KID_LEN];
    uint64_t log_index;
    char reason[RECORD_TEXT_MAX + 1], reference[RECORD_TEXT_MAX + 1];
};
MUST_CHECK enum rc register_order(struct reg *r, uint32_t cert, uint32_t sequence,
                                  struct reg_order *ret, struct diag *d);
MUST_CHECK enum rc register_order_put(struct reg *r, const struct reg_order *o, struct diag *d);
/* The countersignature of the second operator, a COSE_Sign1 over the same payload. RC_NOT_FOUND:
 * there was none. */
MUST_CHECK enum rc register_order_second(struct reg *r, uint32_t cert, uint32_t sequence,
                                         struct span *ret, struct diag *d);
MUST_CHECK enum rc register_order_second_put(struct reg *r, uint32_t cert, uint32_t sequence,
                                             struct span cose, struct diag *d);
/* How many orders were given since a moment (itself included): by one operator and in all; counting
 * ends at `enough`. */
struct order_counts {
    uint32_t by_operator, all;
};
MUST_CHECK enum rc register_orders_since(struct reg *r, int64_t since, const uint8_t kid[KID_LEN],
                                         uint32_t enough, struct order_counts *ret, struct diag *d);
/* What orders say of a certificate on a day: STATE_VALID when none holds. */
MUST_CHECK enum rc register_order_state(struct reg *r, const struct reg_cert *c, int32_t date,
                                        enum state *ret, struct diag *d);
/* The whole answer on a day: an order's state, else lapsed, due or valid by the deadline. */
MUST_CHECK enum rc register_state(struct reg *r, const struct reg_cert *c, int32_t date,
                                  const struct policy_values *p, enum state *ret, struct diag *d);

/* --- legacy certificates --- */
struct reg_legacy {
    uint32_t id; /* from 0 */
    char old_number[RECORD_ID_MAX + 1];
    uint32_t unit, post;
    uint64_t person;
    int32_t issued_on;
    int64_t exchanged_cert; /* certificate id, or -1 */
};
MUST_CHECK enum rc register_legacy(struct reg *r, uint32_t id, struct reg_legacy *ret,
                                   struct diag *d);
MUST_CHECK enum rc register_legacy_find(struct reg *r, struct span old_number,
                                        struct reg_legacy *ret, struct diag *d);
MUST_CHECK enum rc register_legacy_put(struct reg *r, struct reg_legacy *l, bool is_new,
                                       struct diag *d);
uint32_t register_legacy_count(struct reg *r);

/* --- trainings: by person and post --- */
enum trained { TRAINED_NO = 0, TRAINED_BY_ANOTHER, TRAINED_BY_THIS };
MUST_CHECK enum rc register_training_put(struct reg *r, uint64_t person, uint32_t post,
                                         int32_t finished, uint32_t provider, struct diag *d);
/* Any finished on or before the date? */
MUST_CHECK enum rc register_trained(struct reg *r, uint64_t person, uint32_t post, int32_t by,
                                    uint32_t provider, enum trained *ret, struct diag *d);

/* --- accepted rows, in order of arrival: what audit replays --- */
enum row_outcome {
    OUTCOME_NONE = 0,
    OUTCOME_RECORDED = 1,
    OUTCOME_ISSUED = 2,
    OUTCOME_RENEWED = 3,
    OUTCOME_EXCHANGED = 4,
    OUTCOME_DUPLICATE = 5,
    OUTCOME_REFUSED = 6,
    OUTCOME_CONFLICT = 7
};
#define OUTCOME_COUNT 8
const char *outcome_name(enum row_outcome o); /* "recorded" */
struct reg_row {
    uint64_t sequence; /* from 0 */
    int64_t arrived_at;
    enum record_kind kind;
    uint64_t person; /* 0: none */
    enum row_outcome outcome;
    int64_t cert;     /* certificate id or -1 */
    uint32_t version; /* of it, after this row; 0: none */
    bool note_hours_too_few;
    bool passed; /* tests */
    struct span sender, record_id;
    struct span body; /* the record without its person, in the register's own form:
                         register_row_record() reads it */
};
/* Allots sequence. The body is taken from record, whose provider, certificate and order must be in
 * the register by now. */
MUST_CHECK enum rc register_row_put(struct reg *r, struct reg_row *row, const struct record *record,
                                    struct diag *d);
MUST_CHECK enum rc register_row(struct reg *r, uint64_t sequence, struct reg_row *ret,
                                struct diag *d);
uint64_t register_row_count(struct reg *r);
/* The record of a row as it was taken (person filled in from the register as it is known now). */
MUST_CHECK enum rc register_row_record(struct reg *r, const struct reg_row *row, struct record *ret,
                                       struct diag *d);
/*
 * RC_NOT_FOUND, else the row that this sender sent with the record's kind and id, and whether its
 * content is the record's. A row of a kind without ids is found by its content, whoever sent it.
 */
MUST_CHECK enum rc register_row_find(struct reg *r, struct span sender, const struct record *record,
                                     bool *ret_same, struct reg_row *ret, struct diag *d);

/* --- the log: one entry per token version, order or void, in the order of signing --- */
enum log_kind { LOG_TOKEN = 1, LOG_ORDER = 2, LOG_VOID = 3 };
struct reg_log_entry {
    uint64_t index;
    enum log_kind kind;
    bool pending;        /* a token's payload is stored, its signature not yet */
    uint32_t cert, part; /* version, or order's sequence */
    struct span data;    /* the leaf's bytes; a pending token: its payload */
};
uint64_t register_log_size(struct reg *r);
MUST_CHECK enum rc register_log_append(struct reg *r, struct reg_log_entry *e,
                                       struct diag *d); /* allots index */
/* A pending token's signed bytes (or a void leaf in its place). Entries are settled in order: index
 * is register_log_settled(). */
MUST_CHECK enum rc register_log_settle(struct reg *r, uint64_t index, enum log_kind kind,
                                       struct span data, struct diag *d);
uint64_t register_log_settled(struct reg *r); /* entries below this index are all settled */
MUST_CHECK enum rc register_log_entry(struct reg *r, uint64_t index, struct reg_log_entry *ret,
                                      struct diag *d);
/* Hashes of settled leaves and of complete subtrees; upper levels are kept, so a proof reads at
 * most 256 leaves a level. */
struct tlog_source register_log_source(struct reg *r);

/* --- checkpoints that were signed: one per size, kept so that proofs can be made again --- */
MUST_CHECK enum rc register_checkpoint_put(struct reg *r, uint64_t size, struct span note,
                                           struct diag *d); /* RC_EXISTS */
MUST_CHECK enum rc register_checkpoint_last(struct reg *r, uint64_t *ret_size,
                                            struct span *ret_note,
                                            struct diag *d); /* RC_NOT_FOUND */
/* The first whose size is above index: the one that covers that leaf. RC_NOT_FOUND: none yet. */
MUST_CHECK enum rc register_checkpoint_covering(struct reg *r, uint64_t index, uint64_t *ret_size,
                                                struct span *ret_note, struct diag *d);

/* --- batches that senders pushed: how far each is. What was sent stands in the journal
 * (issuer/core/journal.h), in the same order --- */
#define BATCH_ID_BYTES   8
#define BATCH_NAME_LEN   16
#define BATCH_SENDER_MAX 64
#define BATCH_ERROR_MAX  240
enum batch_state { BATCH_QUEUED = 0, BATCH_WORKING = 1, BATCH_DONE = 2, BATCH_FAILED = 3 };
struct reg_batch {
    uint64_t sequence; /* from 0, in the order of arrival */
    uint8_t id[BATCH_ID_BYTES];
    uint8_t name[BATCH_NAME_LEN]; /* of sender and key: register_batch_name() */
    char sender[BATCH_SENDER_MAX + 1];
    enum record_kind kind;
    bool is_csv;
    enum batch_state state;
    uint8_t digest[32];             /* SHA-256 of the body */
    int64_t received_at, done_at;   /* Unix seconds; done_at 0: not yet */
    uint64_t bytes, rows;           /* of the body */
    uint64_t done;                  /* rows applied */
    uint64_t place, line;           /* of the body, where the next row begins */
    uint64_t counts[OUTCOME_COUNT]; /* of the rows applied, by enum row_outcome */
    uint64_t segment, offset;       /* of its entry in the journal */
    char error[BATCH_ERROR_MAX];    /* failed: why */
};
/* What a sender's key is called here; its first bytes are the batch's id. attempt: 0, or more where
 * another sender's batch has that id already. Any thread. */
void register_batch_name(const struct reg *r, struct span sender, struct span key, unsigned attempt,
                         uint8_t ret[BATCH_NAME_LEN]);
MUST_CHECK enum rc register_batch_put(struct reg *r, const struct reg_batch *b, bool is_new,
                                      struct diag *d);
/* How many have a place here: those with a lower sequence. */
MUST_CHECK enum rc register_batch_count(struct reg *r, uint64_t *ret, struct diag *d);
MUST_CHECK enum rc register_batch(struct reg *r, uint64_t sequence, struct reg_batch *ret,
                                  struct diag *d);
/* What became of its rows from `first` (from 0) on: at most BATCH_RESULTS_MAX bytes of the
 * caller's, sealed, read back in order. */
#define BATCH_RESULTS_MAX 65536u
MUST_CHECK enum rc register_batch_results_put(struct reg *r, uint64_t sequence, uint64_t first,
                                              struct span bytes, struct diag *d);
/* Rows that a sender has sent on a day. */
MUST_CHECK enum rc register_batch_day(struct reg *r, int32_t day, struct span sender, uint64_t *ret,
                                      struct diag *d);
/* The sender behind `sender` ("": the first) that has rows on a day. RC_NOT_FOUND: there is none.
 */
MUST_CHECK enum rc register_batch_day_next(struct reg *r, int32_t day,
                                           char sender[BATCH_SENDER_MAX + 1], uint64_t *ret,
                                           struct diag *d);
MUST_CHECK enum rc register_batch_day_put(struct reg *r, int32_t day, struct span sender,
                                          uint64_t rows, struct diag *d);

/* The three that follow see the last commit, whatever the transaction under way: any thread, while
 * r is open. */
MUST_CHECK enum rc register_peek_batch(struct reg *r, const uint8_t id[BATCH_ID_BYTES],
                                       struct reg_batch *ret, struct diag *d); /* RC_NOT_FOUND */
/* The results from row `first` on: those that were stored together, appended. RC_NOT_FOUND: no
 * more. ret_first: of which row they begin. */
MUST_CHECK enum rc register_peek_results(struct reg *r, uint64_t sequence, uint64_t first,
                                         struct buf *ret, uint64_t *ret_first, struct diag *d);
/* Bytes in use, and the largest that it may have. */
MUST_CHECK enum rc register_peek_size(struct reg *r, uint64_t *ret_used, uint64_t *ret_max,
                                      struct diag *d);

/* --- small facts --- */
MUST_CHECK enum rc register_fact(struct reg *r, const char *name, int64_t absent, int64_t *ret,
                                 struct diag *d);
MUST_CHECK enum rc register_fact_put(struct reg *r, const char *name, int64_t value,
                                     struct diag *d);
#define FACT_LAST_SIGNED_AT "last_signed_at" /* Unix seconds; signing never goes back before it */
#define FACT_LAST_SEQUENCE  "last_sequence"  /* of published bundles */
/* The latest effective date of all orders dated ahead of the day they were given, days; 0 from a
 * register's start: what is published changes on such a day though the log does not. */
#define FACT_LAST_DAY_AHEAD "last_day_ahead"

/* --- what only the audit asks --- */

/* How many entries each table has: what must be there is looked up, and nothing more may be. */
struct reg_census {
    uint64_t units, providers, persons, documents, photos;
    uint64_t certificates, numbers, versions, serials, pickups;
    uint64_t orders, order_times, order_seconds;
    uint64_t legacies, old_numbers, trainings;
    uint64_t rows, record_ids;
    uint64_t log, pending, log_hashes, checkpoints;
};
MUST_CHECK enum rc register_census(struct reg *r, struct reg_census *ret, struct diag *d);
/* The last serial of (unit, post, year) that was handed out. RC_NOT_FOUND: none yet. */
MUST_CHECK enum rc register_serial_last(struct reg *r, uint32_t unit, uint32_t post, int year,
                                        uint64_t *ret, struct diag *d);
/* The n-th status index to be handed out, from 0. */
uint32_t register_status_index_at(struct reg *r, uint32_t n);
/* Whether the index of orders by their time has this one, under its operator. */
MUST_CHECK enum rc register_order_timed(struct reg *r, const struct reg_order *o, bool *ret,
                                        struct diag *d);
