/*
 * A whole publication; and one in which the nth call of the system fails, for n = 0, 1, 2, … until
 * a run meets no failure. Whatever fails: every file is whole, old or new, what points at others
 * finds them, nothing is left beside, and the next publication works.
 */
#include "tests/unit/publication/folder.h"
#include "tests/unit/publication/story.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/cert/bundle_update.h"
#include "core/cert/deadline_list.h"
#include "issuer/publication/delta_files.h"
#include "issuer/publication/publish.h"

static bool armed;
static unsigned calls, fail_at;

static bool fails_now(void)
{
    if (!armed || calls++ != fail_at)
        return false;
    errno = ENOSPC;
    return true;
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker names them */
ssize_t __real_write(int fd, const void *from, size_t n);
ssize_t __wrap_write(int fd, const void *from, size_t n);
ssize_t __wrap_write(int fd, const void *from, size_t n)
{
    return fails_now() ? -1 : __real_write(fd, from, n);
}

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    return fails_now() ? -1 : __real_fsync(fd);
}

int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to)
{
    return fails_now() ? -1 : __real_rename(from, to);
}

int __real_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode)
{
    return fails_now() ? -1 : __real_mkdir(path, mode);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

struct scene {
    struct fixture f;
    char out[PATH_LEN];
};
static struct scene scene;

static int setup(void **state)
{
    (void)state;
    fixture_make(&scene.f);
    story_tell(&scene.f);
    fixture_close(&scene.f);
    assert_true(scratch_make(scene.out));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    scratch_drop(scene.out);
    fixture_drop(&scene.f);
    return 0;
}

static void must_publish(struct published *ret)
{
    struct diag d = DIAG_INIT;
    if (publish(&scene.f.home, scene.out, ret, &d) != RC_OK)
        fail_msg("%s", d.text);
}

/* --- what a reader meets --- */

static uint64_t open_bundle(void)
{
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    ON_EXIT(bundle_free_at) struct bundle *b = NULL;
    struct diag d = DIAG_INIT;
    folder_read(scene.out, "bundle.scb", &file);
    if (bundle_open(buf_span(&file), &scene.f.home.trust->roots, &b, &d) != RC_OK ||
        bundle_check_all(b, NULL, NULL, &d) != RC_OK)
        fail_msg("%s", d.text);
    return bundle_times(b).sequence;
}

static void check_message(const char *name, const char *typ, struct buf *to, struct span *payload)
{
    struct cose_sign1 m;
    const struct trusted_key *key;
    folder_read(scene.out, name, to);
    assert_int_equal(cose_sign1_parse(buf_span(to), &m, NULL), RC_OK);
    assert_int_equal(
        trust_list_check(scene.f.home.trust, &m, USE_PUBLISH, typ, scene.f.home.now, &key, NULL),
        RC_OK);
    *payload = m.payload;
}

/* The statement's root leads to the list of hashes, and that to every block. */
static void check_deadlines(void)
{
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    ON_EXIT(buf_free_at) struct buf hashes = { 0 };
    struct deadline_statement s;
    struct span payload;
    char hex[2 * SHA256_LEN + 1], name[128];
    check_message("deadlines.cwt", TYP_DEADLINES, &file, &payload);
    assert_int_equal(deadline_statement_read(payload, &s, NULL), RC_OK);
    hex_encode(s.root, SHA256_LEN, hex);
    (void)snprintf(name, sizeof name, "deadlines/%s.hashes", hex);
    folder_read(scene.out, name, &hashes);
    for (size_t i = 0; i < hashes.len; i += SHA256_LEN) {
        ON_EXIT(buf_free_at) struct buf block = { 0 };
        hex_encode(hashes.ptr + i, SHA256_LEN, hex);
        (void)snprintf(name, sizeof name, "deadlines/%s.block", hex);
        folder_read(scene.out, name, &block);
        assert_true(block.len > 0);
    }
}

static void check_log(void)
{
    ON_EXIT(buf_free_at) struct buf note = { 0 };
    struct checkpoint c;
    bool verified = false;
    folder_read(scene.out, "log/checkpoint", &note);
    for (size_t i = 0; i < scene.f.home.trust->key_count && !verified; i++) {
        const struct trusted_key *const k = &scene.f.home.trust->keys[i];
        verified =
            k->use == USE_LOG && checkpoint_check(buf_span(&note), scene.f.home.trust->log_origin,
                                                  k->key, &c, NULL) == RC_OK;
    }
    assert_true(verified);
    char name[128];
    ON_EXIT(buf_free_at) struct buf tile = { 0 };
    (void)snprintf(name, sizeof name, "log/tile/0/000.p/%u", (unsigned)c.size);
    folder_read(scene.out, name, &tile);
    assert_int_equal(tile.len, c.size * SHA256_LEN);
}

static void check_whole(void)
{
    ON_EXIT(buf_free_at) struct buf status = { 0 };
    ON_EXIT(buf_free_at) struct buf directory = { 0 };
    struct span payload;
    (void)open_bundle();
    check_message("status.cwt", TYP_STATUS, &status, &payload);
    check_message("directory.cbor", TYP_DIRECTORY, &directory, &payload);
    check_deadlines();
    check_log();
}

static void nothing_is_left_beside(void)
{
    static struct listing l;
    folder_list(scene.out, &l);
    for (size_t i = 0; i < l.count; i++)
        assert_int_not_equal(l.files[i].path[strlen(l.files[i].path) - 1], '~');
}

/* --- without faults --- */

static void every_file_is_there_whole_and_readable_by_all(void **state)
{
    (void)state;
    static const char *const names[] = { "root.cbor",   "trust.cbor",    "directory.cbor",
                                         "policy.json", "status.cwt",    "deadlines.cwt",
                                         "bundle.scb",  "log/checkpoint" };
    struct published p;
    must_publish(&p);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[PATH_LEN];
        struct stat st;
        assert_int_equal(path_join(scene.out, names[i], path, NULL), RC_OK);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0644);
    }
    check_whole();
    assert_int_equal(p.log_size, 17);
    assert_int_equal(p.rows, COLUMN_BLOCK);
}

static void a_sequence_stands_for_one_publication(void **state)
{
    (void)state;
    struct published a, b;
    must_publish(&a);
    assert_int_equal(open_bundle(), a.sequence);
    must_publish(&b);
    assert_int_equal(open_bundle(), b.sequence);
    assert_true(b.sequence > a.sequence);
    assert_true(a.sequence >= (uint64_t)scene.f.home.now);
}

/* From the file that stands there to the one published behind it. */
static void follow_delta(const struct buf *old, uint64_t from, const struct buf *new)
{
    ON_EXIT(buf_free_at) struct buf delta = { 0 };
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    ON_EXIT(bundle_free_at) struct bundle *b = NULL;
    ON_EXIT(bundle_free_at) struct bundle *want = NULL;
    ON_EXIT(bundle_update_free_at) struct bundle_update *u = NULL;
    ON_EXIT(bundle_free_at) struct bundle *made = NULL;
    struct diag d = DIAG_INIT;
    char name[64];
    (void)snprintf(name, sizeof name, "deltas/%llu.delta", (unsigned long long)from);
    folder_read(scene.out, name, &delta);
    assert_int_equal(bundle_open(buf_span(old), NULL, &b, NULL), RC_OK);
    assert_int_equal(bundle_open(buf_span(new), NULL, &want, NULL), RC_OK);
    if (bundle_update_begin(b, NULL, &u, &d) != RC_OK ||
        bundle_update_apply(u, buf_span(&delta), &d) != RC_OK ||
        bundle_update_finish(u, &out, &made, &d) != RC_OK ||
        bundle_check_all(made, NULL, NULL, &d) != RC_OK)
        fail_msg("%s", d.text);
    assert_int_equal(bundle_times(made).sequence, bundle_times(want).sequence);
}

static void each_publication_leaves_a_delta_from_the_one_before(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf first = { 0 };
    ON_EXIT(buf_free_at) struct buf second = { 0 };
    struct published a, b;
    must_publish(&a);
    assert_int_equal(a.delta_bytes, 0);
    folder_read(scene.out, "bundle.scb", &first);

    scene.f.home.now += 3600;
    fixture_open(&scene.f);
    story_crowd(&scene.f, 500, 9);
    fixture_close(&scene.f);
    must_publish(&b);
    folder_read(scene.out, "bundle.scb", &second);
    assert_int_equal(b.delta_rows, 9);
    assert_in_range(b.delta_bytes, 1, 400 + 4 * 9);
    follow_delta(&first, a.sequence, &second);
}

static void a_damaged_bundle_before_is_no_hindrance(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    struct published a, b;
    char path[PATH_LEN];
    must_publish(&a);
    folder_read(scene.out, "bundle.scb", &file);
    file.ptr[file.len - 1] ^= 1;
    assert_int_equal(path_join(scene.out, "bundle.scb", path, NULL), RC_OK);
    assert_int_equal(file_replace(path, buf_span(&file), 0644, NULL), RC_OK);
    must_publish(&b);
    assert_int_equal(b.delta_bytes, 0);
    assert_int_equal(open_bundle(), b.sequence);
}

static bool has_delta(uint64_t from)
{
    static struct listing l;
    char name[64];
    (void)snprintf(name, sizeof name, "deltas/%llu.delta", (unsigned long long)from);
    folder_list(scene.out, &l);
    return listing_find(&l, name) != NULL;
}

static void only_the_latest_deltas_are_kept(void **state)
{
    (void)state;
    struct published a, b;
    char path[PATH_LEN];
    must_publish(&a);
    for (unsigned i = 0; i < DELTAS_KEPT; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "deltas/%u.delta", 9 + i);
        assert_int_equal(path_join(scene.out, name, path, NULL), RC_OK);
        assert_int_equal(file_replace(path, SPAN_LITERAL("old"), 0644, NULL), RC_OK);
    }
    must_publish(&b);
    assert_false(has_delta(9));
    assert_true(has_delta(10));
    assert_true(has_delta(a.sequence));
}

static bool contains(const struct buf *file, const char *text)
{
    const size_t len = strlen(text);
    for (size_t i = 0; i + len <= file->len; i++) {
        if (memcmp(file->ptr + i, text, len) == 0)
            return true;
    }
    return false;
}

static void no_identity_number_or_key_leaves_the_home(void **state)
{
    (void)state;
    static struct listing l;
    struct published p;
    must_publish(&p);
    folder_list(scene.out, &l);
    for (size_t i = 0; i < l.count; i++) {
        ON_EXIT(buf_free_at) struct buf file = { 0 };
        folder_read(scene.out, l.files[i].path, &file);
        assert_false(contains(&file, "110101190001010014"));
        assert_false(contains(&file, "张示例"));
        assert_false(contains(&file, "PRIVATE KEY"));
    }
}

static void a_folder_of_an_older_backup_is_refused_before_any_file_is_replaced(void **state)
{
    (void)state;
    static struct listing before, after;
    struct published p;
    struct diag d = DIAG_INIT;
    ON_EXIT(buf_free_at) struct buf data = { 0 };
    char path[PATH_LEN];
    assert_int_equal(home_path(&scene.f.home, "register/data.mdb", path, NULL), RC_OK);
    assert_int_equal(file_read(path, (size_t)64 << 20, &data, NULL), RC_OK);
    fixture_open(&scene.f);
    story_crowd(&scene.f, 500, 1);
    fixture_close(&scene.f);
    must_publish(&p);
    folder_list(scene.out, &before);

    assert_int_equal(file_replace(path, buf_span(&data), 0600, NULL), RC_OK);
    assert_int_equal(publish(&scene.f.home, scene.out, &p, &d), RC_REFUSED);
    folder_list(scene.out, &after);
    for (size_t i = 0; i < before.count; i++)
        assert_int_equal(listing_find(&after, before.files[i].path)->inode, before.files[i].inode);
}

/* --- with faults --- */

/* True: a call failed. */
static bool publish_with_fault(unsigned n, enum rc *ret_rc)
{
    struct published p;
    struct diag d = DIAG_INIT;
    calls = 0;
    fail_at = n;
    armed = true;
    *ret_rc = publish(&scene.f.home, scene.out, &p, &d);
    armed = false;
    return calls > n;
}

static void a_fault_leaves_old_files_whole_and_nothing_beside(void **state)
{
    (void)state;
    struct published p;
    enum rc rc = RC_OK;
    must_publish(&p);
    /* Something new for every run, so that every file is written. */
    unsigned n = 0;
    for (; n < 1000; n++) {
        scene.f.home.now += 60;
        if (n % 8 == 0) {
            fixture_open(&scene.f);
            story_crowd(&scene.f, n, 1);
            fixture_close(&scene.f);
        }
        const bool failed = publish_with_fault(n, &rc);
        if (failed)
            assert_int_not_equal(rc, RC_OK);
        nothing_is_left_beside();
        check_whole();
        if (!failed)
            break;
    }
    assert_int_equal(rc, RC_OK);
    assert_true(n > 20);
}

/* The first publication of all: nothing that a reader would take for one stands there too early. */
static void a_fault_in_a_new_folder_leaves_no_bundle_that_does_not_open(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 1000; n++) {
        static struct listing l;
        enum rc rc;
        scratch_drop(scene.out);
        assert_true(scratch_make(scene.out));
        const bool failed = publish_with_fault(n, &rc);
        nothing_is_left_beside();
        folder_list(scene.out, &l);
        if (listing_find(&l, "bundle.scb"))
            check_whole();
        if (!failed)
            return;
        assert_int_not_equal(rc, RC_OK);
    }
    fail_msg("it never came to an end");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_file_is_there_whole_and_readable_by_all),
        TEST(a_sequence_stands_for_one_publication),
        TEST(each_publication_leaves_a_delta_from_the_one_before),
        TEST(a_damaged_bundle_before_is_no_hindrance),
        TEST(only_the_latest_deltas_are_kept),
        TEST(no_identity_number_or_key_leaves_the_home),
        TEST(a_folder_of_an_older_backup_is_refused_before_any_file_is_replaced),
        TEST(a_fault_leaves_old_files_whole_and_nothing_beside),
        TEST(a_fault_in_a_new_folder_leaves_no_bundle_that_does_not_open),
    };
    return cmocka_run_group_tests_name("publish", tests, NULL, NULL);
}
