/* Whether a row still says what arrived: the digest that was taken then. */
#include "issuer/publication/audit_replay.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/crypto/hash.h"

/* What the index by record id says of a row: zeroed, that it does not lead there. */
struct fit {
    bool leads, same; /* to the row; and the keyed digest of what arrived is the record's */
};

static enum rc look_up(struct replay *p, struct fit *ret, struct diag *d)
{
    struct fit fit = { 0 };
    struct reg_row found;
    buf_clear(&p->scratch);
    record_canonical_put(&p->scratch, &p->record);
    enum rc rc = buf_rc(&p->scratch, d);
    if (rc != RC_OK)
        return rc;
    sha256(buf_span(&p->scratch), p->record.content);

    struct diag why = DIAG_INIT;
    rc = register_row_find(p->run->reg, p->row.sender, &p->record, &fit.same, &found, &why);
    fit.leads = rc == RC_OK && found.sequence == p->row.sequence;
    *ret = fit;
    return rc == RC_OK || rc == RC_NOT_FOUND
               ? RC_OK
               : audit_absorb(p->run->result, p->subject, rc, &why, d);
}

/* The register keeps one sex of a person: the first that a row gave. Others may have said another.
 */
static enum rc with_a_sex(struct replay *p, enum sex *sex, struct fit *ret, struct diag *d)
{
    struct seen_person *const person = seen_person(&p->seen, p->row.person);
    enum rc rc = look_up(p, ret, d);
    const bool first = person && !person->has_sex;
    if (person)
        person->has_sex = true;
    for (int s = SEX_MALE; !first && rc == RC_OK && !ret->same && s <= SEX_FEMALE; s++) {
        *sex = (enum sex)s;
        rc = look_up(p, ret, d);
    }
    return rc;
}

/* The day of arrival may have been given, or left out. */
static enum rc with_a_day(struct replay *p, struct fit *ret, struct diag *d)
{
    enum rc rc = look_up(p, ret, d);
    if (rc != RC_OK || ret->same || p->record.as.order.effective_on != p->today)
        return rc;
    p->record.as.order.effective_on = NO_DATE;
    rc = look_up(p, ret, d);
    p->record.as.order.effective_on = p->today;
    return rc;
}

static enum rc look_up_row(struct replay *p, struct fit *ret, struct diag *d)
{
    switch (p->row.kind) {
    case KIND_TRAINING:
        return with_a_sex(p, &p->record.as.training.person.sex, ret, d);
    case KIND_LEGACY:
        return with_a_sex(p, &p->record.as.legacy.person.sex, ret, d);
    case KIND_ORDER:
        return with_a_day(p, ret, d);
    case KIND_NONE:
    case KIND_AUTHORITY:
    case KIND_PROVIDER:
    case KIND_TEST:
    case KIND_EDUCATION:
    case KIND_PHOTO:
        return look_up(p, ret, d);
    }
    *ret = (struct fit){ 0 };
    return RC_OK;
}

static enum rc doubt(struct replay *p, struct diag *d)
{
    if (p->doubt_count == p->doubt_cap) {
        const size_t cap = p->doubt_cap ? 2 * p->doubt_cap : 64;
        struct doubt *const grown = realloc(p->doubts, cap * sizeof *grown);
        if (!grown)
            return replay_no_memory(d);
        p->doubts = grown;
        p->doubt_cap = cap;
    }
    p->doubts[p->doubt_count++] = (struct doubt){ p->row.sequence, p->row.person };
    return RC_OK;
}

static bool is_a_commands(const struct replay *p)
{
    return p->row.kind == KIND_ORDER &&
           (p->record.as.order.action == ORDER_AMEND || p->record.as.order.action == ORDER_REISSUE);
}

enum rc replay_content(struct replay *p, struct diag *d)
{
    /* These came from a command, without a record: their leaves say all. */
    if (is_a_commands(p) && p->row.record_id.len == 0)
        return RC_OK;
    p->record_ids++;

    struct fit fit = { 0 };
    const enum rc rc = look_up_row(p, &fit, d);
    if (rc != RC_OK || (fit.leads && fit.same))
        return rc;
    if (!fit.leads) {
        NOTE(p, "the index of records does not lead to it, or it is not what arrived");
        return RC_OK;
    }
    if (p->row.person != 0 && p->row.kind != KIND_ORDER)
        return doubt(p, d);
    NOTE(p, "it is not what arrived: its digest differs");
    return RC_OK;
}

/* --- after all rows --- */

/* Names that can be spelt in one way alone: Han characters, without separators, Latin letters or
 * full-width forms, which a row may have spelt otherwise (core/unicode/name.h). */
static bool spelt_one_way(const char *name)
{
    const uint8_t *at = (const uint8_t *)name;
    while (*at) {
        const size_t len = *at >= 0xF0 ? 4 : 3;
        const bool han =
            (*at == 0xE3 && at[1] >= 0x90) || (*at >= 0xE4 && *at <= 0xE9) || *at >= 0xF0;
        if (!han)
            return false;
        for (size_t i = 0; i < len && *at; i++)
            at++;
    }
    return true;
}

/* Of a person's photos only the last is kept. */
static bool is_an_older_photo(const struct replay *p, const struct doubt *x,
                              const struct seen_person *person)
{
    struct reg_row row;
    return register_row(p->run->reg, x->row, &row, NULL) == RC_OK && row.kind == KIND_PHOTO &&
           person->photo_row != x->row + 1;
}

static enum rc settle(struct replay *p, const struct doubt *x, struct diag *d)
{
    const struct seen_person *const seen = seen_person(&p->seen, x->person);
    struct reg_person person;
    struct diag why = DIAG_INIT;
    if (seen && (seen->amended || is_an_older_photo(p, x, seen)))
        return RC_OK;

    (void)snprintf(p->subject, sizeof p->subject, "row %llu", (unsigned long long)x->row);
    const enum rc rc = register_person(p->run->reg, x->person, &person, &why);
    if (rc != RC_OK)
        return audit_absorb(p->run->result, p->subject, rc, &why, d);
    if (spelt_one_way(person.who.name))
        NOTE(p, "it, or its person, is not what arrived: its digest differs");
    return RC_OK;
}

enum rc replay_doubts(struct replay *p, struct diag *d)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < p->doubt_count; i++)
        rc = settle(p, &p->doubts[i], d);
    return rc;
}
