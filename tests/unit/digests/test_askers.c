#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/check.h"
#include "verifier/digests/askers.h"
#include "verifier/digests/askers_files.h"
#include "verifier/digests/askers_writer.h"

#define DAY      19000 /* 2022-01-08 */
#define HEAD_LEN (sizeof ASKERS_HEAD - 1)
#define ROW_LEN  19u

static const uint8_t me[LOOKUP_DIGEST_LEN] = { 1 }, other[LOOKUP_DIGEST_LEN] = { 2 };
static const struct employer a = { .name = "a", .purpose = "p" };
static const struct employer b = { .name = "b", .purpose = "q" };

/* --- the folder --- */

static int make_folder(void **state)
{
    static char folder[] = "/tmp/sitecert-askers-XXXXXX";
    (void)snprintf(folder, sizeof folder, "/tmp/sitecert-askers-XXXXXX");
    *state = mkdtemp(folder);
    return *state ? 0 : -1;
}

static int remove_folder(void **state)
{
    DIR *const dir = opendir(*state);
    char path[PATH_LEN];
    for (const struct dirent *e = dir ? readdir(dir) : NULL; e; e = readdir(dir))
        if (e->d_name[0] != '.' && path_join(*state, e->d_name, path, NULL) == RC_OK)
            (void)unlink(path);
    if (dir)
        (void)closedir(dir);
    return rmdir(*state);
}

static struct askers *open_of(const char *folder, uint64_t bytes_max, int32_t today)
{
    struct askers *s = NULL;
    assert_int_equal(askers_open(folder, bytes_max, today, &s, NULL), RC_OK);
    return s;
}

static void add(struct askers *s, int32_t day, const struct employer *e, bool watched,
                const uint8_t *digest)
{
    assert_int_equal(askers_add(s, day, e, watched, digest, NULL), RC_OK);
}

/* "a/p 19000 list; …", and since when. */
static void expect(struct askers *s, int32_t today, const uint8_t *digest, int32_t since,
                   const char *want)
{
    ON_EXIT(askers_found_free) struct askers_found f = { .told.count = 0 };
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    assert_int_equal(askers_find(s, today, digest, &f, NULL), RC_OK);
    for (size_t i = 0; i < f.told.count; i++) {
        const struct digests_asker *const k = &f.told.at[i];
        buf_put_span(&got, k->employer);
        buf_put_text(&got, "/");
        buf_put_span(&got, k->purpose);
        buf_printf(&got, " %d %s; ", k->day, k->watched ? "watch" : "list");
    }
    assert_string_equal(buf_cstr(&got), want);
    assert_int_equal(f.told.since, since);
    assert_false(f.told.more);
}

static const char *path_of(const char *folder, int32_t day)
{
    static char path[PATH_LEN];
    assert_int_equal(askers_files_path(folder, day, path, NULL), RC_OK);
    return path;
}

static off_t length_of(const char *folder, int32_t day)
{
    struct stat st;
    return stat(path_of(folder, day), &st) == 0 ? st.st_size : -1;
}

/* --- a disk that fails --- */

static bool disk_fails;

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);

/* As the system does: it says so once. */
int __wrap_fdatasync(int fd)
{
    if (!disk_fails)
        return __real_fdatasync(fd);
    disk_fails = false;
    errno = EIO;
    return -1;
}

/* --- what it promises --- */

static void each_employer_and_day_is_told_once_and_nobody_elses(void **state)
{
    struct askers *const s = open_of(*state, ASKERS_BYTES_MAX, DAY);
    expect(s, DAY, me, DAY, "");
    add(s, DAY, &a, false, me);
    add(s, DAY, &a, false, me);
    add(s, DAY, &b, false, other);
    add(s, DAY, &a, true, me);
    add(s, DAY + 1, &b, true, me);
    add(s, DAY + 1, &a, false, me);
    expect(s, DAY + 1, me, DAY,
           "b/q 19001 watch; a/p 19001 list; a/p 19000 list; a/p 19000 watch; ");
    expect(s, DAY + 1, other, DAY, "b/q 19000 list; ");
    askers_close(s);
}

static void it_is_there_again_after_a_restart(void **state)
{
    struct askers *s = open_of(*state, ASKERS_BYTES_MAX, DAY);
    add(s, DAY, &a, false, me);
    add(s, DAY, &b, false, me);
    askers_close(s);
    const off_t len = length_of(*state, DAY);
    s = open_of(*state, ASKERS_BYTES_MAX, DAY);
    add(s, DAY, &b, false, other);
    add(s, DAY, &a, false, other);
    assert_int_equal(length_of(*state, DAY), len + 2 * (off_t)ROW_LEN);
    expect(s, DAY, other, DAY, "b/q 19000 list; a/p 19000 list; ");
    expect(s, DAY, me, DAY, "a/p 19000 list; b/q 19000 list; ");
    askers_close(s);
}

static void another_purpose_is_told_beside_the_first(void **state)
{
    struct askers *const s = open_of(*state, ASKERS_BYTES_MAX, DAY);
    const struct employer later = { .name = "a", .purpose = "另一用途" };
    add(s, DAY, &a, false, me);
    add(s, DAY, &later, false, me);
    expect(s, DAY, me, DAY, "a/p 19000 list; a/另一用途 19000 list; ");
    askers_close(s);
}

static void a_day_is_kept_for_its_time(void **state)
{
    struct askers *const s = open_of(*state, ASKERS_BYTES_MAX, DAY);
    const int32_t last = DAY + (int32_t)ASKERS_DAYS - 1;
    add(s, DAY, &a, false, me);
    add(s, last, &b, false, other);
    expect(s, last, me, DAY, "a/p 19000 list; ");
    expect(s, last + 1, me, last, "");
    add(s, last + 1, &b, false, other);
    assert_int_equal(length_of(*state, DAY), -1);
    askers_close(s);
}

static void the_oldest_day_goes_when_the_room_is_used_up(void **state)
{
    const uint64_t day = HEAD_LEN + 7 + ROW_LEN;
    struct askers *const s = open_of(*state, 2 * day, DAY);
    add(s, DAY, &a, false, me);
    assert_int_equal(length_of(*state, DAY), day);
    add(s, DAY + 1, &a, false, me);
    expect(s, DAY + 1, me, DAY, "a/p 19001 list; a/p 19000 list; ");
    add(s, DAY + 1, &a, false, me);
    expect(s, DAY + 1, me, DAY + 1, "a/p 19001 list; ");
    askers_close(s);
}

static void what_one_day_cannot_hold_is_not_written_and_not_answered(void **state)
{
    struct askers *const s = open_of(*state, HEAD_LEN + 7 + 2 * ROW_LEN, DAY);
    add(s, DAY, &a, false, me);
    add(s, DAY, &a, false, me);
    assert_int_equal(askers_add(s, DAY, &a, false, other, NULL), RC_LIMIT);
    assert_int_equal(askers_add(s, DAY, &b, false, other, NULL), RC_LIMIT);
    expect(s, DAY, other, DAY, "");
    add(s, DAY + 1, &b, false, other);
    expect(s, DAY + 1, other, DAY + 1, "b/q 19001 list; ");
    askers_close(s);
}

static void more_askers_than_fit_are_said_to_be_more(void **state)
{
    struct askers *const s = open_of(*state, ASKERS_BYTES_MAX, DAY);
    struct employer e = { .purpose = "p" };
    for (unsigned i = 0; i < DIGESTS_ASKERS_MAX; i++) {
        (void)snprintf(e.name, sizeof e.name, "%u", i);
        add(s, DAY, &e, false, me);
    }
    ON_EXIT(askers_found_free) struct askers_found all = { .told.count = 0 };
    assert_int_equal(askers_find(s, DAY, me, &all, NULL), RC_OK);
    assert_int_equal(all.told.count, DIGESTS_ASKERS_MAX);
    assert_false(all.told.more);
    add(s, DAY, &a, false, me);
    ON_EXIT(askers_found_free) struct askers_found more = { .told.count = 0 };
    assert_int_equal(askers_find(s, DAY, me, &more, NULL), RC_OK);
    assert_int_equal(more.told.count, DIGESTS_ASKERS_MAX);
    assert_true(more.told.more);
    askers_close(s);
}

static void append(const char *path, const void *bytes, size_t len)
{
    const int fd = open(path, O_WRONLY | O_APPEND);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    (void)close(fd);
}

/* Cut anywhere, or with zeros where the last rows were: what was whole stays, and it goes on. */
static void a_power_cut_loses_the_last_rows_alone(void **state)
{
    for (size_t cut = 0; cut <= ROW_LEN + 7; cut++) {
        struct askers *s = open_of(*state, ASKERS_BYTES_MAX, DAY);
        add(s, DAY, &a, false, me);
        add(s, DAY, &b, false, me);
        askers_close(s);
        assert_int_equal(truncate(path_of(*state, DAY), length_of(*state, DAY) - (off_t)cut), 0);
        if (cut == ROW_LEN + 7)
            append(path_of(*state, DAY), (uint8_t[5]){ 0 }, 5);
        s = open_of(*state, ASKERS_BYTES_MAX, DAY);
        add(s, DAY, &b, false, me);
        expect(s, DAY, me, DAY, "a/p 19000 list; b/q 19000 list; ");
        askers_close(s);
        assert_int_equal(unlink(path_of(*state, DAY)), 0);
    }
}

static void a_day_that_was_just_begun_may_be_cut_short(void **state)
{
    for (size_t len = 0; len <= HEAD_LEN; len++) {
        askers_close(open_of(*state, ASKERS_BYTES_MAX, DAY));
        assert_int_equal(truncate(path_of(*state, DAY), (off_t)len), 0);
        if (len == HEAD_LEN)
            assert_int_equal(truncate(path_of(*state, DAY), 0) | truncate(path_of(*state, DAY), 9),
                             0);
        struct askers *const s = open_of(*state, ASKERS_BYTES_MAX, DAY);
        add(s, DAY, &a, false, me);
        expect(s, DAY, me, DAY, "a/p 19000 list; ");
        askers_close(s);
        assert_int_equal(unlink(path_of(*state, DAY)), 0);
    }
}

/* The next entry is shorter than what was begun: nothing of that stands behind it. */
static void a_write_without_room_leaves_nothing_behind(void **state)
{
    const struct employer longer = { .name = "a name that is long", .purpose = "p" };
    struct askers *s = open_of(*state, ASKERS_BYTES_MAX, DAY);
    struct rlimit before;
    add(s, DAY, &a, false, me);
    const off_t len = length_of(*state, DAY);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit little = { (rlim_t)len + ROW_LEN + 5, before.rlim_max };
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
    const enum rc rc = askers_add(s, DAY, &longer, false, me, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(rc, RC_FULL);
    assert_int_equal(length_of(*state, DAY), len);
    add(s, DAY, &a, true, me);
    expect(s, DAY, me, DAY, "a/p 19000 list; a/p 19000 watch; ");
    askers_close(s);
    s = open_of(*state, ASKERS_BYTES_MAX, DAY);
    expect(s, DAY, me, DAY, "a/p 19000 list; a/p 19000 watch; ");
    askers_close(s);
}

static void spoil(const char *folder, int32_t day, size_t len)
{
    uint8_t *const bytes = malloc(len);
    assert_non_null(bytes);
    memset(bytes, 'x', len);
    append(path_of(folder, day), bytes, len);
    free(bytes);
}

static void a_torn_end_is_cut_off_and_the_holder_is_told_of_it(void **state)
{
    static const size_t lens[] = { 1, ROW_LEN, WRITER_TORN_MAX };
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        struct askers *s = open_of(*state, ASKERS_BYTES_MAX, DAY);
        add(s, DAY, &a, false, me);
        askers_close(s);
        const off_t len = length_of(*state, DAY);
        spoil(*state, DAY, lens[i]);
        s = open_of(*state, ASKERS_BYTES_MAX, DAY);
        assert_int_equal(length_of(*state, DAY), len + 1);
        add(s, DAY, &b, false, me);
        expect(s, DAY, me, DAY + 1, "a/p 19000 list; b/q 19000 list; ");
        askers_close(s);
        assert_int_equal(unlink(path_of(*state, DAY)), 0);
    }
}

static void what_is_no_such_file_stops_lists_of_a_day_and_is_left_alone(void **state)
{
    struct askers *s = open_of(*state, ASKERS_BYTES_MAX, DAY);
    add(s, DAY, &a, false, me);
    askers_close(s);
    spoil(*state, DAY, WRITER_TORN_MAX + 1);
    const off_t len = length_of(*state, DAY);
    s = open_of(*state, ASKERS_BYTES_MAX, DAY);
    assert_int_equal(askers_add(s, DAY, &a, false, me, NULL), RC_FORMAT);
    expect(s, DAY, me, DAY + 1, "a/p 19000 list; ");
    assert_int_equal(length_of(*state, DAY), len);
    add(s, DAY + 1, &a, false, me);
    askers_close(s);
}

/* No head, no entry behind a row, a name that is too long, an employer who is not there, no file.
 */
static void a_bad_day_leaves_the_others_as_they_are(void **state)
{
    static const char *const behind[] = { "x", "E\1\1\0\1",
                                          "L\0\7\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" };
    static const size_t lens[] = { 1, 5, ROW_LEN };
    struct askers *const s = open_of(*state, ASKERS_BYTES_MAX, DAY);
    for (int32_t day = DAY; day < DAY + 7; day++)
        add(s, day, &a, false, me);
    expect(s, DAY + 6, other, DAY, "");
    for (int32_t i = 0; i < 3; i++) {
        append(path_of(*state, DAY + 2 + i), behind[i], lens[i]);
        expect(s, DAY + 6, me, DAY + 3 + i,
               "a/p 19006 list; a/p 19005 list; a/p 19004 list; a/p 19003 list; a/p 19002 list; "
               "a/p 19001 list; a/p 19000 list; ");
    }
    assert_int_equal(truncate(path_of(*state, DAY + 5), 0), 0);
    append(path_of(*state, DAY + 5), "no head", 7);
    expect(s, DAY + 6, other, DAY + 6, "");
    assert_int_equal(unlink(path_of(*state, DAY + 5)), 0);
    assert_int_equal(mkdir(path_of(*state, DAY + 5), 0700), 0);
    expect(s, DAY + 6, me, DAY + 6,
           "a/p 19006 list; a/p 19004 list; a/p 19003 list; a/p 19002 list; a/p 19001 list; "
           "a/p 19000 list; ");
    assert_int_equal(rmdir(path_of(*state, DAY + 5)), 0);
    askers_close(s);
}

/* Read without the lock: what is removed or being written meanwhile is not taken for a bad day. */
static void what_is_removed_or_written_meanwhile_is_no_bad_day(void **state)
{
    ON_EXIT(askers_found_free) struct askers_found f = { .told.count = 0 };
    struct askers *const s = open_of(*state, ASKERS_BYTES_MAX, DAY);
    add(s, DAY, &a, false, me);
    const uint64_t whole = (uint64_t)length_of(*state, DAY);
    add(s, DAY, &b, false, me);
    append(path_of(*state, DAY), "x", 1);
    const struct askers_files files = {
        .count = 2, .days = { DAY - 9, DAY }, .open = DAY, .open_len = whole
    };
    assert_int_equal(askers_files_search(*state, &files, DAY, me, &f, NULL), RC_OK);
    assert_int_equal(f.told.count, 1);
    assert_int_equal(f.told.since, DAY);
    askers_close(s);
}

static void what_could_not_be_kept_stops_lists_until_it_was_opened_again(void **state)
{
    struct askers *const s = open_of(*state, ASKERS_BYTES_MAX, DAY);
    add(s, DAY, &a, false, me);
    disk_fails = true;
    assert_int_equal(askers_settle(s, DAY, NULL), RC_IO);
    assert_int_equal(askers_add(s, DAY, &a, false, other, NULL), RC_IO);
    assert_int_equal(askers_add(s, DAY + 1, &a, false, other, NULL), RC_IO);
    disk_fails = true;
    assert_int_equal(askers_settle(s, DAY, NULL), RC_IO);
    assert_int_equal(askers_add(s, DAY, &a, false, other, NULL), RC_IO);
    assert_int_equal(askers_settle(s, DAY, NULL), RC_OK);
    add(s, DAY, &a, true, me);
    expect(s, DAY, me, DAY + 1, "a/p 19000 list; a/p 19000 watch; ");
    disk_fails = true; /* at the turn of a day */
    assert_int_equal(askers_add(s, DAY + 1, &a, false, me, NULL), RC_IO);
    assert_int_equal(askers_add(s, DAY + 1, &a, false, me, NULL), RC_IO);
    assert_int_equal(askers_settle(s, DAY + 1, NULL), RC_OK);
    add(s, DAY + 1, &a, false, me);
    askers_close(s);
}

static void a_day_goes_at_its_time_though_nobody_asks(void **state)
{
    struct askers *const s = open_of(*state, ASKERS_BYTES_MAX, DAY);
    for (int32_t day = DAY; day < DAY + (int32_t)ASKERS_DAYS; day++)
        assert_int_equal(askers_settle(s, day, NULL), RC_OK);
    assert_true(length_of(*state, DAY) > 0);
    assert_int_equal(askers_settle(s, DAY + (int32_t)ASKERS_DAYS, NULL), RC_OK);
    assert_int_equal(length_of(*state, DAY), -1);
    assert_true(length_of(*state, DAY + 1) > 0);
    askers_close(s);
}

/* Not on its first day, nor when it is opened again on that day; nor the next time. */
static void a_clock_set_ahead_removes_nothing_on_its_first_day(void **state)
{
    const int32_t ahead[] = { DAY + 9000, DAY + 5000, DAY + (int32_t)ASKERS_DAYS + 3 };
    for (size_t i = 0; i < sizeof ahead / sizeof *ahead; i++) {
        struct askers *s = open_of(*state, ASKERS_BYTES_MAX, DAY);
        add(s, DAY, &a, false, me);
        add(s, ahead[i], &a, false, other);
        askers_close(s);
        s = open_of(*state, ASKERS_BYTES_MAX, ahead[i]);
        assert_int_equal(askers_settle(s, ahead[i], NULL), RC_OK);
        assert_true(length_of(*state, DAY) > 0);
        askers_close(s);
    }
    askers_close(open_of(*state, ASKERS_BYTES_MAX, ahead[2] + (int32_t)ASKERS_LEAP));
    assert_int_equal(length_of(*state, DAY), -1);
}

static void two_processes_cannot_share_it(void **state)
{
    struct askers *const s = open_of(*state, ASKERS_BYTES_MAX, DAY), *second = NULL;
    assert_int_equal(askers_open(*state, ASKERS_BYTES_MAX, DAY, &second, NULL), RC_BUSY);
    assert_null(second);
    askers_close(s);
}

static void a_file_names_nobody_who_was_asked_about(void **state)
{
    struct askers *const s = open_of(*state, ASKERS_BYTES_MAX, DAY);
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    struct stat st;
    add(s, DAY, &a, true, me);
    assert_int_equal(askers_settle(s, DAY, NULL), RC_OK);
    assert_int_equal(file_read(path_of(*state, DAY), 1000, &file, NULL), RC_OK);
    assert_int_equal(file.len, HEAD_LEN + 7 + ROW_LEN);
    assert_memory_equal(file.ptr + HEAD_LEN, "E\0\1\0\1apW\0\0\1\0", 12);
    assert_int_equal(stat(path_of(*state, DAY), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    askers_close(s);
}

#define WITH_FOLDER(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(each_employer_and_day_is_told_once_and_nobody_elses),
        WITH_FOLDER(it_is_there_again_after_a_restart),
        WITH_FOLDER(another_purpose_is_told_beside_the_first),
        WITH_FOLDER(a_day_is_kept_for_its_time),
        WITH_FOLDER(the_oldest_day_goes_when_the_room_is_used_up),
        WITH_FOLDER(what_one_day_cannot_hold_is_not_written_and_not_answered),
        WITH_FOLDER(more_askers_than_fit_are_said_to_be_more),
        WITH_FOLDER(a_power_cut_loses_the_last_rows_alone),
        WITH_FOLDER(a_day_that_was_just_begun_may_be_cut_short),
        WITH_FOLDER(a_write_without_room_leaves_nothing_behind),
        WITH_FOLDER(a_torn_end_is_cut_off_and_the_holder_is_told_of_it),
        WITH_FOLDER(what_is_no_such_file_stops_lists_of_a_day_and_is_left_alone),
        WITH_FOLDER(a_bad_day_leaves_the_others_as_they_are),
        WITH_FOLDER(what_is_removed_or_written_meanwhile_is_no_bad_day),
        WITH_FOLDER(what_could_not_be_kept_stops_lists_until_it_was_opened_again),
        WITH_FOLDER(a_day_goes_at_its_time_though_nobody_asks),
        WITH_FOLDER(a_clock_set_ahead_removes_nothing_on_its_first_day),
        WITH_FOLDER(two_processes_cannot_share_it),
        WITH_FOLDER(a_file_names_nobody_who_was_asked_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
