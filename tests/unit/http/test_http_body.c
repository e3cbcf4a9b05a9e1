#include "tests/unit/check.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/crypto/hash.h"
#include "core/http/body.h"

/* Bytes that the disk still takes; the rest is no room. */
static size_t room = SIZE_MAX;

ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);

ssize_t __wrap_write(int fd, const void *bytes, size_t len)
{
    if (room == SIZE_MAX)
        return __real_write(fd, bytes, len);
    if (room == 0) {
        errno = ENOSPC;
        return -1;
    }
    const size_t n = len < room ? len : room;
    room -= n;
    return __real_write(fd, bytes, n);
}

static void body_free_at(struct body *b)
{
    body_free(b);
}

static void one_byte_more_than_the_most_is_too_large(void **state)
{
    (void)state;
    for (unsigned more = 0; more < 2; more++) {
        ON_EXIT(body_free_at) struct body b = BODY_NOTHING;
        assert_int_equal(body_begin(&b, HTTP_BODY_MEMORY, 10, NULL, NULL), RC_OK);
        assert_true(body_add(&b, SPAN_LITERAL("01234567")));
        assert_true(body_add(&b, span_of("89a", 2 + more)));
        assert_int_equal(body_end(&b), RC_OK);
        assert_true(b.too_large == (more == 1));
        assert_true(b.bytes.len <= 10);
    }
}

static void what_is_too_large_is_not_listened_to_for_ever(void **state)
{
    (void)state;
    static const uint8_t bytes[65536];
    ON_EXIT(body_free_at) struct body b = BODY_NOTHING;
    assert_int_equal(body_begin(&b, HTTP_BODY_MEMORY, 10, NULL, NULL), RC_OK);
    unsigned pieces = 0;
    while (body_add(&b, span_of(bytes, sizeof bytes)))
        assert_true(++pieces < 32);
    assert_true(pieces >= 16);
    assert_int_equal(b.bytes.len, 0);
}

static void a_megabyte_beyond_the_most_is_dropped_and_no_byte_more(void **state)
{
    (void)state;
    static const uint8_t bytes[1u << 20];
    for (unsigned more = 0; more < 2; more++) {
        ON_EXIT(body_free_at) struct body b = BODY_NOTHING;
        assert_int_equal(body_begin(&b, HTTP_BODY_MEMORY, 10, NULL, NULL), RC_OK);
        assert_true(body_add(&b, span_of(bytes, 11)));
        assert_true(body_add(&b, span_of(bytes, sizeof bytes - 1 + more)) == (more == 0));
    }
}

static void assert_digest(const struct body *b, struct span bytes)
{
    uint8_t wanted[SHA256_LEN];
    sha256(bytes, wanted);
    assert_memory_equal(b->sha256, wanted, sizeof wanted);
}

static uint8_t bytes_of_large[HTTP_BODY_SMALL + 1];

static void a_small_body_needs_no_file(void **state)
{
    (void)state;
    ON_EXIT(body_free_at) struct body b = BODY_NOTHING;
    ON_EXIT(buf_free_at) struct buf all = { 0 };
    assert_int_equal(body_begin(&b, HTTP_BODY_FILE, UINT64_MAX, "/nowhere/at/all", NULL), RC_OK);
    assert_true(body_add(&b, SPAN_LITERAL("1")));
    assert_true(body_add(&b, span_of(bytes_of_large, HTTP_BODY_SMALL - 1)));
    assert_int_equal(body_end(&b), RC_OK);
    assert_int_equal(b.fd, -1);
    assert_int_equal(b.bytes.len, HTTP_BODY_SMALL);
    assert_int_equal(body_read(&b, &all, NULL), RC_OK);
    assert_int_equal(all.len, HTTP_BODY_SMALL);
    assert_digest(&b, buf_span(&all));
}

static void a_spooled_body_has_no_name_and_starts_at_its_beginning(void **state)
{
    (void)state;
    char folder[] = "/tmp/test_body.XXXXXX";
    assert_non_null(mkdtemp(folder));
    {
        ON_EXIT(body_free_at) struct body b = BODY_NOTHING;
        ON_EXIT(buf_free_at) struct buf all = { 0 };
        uint8_t back[8];
        assert_int_equal(body_begin(&b, HTTP_BODY_FILE, UINT64_MAX, folder, NULL), RC_OK);
        assert_true(body_add(&b, SPAN_LITERAL("hello ")));
        assert_true(body_add(&b, span_of(bytes_of_large, HTTP_BODY_SMALL - 6)));
        assert_int_equal(b.fd, -1);
        assert_true(body_add(&b, SPAN_LITERAL("there")));
        assert_int_equal(body_end(&b), RC_OK);
        assert_int_equal(b.bytes.len, 0);
        assert_int_equal(read(b.fd, back, sizeof back), sizeof back);
        assert_memory_equal(back, "hello \0", 8);
        assert_int_equal(body_read(&b, &all, NULL), RC_OK);
        assert_int_equal(all.len, HTTP_BODY_SMALL + 5);
        assert_memory_equal(all.ptr + HTTP_BODY_SMALL, "there", 5);
        assert_digest(&b, buf_span(&all));
        struct stat about;
        assert_int_equal(fstat(b.fd, &about), 0);
        assert_int_equal(about.st_nlink, 0);
        assert_int_equal(about.st_mode & 0777, 0600);
    }
    assert_int_equal(rmdir(folder), 0);
}

static void a_full_disk_is_told_at_the_end_and_what_comes_is_dropped(void **state)
{
    (void)state;
    ON_EXIT(body_free_at) struct body b = BODY_NOTHING;
    assert_int_equal(body_begin(&b, HTTP_BODY_FILE, UINT64_MAX, "/tmp", NULL), RC_OK);
    room = 7;
    assert_true(body_add(&b, span_of(bytes_of_large, sizeof bytes_of_large)));
    assert_true(body_add(&b, SPAN_LITERAL("67890")));
    assert_true(body_add(&b, SPAN_LITERAL("abc")));
    room = SIZE_MAX;
    assert_int_equal(body_end(&b), RC_FULL);
    assert_int_equal(lseek(b.fd, 0, SEEK_END), 7);
    assert_int_equal(b.bytes.len, 0);
}

static void a_folder_that_is_not_there_is_told_at_the_end_too(void **state)
{
    (void)state;
    ON_EXIT(body_free_at) struct body b = BODY_NOTHING;
    assert_int_equal(body_begin(&b, HTTP_BODY_FILE, UINT64_MAX, "/nowhere/at/all", NULL), RC_OK);
    assert_true(body_add(&b, span_of(bytes_of_large, sizeof bytes_of_large)));
    assert_true(body_add(&b, SPAN_LITERAL("more")));
    assert_int_equal(body_end(&b), RC_IO);
    assert_int_equal(b.bytes.len, 0);
}

static void an_empty_body_has_the_digest_of_nothing(void **state)
{
    (void)state;
    ON_EXIT(body_free_at) struct body b = BODY_NOTHING;
    assert_int_equal(body_begin(&b, HTTP_BODY_MEMORY, 10, NULL, NULL), RC_OK);
    assert_int_equal(body_end(&b), RC_OK);
    assert_digest(&b, SPAN_LITERAL(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_byte_more_than_the_most_is_too_large),
        cmocka_unit_test(what_is_too_large_is_not_listened_to_for_ever),
        cmocka_unit_test(a_megabyte_beyond_the_most_is_dropped_and_no_byte_more),
        cmocka_unit_test(a_small_body_needs_no_file),
        cmocka_unit_test(a_spooled_body_has_no_name_and_starts_at_its_beginning),
        cmocka_unit_test(a_full_disk_is_told_at_the_end_and_what_comes_is_dropped),
        cmocka_unit_test(a_folder_that_is_not_there_is_told_at_the_end_too),
        cmocka_unit_test(an_empty_body_has_the_digest_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
