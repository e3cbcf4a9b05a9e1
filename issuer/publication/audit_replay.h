/* What the files of the replay share (audit_replay*.c, audit_compare.c). Not for others. */
#pragma once

#include "issuer/publication/audit_internal.h"
#include "issuer/publication/audit_state.h"

/* A row whose digest does not fit what the register knows now; its person may explain it. */
struct doubt {
    uint64_t row, person;
};

struct replay {
    struct audit_run *run;
    struct seen seen;
    uint64_t rows, certs, persons; /* steps: how many there are */
    uint64_t next;                 /* step */

    struct reg_row row; /* the one being replayed */
    struct record record;
    int32_t today; /* the day it arrived */
    char subject[64];

    uint64_t statuses, versions, orders, seconds, record_ids; /* that the rows explain */
    int64_t last_signed_at;
    int64_t last_day_ahead;
    size_t doubt_count, doubt_cap;
    struct doubt *doubts; /* owned */
    struct buf scratch;
};

#define NOTE(p, ...) audit_note((p)->run->result, (p)->subject, __VA_ARGS__)

enum rc replay_no_memory(struct diag *d);
const struct policy_values *replay_policy(const struct replay *p, uint32_t unit, int32_t date);
struct seen_person *replay_person(struct replay *p); /* the row's; NULL: none, noted */
/* By the credit code in the record; NULL: not among the rows so far, noted. */
const struct reg_provider *replay_provider(struct replay *p, struct span code);

/* What the register must say of the row itself. */
struct row_facts {
    enum row_outcome outcome;
    int64_t cert; /* or -1 */
    uint32_t version;
    bool passed, note_hours_too_few;
};
void replay_expect(struct replay *p, const struct row_facts *must);

/* --- audit_content.c --- */
/* Whether the row says what its digest says; what its person may explain becomes a doubt. */
MUST_CHECK enum rc replay_content(struct replay *p, struct diag *d);
/* The doubts that no person explains, and the photos' rows. After all rows. */
MUST_CHECK enum rc replay_doubts(struct replay *p, struct diag *d);

/* --- audit_certificate.c --- */
MUST_CHECK enum rc replay_issue(struct replay *p, struct seen_cert facts, struct diag *d);
/* The newest version of certificate id, as the model has it: its entry, its leaf, what that says.
 */
MUST_CHECK enum rc replay_version(struct replay *p, uint32_t id, struct diag *d);

/* --- by kind --- */
MUST_CHECK enum rc replay_test(struct replay *p, struct diag *d);      /* audit_test.c */
MUST_CHECK enum rc replay_education(struct replay *p, struct diag *d); /* audit_education.c */
MUST_CHECK enum rc replay_order(struct replay *p, struct diag *d);     /* audit_order.c */

/* --- audit_compare.c, audit_rest.c --- */
MUST_CHECK enum rc compare_cert(struct replay *p, uint32_t id, struct diag *d);
MUST_CHECK enum rc compare_person(struct replay *p, uint64_t id, struct diag *d);
MUST_CHECK enum rc compare_rest(struct replay *p, struct diag *d);
