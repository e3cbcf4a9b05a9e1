#include "tests/unit/check.h"

#include "core/cert/directory.h"
#include "core/cose/cbor.h"

#define CODE "91330000MA27XXXX0X"

/* Arrays to be put; a test changes one thing. */
struct draft {
    struct directory_post posts[2];
    struct directory_unit units[2];
    struct directory_provider providers[2];
    struct directory dir;
};

static void fill(struct draft *f)
{
    *f = (struct draft){
        .posts = { { 1, SPAN_LITERAL("土建施工员"), SPAN_LITERAL("") },
                   { 13, SPAN_LITERAL("标准员"), SPAN_LITERAL("Standards officer") } },
        .units = { { 33, SPAN_LITERAL("示例省") }, { 901, SPAN_LITERAL("示例集团") } },
        .providers = { { SPAN_LITERAL(CODE), SPAN_LITERAL("示例学校"), 33 },
                       { SPAN_LITERAL(CODE), SPAN_LITERAL("示例协会"), 901 } },
        .dir = { .deployment = { 7 },
                 .issued = 1700000000,
                 .post_count = 2,
                 .unit_count = 2,
                 .provider_count = 2 },
    };
    f->dir.posts = f->posts;
    f->dir.units = f->units;
    f->dir.providers = f->providers;
}

static enum rc read_back(const struct draft *f, struct diag *d)
{
    struct buf b = { 0 };
    struct directory dir = { 0 };
    directory_payload_put(&b, &f->dir);
    const enum rc rc = directory_payload_read(buf_span(&b), &dir, d);
    directory_free(&dir);
    buf_free(&b);
    return rc;
}

static void codes_that_do_not_ascend_are_refused(void **state)
{
    (void)state;
    struct draft f;
    struct diag d = DIAG_INIT;
    fill(&f);
    f.posts[0].code = 13;
    assert_int_equal(read_back(&f, &d), RC_FORMAT);
    assert_non_null(strstr(d.text, "post codes do not ascend"));
    fill(&f);
    f.units[0].id = 902;
    d = DIAG_INIT;
    assert_int_equal(read_back(&f, &d), RC_FORMAT);
    assert_non_null(strstr(d.text, "unit ids do not ascend"));
}

static void what_is_out_of_range_is_refused(void **state)
{
    (void)state;
    static const uint8_t long_name[DIRECTORY_NAME_MAX + 1] = { 0 };
    struct draft f;
    fill(&f);
    f.posts[1].code = DIRECTORY_CODE_MAX + 1;
    assert_int_equal(read_back(&f, NULL), RC_FORMAT);
    fill(&f);
    f.posts[0].name.len = 0;
    assert_int_equal(read_back(&f, NULL), RC_FORMAT);
    fill(&f);
    f.units[0].name = span_of(long_name, sizeof long_name);
    assert_int_equal(read_back(&f, NULL), RC_FORMAT);
    fill(&f);
    f.providers[0].credit_code.len--;
    assert_int_equal(read_back(&f, NULL), RC_FORMAT);
    fill(&f);
    f.providers[1].unit = DIRECTORY_CODE_MAX + 1;
    assert_int_equal(read_back(&f, NULL), RC_FORMAT);
    fill(&f);
    f.units[0].name = SPAN_LITERAL("\xff");
    assert_int_equal(read_back(&f, NULL), RC_FORMAT);
}

static void no_prefix_and_no_byte_more_is_taken(void **state)
{
    (void)state;
    struct draft f;
    struct buf b = { 0 };
    struct directory dir = { 0 };
    fill(&f);
    directory_payload_put(&b, &f.dir);
    for (size_t len = 0; len < b.len; len++)
        assert_int_equal(directory_payload_read(span_of(b.ptr, len), &dir, NULL), RC_FORMAT);
    buf_put_u8(&b, 0);
    assert_int_equal(directory_payload_read(buf_span(&b), &dir, NULL), RC_FORMAT);
    assert_null(dir.posts);
    buf_free(&b);
}

static void a_huge_count_in_few_bytes_reserves_nothing(void **state)
{
    (void)state;
    static const uint8_t id[SHA256_LEN];
    struct buf b = { 0 };
    struct directory dir = { 0 };
    cbor_put_map(&b, 5);
    cbor_put_uint(&b, 1);
    cbor_put_bytes(&b, span_of(id, sizeof id));
    cbor_put_uint(&b, 2);
    cbor_put_uint(&b, 0);
    cbor_put_uint(&b, 3);
    cbor_put_array(&b, UINT64_MAX);
    assert_int_equal(directory_payload_read(buf_span(&b), &dir, NULL), RC_FORMAT);
    buf_free(&b);
}

static void what_is_put_is_found(void **state)
{
    (void)state;
    struct draft f;
    struct buf b = { 0 };
    struct directory dir = { 0 };
    fill(&f);
    directory_payload_put(&b, &f.dir);
    assert_int_equal(directory_payload_read(buf_span(&b), &dir, NULL), RC_OK);
    assert_memory_equal(dir.deployment, f.dir.deployment, SHA256_LEN);
    assert_int_equal(dir.issued, f.dir.issued);
    assert_true(span_equal(directory_find_post(&dir, 13)->name_en, f.posts[1].name_en));
    assert_true(span_equal(directory_find_unit(&dir, 33)->name, f.units[0].name));
    assert_true(span_equal(directory_find_provider(&dir, 1)->name, f.providers[1].name));
    assert_int_equal(directory_find_provider(&dir, 1)->unit, 901);
    directory_free(&dir);
    buf_free(&b);
}

static void what_was_not_put_is_not_found(void **state)
{
    (void)state;
    struct draft f;
    fill(&f);
    assert_null(directory_find_post(&f.dir, 2));
    assert_null(directory_find_post(&f.dir, UINT32_MAX));
    assert_null(directory_find_unit(&f.dir, 0));
    assert_null(directory_find_provider(&f.dir, 2));
    f.dir.post_count = f.dir.unit_count = f.dir.provider_count = 0;
    assert_null(directory_find_post(&f.dir, 1));
    assert_null(directory_find_unit(&f.dir, 33));
    assert_null(directory_find_provider(&f.dir, 0));
    assert_int_equal(read_back(&f, NULL), RC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_that_do_not_ascend_are_refused),
        cmocka_unit_test(what_is_out_of_range_is_refused),
        cmocka_unit_test(no_prefix_and_no_byte_more_is_taken),
        cmocka_unit_test(a_huge_count_in_few_bytes_reserves_nothing),
        cmocka_unit_test(what_is_put_is_found),
        cmocka_unit_test(what_was_not_put_is_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
