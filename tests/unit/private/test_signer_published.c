#include "tests/unit/private/fixture.h"

#include <string.h>
#include <unistd.h>

#include "core/cert/deadline_list.h"
#include "core/cert/directory.h"
#include "core/cert/status_list.h"
#include "core/cert/tlog.h"

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

static void directory_put(const struct fixture *fx, struct buf *to)
{
    struct directory_post posts[] = { { 1, SPAN_LITERAL("土建施工员"), SPAN_LITERAL("builder") } };
    struct directory_unit units[] = { { 33, SPAN_LITERAL("示例省") } };
    struct directory dir = {
        .issued = FIXTURE_NOW,
        .post_count = 1,
        .unit_count = 1,
        .posts = posts,
        .units = units,
    };
    memcpy(dir.deployment, fx->trust->deployment, SHA256_LEN);
    directory_payload_put(to, &dir);
    assert_true(buf_ok(to));
}

static void deadlines_put(struct buf *to)
{
    const struct deadline_statement st = {
        .uri = SPAN_LITERAL("https://test.example/deadlines.cwt"),
        .iat = FIXTURE_NOW,
        .exp = FIXTURE_NOW + 604800,
        .sequence = 1,
        .rows = 0,
    };
    deadline_statement_put(to, &st);
    assert_true(buf_ok(to));
}

static enum rc publish_code(struct world *w, const char *typ, struct span payload, int64_t now_s)
{
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    const enum rc rc = signer_publication(w->signer, typ, payload, now_s, &out, NULL);
    assert_true((rc == RC_OK) == (out.len > 0));
    return rc;
}

static const char *const typs[] = { TYP_STATUS, TYP_DEADLINES, TYP_DIRECTORY };

static void a_token_payload_is_not_published(void **state)
{
    struct world *const w = *state;
    const struct token t = fixture_token();
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    fixture_payload(&t, &payload);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(publish_code(w, typs[i], buf_span(&payload), FIXTURE_NOW), RC_FORMAT);
}

static void a_publication_is_signed_as_its_own_type_alone(void **state)
{
    struct world *const w = *state;
    ON_EXIT(buf_free_at) struct buf dir = { 0 };
    ON_EXIT(buf_free_at) struct buf deadlines = { 0 };
    directory_put(&w->fx, &dir);
    deadlines_put(&deadlines);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(publish_code(w, typs[i], buf_span(&dir), FIXTURE_NOW),
                         i == 2 ? RC_OK : RC_FORMAT);
        assert_int_equal(publish_code(w, typs[i], buf_span(&deadlines), FIXTURE_NOW),
                         i == 1 ? RC_OK : RC_FORMAT);
    }
}

static void other_types_are_not_publications(void **state)
{
    struct world *const w = *state;
    ON_EXIT(buf_free_at) struct buf dir = { 0 };
    directory_put(&w->fx, &dir);
    static const char *const others[] = { TYP_TRUST, TYP_ORDER, TYP_ORDER_SECOND, TYP_VOID, "" };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_int_equal(publish_code(w, others[i], buf_span(&dir), FIXTURE_NOW), RC_REFUSED);
}

static void a_directory_of_another_deployment_is_not_published(void **state)
{
    struct world *const w = *state;
    ON_EXIT(buf_free_at) struct buf dir = { 0 };
    w->fx.trust->deployment[5] ^= 1;
    directory_put(&w->fx, &dir);
    w->fx.trust->deployment[5] ^= 1;
    assert_int_equal(publish_code(w, TYP_DIRECTORY, buf_span(&dir), FIXTURE_NOW), RC_REFUSED);
}

static void a_bundle_header_that_is_no_map_is_not_published(void **state)
{
    struct world *const w = *state;
    static const struct span bad[] = { { (const uint8_t *)"", 0 },
                                       { (const uint8_t *)"\x01", 1 },
                                       { (const uint8_t *)"\xa1\x01", 2 },
                                       { (const uint8_t *)"\xa1\x01\x02\x00", 4 },
                                       { (const uint8_t *)"\xbf\x01\x02\xff", 4 } };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(publish_code(w, TYP_BUNDLE, bad[i], FIXTURE_NOW), RC_FORMAT);
}

static void nothing_is_published_outside_the_key_s_dates(void **state)
{
    struct world *const w = *state;
    ON_EXIT(buf_free_at) struct buf dir = { 0 };
    directory_put(&w->fx, &dir);
    assert_int_equal(publish_code(w, TYP_DIRECTORY, buf_span(&dir), FIXTURE_NOW - 1), RC_NOT_FOUND);
    assert_int_equal(publish_code(w, TYP_DIRECTORY, buf_span(&dir), FIXTURE_UNTIL + 1),
                     RC_NOT_FOUND);
}

static void without_a_publish_key_nothing_is_published(void **state)
{
    struct world *const w = *state;
    ON_EXIT(buf_free_at) struct buf dir = { 0 };
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    ON_EXIT(signer_free_at) struct signer *s = NULL;
    char path[PATH_LEN];
    scratch_path(w->fx.folder, "publish-1.pem", path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(signer_load(w->fx.folder, w->fx.trust, NULL, &s, NULL), RC_OK);
    directory_put(&w->fx, &dir);
    assert_int_equal(signer_publication(s, TYP_DIRECTORY, buf_span(&dir), FIXTURE_NOW, &out, NULL),
                     RC_NOT_FOUND);
}

static void a_publication_is_one_that_verifiers_take(void **state)
{
    struct world *const w = *state;
    ON_EXIT(buf_free_at) struct buf dir = { 0 };
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    struct cose_sign1 m;
    const struct trusted_key *key = NULL;
    directory_put(&w->fx, &dir);
    assert_int_equal(
        signer_publication(w->signer, TYP_DIRECTORY, buf_span(&dir), FIXTURE_NOW, &out, NULL),
        RC_OK);
    assert_int_equal(cose_sign1_parse(buf_span(&out), &m, NULL), RC_OK);
    assert_int_equal(
        trust_list_check(w->fx.trust, &m, USE_PUBLISH, TYP_DIRECTORY, FIXTURE_NOW, &key, NULL),
        RC_OK);
    assert_true(span_equal(m.payload, buf_span(&dir)));
}

static enum rc checkpoint_code(struct world *w, uint64_t size, uint8_t fill)
{
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    uint8_t root[SHA256_LEN];
    memset(root, fill, sizeof root);
    const enum rc rc = signer_checkpoint(w->signer, size, root, FIXTURE_NOW, &out, NULL);
    assert_true((rc == RC_OK) == (out.len > 0));
    return rc;
}

static void a_tree_never_shrinks_or_splits(void **state)
{
    struct world *const w = *state;
    assert_int_equal(checkpoint_code(w, 10, 1), RC_OK);
    assert_int_equal(checkpoint_code(w, 10, 1), RC_OK);
    assert_int_equal(checkpoint_code(w, 10, 2), RC_REFUSED);
    assert_int_equal(checkpoint_code(w, 9, 1), RC_REFUSED);
    assert_int_equal(checkpoint_code(w, 11, 2), RC_OK);
    assert_int_equal(checkpoint_code(w, 10, 1), RC_REFUSED);
}

static const struct pubkey *log_key(const struct trust_list *trust)
{
    size_t i = 0;
    while (i + 1 < trust->key_count && trust->keys[i].use != USE_LOG)
        i++;
    assert_int_equal(trust->keys[i].use, USE_LOG);
    return trust->keys[i].key;
}

static void a_checkpoint_is_one_that_verifiers_take(void **state)
{
    struct world *const w = *state;
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    struct checkpoint cp;
    uint8_t root[SHA256_LEN] = { 7 };
    const struct pubkey *const log = log_key(w->fx.trust);
    assert_int_equal(signer_checkpoint(w->signer, 77, root, FIXTURE_NOW, &out, NULL), RC_OK);
    assert_int_equal(checkpoint_check(buf_span(&out), "test.example/log", log, &cp, NULL), RC_OK);
    assert_int_equal(cp.size, 77);
    assert_memory_equal(cp.root.bytes, root, SHA256_LEN);
    assert_memory_equal(out.ptr, "test.example/log\n77\nBwAAAA", 26);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_token_payload_is_not_published),
        CASE(a_publication_is_signed_as_its_own_type_alone),
        CASE(other_types_are_not_publications),
        CASE(a_directory_of_another_deployment_is_not_published),
        CASE(a_bundle_header_that_is_no_map_is_not_published),
        CASE(nothing_is_published_outside_the_key_s_dates),
        CASE(without_a_publish_key_nothing_is_published),
        CASE(a_tree_never_shrinks_or_splits),
        CASE(a_publication_is_one_that_verifiers_take),
        CASE(a_checkpoint_is_one_that_verifiers_take),
    };
    return cmocka_run_group_tests_name("signer_published", tests, NULL, NULL);
}
