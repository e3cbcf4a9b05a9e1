/* The log as static files: only what is new is written, and never another history. */
#include "tests/unit/publication/folder.h"
#include "tests/unit/publication/story.h"

#include <string.h>
#include <unistd.h>

#include "issuer/publication/log_files.h"

struct scene {
    struct fixture f;
    char out[PATH_LEN];
};

static int setup(void **state)
{
    static struct scene s;
    fixture_make(&s.f);
    story_tell(&s.f);
    assert_true(scratch_make(s.out));
    *state = &s;
    return 0;
}

static int teardown(void **state)
{
    struct scene *const s = *state;
    scratch_drop(s->out);
    fixture_drop(&s->f);
    return 0;
}

static enum rc publish_log(struct scene *s, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf note = { 0 };
    story_checkpoint(&s->f, &note);
    return log_publish(engine_register(s->f.engine), &s->f.home, buf_span(&note), s->out, d);
}

static void must_publish(struct scene *s)
{
    struct diag d = DIAG_INIT;
    if (publish_log(s, &d) != RC_OK)
        fail_msg("%s", d.text);
}

/* --- what is written --- */

static void tiles_hold_the_hashes_of_the_leaves(void **state)
{
    struct scene *const s = *state;
    struct reg *const r = engine_register(s->f.engine);
    ON_EXIT(buf_free_at) struct buf tile = { 0 };
    must_publish(s);
    folder_read(s->out, "log/tile/0/000.p/17", &tile);
    assert_int_equal(tile.len, 17 * SHA256_LEN);
    for (uint64_t i = 0; i < 17; i++) {
        struct reg_log_entry e;
        assert_int_equal(register_log_entry(r, i, &e, NULL), RC_OK);
        const struct tlog_hash leaf = tlog_leaf(e.data);
        assert_memory_equal(tile.ptr + i * SHA256_LEN, leaf.bytes, SHA256_LEN);
    }
}

static void the_checkpoint_is_of_the_whole_log(void **state)
{
    struct scene *const s = *state;
    ON_EXIT(buf_free_at) struct buf note = { 0 };
    struct checkpoint c;
    struct tlog_hash root;
    must_publish(s);
    folder_read(s->out, "log/checkpoint", &note);
    assert_int_equal(checkpoint_parse(buf_span(&note), &c, NULL), RC_OK);
    const struct tlog_source source = register_log_source(engine_register(s->f.engine));
    assert_int_equal(tlog_root(&source, 17, &root, NULL), RC_OK);
    assert_int_equal(c.size, 17);
    assert_memory_equal(c.root.bytes, root.bytes, sizeof root.bytes);
}

static void entries_are_not_served(void **state)
{
    struct scene *const s = *state;
    static struct listing l;
    must_publish(s);
    folder_list(s->out, &l);
    for (size_t i = 0; i < l.count; i++)
        assert_null(strstr(l.files[i].path, "entries"));
}

/* --- only what is new --- */

static void publishing_again_writes_nothing(void **state)
{
    struct scene *const s = *state;
    static struct listing before, after;
    must_publish(s);
    folder_list(s->out, &before);
    must_publish(s);
    folder_list(s->out, &after);
    assert_int_equal(before.count, after.count);
    for (size_t i = 0; i < before.count; i++) {
        const struct listed *const now = listing_find(&after, before.files[i].path);
        assert_non_null(now);
        assert_int_equal(now->inode, before.files[i].inode);
        assert_memory_equal(&now->time, &before.files[i].time, sizeof now->time);
    }
}

static void tiles_that_are_there_stay_as_they_are_when_the_log_grows(void **state)
{
    struct scene *const s = *state;
    static struct listing before, after;
    story_crowd(&s->f, 0, 260);
    must_publish(s);
    folder_list(s->out, &before);
    assert_non_null(listing_find(&before, "log/tile/0/000"));
    assert_non_null(listing_find(&before, "log/tile/1/000.p/1"));
    story_crowd(&s->f, 260, 3);
    must_publish(s);
    folder_list(s->out, &after);

    unsigned kept = 0;
    for (size_t i = 0; i < before.count; i++) {
        const struct listed *const now = listing_find(&after, before.files[i].path);
        assert_non_null(now);
        if (strcmp(now->path, "log/checkpoint") == 0)
            continue;
        kept++;
        assert_int_equal(now->inode, before.files[i].inode);
        assert_memory_equal(&now->time, &before.files[i].time, sizeof now->time);
    }
    assert_int_equal(kept, before.count - 1);
    assert_non_null(listing_find(&after, "log/tile/0/001.p/24"));
}

static void a_size_has_one_checkpoint(void **state)
{
    struct scene *const s = *state;
    ON_EXIT(buf_free_at) struct buf first = { 0 };
    ON_EXIT(buf_free_at) struct buf again = { 0 };
    story_checkpoint(&s->f, &first);
    s->f.home.now += 3600;
    story_checkpoint(&s->f, &again);
    assert_true(span_equal(buf_span(&first), buf_span(&again)));
}

/* --- never another history --- */

static void refuses(struct scene *s, const char *words)
{
    static struct listing before, after;
    struct diag d = DIAG_INIT;
    folder_list(s->out, &before);
    assert_int_equal(publish_log(s, &d), RC_REFUSED);
    assert_non_null(strstr(d.text, words));
    folder_list(s->out, &after);
    assert_memory_equal(&before, &after, sizeof before);
}

static void put_checkpoint(struct scene *s, uint64_t size, const struct tlog_hash *root,
                           const char *origin)
{
    char path[PATH_LEN];
    ON_EXIT(buf_free_at) struct buf note = { 0 };
    static const uint8_t key[ED25519_PUB_LEN], signature[SIGNATURE_LEN];
    assert_int_equal(path_join(s->out, "log", path, NULL), RC_OK);
    assert_int_equal(folder_make(path, 0755, NULL), RC_OK);
    assert_int_equal(path_join(s->out, "log/checkpoint", path, NULL), RC_OK);
    checkpoint_body_put(&note, origin, size, root);
    buf_put_text(&note, "\n");
    note_signature_put(&note, origin, key, signature);
    assert_int_equal(file_replace(path, buf_span(&note), 0644, NULL), RC_OK);
}

static void a_folder_that_is_ahead_is_refused(void **state)
{
    struct scene *const s = *state;
    const struct tlog_hash root = { .bytes = { 1 } };
    put_checkpoint(s, 18, &root, s->f.home.trust->log_origin);
    refuses(s, "old backup");
}

static void a_folder_of_another_history_is_refused(void **state)
{
    struct scene *const s = *state;
    const struct tlog_hash root = { .bytes = { 1 } };
    put_checkpoint(s, 17, &root, s->f.home.trust->log_origin);
    refuses(s, "another history");
}

static void a_folder_of_another_history_of_fewer_entries_is_refused(void **state)
{
    struct scene *const s = *state;
    const struct tlog_hash root = { .bytes = { 1 } };
    put_checkpoint(s, 3, &root, s->f.home.trust->log_origin);
    refuses(s, "another history");
}

static void a_folder_of_another_log_is_refused(void **state)
{
    struct scene *const s = *state;
    struct tlog_hash root;
    const struct tlog_source source = register_log_source(engine_register(s->f.engine));
    assert_int_equal(tlog_root(&source, 17, &root, NULL), RC_OK);
    put_checkpoint(s, 17, &root, "other.example/log");
    refuses(s, "not a checkpoint of this log");
}

static void a_folder_with_something_else_for_a_checkpoint_is_refused(void **state)
{
    struct scene *const s = *state;
    char path[PATH_LEN];
    ON_EXIT(buf_free_at) struct buf long_text = { 0 };
    const struct tlog_hash root = { .bytes = { 0 } };
    put_checkpoint(s, 17, &root, "x");
    assert_int_equal(path_join(s->out, "log/checkpoint", path, NULL), RC_OK);
    for (unsigned i = 0; i <= CHECKPOINT_MAX; i++)
        buf_put_u8(&long_text, 'x');
    assert_int_equal(file_replace(path, buf_span(&long_text), 0644, NULL), RC_OK);
    refuses(s, "not a checkpoint of this log");
}

/* What a crash left behind a checkpoint that was never published does not count. */
static void a_tile_of_other_bytes_ahead_of_the_checkpoint_is_replaced(void **state)
{
    struct scene *const s = *state;
    char path[PATH_LEN];
    ON_EXIT(buf_free_at) struct buf tile = { 0 };
    must_publish(s);
    assert_int_equal(path_join(s->out, "log/tile/0/000.p/17", path, NULL), RC_OK);
    assert_int_equal(file_replace(path, SPAN_LITERAL("stale"), 0644, NULL), RC_OK);
    must_publish(s);
    folder_read(s->out, "log/tile/0/000.p/17", &tile);
    assert_int_equal(tile.len, 17 * SHA256_LEN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tiles_hold_the_hashes_of_the_leaves),
        TEST(the_checkpoint_is_of_the_whole_log),
        TEST(entries_are_not_served),
        TEST(publishing_again_writes_nothing),
        TEST(tiles_that_are_there_stay_as_they_are_when_the_log_grows),
        TEST(a_size_has_one_checkpoint),
        TEST(a_folder_that_is_ahead_is_refused),
        TEST(a_folder_of_another_history_is_refused),
        TEST(a_folder_of_another_history_of_fewer_entries_is_refused),
        TEST(a_folder_of_another_log_is_refused),
        TEST(a_folder_with_something_else_for_a_checkpoint_is_refused),
        TEST(a_tile_of_other_bytes_ahead_of_the_checkpoint_is_replaced),
    };
    return cmocka_run_group_tests_name("log files", tests, NULL, NULL);
}
