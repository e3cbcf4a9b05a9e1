/* What the system is told of the parts of a mapped file that are wanted next. */
#include "tests/unit/check.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/sys/file.h"
#include "tests/unit/sys/scratch.h"

static struct {
    unsigned count;
    uintptr_t from;
    size_t len;
    int advice;
} told;

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker names them */
int __wrap_posix_madvise(void *at, size_t len, int advice);
int __wrap_posix_madvise(void *at, size_t len, int advice)
{
    told.count++;
    told.from = (uintptr_t)at;
    told.len = len;
    told.advice = advice;
    return 0;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static struct mapping mapping;
static size_t page;

static int setup(void **state)
{
    (void)state;
    struct buf b = { 0 };
    page = (size_t)sysconf(_SC_PAGESIZE);
    memset(&told, 0, sizeof told);
    assert_int_equal(scratch_make(state), 0);
    uint8_t *const at = buf_reserve(&b, 3 * page);
    assert_non_null(at);
    memset(at, 'x', 3 * page);
    b.len = 3 * page;
    assert_int_equal(file_replace(in_scratch("f"), buf_span(&b), 0600, NULL), RC_OK);
    buf_free(&b);
    return file_map(in_scratch("f"), &mapping, NULL) == RC_OK ? 0 : -1;
}

static int teardown(void **state)
{
    mapping_close(&mapping);
    return scratch_remove(state);
}

static void expect(size_t at, size_t len)
{
    mapping_expect(&mapping, span_of(mapping.bytes.ptr + at, len));
}

static void nothing_is_told_of_no_bytes(void **state)
{
    (void)state;
    expect(0, 0);
    expect(3 * page, 0);
    assert_int_equal(told.count, 0);
}

/* The system takes whole pages alone: from where the part's first one begins. */
static void all_of_a_part_is_asked_for_from_the_start_of_its_page(void **state)
{
    (void)state;
    const uintptr_t start = (uintptr_t)mapping.bytes.ptr;
    static const struct {
        size_t from, to; /* in tenths of a page */
    } parts[] = { { 0, 30 }, { 5, 6 }, { 5, 15 }, { 10, 20 }, { 19, 30 }, { 29, 30 } };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const size_t from = parts[i].from * page / 10, to = parts[i].to * page / 10;
        expect(from, to - from);
        assert_int_equal(told.count, i + 1);
        assert_int_equal(told.advice, POSIX_MADV_WILLNEED);
        assert_int_equal(told.from, start + from / page * page);
        assert_int_equal(told.from + told.len, start + to);
    }
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(nothing_is_told_of_no_bytes),
        CASE(all_of_a_part_is_asked_for_from_the_start_of_its_page),
    };
    return cmocka_run_group_tests_name("mapping", tests, NULL, NULL);
}
