#include "tests/unit/intake/files.h"

#include <sys/stat.h>

#include "core/crypto/hash.h"
#include "issuer/intake/photo.h"

static uint8_t photo[PHOTO_MAX];

static enum reason_code load(const char *name, size_t *ret_len)
{
    struct reasons reasons = { 0 };
    assert_int_equal(photo_load(scratch, span_text(name), photo, ret_len, &reasons, NULL), RC_OK);
    assert_true(reasons.count <= 1 && (reasons.count == 0 || *ret_len == 0));
    return reasons.count > 0 ? reasons.items[0].code : REASON_NONE;
}

static void only_what_lies_beside_is_read(void **state)
{
    (void)state;
    static const char *const names[] = { "",     "/etc/passwd", "../a",   "a/../../b",
                                         "a/..", "..",          "x/../y", "./../a" };
    size_t len;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_int_equal(load(names[i], &len), REASON_FIELD_INVALID);
    struct reasons reasons = { 0 };
    assert_int_equal(photo_load(scratch, SPAN_LITERAL("a\0b"), photo, &len, &reasons, NULL), RC_OK);
    assert_true(reasons_has(&reasons, REASON_FIELD_INVALID));
}

static void what_is_no_file_is_missing(void **state)
{
    (void)state;
    size_t len;
    assert_int_equal(symlink("/etc/hostname", in_scratch("link")), 0);
    assert_int_equal(mkfifo(in_scratch("pipe"), 0600), 0);
    assert_int_equal(folder_make(in_scratch("folder"), 0700, NULL), RC_OK);
    static const char *const names[] = { "none", "none/none", "link", "pipe", "folder" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_int_equal(load(names[i], &len), REASON_FILE_MISSING);
}

static void one_byte_too_many_is_too_large(void **state)
{
    (void)state;
    static const uint8_t zeros[PHOTO_MAX + 1];
    size_t len;
    (void)write_scratch("large", span_of(zeros, PHOTO_MAX + 1));
    (void)write_scratch("most", span_of(zeros, PHOTO_MAX));
    assert_int_equal(load("large", &len), REASON_PHOTO_TOO_LARGE);
    assert_int_equal(load("most", &len), REASON_NONE);
    assert_int_equal(len, PHOTO_MAX);
}

static void dots_in_a_name_are_no_way_up(void **state)
{
    (void)state;
    size_t len;
    (void)write_scratch("..a..jpg", SPAN_LITERAL("picture"));
    assert_int_equal(load("./..a..jpg", &len), REASON_NONE);
    assert_int_equal(len, 7);
    assert_memory_equal(photo, "picture", 7);
}

static enum reason_code decode(struct span base64, size_t *ret_len)
{
    struct reasons reasons = { 0 };
    assert_int_equal(photo_decode(base64, photo, ret_len, &reasons, NULL), RC_OK);
    return reasons.count > 0 ? reasons.items[0].code : REASON_NONE;
}

static void base64_keeps_the_same_limits(void **state)
{
    (void)state;
    static const uint8_t zeros[PHOTO_MAX + 3];
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    size_t len;
    assert_int_equal(decode(SPAN_LITERAL("AAA"), &len), REASON_FIELD_INVALID);
    assert_int_equal(decode(SPAN_LITERAL("AA A"), &len), REASON_FIELD_INVALID);
    assert_int_equal(decode(SPAN_LITERAL(""), &len), REASON_FIELD_INVALID);
    for (size_t over = 1; over <= 3; over++) {
        buf_clear(&text);
        base64_encode(span_of(zeros, PHOTO_MAX + over), &text);
        assert_int_equal(decode(buf_span(&text), &len), REASON_PHOTO_TOO_LARGE);
    }
    buf_clear(&text);
    base64_encode(span_of(zeros, PHOTO_MAX), &text);
    assert_int_equal(decode(buf_span(&text), &len), REASON_NONE);
    assert_int_equal(len, PHOTO_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_lies_beside_is_read),
        cmocka_unit_test(what_is_no_file_is_missing),
        cmocka_unit_test(one_byte_too_many_is_too_large),
        cmocka_unit_test(dots_in_a_name_are_no_way_up),
        cmocka_unit_test(base64_keeps_the_same_limits),
    };
    return cmocka_run_group_tests_name("photo", tests, scratch_make, scratch_remove);
}
