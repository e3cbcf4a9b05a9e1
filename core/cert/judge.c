#include "core/cert/judge.h"

#include <assert.h>

#include "core/base/dates.h"
#include "core/cert/signer_find.h"
#include "core/cert/staple.h"

struct judgement {
    const struct evidence *at_hand;
    struct span bytes;    /* the token's */
    bool proven;          /* under the root of its key's cut-off */
    struct token token;   /* read, but shown only once it is believed */
    struct staple staple; /* believed, and newer than the lists; zeroed: none */
    struct verdict v;
};

/* From here on nothing of the token may be seen. */
static void deny(struct judgement *j, enum problem why)
{
    j->v.authentic = AUTH_FALSE;
    j->v.in_force = TRI_FALSE;
    verdict_add(&j->v, why);
}

static bool in_scope(const uint16_t *scope, size_t count, uint32_t value)
{
    for (size_t i = 0; i < count; i++)
        if (scope[i] == value)
            return true;
    return count == 0;
}

/* What a key that verifies still may not sign; PROBLEM_NONE: it may. */
static enum problem key_objection(const struct trusted_key *key, const struct token *t)
{
    if (key->use != USE_TOKEN)
        return PROBLEM_KEY_USE;
    if (t->iat < key->not_before || t->iat > key->not_after)
        return PROBLEM_KEY_DATES;
    if (t->log_index < key->first || t->log_index >= key->last)
        return PROBLEM_KEY_RANGE;
    if (!in_scope(key->units, key->unit_count, t->unit) ||
        !in_scope(key->posts, key->post_count, t->post))
        return PROBLEM_KEY_SCOPE;
    return PROBLEM_NONE;
}

/* The signer of a token that is remembered is known; any other is looked for. */
static enum rc find_signer(struct judgement *j, struct signer_found *ret, struct diag *d)
{
    const struct judge_memory *const memory = j->at_hand->memory;
    if (!memory)
        return signer_find(j->at_hand->trust, &j->token.cose, ret, d);

    const struct tlog_hash leaf = tlog_leaf(j->bytes);
    *ret = (struct signer_found){ .key = memory->find(memory->ctx, &leaf) };
    ret->kid_known = ret->key != NULL;
    if (ret->key)
        return RC_OK;
    const enum rc rc = signer_find(j->at_hand->trust, &j->token.cose, ret, d);
    if (rc == RC_OK && ret->key)
        memory->keep(memory->ctx, &leaf, ret->key);
    return rc;
}

/* --- a stolen key: what it signed before, and what the thief did --- */

static void leave_open(struct judgement *j, enum rc why)
{
    j->v.authentic = AUTH_UNPROVEN;
    verdict_add(&j->v, PROBLEM_CUT_OFF_UNPROVEN);
    if (why == RC_FORMAT)
        verdict_add(&j->v, PROBLEM_BLOCK_DAMAGED);
}

static bool survives(const struct judgement *j, const uint8_t survivor[SURVIVOR_LEN])
{
    static const uint8_t none[SURVIVOR_LEN];
    const struct tlog_hash leaf = tlog_leaf(j->bytes);
    return memcmp(leaf.bytes, survivor, SURVIVOR_LEN) == 0 &&
           memcmp(survivor, none, SURVIVOR_LEN) != 0;
}

/* Every signature of a stolen key holds: what counts is what the log held before the theft. */
static enum rc judge_cut_off(struct judgement *j, const struct trusted_key *key, struct diag *d)
{
    uint8_t survivor[SURVIVOR_LEN];
    if (!key->cut_off.given || j->proven)
        return RC_OK;
    if (j->token.log_index >= trusted_key_end(key)) {
        deny(j, PROBLEM_CUT_OFF);
        return RC_OK;
    }
    const enum rc rc = j->at_hand->bundle ? bundle_survivor(j->at_hand->bundle, key,
                                                            j->token.log_index, survivor, NULL)
                                          : RC_NOT_FOUND;
    if (rc == RC_NOT_FOUND || rc == RC_FORMAT)
        leave_open(j, rc);
    else if (rc != RC_OK)
        return diag_set(d, rc, DIAG_NO_OFFSET, "the survivors of a key");
    else if (!survives(j, survivor))
        deny(j, PROBLEM_CUT_OFF);
    return RC_OK;
}

static enum rc judge_signature(struct judgement *j, struct diag *d)
{
    struct signer_found found;
    const enum rc rc = find_signer(j, &found, d);
    if (rc != RC_OK)
        return rc;
    if (!found.kid_known) {
        j->v.authentic = AUTH_UNKNOWN_KEY;
        verdict_add(&j->v, PROBLEM_UNKNOWN_KEY);
        return RC_OK;
    }
    if (!found.key) {
        deny(j, PROBLEM_BAD_SIGNATURE);
        return RC_OK;
    }

    const enum problem objection = key_objection(found.key, &j->token);
    if (objection != PROBLEM_NONE) {
        deny(j, objection);
        return RC_OK;
    }
    const enum rc cut_off = judge_cut_off(j, found.key, d);
    if (cut_off != RC_OK || j->v.authentic != AUTH_UNDECIDED)
        return cut_off;
    j->v.authentic = AUTH_TRUE;
    j->v.kid = found.key->kid;
    return RC_OK;
}

/* --- names and dates, once it is authentic --- */

static void set_deadline(struct judgement *j, int32_t deadline)
{
    j->v.deadline = deadline;
    j->v.days_left = deadline - date_of_time(j->at_hand->now);
}

static void show_token(struct judgement *j)
{
    struct verdict *const v = &j->v;
    v->token = j->token;
    v->status_from = FROM_TOKEN;
    set_deadline(j, j->token.deadline);
    if (!j->at_hand->bundle)
        return;

    const struct directory *const dir = bundle_directory(j->at_hand->bundle);
    const struct directory_post *const post = directory_find_post(dir, j->token.post);
    const struct directory_unit *const unit = directory_find_unit(dir, j->token.unit);
    const struct directory_provider *const provider =
        directory_find_provider(dir, j->token.provider);
    v->post_name = post ? post->name : (struct span){ 0 };
    v->unit_name = unit ? unit->name : (struct span){ 0 };
    v->provider_name = provider ? provider->name : (struct span){ 0 };
}

/* Back to a verdict that shows nothing, when the lists say no to what a signature said yes to. */
static void deny_shown(struct judgement *j, enum problem why)
{
    struct verdict *const v = &j->v;
    v->token = (struct token){ 0 };
    v->deadline = v->days_left = 0;
    v->post_name = v->unit_name = v->provider_name = (struct span){ 0 };
    v->kid = NULL;
    v->status_from = FROM_BUNDLE;
    deny(j, why);
}

/* --- the status --- */

/* True: the list holds this very version, or a later one. */
static bool judge_row(struct judgement *j, const struct column_row *row)
{
    const struct token *const t = &j->token;
    const bool assigned = row->version > 0;
    if (assigned &&
        (t->version < row->version || (t->version == row->version && t->deadline == row->deadline)))
        return true;

    /* A list that is no older than the token would have it. */
    if (t->iat < bundle_times(j->at_hand->bundle).issued)
        deny_shown(j, PROBLEM_NOT_IN_REGISTER);
    else
        verdict_add(&j->v, PROBLEM_NEWER_THAN_LIST);
    return false;
}

static void apply_row(struct judgement *j, const struct column_row *row)
{
    struct verdict *const v = &j->v;
    v->status_from = FROM_BUNDLE;
    v->current_version = row->version;
    v->replaced = row->version > j->token.version;
    if (v->replaced)
        verdict_add(v, PROBLEM_REPLACED);
    set_deadline(j, row->deadline);
}

static void conclude(struct verdict *v, enum state state, enum tristate in_force)
{
    v->state = state;
    v->in_force = in_force;
}

static uint32_t due_days(const struct judgement *j)
{
    struct policy_values values;
    if (j->at_hand->bundle)
        return policy_at(bundle_policy(j->at_hand->bundle), j->token.unit,
                         date_of_time(j->at_hand->now))
            ->due_days;
    policy_values_default(&values);
    return values.due_days;
}

static void conclude_by_deadline(struct judgement *j)
{
    struct verdict *const v = &j->v;
    if (v->days_left < 0)
        conclude(v, STATE_LAPSED, TRI_FALSE);
    else if ((uint32_t)v->days_left <= due_days(j))
        conclude(v, STATE_DUE, TRI_TRUE);
    else
        conclude(v, STATE_VALID, TRI_TRUE);
}

/* Whatever can change again counts only while the lists are fresh and our clock is believable. */
static bool is_fresh(const struct verdict *v)
{
    static const enum problem doubts[] = { PROBLEM_SIGNED_AHEAD, PROBLEM_STATUS_STALE,
                                           PROBLEM_TRUST_STALE, PROBLEM_WITNESS_QUORUM };
    for (size_t i = 0; i < sizeof doubts / sizeof doubts[0]; i++)
        if (verdict_has(v, doubts[i]))
            return false;
    return true;
}

static bool is_stapled(const struct judgement *j)
{
    return j->staple.state != STATE_UNKNOWN;
}

static void conclude_by_staple(struct judgement *j)
{
    struct verdict *const v = &j->v;
    v->status_from = FROM_STAPLE;
    v->as_of = j->staple.iat;
    set_deadline(j, j->staple.deadline);
    if (!is_fresh(v))
        return;
    if (j->staple.state == STATE_VALID)
        conclude_by_deadline(j);
    else
        conclude(v, j->staple.state, TRI_FALSE);
}

static void conclude_by_row(struct judgement *j, const struct column_row *row)
{
    struct verdict *const v = &j->v;
    switch ((enum status_bits)row->status) {
    case STATUS_INVALID: /* there is no way back from it, so an old list is enough */
        conclude(v, STATE_REVOKED, TRI_FALSE);
        if (is_stapled(j) && j->staple.state != STATE_REVOKED)
            verdict_add(v, PROBLEM_STAPLE_OVERRULED);
        return;
    case STATUS_SUSPENDED:
        if (is_stapled(j))
            conclude_by_staple(j);
        else if (is_fresh(v))
            conclude(v, STATE_SUSPENDED, TRI_FALSE);
        return;
    case STATUS_VALID:
        if (is_stapled(j))
            conclude_by_staple(j);
        else if (is_fresh(v))
            conclude_by_deadline(j);
        return;
    }
    verdict_add(v, PROBLEM_BLOCK_DAMAGED); /* a fourth status, which nobody may publish */
}

static enum rc judge_status(struct judgement *j, struct diag *d)
{
    struct column_row row = { 0 };
    const enum rc rc = bundle_find(j->at_hand->bundle, j->token.status_index, &row, d);
    if (rc == RC_FORMAT) {
        verdict_add(&j->v, PROBLEM_BLOCK_DAMAGED);
        return RC_OK;
    }
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;

    j->v.as_of = bundle_times(j->at_hand->bundle).issued;
    if (rc == RC_NOT_FOUND)
        row = (struct column_row){ 0 };
    if (judge_row(j, &row)) {
        apply_row(j, &row);
        conclude_by_row(j, &row);
    } else if (j->v.authentic == AUTH_TRUE && row.version > 0 && row.status == STATUS_INVALID) {
        j->v.status_from = FROM_BUNDLE;
        conclude(&j->v, STATE_REVOKED, TRI_FALSE);
    } else if (j->v.authentic == AUTH_TRUE && is_stapled(j)) {
        conclude_by_staple(j);
    }
    return RC_OK;
}

/* Only a live code that is newer than the lists at hand has something to say. */
static enum rc judge_staple(struct judgement *j, struct diag *d)
{
    const struct evidence *const e = j->at_hand;
    struct staple s;
    enum problem why;
    if (e->staple.len == 0)
        return RC_OK;
    const enum rc rc = staple_check(e->staple, j->bytes, e->trust, e->now, &s, &why, d);
    if (rc != RC_OK)
        return rc;
    if (why != PROBLEM_NONE)
        verdict_add(&j->v, why);
    else if (!e->bundle || s.iat > bundle_times(e->bundle).issued)
        j->staple = s;
    return RC_OK;
}

static void judge_times(struct judgement *j)
{
    const struct evidence *const e = j->at_hand;
    struct verdict *const v = &j->v;
    if (j->token.iat > e->now + CLOCK_SKEW_S || e->trust->issued > e->now + CLOCK_SKEW_S)
        verdict_add(v, PROBLEM_SIGNED_AHEAD);
    if (e->now > e->trust->next_update)
        verdict_add(v, PROBLEM_TRUST_STALE);
    if (e->refused != PROBLEM_NONE)
        verdict_add(v, e->refused);
    if (!e->bundle) {
        if (!is_stapled(j))
            verdict_add(v, PROBLEM_STATUS_MISSING);
        return;
    }

    if (!bundle_witnessed(e->bundle))
        verdict_add(v, PROBLEM_WITNESS_QUORUM);
    const struct bundle_times times = bundle_times(e->bundle);
    if (times.issued > e->now + CLOCK_SKEW_S)
        verdict_add(v, PROBLEM_SIGNED_AHEAD);
    if (!is_stapled(j) && (e->now > times.status_exp || e->now > times.deadlines_exp ||
                           e->now - times.issued > e->max_age_s))
        verdict_add(v, PROBLEM_STATUS_STALE);
}

static void judge_host(struct judgement *j, struct span host)
{
    if (host.len == 0)
        return;
    const bool listed = trust_list_has_host(j->at_hand->trust, host);
    j->v.host_matches = listed ? TRI_TRUE : TRI_FALSE;
    if (!listed)
        verdict_add(&j->v, PROBLEM_HOST_MISMATCH);
}

static enum rc judge_readable(struct judgement *j, struct span host, struct diag *d)
{
    judge_host(j, host);
    enum rc rc = judge_signature(j, d);
    if (rc != RC_OK || j->v.authentic != AUTH_TRUE)
        return rc;

    show_token(j);
    rc = judge_staple(j, d);
    if (rc != RC_OK)
        return rc;
    judge_times(j);
    if (j->at_hand->refused != PROBLEM_NONE)
        return RC_OK;
    if (j->at_hand->bundle)
        return judge_status(j, d);
    if (is_stapled(j))
        conclude_by_staple(j);
    return RC_OK;
}

enum rc judge(struct span token, struct span host, const struct evidence *at_hand,
              struct verdict *ret, struct diag *d)
{
    return judge_proven(token, host, false, at_hand, ret, d);
}

enum rc judge_proven(struct span token, struct span host, bool proven,
                     const struct evidence *at_hand, struct verdict *ret, struct diag *d)
{
    assert(at_hand && at_hand->trust && ret);

    struct judgement j = { .at_hand = at_hand, .bytes = token, .proven = proven };
    j.v.now = at_hand->now;
    j.v.offset = DIAG_NO_OFFSET;
    j.v.deployment = at_hand->trust->deployment;
    j.v.demo = at_hand->trust->demo;
    if (j.v.demo)
        verdict_add(&j.v, PROBLEM_DEMO);

    struct diag why = DIAG_INIT;
    enum rc rc = token_parse(token, &j.token, &why);
    if (rc == RC_FORMAT || rc == RC_LIMIT) {
        j.v.authentic = AUTH_UNREADABLE;
        j.v.offset = why.offset;
        verdict_add(&j.v, PROBLEM_FORMAT);
    } else if (rc != RC_OK) {
        return diag_set(d, rc, why.offset, "%s", why.text);
    } else {
        rc = judge_readable(&j, host, d);
        if (rc != RC_OK)
            return rc;
    }
    *ret = j.v;
    return RC_OK;
}
