/*
 * The engine: applies records to the register by the scheme's rules, one row
 * after the other, in file order. All reasons of a row at once; a refused row
 * leaves nothing behind. Signing runs beside the writer: a group's tokens are
 * stored as payloads in its commit, signed on other threads while the next group
 * is applied, and settled in that group's commit. A crash leaves payloads, which
 * engine_open() signs as they stand: nothing is lost, no log index is used twice.
 */
#pragma once

#include "issuer/register/register.h"

struct engine;

struct engine_options {
    const char *sender; /* "local" */
    bool dry_run;       /* nothing is ever committed or signed */
    const char *operator_key,
        *second_operator_key; /* PEM paths for orders; NULL: of the settings */
    bool no_operators;        /* no operator's key is read: rows that are orders are refused */
};

/* What became of one row. */
struct outcome {
    enum row_outcome outcome;
    char number[NUMBER_MAX + 1]; /* the named or new certificate; "" when none, or refused */
    uint32_t version;            /* 0: none */
    char pickup[PICKUP_LEN +
                1];         /* issued, exchanged: the code for its holder, seen here alone; "" */
    struct reasons reasons; /* refused: all; recorded: notes */
};

/*
 * Opens the register for writing and settles what a crash left pending. h is borrowed for the
 * engine's life; its `now` is the time of each row and may move on between rows, never back.
 * RC_REFUSED  the clock stands before the last signing: d begins with ENGINE_CLOCK_BEHIND; no key
 *             signs what is pending, here or at the log's end: d begins with ENGINE_SIGNER_REFUSES
 */
#define ENGINE_CLOCK_BEHIND   "the clock stands before the last signing"
#define ENGINE_SIGNER_REFUSES "no key signs what is pending"
MUST_CHECK enum rc engine_open(const struct home *h, const struct engine_options *o,
                               struct engine **ret, struct diag *d);
void engine_close(struct engine *e); /* what was not committed is dropped; NULL is fine */
DEFINE_ON_EXIT(struct engine, engine_close)
struct reg *engine_register(struct engine *e);
struct signer *engine_signer(struct engine *e); /* NULL in a dry run */
/* Why no certificate whatever could be signed now (trust_list_no_token_key()); NULL: some can. */
const char *engine_no_key(const struct engine *e);

/*
 * Whose the rows that follow are.
 *
 * sender  copied: 1 to RECORD_ID_MAX bytes
 * unit    the one that it sends for, rows of others are refused; 0: of any
 */
void engine_set_sender(struct engine *e, const char *sender, uint32_t unit);

/*
 * Applies one row.
 *
 * record  as record_read() gave it
 * early   the reasons that record_read() found: what is missing for a rule skips that rule
 *
 * RC_OK   *ret says what became of it; it is not durable before engine_commit()
 * others  we could not work (disk, memory, crypto): stop, nothing since the last commit counts
 */
MUST_CHECK enum rc engine_apply(struct engine *e, const struct record *record,
                                const struct reasons *early, struct outcome *ret, struct diag *d);

/* Makes all rows so far durable, and starts signing their tokens. A failure here, as in
 * engine_apply(), is for good. */
MUST_CHECK enum rc engine_commit(struct engine *e, struct diag *d);
/* Waits until every token of committed rows is signed and durable. */
MUST_CHECK enum rc engine_flush(struct engine *e, struct diag *d);

/* --- commands that are not rows --- */

/* An order that its operators have signed elsewhere. Texts as a row of orders has them. */
struct given_order {
    struct span action, certificate, reason, reference, effective_on;
    int64_t ordered_at;        /* Unix seconds, as it was signed */
    struct span first, second; /* COSE_Sign1 over it; second empty: one operator alone */
};
#define ORDERS_SENDER           "orders" /* of such rows */
#define GIVEN_ORDER_AGE_MAX_S   3600     /* from signing to arrival */
#define GIVEN_ORDER_AHEAD_MAX_S 5        /* of our clock */
/*
 * Applies one, as a row of ORDERS_SENDER whose record id comes of what was signed: the same
 * order again is a duplicate. Not durable before engine_commit().
 *
 * RC_BAD_SIGNATURE  what was signed is not this order, or not by operators; nothing has happened
 * others            as engine_apply()
 */
MUST_CHECK enum rc engine_order(struct engine *e, const struct given_order *o, struct outcome *ret,
                                struct diag *d);

/*
 * Every certificate that goes on, and whose current version a key has signed behind its cut-off,
 * gets a new version with the same deadline and status index. Durable and signed when it returns;
 * again, it finds nothing. After a dry run's options nothing has changed.
 *
 * told  called for each, as it is now
 * ret   how many
 */
MUST_CHECK enum rc engine_reissue(struct engine *e,
                                  void (*told)(void *arg, const struct reg_cert *c), void *arg,
                                  uint64_t *ret, struct diag *d);

struct amendment {
    struct span number;
    struct span name;      /* new name, or empty */
    unsigned id_type;      /* of the new number; 0: unchanged */
    struct span id_number; /* new number, or empty */
    struct span reason, reference;
};
#define AMENDED_MAX PERSON_CERTS_MAX
/*
 * Corrects the holder: every certificate of that person that no final order has ended gets a new
 * version and a new status index; the old indexes are set to invalid. Durable and signed when it
 * returns.
 *
 * ret          outcome renewed, number and version of each, the named one first
 * ret_reasons  written on RC_REFUSED: why not; nothing has changed then
 */
MUST_CHECK enum rc engine_amend(struct engine *e, const struct amendment *a,
                                struct outcome ret[AMENDED_MAX], size_t *ret_count,
                                struct reasons *ret_reasons, struct diag *d);
