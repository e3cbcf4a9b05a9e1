/* Blocks as files that are named by what they hold. */
#include "tests/unit/publication/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto/hash.h"
#include "issuer/publication/block_files.h"

#define DAY ((int64_t)86400)

struct scene {
    char folder[PATH_LEN];
    struct columns columns;
};

static int setup(void **state)
{
    static struct scene s;
    s = (struct scene){ .columns = { 0 } };
    assert_true(scratch_make(s.folder));
    assert_int_equal(columns_resize(&s.columns, 2 * COLUMN_BLOCK, NULL), RC_OK);
    for (uint32_t i = 0; i < 1000; i++)
        s.columns.rows[i] = (struct column_row){ 0, 1, (int32_t)(19000 + i) };
    *state = &s;
    return 0;
}

static int teardown(void **state)
{
    struct scene *const s = *state;
    columns_free(&s->columns);
    scratch_drop(s->folder);
    return 0;
}

static void write_at(struct scene *s, int64_t now, uint8_t root[SHA256_LEN])
{
    struct diag d = DIAG_INIT;
    if (block_files_write(&s->columns, s->folder, root, &d) != RC_OK ||
        block_files_prune(root, s->folder, now, 14 * DAY, &d) != RC_OK)
        fail_msg("%s", d.text);
}

static void name_of(const uint8_t hash[SHA256_LEN], const char *suffix, char ret[128])
{
    char hex[2 * SHA256_LEN + 1];
    hex_encode(hash, SHA256_LEN, hex);
    (void)snprintf(ret, 128, "deadlines/%s%s", hex, suffix);
}

static void block_name(const struct columns *c, uint32_t block, char ret[128])
{
    ON_EXIT(buf_free_at) struct buf plain = { 0 };
    uint8_t hash[SHA256_LEN];
    column_block_plain(c, block, COLUMN_DEADLINES, &plain);
    sha256(buf_span(&plain), hash);
    name_of(hash, ".block", ret);
}

static bool has(const struct scene *s, const char *name)
{
    static struct listing l;
    folder_list(s->folder, &l);
    return listing_find(&l, name) != NULL;
}

static void a_block_is_named_by_its_plain_bytes_and_decodes_to_them(void **state)
{
    struct scene *const s = *state;
    uint8_t root[SHA256_LEN];
    write_at(s, 100 * DAY, root);
    for (uint32_t b = 0; b < 2; b++) {
        char name[128];
        ON_EXIT(buf_free_at) struct buf coded = { 0 };
        ON_EXIT(buf_free_at) struct buf plain = { 0 };
        ON_EXIT(buf_free_at) struct buf want = { 0 };
        block_name(&s->columns, b, name);
        folder_read(s->folder, name, &coded);
        assert_int_equal(
            column_block_decode(buf_span(&coded), COLUMN_BLOCK, COLUMN_DEADLINES, &plain, NULL),
            RC_OK);
        column_block_plain(&s->columns, b, COLUMN_DEADLINES, &want);
        assert_true(span_equal(buf_span(&plain), buf_span(&want)));
    }
}

static void the_root_is_the_hash_of_the_list_of_hashes(void **state)
{
    struct scene *const s = *state;
    uint8_t root[SHA256_LEN], hash[SHA256_LEN];
    char name[128];
    ON_EXIT(buf_free_at) struct buf hashes = { 0 };
    write_at(s, 100 * DAY, root);
    name_of(root, ".hashes", name);
    folder_read(s->folder, name, &hashes);
    assert_int_equal(hashes.len, 2 * SHA256_LEN);
    sha256(buf_span(&hashes), hash);
    assert_memory_equal(hash, root, sizeof hash);
}

static void an_unchanged_block_is_not_written_again(void **state)
{
    struct scene *const s = *state;
    static struct listing before, after;
    uint8_t root[SHA256_LEN];
    char first[128], second[128];
    write_at(s, 100 * DAY, root);
    folder_list(s->folder, &before);
    block_name(&s->columns, 1, second);
    s->columns.rows[5].version = 2;
    block_name(&s->columns, 0, first);
    write_at(s, 101 * DAY, root);
    folder_list(s->folder, &after);

    assert_null(listing_find(&before, first));
    assert_non_null(listing_find(&after, first));
    assert_int_equal(listing_find(&before, second)->inode, listing_find(&after, second)->inode);
    assert_int_equal(listing_find(&before, second)->time.tv_nsec,
                     listing_find(&after, second)->time.tv_nsec);
}

/* A reader may hold yesterday's statement, however long ago its blocks were first written. */
static void what_the_statement_before_names_stays(void **state)
{
    struct scene *const s = *state;
    uint8_t old_root[SHA256_LEN], root[SHA256_LEN];
    char old_block[128], old_hashes[128];
    write_at(s, 100 * DAY, old_root);
    write_at(s, 200 * DAY, old_root);
    block_name(&s->columns, 0, old_block);
    name_of(old_root, ".hashes", old_hashes);

    s->columns.rows[5].version = 2;
    write_at(s, 201 * DAY, root);
    assert_true(has(s, old_block));
    assert_true(has(s, old_hashes));
    write_at(s, 214 * DAY, root);
    assert_true(has(s, old_block));
    assert_true(has(s, old_hashes));
}

static void what_no_statement_in_force_names_goes(void **state)
{
    struct scene *const s = *state;
    uint8_t old_root[SHA256_LEN], root[SHA256_LEN];
    char old_block[128], old_hashes[128], shared[128], new_block[128];
    write_at(s, 100 * DAY, old_root);
    block_name(&s->columns, 0, old_block);
    block_name(&s->columns, 1, shared);
    name_of(old_root, ".hashes", old_hashes);

    s->columns.rows[5].version = 2;
    block_name(&s->columns, 0, new_block);
    write_at(s, 115 * DAY, root);
    assert_false(has(s, old_block));
    assert_false(has(s, old_hashes));
    assert_true(has(s, shared));
    assert_true(has(s, new_block));
}

static void files_of_others_are_left_alone(void **state)
{
    struct scene *const s = *state;
    static const char *const names[] = { "deadlines/README", "deadlines/x.block",
                                         "deadlines/0.hashes" };
    uint8_t root[SHA256_LEN];
    write_at(s, 100 * DAY, root);
    for (size_t i = 0; i < 3; i++) {
        char path[PATH_LEN];
        assert_int_equal(path_join(s->folder, names[i], path, NULL), RC_OK);
        assert_int_equal(file_replace(path, SPAN_LITERAL("x"), 0644, NULL), RC_OK);
    }
    s->columns.rows[5].version = 2;
    write_at(s, (int64_t)1 << 40, root);
    for (size_t i = 0; i < 3; i++)
        assert_true(has(s, names[i]));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_block_is_named_by_its_plain_bytes_and_decodes_to_them),
        TEST(the_root_is_the_hash_of_the_list_of_hashes),
        TEST(an_unchanged_block_is_not_written_again),
        TEST(what_the_statement_before_names_stays),
        TEST(what_no_statement_in_force_names_goes),
        TEST(files_of_others_are_left_alone),
    };
    return cmocka_run_group_tests_name("block files", tests, NULL, NULL);
}
