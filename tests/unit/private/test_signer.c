#include "tests/unit/private/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct world {
    struct fixture fx;
    struct signer *signer;
};

static int setup(void **state)
{
    static struct world w;
    fixture_make(&w.fx);
    assert_int_equal(signer_load(w.fx.folder, w.fx.trust, NULL, &w.signer, NULL), RC_OK);
    *state = &w;
    return 0;
}

static int teardown(void **state)
{
    struct world *const w = *state;
    signer_free_at(&w->signer);
    fixture_drop(&w->fx);
    return 0;
}

static enum rc sign_code(struct signer *s, const struct token *t, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    fixture_payload(t, &payload);
    const enum rc rc = signer_token(s, buf_span(&payload), &out, d);
    assert_true((rc == RC_OK) == (out.len > 0));
    return rc;
}

static void refused_with(struct signer *s, const struct token *t, const char *text)
{
    struct diag d = DIAG_INIT;
    assert_int_equal(sign_code(s, t, &d), RC_REFUSED);
    if (!strstr(d.text, text))
        fail_msg("'%s' does not say '%s'", d.text, text);
}

static void an_index_out_of_every_range_is_refused(void **state)
{
    struct world *const w = *state;
    struct token t = fixture_token();
    static const uint64_t indexes[] = { 3000, 3001, 1u << 30 };
    for (size_t i = 0; i < sizeof indexes / sizeof indexes[0]; i++) {
        t.log_index = indexes[i];
        refused_with(w->signer, &t, "log index");
    }
    t.log_index = 1000;
    assert_int_equal(sign_code(w->signer, &t, NULL), RC_OK);
    t.log_index = 1999;
    assert_int_equal(sign_code(w->signer, &t, NULL), RC_OK);
}

static void an_index_whose_key_is_not_here_is_refused(void **state)
{
    struct world *const w = *state;
    struct token t = fixture_token();
    t.log_index = 2000;
    refused_with(w->signer, &t, "log index 2000");
}

static void a_time_outside_the_key_s_dates_is_refused(void **state)
{
    struct world *const w = *state;
    struct token t = fixture_token();
    t.iat = FIXTURE_NOW - 1;
    refused_with(w->signer, &t, "not good at the time");
    t.iat = FIXTURE_UNTIL + 1;
    refused_with(w->signer, &t, "not good at the time");
    t.iat = FIXTURE_NOW;
    assert_int_equal(sign_code(w->signer, &t, NULL), RC_OK);
    t.iat = FIXTURE_UNTIL;
    assert_int_equal(sign_code(w->signer, &t, NULL), RC_OK);
}

static void a_unit_or_post_outside_the_scope_is_refused(void **state)
{
    struct world *const w = *state;
    struct token t = fixture_token();
    t.log_index = 5;
    assert_int_equal(sign_code(w->signer, &t, NULL), RC_OK);
    t.unit = 34;
    refused_with(w->signer, &t, "unit 34");
    t.unit = 33;
    t.post = 2;
    refused_with(w->signer, &t, "post 2");
}

static void no_prefix_of_a_payload_is_signed(void **state)
{
    struct world *const w = *state;
    const struct token t = fixture_token();
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    fixture_payload(&t, &payload);
    for (size_t len = 0; len < payload.len; len++)
        assert_int_equal(signer_token(w->signer, span_of(payload.ptr, len), &out, NULL), RC_FORMAT);
    buf_put_u8(&payload, 0);
    assert_int_equal(signer_token(w->signer, buf_span(&payload), &out, NULL), RC_FORMAT);
    assert_int_equal(out.len, 0);
}

static void other_payloads_are_not_signed_as_tokens(void **state)
{
    struct world *const w = *state;
    ON_EXIT(buf_free_at) struct buf order = { 0 };
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    const struct order_text o = {
        .number = SPAN_LITERAL("1"),
        .action = 1,
        .reason = SPAN_LITERAL("r"),
        .reference = SPAN_LITERAL("f"),
    };
    order_payload_put(&order, &o);
    assert_int_equal(signer_token(w->signer, buf_span(&order), &out, NULL), RC_FORMAT);
    assert_int_equal(signer_token(w->signer, SPAN_LITERAL("hello"), &out, NULL), RC_FORMAT);
}

static void a_signed_token_is_one_that_verifiers_take(void **state)
{
    struct world *const w = *state;
    const struct token t = fixture_token();
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    struct token back;
    const struct trusted_key *key = NULL;
    fixture_payload(&t, &payload);
    assert_int_equal(signer_token(w->signer, buf_span(&payload), &out, NULL), RC_OK);
    assert_int_equal(token_parse(buf_span(&out), &back, NULL), RC_OK);
    assert_true(span_equal(back.cose.payload, buf_span(&payload)));
    assert_int_equal(back.cose.header.typ.len, 0);
    assert_int_equal(trust_list_check(w->fx.trust, &back.cose, USE_TOKEN, NULL, t.iat, &key, NULL),
                     RC_OK);
    assert_int_equal(key->first, 1000);
}

static void a_token_is_appended_to_what_stands_there(void **state)
{
    struct world *const w = *state;
    const struct token t = fixture_token();
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    fixture_payload(&t, &payload);
    buf_put_text(&out, "before");
    assert_int_equal(signer_token(w->signer, buf_span(&payload), &out, NULL), RC_OK);
    assert_memory_equal(out.ptr, "before", 6);
    struct token back;
    assert_int_equal(token_parse(span_of(out.ptr + 6, out.len - 6), &back, NULL), RC_OK);
}

static void an_unsafe_key_file_opens_no_signer(void **state)
{
    struct world *const w = *state;
    struct signer *s = NULL;
    char path[PATH_LEN];
    scratch_path(w->fx.folder, "publish-1.pem", path);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(signer_load(w->fx.folder, w->fx.trust, NULL, &s, NULL), RC_REFUSED);
    assert_null(s);
}

static void a_missing_folder_opens_no_signer(void **state)
{
    struct world *const w = *state;
    struct signer *s = NULL;
    assert_int_equal(signer_load("/nonexistent/keys", w->fx.trust, NULL, &s, NULL), RC_NOT_FOUND);
    assert_null(s);
}

static void files_of_other_names_are_left_alone(void **state)
{
    struct world *const w = *state;
    struct signer *s = NULL;
    static const char *const names[] = { "register.key", "token-3.pem.bak", ".pem", ".hidden.pem" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[PATH_LEN];
        scratch_path(w->fx.folder, names[i], path);
        assert_int_equal(file_create(path, SPAN_LITERAL("not a key"), 0644, NULL), RC_OK);
    }
    assert_int_equal(signer_load(w->fx.folder, w->fx.trust, NULL, &s, NULL), RC_OK);
    signer_free(s);
}

static void a_void_leaf_needs_a_log_key_and_a_reason(void **state)
{
    struct world *const w = *state;
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    assert_int_equal(signer_void(w->signer, 7, "", FIXTURE_NOW, &out, NULL), RC_LIMIT);
    assert_int_equal(signer_void(w->signer, 7, "x", FIXTURE_NOW - 1, &out, NULL), RC_NOT_FOUND);
    char path[PATH_LEN];
    scratch_path(w->fx.folder, "log-1.pem", path);
    assert_int_equal(unlink(path), 0);
    ON_EXIT(signer_free_at) struct signer *s = NULL;
    assert_int_equal(signer_load(w->fx.folder, w->fx.trust, NULL, &s, NULL), RC_OK);
    assert_int_equal(signer_void(s, 7, "x", FIXTURE_NOW, &out, NULL), RC_NOT_FOUND);
    assert_int_equal(out.len, 0);
}

static void a_void_leaf_says_deployment_index_and_reason(void **state)
{
    struct world *const w = *state;
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    ON_EXIT(buf_free_at) struct buf want = { 0 };
    struct cose_sign1 m;
    const struct trusted_key *key = NULL;
    assert_int_equal(signer_void(w->signer, 7, "why", FIXTURE_NOW, &out, NULL), RC_OK);
    assert_int_equal(cose_sign1_parse(buf_span(&out), &m, NULL), RC_OK);
    assert_int_equal(trust_list_check(w->fx.trust, &m, USE_LOG, TYP_VOID, FIXTURE_NOW, &key, NULL),
                     RC_OK);
    buf_put(&want, "\xa3\x01\x58\x20", 4);
    buf_put(&want, w->fx.trust->deployment, DEPLOYMENT_LEN);
    buf_put(&want, "\x02\x07\x03\x63why", 7);
    assert_true(span_equal(m.payload, buf_span(&want)));
}

#define JOBS 200

static void fill_jobs(struct token_job *jobs, struct buf *payloads)
{
    for (size_t i = 0; i < JOBS; i++) {
        struct token t = fixture_token();
        t.log_index = 1000 + i;
        if (i % 10 == 3)
            t.iat = FIXTURE_NOW - 1;
        fixture_payload(&t, &payloads[i]);
        jobs[i] = (struct token_job){ .payload = buf_span(&payloads[i]) };
    }
}

static void assert_answer(const struct token_job *job, uint64_t log_index, bool good)
{
    struct token t;
    assert_int_equal(job->rc, good ? RC_OK : RC_REFUSED);
    assert_int_equal(job->cose.len > 0, good);
    assert_int_equal(job->diag.text[0] == '\0', good);
    if (good) {
        assert_int_equal(token_parse(buf_span(&job->cose), &t, NULL), RC_OK);
        assert_int_equal(t.log_index, log_index);
    }
}

static void every_job_has_its_own_answer_on_any_number_of_threads(void **state)
{
    struct world *const w = *state;
    static const unsigned threads[] = { 0, 1, 2, 7, 1000 };
    for (size_t n = 0; n < sizeof threads / sizeof threads[0]; n++) {
        static struct token_job jobs[JOBS];
        static struct buf payloads[JOBS];
        fill_jobs(jobs, payloads);
        signer_tokens(w->signer, jobs, JOBS, threads[n]);
        for (size_t i = 0; i < JOBS; i++) {
            assert_answer(&jobs[i], 1000 + i, i % 10 != 3);
            buf_free(&jobs[i].cose);
            buf_free(&payloads[i]);
        }
    }
}

static void no_jobs_are_fine(void **state)
{
    struct world *const w = *state;
    signer_tokens(w->signer, NULL, 0, 4);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_index_out_of_every_range_is_refused),
        CASE(an_index_whose_key_is_not_here_is_refused),
        CASE(a_time_outside_the_key_s_dates_is_refused),
        CASE(a_unit_or_post_outside_the_scope_is_refused),
        CASE(no_prefix_of_a_payload_is_signed),
        CASE(other_payloads_are_not_signed_as_tokens),
        CASE(an_unsafe_key_file_opens_no_signer),
        CASE(a_missing_folder_opens_no_signer),
        CASE(a_void_leaf_needs_a_log_key_and_a_reason),
        CASE(files_of_other_names_are_left_alone),
        CASE(a_signed_token_is_one_that_verifiers_take),
        CASE(a_token_is_appended_to_what_stands_there),
        CASE(a_void_leaf_says_deployment_index_and_reason),
        CASE(every_job_has_its_own_answer_on_any_number_of_threads),
        CASE(no_jobs_are_fine),
    };
    return cmocka_run_group_tests_name("signer", tests, NULL, NULL);
}
