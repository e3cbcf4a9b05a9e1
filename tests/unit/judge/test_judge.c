#include "tests/unit/judge/scene.h"

#include <string.h>

#define DAY_S INT64_C(86400)

/* --- what every answer must keep to --- */

static const char *problems_of(const struct verdict *v)
{
    static char text[400];
    text[0] = '\0';
    for (size_t i = 0; i < v->problem_count; i++) {
        (void)strncat(text, " ", sizeof text - strlen(text) - 1);
        (void)strncat(text, problem_code(v->problems[i]), sizeof text - strlen(text) - 1);
    }
    return text;
}

static void has_problem(const struct verdict *v, enum problem p)
{
    if (!verdict_has(v, p))
        fail_msg("no %s among:%s", problem_code(p), problems_of(v));
}

static void no_problem_at_all(const struct verdict *v)
{
    if (v->problem_count > 0)
        fail_msg("unexpected:%s", problems_of(v));
}

static void shows_nothing(const struct verdict *v)
{
    const struct token none = { 0 };
    assert_memory_equal(&v->token, &none, sizeof none);
    assert_int_equal(v->deadline, 0);
    assert_int_equal(v->days_left, 0);
    assert_int_equal(v->post_name.len + v->unit_name.len + v->provider_name.len, 0);
    assert_int_equal(v->current_version, 0);
    assert_int_equal(v->state, STATE_UNKNOWN);
    assert_null(v->kid);
}

static void is_not_authentic(const struct scene *s, enum problem why)
{
    const struct verdict v = scene_look(s);
    assert_int_equal(v.authentic, AUTH_FALSE);
    assert_int_equal(v.in_force, TRI_FALSE);
    has_problem(&v, why);
    shows_nothing(&v);
    assert_int_equal(verdict_exit(&v), 1);
}

/* Authentic, but nobody can say whether it is in force. */
static void is_undecided(const struct scene *s, enum problem why)
{
    const struct verdict v = scene_look(s);
    assert_int_equal(v.authentic, AUTH_TRUE);
    assert_int_equal(v.state, STATE_UNKNOWN);
    assert_int_equal(v.in_force, TRI_UNKNOWN);
    has_problem(&v, why);
    assert_int_equal(verdict_exit(&v), 7);
}

static void is(const struct scene *s, enum state state, enum tristate in_force, int status)
{
    const struct verdict v = scene_look(s);
    assert_int_equal(v.authentic, AUTH_TRUE);
    if (v.state != state)
        fail_msg("%s, not %s; problems:%s", state_word(v.state), state_word(state),
                 problems_of(&v));
    assert_int_equal(v.in_force, in_force);
    assert_int_equal(verdict_exit(&v), status);
}

static int forget(void **state)
{
    (void)state;
    scene_forget();
    return 0;
}

/* --- reading --- */

static void bytes_that_are_no_token_are_unreadable(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.flip_token = 1; /* the tag */
    const struct verdict v = scene_look(&s);
    assert_int_equal(v.authentic, AUTH_UNREADABLE);
    assert_int_equal(v.in_force, TRI_UNKNOWN);
    assert_true(verdict_has(&v, PROBLEM_FORMAT));
    assert_int_equal(v.offset, 0);
    shows_nothing(&v);
    assert_int_equal(verdict_exit(&v), 8);
}

static void no_single_bit_flip_is_authentic(void **state)
{
    (void)state;
    struct scene s = scene_good();
    struct scene_files files = { 0 };
    scene_make(&s, &files);
    struct trust_list *trust = NULL;
    assert_int_equal(trust_list_read(buf_span(&files.trust), NULL, &trust, NULL), RC_OK);
    const struct evidence e = { .trust = trust, .now = SCENE_NOW, .max_age_s = DAY_S };
    for (size_t bit = 0; bit < files.token.len * 8; bit++) {
        struct verdict v = { 0 };
        files.token.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(judge(buf_span(&files.token), (struct span){ 0 }, &e, &v, NULL), RC_OK);
        files.token.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (v.authentic == AUTH_TRUE || v.in_force == TRI_TRUE)
            fail_msg("bit %zu", bit);
        shows_nothing(&v);
    }
    trust_list_free(trust);
    scene_files_free(&files);
}

static void no_prefix_and_no_byte_more_is_authentic(void **state)
{
    (void)state;
    struct scene s = scene_good();
    struct scene_files files = { 0 };
    scene_make(&s, &files);
    struct trust_list *trust = NULL;
    assert_int_equal(trust_list_read(buf_span(&files.trust), NULL, &trust, NULL), RC_OK);
    const struct evidence e = { .trust = trust, .now = SCENE_NOW, .max_age_s = DAY_S };
    const size_t whole = files.token.len;
    buf_put_u8(&files.token, 0);
    for (size_t len = 0; len <= whole + 1; len++) {
        struct verdict v = { 0 };
        assert_int_equal(judge(span_of(files.token.ptr, len), (struct span){ 0 }, &e, &v, NULL),
                         RC_OK);
        assert_int_equal(v.authentic, len == whole ? AUTH_TRUE : AUTH_UNREADABLE);
    }
    trust_list_free(trust);
    scene_files_free(&files);
}

/* --- the key --- */

static void a_key_that_is_not_listed_is_unknown(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.signer = KEY_STRANGER;
    const struct verdict v = scene_look(&s);
    assert_int_equal(v.authentic, AUTH_UNKNOWN_KEY);
    assert_int_equal(v.in_force, TRI_UNKNOWN);
    assert_true(verdict_has(&v, PROBLEM_UNKNOWN_KEY));
    shows_nothing(&v);
    assert_int_equal(verdict_exit(&v), 6);
}

static void a_changed_payload_is_a_bad_signature(void **state)
{
    (void)state;
    struct scene s = scene_good();
    struct scene_files files = { 0 };
    scene_make(&s, &files);
    size_t at = 0; /* the holder's name: still well-formed text after the change */
    while (memcmp(files.token.ptr + at, SCENE_NAME, sizeof SCENE_NAME - 1) != 0)
        at++;
    scene_files_free(&files);
    s.flip_token = at + 3;
    is_not_authentic(&s, PROBLEM_BAD_SIGNATURE);
}

static void a_changed_signature_is_a_bad_signature(void **state)
{
    (void)state;
    struct scene s = scene_good();
    struct scene_files files = { 0 };
    scene_make(&s, &files);
    s.flip_token = files.token.len;
    scene_files_free(&files);
    is_not_authentic(&s, PROBLEM_BAD_SIGNATURE);
}

static void a_publish_key_may_not_sign_certificates(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.signer = KEY_PUBLISH;
    is_not_authentic(&s, PROBLEM_KEY_USE);
}

static void a_token_signed_outside_the_keys_dates_is_refused(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.key.not_before = s.token.iat + 1;
    is_not_authentic(&s, PROBLEM_KEY_DATES);
    s = scene_good();
    s.key.not_after = s.token.iat - 1;
    is_not_authentic(&s, PROBLEM_KEY_DATES);
}

static void a_token_signed_in_the_keys_first_or_last_second_is_good(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.key.not_before = s.key.not_after = s.token.iat;
    is(&s, STATE_VALID, TRI_TRUE, 0);
}

static void a_log_index_outside_the_keys_range_is_refused(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.key.last = s.token.log_index;
    is_not_authentic(&s, PROBLEM_KEY_RANGE);
    s = scene_good();
    s.key.first = s.token.log_index + 1;
    is_not_authentic(&s, PROBLEM_KEY_RANGE);
}

/* Remembers one token. */
struct memory {
    struct tlog_hash leaf;
    const struct trusted_key *key;
    unsigned found, kept;
};

static const struct trusted_key *memory_find(void *ctx, const struct tlog_hash *leaf)
{
    struct memory *const m = ctx;
    if (!m->key || memcmp(&m->leaf, leaf, sizeof *leaf) != 0)
        return NULL;
    m->found++;
    return m->key;
}

static void memory_keep(void *ctx, const struct tlog_hash *leaf, const struct trusted_key *key)
{
    struct memory *const m = ctx;
    m->leaf = *leaf;
    m->key = key;
    m->kept++;
}

static struct verdict look_with(struct scene *s, struct memory *m)
{
    const struct judge_memory memory = { memory_find, memory_keep, m };
    struct evidence e = scene_open(s);
    struct verdict v = { 0 };
    e.memory = &memory;
    assert_int_equal(judge(scene_token(), (struct span){ 0 }, &e, &v, NULL), RC_OK);
    return v;
}

static void a_remembered_token_is_not_verified_again(void **state)
{
    (void)state;
    struct scene s = scene_good();
    struct memory m = { 0 };
    const struct judge_memory memory = { memory_find, memory_keep, &m };
    struct evidence e = scene_open(&s);
    struct verdict v = { 0 };
    e.memory = &memory;
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(judge(scene_token(), (struct span){ 0 }, &e, &v, NULL), RC_OK);
        assert_int_equal(v.authentic, AUTH_TRUE);
        assert_non_null(v.kid);
    }
    assert_int_equal(m.kept, 1);
    assert_int_equal(m.found, 2);
}

static void a_forged_token_is_not_remembered(void **state)
{
    (void)state;
    struct scene s = scene_good();
    struct memory m = { 0 };
    s.signer = KEY_STRANGER;
    assert_int_equal(look_with(&s, &m).authentic, AUTH_UNKNOWN_KEY);
    s = scene_good();
    s.flip_token = 100;
    assert_int_not_equal(look_with(&s, &m).authentic, AUTH_TRUE);
    assert_int_equal(m.kept, 0);
}

/* Known or not: what its key may sign is looked at each time. */
static void what_a_key_may_sign_is_looked_at_of_a_remembered_token_too(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.key.last = s.key.first + 1;
    s.token.log_index = s.key.last;
    struct memory m = { 0 };
    const struct judge_memory memory = { memory_find, memory_keep, &m };
    struct evidence e = scene_open(&s);
    struct verdict v = { 0 };
    e.memory = &memory;
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(judge(scene_token(), (struct span){ 0 }, &e, &v, NULL), RC_OK);
        assert_int_equal(v.authentic, AUTH_FALSE);
        has_problem(&v, PROBLEM_KEY_RANGE);
        shows_nothing(&v);
    }
    assert_int_equal(m.found, 1);
}

static void a_log_index_at_the_ranges_ends_is_good(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.key.first = s.token.log_index;
    s.key.last = s.token.log_index + 1;
    is(&s, STATE_VALID, TRI_TRUE, 0);
}

static void a_unit_or_post_outside_the_keys_scope_is_refused(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.key.unit_count = 1;
    s.key.units[0] = 34;
    is_not_authentic(&s, PROBLEM_KEY_SCOPE);
    s = scene_good();
    s.key.post_count = 2;
    s.key.posts[0] = 2;
    s.key.posts[1] = 3;
    is_not_authentic(&s, PROBLEM_KEY_SCOPE);
}

static void a_unit_and_post_inside_the_keys_scope_are_good(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.key.unit_count = s.key.post_count = 1;
    s.key.units[0] = 33;
    s.key.posts[0] = 1;
    is(&s, STATE_VALID, TRI_TRUE, 0);
}

/* --- a stolen key, cut off at an index of the log --- */

/* Cut off behind the token's log index, with what its set of survivors holds there. */
static struct scene cut_off_scene(enum scene_survivor survivor)
{
    struct scene s = scene_good();
    s.key.cut_off.given = true;
    s.key.cut_off.index = s.token.log_index + 1;
    s.survivor = survivor;
    return s;
}

static void a_survivor_of_a_cut_off_key_is_as_good_as_before(void **state)
{
    (void)state;
    const struct scene s = cut_off_scene(SURVIVOR_TOKEN);
    is(&s, STATE_VALID, TRI_TRUE, 0);
}

static void a_forgery_on_a_used_or_unused_index_is_refused(void **state)
{
    (void)state;
    struct scene s = cut_off_scene(SURVIVOR_ANOTHER);
    is_not_authentic(&s, PROBLEM_CUT_OFF);
    s.survivor = SURVIVOR_NO_TOKEN;
    is_not_authentic(&s, PROBLEM_CUT_OFF);
}

static void what_a_stolen_key_signed_behind_its_end_is_refused_by_any_device(void **state)
{
    (void)state;
    struct scene s = cut_off_scene(SURVIVOR_ABSENT);
    s.key.cut_off.index = s.token.log_index;
    is_not_authentic(&s, PROBLEM_CUT_OFF);
    s.keys_only = true;
    is_not_authentic(&s, PROBLEM_CUT_OFF);
    s.key.cut_off.index = 0; /* nothing that it signed is genuine */
    is_not_authentic(&s, PROBLEM_CUT_OFF);
}

/* Neither genuine nor forged: no holder, no answer, exit status 7. */
static void cannot_be_told(const struct scene *s)
{
    const struct verdict v = scene_look(s);
    assert_int_equal(v.authentic, AUTH_UNPROVEN);
    assert_int_equal(v.in_force, TRI_UNKNOWN);
    assert_int_equal(v.state, STATE_UNKNOWN);
    has_problem(&v, PROBLEM_CUT_OFF_UNPROVEN);
    shows_nothing(&v);
    assert_int_equal(verdict_exit(&v), 7);
}

static void without_survivors_it_cannot_be_told(void **state)
{
    (void)state;
    struct scene s = cut_off_scene(SURVIVOR_ABSENT);
    cannot_be_told(&s);
    s.survivor = SURVIVOR_TOKEN;
    s.keys_only = true;
    cannot_be_told(&s);
}

static void survivors_that_the_trust_list_does_not_promise_say_nothing(void **state)
{
    (void)state;
    const struct scene s = cut_off_scene(SURVIVOR_DAMAGED);
    cannot_be_told(&s);
    const struct verdict v = scene_look(&s);
    has_problem(&v, PROBLEM_BLOCK_DAMAGED);
}

static void a_cut_off_key_still_keeps_its_other_rules(void **state)
{
    (void)state;
    struct scene s = cut_off_scene(SURVIVOR_TOKEN);
    s.token.iat = s.key.not_after + 1;
    is_not_authentic(&s, PROBLEM_KEY_DATES);
    s = cut_off_scene(SURVIVOR_TOKEN);
    s.key.first = s.token.log_index + 1;
    s.key.cut_off.index = s.key.first + 10;
    is_not_authentic(&s, PROBLEM_KEY_RANGE);
    s = cut_off_scene(SURVIVOR_TOKEN);
    s.flip_token = 100;
    is_not_authentic(&s, PROBLEM_BAD_SIGNATURE);
}

static void a_survivor_without_a_proof_is_judged_by_a_proof(void **state)
{
    (void)state;
    struct scene s = cut_off_scene(SURVIVOR_ABSENT);
    const struct evidence e = scene_open(&s);
    struct verdict v = { 0 };
    assert_int_equal(judge_proven(scene_token(), (struct span){ 0 }, true, &e, &v, NULL), RC_OK);
    assert_int_equal(v.authentic, AUTH_TRUE);
    assert_int_equal(v.state, STATE_VALID);
}

/* --- times --- */

/* --- witnesses --- */

static struct scene witnessed(unsigned cosigned)
{
    struct scene s = scene_good();
    s.witnesses = 3;
    s.quorum = 2;
    s.cosigned = cosigned;
    return s;
}

static void as_many_witnesses_as_the_list_asks_for_are_enough(void **state)
{
    (void)state;
    for (unsigned cosigned = 2; cosigned <= 3; cosigned++) {
        const struct scene s = witnessed(cosigned);
        is(&s, STATE_VALID, TRI_TRUE, 0);
    }
}

static void one_witness_fewer_is_undecided(void **state)
{
    (void)state;
    struct scene s = witnessed(0);
    is_undecided(&s, PROBLEM_WITNESS_QUORUM);
    s = witnessed(1);
    is_undecided(&s, PROBLEM_WITNESS_QUORUM);
    s.cosigned_twice = true;
    is_undecided(&s, PROBLEM_WITNESS_QUORUM);
}

static void a_cosignature_of_something_else_counts_for_nobody(void **state)
{
    (void)state;
    struct scene s = witnessed(2);
    s.cosigned_wrongly = true;
    is_undecided(&s, PROBLEM_WITNESS_QUORUM);
    s.cosigned = 3;
    is(&s, STATE_VALID, TRI_TRUE, 0);
}

static void cosignatures_that_no_policy_asks_for_are_let_stand(void **state)
{
    (void)state;
    struct scene s = witnessed(3);
    s.witnesses = s.quorum = 0;
    is(&s, STATE_VALID, TRI_TRUE, 0);
}

static void a_revocation_needs_no_witness(void **state)
{
    (void)state;
    struct scene s = witnessed(0);
    s.row.status = STATUS_INVALID;
    is(&s, STATE_REVOKED, TRI_FALSE, 3);
}

static void a_token_signed_over_a_day_ahead_is_undecided(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.token.iat = s.now + CLOCK_SKEW_S + 1;
    is_undecided(&s, PROBLEM_SIGNED_AHEAD);
}

static void a_token_signed_a_day_ahead_is_judged(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.token.iat = s.now + CLOCK_SKEW_S;
    is(&s, STATE_VALID, TRI_TRUE, 0);
}

static void a_bundle_made_over_a_day_ahead_is_undecided(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.now = s.issued - CLOCK_SKEW_S - 1;
    is_undecided(&s, PROBLEM_SIGNED_AHEAD);
    s.now = s.issued - CLOCK_SKEW_S;
    is(&s, STATE_VALID, TRI_TRUE, 0);
}

static void a_trust_list_made_over_a_day_ahead_is_undecided(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.trust_issued = s.now + CLOCK_SKEW_S + 1;
    is_undecided(&s, PROBLEM_SIGNED_AHEAD);
}

static void lists_past_their_end_are_stale(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.status_exp = s.now - 1;
    is_undecided(&s, PROBLEM_STATUS_STALE);
    s = scene_good();
    s.deadlines_exp = s.now - 1;
    is_undecided(&s, PROBLEM_STATUS_STALE);
    s = scene_good();
    s.status_exp = s.deadlines_exp = s.now;
    is(&s, STATE_VALID, TRI_TRUE, 0);
}

static void lists_older_than_the_largest_age_are_stale(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.max_age_s = s.now - s.issued - 1;
    is_undecided(&s, PROBLEM_STATUS_STALE);
    s.max_age_s = s.now - s.issued;
    is(&s, STATE_VALID, TRI_TRUE, 0);
}

static void a_larger_age_does_not_outlive_the_lists(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.status_exp = s.now - 1;
    s.max_age_s = INT64_MAX / 2;
    is_undecided(&s, PROBLEM_STATUS_STALE);
}

static void a_trust_list_past_its_next_update_is_stale(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.trust_next_update = s.now - 1;
    is_undecided(&s, PROBLEM_TRUST_STALE);
    s.trust_next_update = s.now;
    is(&s, STATE_VALID, TRI_TRUE, 0);
}

static void a_revocation_outlives_stale_lists(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.row.status = STATUS_INVALID;
    s.status_exp = s.deadlines_exp = s.trust_next_update = s.now - 1;
    is(&s, STATE_REVOKED, TRI_FALSE, 3);
    const struct verdict v = scene_look(&s);
    assert_true(verdict_has(&v, PROBLEM_STATUS_STALE));
}

static void a_suspension_does_not_outlive_stale_lists(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.row.status = STATUS_SUSPENDED;
    s.status_exp = s.now - 1;
    is_undecided(&s, PROBLEM_STATUS_STALE);
}

static void a_lapse_is_not_certain_from_stale_lists(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.token.deadline = s.row.deadline = SCENE_TODAY - 1;
    s.status_exp = s.now - 1;
    is_undecided(&s, PROBLEM_STATUS_STALE);
}

/* --- the row --- */

static void an_index_never_assigned_is_not_in_the_register(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.row = (struct column_row){ 0 };
    s.token.iat = s.issued - 1;
    is_not_authentic(&s, PROBLEM_NOT_IN_REGISTER);
}

/* A second is the finest that both say: within it the list may have been first. */
static void a_token_of_the_lists_own_second_is_undecided(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.row = (struct column_row){ 0 };
    s.token.iat = s.issued;
    is_undecided(&s, PROBLEM_NEWER_THAN_LIST);
}

static void an_index_not_yet_assigned_is_undecided(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.row = (struct column_row){ 0 };
    s.token.iat = s.issued + 1;
    is_undecided(&s, PROBLEM_NEWER_THAN_LIST);
}

static void
an_index_past_an_older_list_is_undecided_past_a_newer_one_not_in_the_register(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.token.status_index = s.rows;
    is_not_authentic(&s, PROBLEM_NOT_IN_REGISTER);
    s.token.iat = s.issued + 1;
    is_undecided(&s, PROBLEM_NEWER_THAN_LIST);
}

static void a_version_above_the_lists_is_not_in_the_register(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.token.version = 2;
    is_not_authentic(&s, PROBLEM_NOT_IN_REGISTER);
    s.token.iat = s.issued + 1;
    is_undecided(&s, PROBLEM_NEWER_THAN_LIST);
}

static void another_deadline_for_the_same_version_is_not_in_the_register(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.token.deadline = s.row.deadline + 1;
    is_not_authentic(&s, PROBLEM_NOT_IN_REGISTER);
    s.token.iat = s.issued + 1;
    is_undecided(&s, PROBLEM_NEWER_THAN_LIST);
}

static void a_newer_version_of_what_the_list_revoked_is_revoked(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.token.version = 2;
    s.token.iat = s.issued + 1;
    s.row.status = STATUS_INVALID;
    is(&s, STATE_REVOKED, TRI_FALSE, 3);
}

static void what_is_not_in_the_register_is_so_by_stale_lists_too(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.row = (struct column_row){ 0 };
    s.status_exp = s.deadlines_exp = s.now - 1;
    is_not_authentic(&s, PROBLEM_NOT_IN_REGISTER);
}

static void an_older_version_is_replaced_and_has_the_current_deadline(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.token.deadline = SCENE_TODAY - 5;
    s.row = (struct column_row){ .version = 3, .deadline = SCENE_TODAY + 400 };
    is(&s, STATE_VALID, TRI_TRUE, 0);
    const struct verdict v = scene_look(&s);
    assert_true(v.replaced);
    assert_true(verdict_has(&v, PROBLEM_REPLACED));
    assert_int_equal(v.current_version, 3);
    assert_int_equal(v.deadline, SCENE_TODAY + 400);
    assert_int_equal(v.days_left, 400);
}

static void a_replaced_version_of_a_lapsed_certificate_is_lapsed(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.row = (struct column_row){ .version = 2, .deadline = SCENE_TODAY - 1 };
    is(&s, STATE_LAPSED, TRI_FALSE, 4);
}

static void an_invalid_status_is_revoked_whatever_the_deadline(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.row.status = STATUS_INVALID;
    is(&s, STATE_REVOKED, TRI_FALSE, 3);
    s.token.deadline = s.row.deadline = SCENE_TODAY - 1;
    is(&s, STATE_REVOKED, TRI_FALSE, 3);
}

static void a_suspension_outranks_a_lapse(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.row.status = STATUS_SUSPENDED;
    is(&s, STATE_SUSPENDED, TRI_FALSE, 5);
    s.token.deadline = s.row.deadline = SCENE_TODAY - 1;
    is(&s, STATE_SUSPENDED, TRI_FALSE, 5);
}

static void a_damaged_block_is_undecided(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.flip_bundle_end = 1;
    is_undecided(&s, PROBLEM_BLOCK_DAMAGED);
}

static void the_deadlines_own_day_is_in_force_and_the_next_is_not(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.token.deadline = s.row.deadline = SCENE_TODAY;
    s.now = SCENE_NOW + 12 * 3600 - 1; /* the last second of the day in UTC+8 */
    is(&s, STATE_DUE, TRI_TRUE, 0);
    s.now++;
    is(&s, STATE_LAPSED, TRI_FALSE, 4);
}

static void a_certificate_is_due_from_ninety_days_before(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.token.deadline = s.row.deadline = SCENE_TODAY + 91;
    is(&s, STATE_VALID, TRI_TRUE, 0);
    s.token.deadline = s.row.deadline = SCENE_TODAY + 90;
    is(&s, STATE_DUE, TRI_TRUE, 0);
}

/* --- what is at hand --- */

static void keys_alone_prove_authenticity_but_no_status(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.keys_only = true;
    is_undecided(&s, PROBLEM_STATUS_MISSING);
    const struct verdict v = scene_look(&s);
    assert_int_equal(v.status_from, FROM_TOKEN);
    assert_int_equal(v.deadline, s.token.deadline);
    assert_int_equal(v.as_of, 0);
}

static void a_lapsed_date_in_the_token_alone_is_undecided(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.keys_only = true;
    s.token.deadline = SCENE_TODAY - 1;
    is_undecided(&s, PROBLEM_STATUS_MISSING);
}

static void a_refused_bundle_gives_no_status(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.refused = PROBLEM_BUNDLE_ROLLBACK;
    is_undecided(&s, PROBLEM_BUNDLE_ROLLBACK);
    s.refused = PROBLEM_CLOCK_SET_BACK;
    is_undecided(&s, PROBLEM_CLOCK_SET_BACK);
}

static void a_refused_bundle_still_gives_keys(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.refused = PROBLEM_BUNDLE_ROLLBACK;
    s.flip_token = 0;
    s.signer = KEY_PUBLISH;
    is_not_authentic(&s, PROBLEM_KEY_USE);
}

static void another_host_is_a_problem_but_no_other_state(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.host = "ZS.EXAMPLE-GOV.CN";
    const struct verdict v = scene_look(&s);
    assert_int_equal(v.host_matches, TRI_FALSE);
    has_problem(&v, PROBLEM_HOST_MISMATCH);
    assert_int_equal(v.state, STATE_VALID);
}

static void a_listed_host_matches_and_none_is_unknown(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.host = "zs.example.gov.cn";
    struct verdict v = scene_look(&s);
    assert_int_equal(v.host_matches, TRI_TRUE);
    no_problem_at_all(&v);
    s.host = NULL;
    v = scene_look(&s);
    assert_int_equal(v.host_matches, TRI_UNKNOWN);
}

static void a_good_certificate_shows_all_that_was_verified(void **state)
{
    (void)state;
    struct scene s = scene_good();
    const struct verdict v = scene_look(&s);
    no_problem_at_all(&v);
    assert_int_equal(v.state, STATE_VALID);
    assert_int_equal(v.in_force, TRI_TRUE);
    assert_true(span_equal(v.token.name, SPAN_LITERAL(SCENE_NAME)));
    assert_true(span_equal(v.token.number, SPAN_LITERAL(SCENE_NUMBER)));
    assert_true(span_equal(v.post_name, SPAN_LITERAL("土建施工员")));
    assert_true(span_equal(v.provider_name, SPAN_LITERAL("示例建设培训学校")));
    assert_true(v.unit_name.len > 0);
    assert_int_equal(v.status_from, FROM_BUNDLE);
    assert_int_equal(v.as_of, s.issued);
    assert_int_equal(v.now, s.now);
    assert_int_equal(v.days_left, 900);
    assert_int_equal(v.current_version, 1);
    assert_false(v.replaced);
    assert_non_null(v.kid);
    assert_false(v.demo);
}

static void a_demonstration_says_so(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.demo = true;
    const struct verdict v = scene_look(&s);
    assert_true(v.demo);
    has_problem(&v, PROBLEM_DEMO);
}

/* --- the self-test --- */

static enum rc selftest_of(const struct scene *s)
{
    struct scene_files files = { 0 };
    struct bundle *b = NULL;
    scene_make(s, &files);
    assert_int_equal(bundle_open(buf_span(&files.bundle), NULL, &b, NULL), RC_OK);
    const enum rc rc = judge_selftest(b, NULL);
    bundle_free(b);
    scene_files_free(&files);
    return rc;
}

static void a_device_that_disagrees_with_the_self_test_must_not_judge(void **state)
{
    (void)state;
    struct scene s = scene_good();
    s.selftest_lies = true;
    assert_int_equal(selftest_of(&s), RC_REFUSED);
}

static void a_device_that_agrees_with_the_self_test_may_judge(void **state)
{
    (void)state;
    struct scene s = scene_good();
    assert_int_equal(selftest_of(&s), RC_OK);
}

#define TEST(name) cmocka_unit_test_teardown(name, forget)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bytes_that_are_no_token_are_unreadable),
        TEST(no_single_bit_flip_is_authentic),
        TEST(no_prefix_and_no_byte_more_is_authentic),
        TEST(a_key_that_is_not_listed_is_unknown),
        TEST(a_changed_payload_is_a_bad_signature),
        TEST(a_changed_signature_is_a_bad_signature),
        TEST(a_publish_key_may_not_sign_certificates),
        TEST(a_token_signed_outside_the_keys_dates_is_refused),
        TEST(a_token_signed_in_the_keys_first_or_last_second_is_good),
        TEST(a_log_index_outside_the_keys_range_is_refused),
        TEST(a_log_index_at_the_ranges_ends_is_good),
        TEST(a_remembered_token_is_not_verified_again),
        TEST(a_forged_token_is_not_remembered),
        TEST(what_a_key_may_sign_is_looked_at_of_a_remembered_token_too),
        TEST(a_unit_or_post_outside_the_keys_scope_is_refused),
        TEST(a_unit_and_post_inside_the_keys_scope_are_good),
        TEST(a_survivor_of_a_cut_off_key_is_as_good_as_before),
        TEST(a_forgery_on_a_used_or_unused_index_is_refused),
        TEST(what_a_stolen_key_signed_behind_its_end_is_refused_by_any_device),
        TEST(without_survivors_it_cannot_be_told),
        TEST(survivors_that_the_trust_list_does_not_promise_say_nothing),
        TEST(a_cut_off_key_still_keeps_its_other_rules),
        TEST(a_survivor_without_a_proof_is_judged_by_a_proof),
        TEST(as_many_witnesses_as_the_list_asks_for_are_enough),
        TEST(one_witness_fewer_is_undecided),
        TEST(a_cosignature_of_something_else_counts_for_nobody),
        TEST(cosignatures_that_no_policy_asks_for_are_let_stand),
        TEST(a_revocation_needs_no_witness),
        TEST(a_token_signed_over_a_day_ahead_is_undecided),
        TEST(a_token_signed_a_day_ahead_is_judged),
        TEST(a_bundle_made_over_a_day_ahead_is_undecided),
        TEST(a_trust_list_made_over_a_day_ahead_is_undecided),
        TEST(lists_past_their_end_are_stale),
        TEST(lists_older_than_the_largest_age_are_stale),
        TEST(a_larger_age_does_not_outlive_the_lists),
        TEST(a_trust_list_past_its_next_update_is_stale),
        TEST(a_revocation_outlives_stale_lists),
        TEST(a_suspension_does_not_outlive_stale_lists),
        TEST(a_lapse_is_not_certain_from_stale_lists),
        TEST(an_index_never_assigned_is_not_in_the_register),
        TEST(a_token_of_the_lists_own_second_is_undecided),
        TEST(an_index_not_yet_assigned_is_undecided),
        TEST(an_index_past_an_older_list_is_undecided_past_a_newer_one_not_in_the_register),
        TEST(a_version_above_the_lists_is_not_in_the_register),
        TEST(another_deadline_for_the_same_version_is_not_in_the_register),
        TEST(a_newer_version_of_what_the_list_revoked_is_revoked),
        TEST(what_is_not_in_the_register_is_so_by_stale_lists_too),
        TEST(an_older_version_is_replaced_and_has_the_current_deadline),
        TEST(a_replaced_version_of_a_lapsed_certificate_is_lapsed),
        TEST(an_invalid_status_is_revoked_whatever_the_deadline),
        TEST(a_suspension_outranks_a_lapse),
        TEST(a_damaged_block_is_undecided),
        TEST(the_deadlines_own_day_is_in_force_and_the_next_is_not),
        TEST(a_certificate_is_due_from_ninety_days_before),
        TEST(keys_alone_prove_authenticity_but_no_status),
        TEST(a_lapsed_date_in_the_token_alone_is_undecided),
        TEST(a_refused_bundle_gives_no_status),
        TEST(a_refused_bundle_still_gives_keys),
        TEST(another_host_is_a_problem_but_no_other_state),
        TEST(a_listed_host_matches_and_none_is_unknown),
        TEST(a_good_certificate_shows_all_that_was_verified),
        TEST(a_demonstration_says_so),
        TEST(a_device_that_disagrees_with_the_self_test_must_not_judge),
        TEST(a_device_that_agrees_with_the_self_test_may_judge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
