/* What the signer remembers: it lasts, it is whole or not there, and damage is not overlooked. */
#include "tests/unit/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sys/file.h"
#include "keys/memory/memory.h"
#include "tests/unit/register/home_scratch.h"

static const uint8_t ours[DEPLOYMENT_LEN] = { 1, 2, 3 };
static const uint8_t theirs[DEPLOYMENT_LEN] = { 3, 2, 1 };

/* --- faults --- */

static int failing; /* errno of the next call; 0: none */

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __wrap_fdatasync(int fd)
{
    if (failing == 0)
        return __real_fdatasync(fd);
    errno = failing;
    failing = 0;
    return -1;
}

static int short_of_room; /* so many calls succeed, then one fails; -1: none fails */

ssize_t __real_pwrite(int fd, const void *from, size_t len, off_t at);
ssize_t __wrap_pwrite(int fd, const void *from, size_t len, off_t at);
ssize_t __wrap_pwrite(int fd, const void *from, size_t len, off_t at)
{
    if (short_of_room < 0 || short_of_room-- > 0)
        return __real_pwrite(fd, from, len, at);
    errno = ENOSPC;
    return -1;
}

/* --- scenes --- */

struct place {
    char home[PATH_LEN];
    struct memory *m;
};

static int setup(void **state)
{
    static struct place p;
    failing = 0;
    short_of_room = -1;
    assert_true(scratch_make(p.home));
    assert_int_equal(memory_create(p.home, ours, NULL), RC_OK);
    assert_int_equal(memory_open(p.home, ours, &p.m, NULL), RC_OK);
    *state = &p;
    return 0;
}

static int teardown(void **state)
{
    struct place *const p = *state;
    memory_close(p->m);
    scratch_drop(p->home);
    return 0;
}

static enum rc again(struct place *p)
{
    memory_close(p->m);
    p->m = NULL;
    return memory_open(p->home, ours, &p->m, NULL);
}

static struct memory_leaf leaf_of(uint64_t index)
{
    struct memory_leaf leaf;
    const uint64_t other = ~index;
    sha256(span_of(&index, sizeof index), leaf.payload);
    sha256(span_of(&other, sizeof other), leaf.leaf);
    return leaf;
}

static void note(struct memory *m, uint64_t index)
{
    const struct memory_leaf leaf = leaf_of(index);
    memory_note_leaf(m, index, &leaf);
}

static void keep(struct place *p, uint64_t first, uint64_t count)
{
    for (uint64_t i = first; i < first + count; i++)
        note(p->m, i);
    assert_int_equal(memory_settle(p->m, NULL), RC_OK);
}

static bool knows(struct memory *m, uint64_t index)
{
    struct memory_leaf found;
    const struct memory_leaf want = leaf_of(index);
    const enum rc rc = memory_leaf(m, index, &found, NULL);
    assert_true(rc == RC_OK || rc == RC_NOT_FOUND);
    if (rc == RC_OK)
        assert_memory_equal(&found, &want, sizeof want);
    return rc == RC_OK;
}

static void path_of(const struct place *p, const char *name, char ret[PATH_LEN])
{
    char folder[PATH_LEN];
    assert_int_equal(path_join(p->home, MEMORY_FOLDER, folder, NULL), RC_OK);
    assert_int_equal(path_join(folder, name, ret, NULL), RC_OK);
}

static void read_whole(const struct place *p, const char *name, struct buf *to)
{
    char path[PATH_LEN];
    path_of(p, name, path);
    assert_int_equal(file_read(path, 64u << 20, to, NULL), RC_OK);
}

static void write_whole(const struct place *p, const char *name, struct span bytes)
{
    char path[PATH_LEN];
    path_of(p, name, path);
    assert_int_equal(file_replace(path, bytes, 0600, NULL), RC_OK);
}

/* --- it lasts --- */

static void what_was_settled_is_there_after_an_opening(void **state)
{
    struct place *const p = *state;
    keep(p, 0, 5);
    memory_note_iat(p->m, 1700000000);
    memory_note_trust(p->m, 7);
    keep(p, 900, 2);
    for (int i = 0; i < 2; i++) {
        for (uint64_t n = 0; n < 5; n++)
            assert_true(knows(p->m, n));
        assert_true(knows(p->m, 900) && knows(p->m, 901));
        assert_false(knows(p->m, 5) || knows(p->m, 899) || knows(p->m, 902));
        assert_int_equal(memory_last_iat(p->m), 1700000000);
        assert_int_equal(memory_trust_sequence(p->m), 7);
        assert_int_equal(again(p), RC_OK);
    }
}

static void what_was_not_settled_is_not_there(void **state)
{
    struct place *const p = *state;
    keep(p, 0, 1);
    note(p->m, 1);
    assert_false(knows(p->m, 1));
    assert_int_equal(again(p), RC_OK);
    assert_true(knows(p->m, 0));
    assert_false(knows(p->m, 1));
    note(p->m, 2);
    memory_forget_notes(p->m);
    assert_int_equal(memory_settle(p->m, NULL), RC_OK);
    assert_false(knows(p->m, 2));
}

static void an_index_beyond_the_limit_is_none(void **state)
{
    struct place *const p = *state;
    struct memory_leaf leaf;
    assert_int_equal(memory_leaf(p->m, MEMORY_INDEX_MAX - 1, &leaf, NULL), RC_NOT_FOUND);
    assert_int_equal(memory_leaf(p->m, MEMORY_INDEX_MAX, &leaf, NULL), RC_LIMIT);
}

static void a_long_journal_goes_into_the_state_and_nothing_is_lost(void **state)
{
    struct place *const p = *state;
    const uint64_t group = 100000; /* of 73 bytes each: three groups are over the limit */
    char path[PATH_LEN];
    struct stat before, after;
    path_of(p, "journal", path);
    for (uint64_t i = 0; i < 3; i++)
        keep(p, i * group, group);
    assert_int_equal(stat(path, &before), 0);
    keep(p, 3 * group, 1);
    assert_int_equal(stat(path, &after), 0);
    assert_true(before.st_size > MEMORY_JOURNAL_MAX && after.st_size < 1000);
    assert_int_equal(again(p), RC_OK);
    for (uint64_t i = 0; i <= 3 * group; i += 997)
        assert_true(knows(p->m, i));
    assert_true(knows(p->m, 3 * group));
    assert_false(knows(p->m, 3 * group + 1));
}

/* --- kills, torn writes, damage --- */

static void a_frame_torn_at_any_byte_is_as_if_never_written(void **state)
{
    struct place *const p = *state;
    ON_EXIT(buf_free_at) struct buf first = { 0 };
    ON_EXIT(buf_free_at) struct buf both = { 0 };
    keep(p, 0, 3);
    read_whole(p, "journal", &first);
    keep(p, 3, 2);
    read_whole(p, "journal", &both);
    for (size_t len = first.len; len < both.len; len++) {
        memory_close(p->m);
        p->m = NULL;
        write_whole(p, "journal", span_of(both.ptr, len));
        write_whole(p, "leaves", span_of(NULL, 0)); /* it is made again from the journal */
        assert_int_equal(memory_open(p->home, ours, &p->m, NULL), RC_OK);
        assert_true(knows(p->m, 0) && knows(p->m, 2));
        assert_false(knows(p->m, 3) || knows(p->m, 4));
    }
    keep(p, 3, 2);
    assert_int_equal(again(p), RC_OK);
    assert_true(knows(p->m, 0) && knows(p->m, 4));
}

static void a_torn_frame_may_be_zeros_or_older_bytes(void **state)
{
    struct place *const p = *state;
    ON_EXIT(buf_free_at) struct buf bytes = { 0 };
    keep(p, 0, 3);
    read_whole(p, "journal", &bytes);
    const size_t whole = bytes.len;
    for (int fill = 0; fill < 2; fill++) {
        buf_clear(&bytes);
        read_whole(p, "journal", &bytes);
        for (size_t i = 0; i < 300; i++)
            buf_put_u8(&bytes, fill ? (uint8_t)(i * 7) : 0);
        memory_close(p->m);
        p->m = NULL;
        write_whole(p, "journal", buf_span(&bytes));
        assert_int_equal(memory_open(p->home, ours, &p->m, NULL), RC_OK);
        assert_true(knows(p->m, 2));
        buf_clear(&bytes);
        read_whole(p, "journal", &bytes);
        assert_int_equal(bytes.len, whole);
    }
}

static void a_flipped_bit_before_another_frame_is_damage(void **state)
{
    struct place *const p = *state;
    ON_EXIT(buf_free_at) struct buf first = { 0 };
    ON_EXIT(buf_free_at) struct buf both = { 0 };
    keep(p, 0, 1);
    read_whole(p, "journal", &first);
    keep(p, 1, 1);
    read_whole(p, "journal", &both);
    for (size_t i = 0; i < first.len; i++) {
        memory_close(p->m);
        p->m = NULL;
        both.ptr[i] ^= 0x10;
        write_whole(p, "journal", buf_span(&both));
        both.ptr[i] ^= 0x10;
        assert_int_equal(memory_open(p->home, ours, &p->m, NULL), RC_FORMAT);
    }
}

static void a_flipped_bit_of_the_state_is_damage(void **state)
{
    struct place *const p = *state;
    ON_EXIT(buf_free_at) struct buf bytes = { 0 };
    read_whole(p, "state", &bytes);
    for (size_t i = 0; i < bytes.len; i++) {
        memory_close(p->m);
        p->m = NULL;
        bytes.ptr[i] ^= 1;
        write_whole(p, "state", buf_span(&bytes));
        bytes.ptr[i] ^= 1;
        assert_int_equal(memory_open(p->home, ours, &p->m, NULL), RC_FORMAT);
    }
    write_whole(p, "state", span_of(bytes.ptr, bytes.len - 1));
    assert_int_equal(memory_open(p->home, ours, &p->m, NULL), RC_FORMAT);
}

static void what_the_disk_did_not_take_is_not_remembered(void **state)
{
    struct place *const p = *state;
    keep(p, 0, 1);
    failing = EIO;
    note(p->m, 1);
    assert_int_equal(memory_settle(p->m, NULL), RC_IO);
    short_of_room = 0;
    note(p->m, 2);
    assert_int_equal(memory_settle(p->m, NULL), RC_FULL);
    short_of_room = -1;
    assert_false(knows(p->m, 1) || knows(p->m, 2));
    keep(p, 3, 1);
    assert_false(memory_is_broken(p->m));
    assert_int_equal(again(p), RC_OK);
    assert_true(knows(p->m, 0) && knows(p->m, 3));
    assert_false(knows(p->m, 1) || knows(p->m, 2));
}

static void a_durable_note_that_could_not_be_taken_over_is_there_when_opened_anew(void **state)
{
    struct place *const p = *state;
    short_of_room = 1; /* the journal's write succeeds, that of the leaves not */
    note(p->m, 4);
    assert_int_equal(memory_settle(p->m, NULL), RC_FULL);
    short_of_room = -1;
    assert_true(memory_is_broken(p->m));
    note(p->m, 5);
    assert_int_equal(memory_settle(p->m, NULL), RC_IO);
    assert_int_equal(again(p), RC_OK);
    assert_true(knows(p->m, 4));
    assert_false(knows(p->m, 5));
}

/* --- whose --- */

static void one_process_at_a_time(void **state)
{
    struct place *const p = *state;
    struct memory *second = NULL;
    assert_int_equal(memory_open(p->home, ours, &second, NULL), RC_BUSY);
    assert_null(second);
}

static void a_memory_is_of_one_deployment_and_made_once(void **state)
{
    struct place *const p = *state;
    memory_close(p->m);
    p->m = NULL;
    assert_int_equal(memory_create(p->home, ours, NULL), RC_EXISTS);
    assert_int_equal(memory_open(p->home, theirs, &p->m, NULL), RC_REFUSED);
    char path[PATH_LEN];
    path_of(p, "state", path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(memory_open(p->home, ours, &p->m, NULL), RC_NOT_FOUND);
}

/* --- orders and trees --- */

static void orders_are_counted_in_time_by_operator_and_after_an_opening(void **state)
{
    struct place *const p = *state;
    struct memory_order o = { .kid = { 1 } };
    for (int i = 0; i < 5; i++) {
        o.leaf[0] = (uint8_t)i;
        o.admitted_at = 1000 + i;
        o.alone = i != 2;
        o.kid[0] = (uint8_t)(1 + i % 2);
        memory_note_order(p->m, &o);
    }
    assert_int_equal(memory_settle(p->m, NULL), RC_OK);
    static const uint8_t first[KID_LEN] = { 1 };
    for (int i = 0; i < 2; i++) {
        const struct memory_counts all = memory_orders_alone(p->m, 999, first);
        const struct memory_counts late = memory_orders_alone(p->m, 1001, first);
        assert_int_equal(all.all, 4);
        assert_int_equal(all.by_operator, 2);
        assert_int_equal(late.all, 2);
        assert_int_equal(late.by_operator, 1);
        assert_non_null(memory_order_find(p->m, o.leaf));
        uint8_t stranger[SHA256_LEN] = { 99 };
        assert_null(memory_order_find(p->m, stranger));
        assert_int_equal(again(p), RC_OK);
    }
}

static void the_root_is_that_of_the_leaves_and_a_gap_has_none(void **state)
{
    struct place *const p = *state;
    struct tlog_hash leaves[40], root, want;
    for (uint64_t i = 0; i < 40; i++) {
        const struct memory_leaf leaf = leaf_of(i);
        memcpy(leaves[i].bytes, leaf.leaf, SHA256_LEN);
    }
    keep(p, 0, 37);
    for (uint64_t size = 1; size <= 37; size++) {
        assert_int_equal(memory_root(p->m, size, &root, NULL), RC_OK);
        want = tlog_root_of(leaves, (size_t)size);
        assert_memory_equal(&root, &want, sizeof want);
        memory_note_checkpoint(p->m, size, &root);
        assert_int_equal(memory_settle(p->m, NULL), RC_OK);
        if (size % 10 == 0)
            assert_int_equal(again(p), RC_OK);
        assert_int_equal(memory_tree(p->m).size, size);
    }
    assert_int_equal(memory_root(p->m, 38, &root, NULL), RC_NOT_FOUND);
    keep(p, 38, 1);
    assert_int_equal(memory_root(p->m, 39, &root, NULL), RC_NOT_FOUND);
    keep(p, 37, 1);
    assert_int_equal(memory_root(p->m, 39, &root, NULL), RC_OK);
    want = tlog_root_of(leaves, 39);
    assert_memory_equal(&root, &want, sizeof want);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(what_was_settled_is_there_after_an_opening),
        SCENE(what_was_not_settled_is_not_there),
        SCENE(an_index_beyond_the_limit_is_none),
        SCENE(a_long_journal_goes_into_the_state_and_nothing_is_lost),
        SCENE(a_frame_torn_at_any_byte_is_as_if_never_written),
        SCENE(a_torn_frame_may_be_zeros_or_older_bytes),
        SCENE(a_flipped_bit_before_another_frame_is_damage),
        SCENE(a_flipped_bit_of_the_state_is_damage),
        SCENE(what_the_disk_did_not_take_is_not_remembered),
        SCENE(a_durable_note_that_could_not_be_taken_over_is_there_when_opened_anew),
        SCENE(one_process_at_a_time),
        SCENE(a_memory_is_of_one_deployment_and_made_once),
        SCENE(orders_are_counted_in_time_by_operator_and_after_an_opening),
        SCENE(the_root_is_that_of_the_leaves_and_a_gap_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
