/* What came out of the rows against what the register says now. */
#include "issuer/publication/audit_replay.h"

#include <stdio.h>
#include <string.h>

#include "core/cert/token.h"
#include "core/crypto/hash.h"

/* --- certificates --- */

static void compare_years(struct replay *p, const struct reg_cert *kept, const struct seen_cert *c)
{
    bool same = kept->years.count == c->year_count;
    for (size_t i = 0; same && i < c->year_count; i++)
        same = kept->years.years[i].k == c->years[i].k &&
               kept->years.years[i].hours == c->years[i].hours &&
               kept->years.years[i].post_hours == c->years[i].post_hours;
    if (!same)
        NOTE(p, "its hours are not the sum of the records");
}

static void compare_indexes(struct replay *p, const struct reg_cert *kept,
                            const struct seen_cert *c)
{
    bool same = kept->status_index == c->status_index && kept->retired_count == c->retired_count;
    for (size_t i = 0; same && i < c->retired_count; i++)
        same = kept->retired[i] == c->retired[i].index &&
               kept->retired_version[i] == c->retired[i].version;
    if (!same)
        NOTE(p, "its status indexes are not those that were handed out");
}

static enum rc compare_state(struct replay *p, const struct reg_cert *kept,
                             const struct seen_cert *c, struct diag *d)
{
    const int32_t today = date_of_time(p->run->home->now);
    enum state state = STATE_UNKNOWN;
    struct diag why = DIAG_INIT;
    if (kept->order_count != c->order_count)
        NOTE(p, "it has %zu orders, the records give %zu", kept->order_count, c->order_count);
    const enum rc rc = register_order_state(p->run->reg, kept, today, &state, &why);
    if (rc != RC_OK)
        return audit_absorb(p->run->result, p->subject, rc, &why, d);
    if (state != seen_order_state(c, today))
        NOTE(p, "its state is %s, its orders give %s", state_word(state),
             state_word(seen_order_state(c, today)));
    return RC_OK;
}

enum rc compare_cert(struct replay *p, uint32_t id, struct diag *d)
{
    struct reg_cert kept, found;
    struct diag why = DIAG_INIT;
    (void)snprintf(p->subject, sizeof p->subject, "certificate id %u", id);
    audit_step(p->run);
    p->run->result->certificates++;
    if (id >= p->seen.cert_count) {
        NOTE(p, "no record has issued it");
        return RC_OK;
    }
    const enum rc rc = register_cert(p->run->reg, id, &kept, &why);
    if (rc != RC_OK)
        return audit_absorb(p->run->result, p->subject, rc, &why, d);

    const struct seen_cert *const c = &p->seen.certs[id];
    (void)snprintf(p->subject, sizeof p->subject, "certificate %s", c->number);
    if (strcmp(kept.number, c->number) != 0)
        NOTE(p, "the register calls it '%s'", kept.number);
    if (register_cert_find(p->run->reg, span_text(c->number), &found, NULL) != RC_OK ||
        found.id != id)
        NOTE(p, "the index of numbers does not lead to it");
    if (kept.person != c->person || kept.post != c->post || kept.unit != c->unit ||
        kept.issued != c->issued || kept.provider != c->provider || kept.origin != c->origin)
        NOTE(p, "holder, post, unit, provider, origin or issue date differ from its record");
    if (kept.version != c->version || kept.deadline != c->deadline)
        NOTE(p, "version %u and its deadline differ: the records give version %u", kept.version,
             c->version);
    compare_years(p, &kept, c);
    compare_indexes(p, &kept, c);
    return compare_state(p, &kept, c, d);
}

/* --- persons --- */

static bool same_lists(const struct replay *p, const struct reg_person *kept,
                       const struct seen_person *seen)
{
    size_t certs = 0, legacies = 0;
    for (uint32_t i = seen->first_cert; i; i = p->seen.certs[i - 1].next) {
        if (certs == kept->cert_count || kept->certs[certs++] != i - 1)
            return false;
    }
    for (uint32_t i = seen->first_legacy; i; i = p->seen.legacies[i - 1].next) {
        if (legacies == kept->legacy_count || kept->legacies[legacies++] != i - 1)
            return false;
    }
    return certs == kept->cert_count && legacies == kept->legacy_count;
}

/* Trainings are entries that say all in their key: each stands there on its day, and on none
 * before. */
static enum rc compare_trainings(struct replay *p, uint64_t id, const struct seen_person *seen,
                                 struct diag *d)
{
    for (uint32_t i = seen->first_training; i; i = p->seen.trainings[i - 1].next) {
        const struct seen_training *const t = &p->seen.trainings[i - 1];
        enum trained on = TRAINED_NO, before = TRAINED_NO;
        struct diag why = DIAG_INIT;
        enum rc rc =
            register_trained(p->run->reg, id, t->post, t->finished, t->provider, &on, &why);
        if (rc == RC_OK)
            rc = register_trained(p->run->reg, id, t->post, t->finished - 1, t->provider, &before,
                                  &why);
        if (rc != RC_OK)
            return audit_absorb(p->run->result, p->subject, rc, &why, d);
        if (on != TRAINED_BY_THIS ||
            before != seen_trained(&p->seen, seen, t->post, t->finished - 1, t->provider))
            NOTE(p, "the index of trainings differs from the records");
    }
    return RC_OK;
}

static void compare_photo(struct replay *p, const struct reg_person *kept,
                          const struct seen_person *seen)
{
    struct span file;
    uint8_t hash[SHA256_LEN];
    if (kept->has_photo != (seen->photo_row != 0)) {
        NOTE(p, "the records and the register disagree on whether there is a photo");
        return;
    }
    if (!kept->has_photo)
        return;
    if (register_photo(p->run->reg, kept->id, &file, NULL) != RC_OK) {
        NOTE(p, "the photo is not in the register");
        return;
    }
    sha256(file, hash);
    if (memcmp(hash, kept->photo_hash, sizeof hash) != 0)
        NOTE(p, "the photo is not the one that arrived");
}

/* The newest token of a certificate shows its holder as the register has her; that of a certificate
 * which had ended when she was amended does not. */
static void compare_shown(struct replay *p, const struct reg_person *kept,
                          const struct seen_person *seen, uint32_t id)
{
    const struct seen_cert *const c = &p->seen.certs[id];
    const size_t len = strlen(kept->who.id_number), tail = len < 4 ? len : 4;
    struct reg_version v;
    struct reg_log_entry e;
    struct token t;
    struct span file;
    uint8_t photo[TOKEN_PHOTO_LEN];
    if ((seen->amended && !c->renamed) ||
        register_version(p->run->reg, id, c->version, &v, NULL) != RC_OK ||
        register_log_entry(p->run->reg, v.log_index, &e, NULL) != RC_OK || e.pending ||
        token_parse(e.data, &t, NULL) != RC_OK)
        return; /* noted by the replay, when it is wrong */

    if (!span_equal(t.name, span_text(kept->who.name)) || t.id_type != kept->who.id_type ||
        !span_equal(t.id_tail, span_of(kept->who.id_number + len - tail, tail)))
        NOTE(p, "the token of '%s' shows another holder", c->number);
    if (t.photo.len == 0)
        return; /* the photo may have come later */
    if (register_photo(p->run->reg, kept->id, &file, NULL) != RC_OK)
        return; /* noted already */
    token_photo_digest(t.number, t.iat, t.log_index, file, photo);
    if (!span_equal(t.photo, span_of(photo, sizeof photo)))
        NOTE(p, "the token of '%s' is of another photo", c->number);
}

enum rc compare_person(struct replay *p, uint64_t id, struct diag *d)
{
    struct reg_person kept, found;
    struct diag why = DIAG_INIT;
    const struct seen_person *const seen = seen_person(&p->seen, id);
    (void)snprintf(p->subject, sizeof p->subject, "person %llu", (unsigned long long)id);
    audit_step(p->run);
    p->run->result->persons++;
    if (!seen) {
        NOTE(p, "no record has named this person");
        return RC_OK;
    }
    const enum rc rc = register_person(p->run->reg, id, &kept, &why);
    if (rc != RC_OK)
        return audit_absorb(p->run->result, p->subject, rc, &why, d);

    if (register_person_find(p->run->reg, kept.who.id_type, span_text(kept.who.id_number), &found,
                             NULL) != RC_OK ||
        found.id != id)
        NOTE(p, "the index of identity documents does not lead to it");
    if (kept.has_test != seen->has_test || !same_lists(p, &kept, seen))
        NOTE(p, "its certificates, legacy certificates or marks differ from the records");
    compare_photo(p, &kept, seen);
    for (uint32_t i = seen->first_cert; i; i = p->seen.certs[i - 1].next)
        compare_shown(p, &kept, seen, i - 1);
    return compare_trainings(p, id, seen, d);
}
