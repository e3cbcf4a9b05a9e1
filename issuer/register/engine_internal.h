/*
 * What the engine's own files share. A row is worked in three steps: gather what
 * the register knows of it, ask every rule (pure questions about what was gathered),
 * and, when none is broken, make the changes. Nobody outside engine*.c includes this.
 */
#pragma once

#include <pthread.h>

#include "issuer/register/engine.h"
#include "keys/private/order.h"

/* Payloads of one group, in the order of their log indexes. */
struct sign_group {
    struct buf payloads;
    size_t count, cap;
    struct sign_item {
        uint64_t index;
        size_t at, len; /* in payloads */
    } * items;
};

/* The group whose tokens are being signed beside us. */
struct signing {
    bool running; /* the thread is to be joined */
    struct sign_group group;
    struct token_job *jobs;
    struct signer *signer;
    unsigned threads;
    pthread_t thread;
};

struct operator_key {
    struct private_key *key;
    const struct trusted_key *listed; /* NULL: the trust list does not hold it */
    uint8_t kid[KID_LEN];
};

#define ENTERPRISE_CACHE 256
struct enterprise_answer {
    bool known, answer;
    uint32_t unit;
    int32_t date;
};

struct engine {
    const struct home *home;
    struct engine_options options;
    char sender[RECORD_ID_MAX + 1];
    uint32_t unit; /* of the sender; 0: it may send for any */
    struct vault *vault;
    struct signer *signer; /* NULL in a dry run */
    struct reg *reg;
    bool failed;
    int64_t last_signed_at;  /* no token is dated before it */
    struct sign_group group; /* since the last commit */
    struct signing signing;
    struct operator_key first, second;
    bool operators_loaded;
    const struct given_order *given; /* being applied; NULL: orders are signed here */
    struct enterprise_answer enterprises[ENTERPRISE_CACHE];
    struct buf payload, leaf; /* scratch */
};

/* One row at work. What is false, zero or NULL is not known, and rules that need it are skipped. */
struct work {
    struct engine *e;
    const struct record *record;
    const struct reasons *early;
    struct outcome *outcome;
    int32_t today;

    bool has_document; /* the row's identity document could be read */
    bool person_known; /* to the register */
    bool person_new, person_changed;
    struct reg_person person;

    int32_t date; /* the row's own: of the test, of finishing; NO_DATE */
    const struct reg_provider *provider;
    const struct reg_provider_row *listing; /* what held on the date, else its first row */
    bool provider_active;
    const struct policy_values
        *policy; /* on the row's date, for the listing's or certificate's unit */

    enum trained trained;
    bool enterprise; /* an active enterprise is among the unit's providers on the date */
    bool certified;  /* for the post, in force as of today */
    bool failed_test;

    bool cert_known;
    struct reg_cert cert;
    enum state order_state; /* today; of orders: after the last of the chain */
    int32_t last_effective; /* of the chain; NO_DATE: no order yet */
    bool legacy_known;
    struct reg_legacy legacy;
    bool second_needed, number_taken;

    struct reg_row row; /* being written */
};

/* A rule that needs no register: true when the row breaks it; detail may get a few words
 * (DETAIL_LEN). */
#define DETAIL_LEN 96
struct rule {
    enum reason_code code;
    const char *field;
    bool (*broken)(const struct work *w, char detail[DETAIL_LEN]);
};
void work_ask(struct work *w, const struct rule *rules, size_t count);
#define RULE_COUNT(rules) (sizeof(rules) / sizeof((rules)[0]))

/* --- engine_work.c: what several kinds of row need --- */
bool work_read(const struct work *w, const char *field); /* the reader could read this field */
enum rc work_find_person(struct work *w, unsigned id_type, const char *id_number, const char *name,
                         struct diag *d);
void work_find_provider(struct work *w, struct span code, int32_t date);
enum rc work_find_certified(struct work *w, uint32_t post, struct diag *d);
const struct policy_values *work_policy(const struct work *w, uint32_t unit, int32_t date);
void work_name_person(struct work *w,
                      const struct person_ref *who); /* becomes known, or more is known */
enum rc work_store_person(struct work *w, struct diag *d);
void work_ask_unit(struct work *w); /* is the row of the sender's own unit? */
/* Whether no key may sign a token for it now; detail says why. */
bool work_no_key(const struct work *w, uint32_t unit, uint32_t post, char detail[DETAIL_LEN]);
bool rule_provider_not_active(const struct work *w, char detail[DETAIL_LEN]);
bool rule_too_many_certificates(const struct work *w, char detail[DETAIL_LEN]);
void detail_dates(char detail[DETAIL_LEN], int32_t a, const char *between, int32_t b);
void detail_hundredths(char detail[DETAIL_LEN], uint32_t a, const char *between, uint32_t b);

/* --- kinds: gather and ask, then take --- */
struct kind_work {
    enum rc (*check)(struct work *w, struct diag *d);
    enum rc (*take)(struct work *w, struct diag *d);
};
extern const struct kind_work kind_authority, kind_provider, kind_training, kind_test,
    kind_education, kind_legacy, kind_photo, kind_order;

/* --- engine_legacy.c: an education row that names a legacy certificate --- */
enum rc work_exchange_check(struct work *w, struct diag *d);
enum rc work_exchange_take(struct work *w, struct diag *d);
/* --- engine_education.c --- */
/* Credits public-basic hours to the person's other certificates; named may be NULL. */
enum rc work_share_basic(struct work *w, const struct reg_cert *named, struct diag *d);

/* --- engine_issue.c --- */
struct issue {
    enum cert_origin origin;
    uint32_t unit, post, provider;
};
/* A new certificate of w->person, its first version pending. */
enum rc work_issue(struct work *w, const struct issue *what, struct diag *d);
/* Version c->version of c as it stands: payload, log entry, version; c itself is stored too. */
enum rc engine_log_version(struct engine *e, struct reg_cert *c, const struct reg_person *holder,
                           struct diag *d);

/* Logs v anew at the log's end, as of now; its log index and time are written. */
enum rc engine_log_as(struct engine *e, const struct reg_cert *c, struct reg_version *v,
                      const struct reg_person *holder, struct diag *d);

/* --- engine.c --- */
enum rc engine_usable(const struct engine *e, struct diag *d);
enum rc engine_store(struct engine *e,
                     struct diag *d); /* commits, with the time of the last signing */

/* --- engine_sign.c --- */
enum rc engine_pend(struct engine *e, uint64_t index, struct span payload, struct diag *d);
enum rc engine_settle_leftovers(struct engine *e, struct diag *d);
enum rc engine_settle_group(struct engine *e, struct diag *d); /* waits for the thread */
enum rc engine_start_group(struct engine *e, struct diag *d);
void engine_stop_signing(struct engine *e);

/* --- engine_order.c --- */
struct order_leaf {
    struct reg_cert *cert; /* its order_count grows; the caller stores it */
    enum order_action action;
    enum state state;
    struct span reason, reference, name;
    int32_t effective;
};
enum rc engine_load_operators(struct engine *e, struct diag *d);
void engine_forget_operators(struct engine *e);
enum rc engine_second_needed(struct engine *e, enum order_action action, uint32_t unit, bool *ret,
                             struct diag *d);
bool engine_has_second(const struct engine *e);
enum rc engine_log_order(struct engine *e, const struct order_leaf *o, struct diag *d);
