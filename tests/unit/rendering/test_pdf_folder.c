/* A folder of copies, and what stands in it when writing fails midway. */
#include "tests/unit/rendering/press_scene.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/types.h>

#include "core/cert/pdf_copy.h"
#include "issuer/command/pdf_folder.h"
#include "tests/unit/publication/folder.h"

static atomic_long countdown = -1; /* the call that fails; negative: none */

static bool fails_now(void)
{
    return atomic_load(&countdown) >= 0 && atomic_fetch_sub(&countdown, 1) == 0;
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker names them */
ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);

/* A full disk takes a part before it takes nothing. */
ssize_t __wrap_write(int fd, const void *bytes, size_t len)
{
    const long left = atomic_load(&countdown);
    if (fails_now()) {
        errno = ENOSPC;
        return -1;
    }
    return __real_write(fd, bytes, left >= 0 && len > 1 ? len / 2 : len);
}

int __wrap_rename(const char *from, const char *to)
{
    if (fails_now()) {
        errno = EIO;
        return -1;
    }
    return __real_rename(from, to);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static char out[PATH_LEN], folder[PATH_LEN];
static unsigned told;

static void count_failed(void *arg, const char *number, enum rc rc, const struct diag *why)
{
    (void)arg;
    (void)number;
    (void)rc;
    (void)why;
    told++;
}

static enum rc fill(struct press_scene *s, const struct pdf_folder_options *how,
                    struct pdf_folder_counts *ret)
{
    struct reading from = { .home = s->f.home, .reg = press_scene_register(s) };
    struct pdf_folder_options o = *how;
    o.folder = folder;
    o.failed = count_failed;
    told = 0;
    return pdf_folder_fill(&from, s->press, s->signer, &o, ret, NULL);
}

/* Every file in the folder is a whole copy. */
static size_t count_whole(void)
{
    struct listing l;
    folder_list(folder, &l);
    for (size_t i = 0; i < l.count; i++) {
        ON_EXIT(buf_free_at) struct buf file = { 0 };
        ON_EXIT(pdf_copy_free) struct pdf_copy copy = { 0 };
        folder_read(folder, l.files[i].path, &file);
        if (pdf_copy_read(buf_span(&file), &copy, NULL) != RC_OK)
            fail_msg("'%s' is not whole", l.files[i].path);
    }
    return l.count;
}

static int make_out(void **state)
{
    (void)state;
    assert_true(scratch_make(out));
    return path_join(out, "copies", folder, NULL) == RC_OK ? 0 : -1;
}

static int drop_out(void **state)
{
    (void)state;
    atomic_store(&countdown, -1);
    scratch_drop(out);
    return 0;
}

static void a_write_or_rename_that_fails_leaves_only_whole_files(void **state)
{
    bool all = false;
    long tried = 0;
    for (; !all; tried += 3) {
        struct pdf_folder_counts counts;
        scratch_drop(folder);
        atomic_store(&countdown, tried);
        const enum rc rc = fill(*state, &(struct pdf_folder_options){ .jobs = 2 }, &counts);
        all = atomic_load(&countdown) >= 0;
        atomic_store(&countdown, -1);
        assert_true(all ? rc == RC_OK : rc == RC_FULL || rc == RC_IO);
        assert_int_equal(count_whole(), counts.made);
        assert_true(all || counts.made < 3);
    }
    assert_true(tried > 30);
}

static void each_certificate_in_force_has_one_file(void **state)
{
    static const unsigned jobs[] = { 1, 2, PDF_JOBS_MAX };
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
        struct pdf_folder_counts c;
        scratch_drop(folder);
        MUST(fill(*state, &(struct pdf_folder_options){ .jobs = jobs[i] }, &c));
        assert_int_equal(c.made, 3);
        assert_int_equal(c.not_given, 3);
        assert_int_equal(c.kept + c.failed, 0);
        assert_int_equal(count_whole(), 3);
    }
}

static void a_unit_and_a_post_can_be_asked_for_alone(void **state)
{
    struct pdf_folder_counts c;
    MUST(fill(*state, &(struct pdf_folder_options){ .jobs = 1, .unit = 34 }, &c));
    assert_int_equal(c.made + c.not_given, 1);
    MUST(fill(*state, &(struct pdf_folder_options){ .jobs = 1, .unit = 33, .post = 9 }, &c));
    assert_int_equal(c.made, 1);
    assert_int_equal(c.not_given, 0);
}

/* Kept: of the current version, and not past its day. */
static void resuming_makes_only_what_is_missing_old_or_expired(void **state)
{
    struct press_scene *const s = *state;
    const struct pdf_folder_options how = { .jobs = 1, .resume = true };
    struct pdf_folder_counts c;
    char path[PATH_LEN], name[NUMBER_MAX + 5], number[NUMBER_MAX + 1];
    MUST(fill(s, &how, &c));
    assert_int_equal(c.made, 3);
    MUST(fill(s, &how, &c));
    assert_int_equal(c.kept, 3);
    assert_int_equal(c.made, 0);

    fixture_number(&s->f, 1, number);
    (void)snprintf(name, sizeof name, "%s.pdf", number);
    MUST(path_join(folder, name, path, NULL));
    MUST(file_replace(path, SPAN_LITERAL("half a file"), 0644, NULL));
    MUST(fill(s, &how, &c));
    assert_int_equal(c.made, 1);

    fixture_clock(&s->f, "2022-03-31"); /* 180 days later, and one */
    MUST(fill(s, &how, &c));
    assert_int_equal(c.kept, 0);
    fixture_clock(&s->f, "2021-10-01");
}

/* The others go on; the folder says which is missing by not having it. */
static void a_certificate_that_cannot_be_drawn_is_told_and_the_others_made(void **state)
{
    struct press_scene *const s = *state;
    struct reg *const reg = press_scene_register(s);
    struct pdf_folder_counts c;
    struct span photo;
    ON_EXIT(buf_free_at) struct buf good = { 0 };
    struct reg_cert cert;
    MUST(register_cert(reg, 0, &cert, NULL));
    MUST(register_photo(reg, cert.person, &photo, NULL));
    buf_put_span(&good, photo);
    MUST(register_photo_put(reg, cert.person, SPAN_LITERAL("another"), NULL));
    MUST(fill(s, &(struct pdf_folder_options){ .jobs = 2 }, &c));
    assert_int_equal(c.made, 2);
    assert_int_equal(c.failed, told);
    assert_true(c.failed >= 1);
    MUST(register_photo_put(reg, cert.person, buf_span(&good), NULL));
}

static void being_asked_to_stop_it_ends_with_whole_files(void **state)
{
    static const volatile sig_atomic_t stop = 1;
    struct pdf_folder_counts c;
    MUST(fill(*state, &(struct pdf_folder_options){ .jobs = 2, .stop = &stop }, &c));
    assert_int_equal(c.made, 0);
    assert_int_equal(count_whole(), 0);
}

#define T(test) cmocka_unit_test_setup_teardown(test, make_out, drop_out)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_write_or_rename_that_fails_leaves_only_whole_files),
        T(each_certificate_in_force_has_one_file),
        T(a_unit_and_a_post_can_be_asked_for_alone),
        T(resuming_makes_only_what_is_missing_old_or_expired),
        T(a_certificate_that_cannot_be_drawn_is_told_and_the_others_made),
        T(being_asked_to_stop_it_ends_with_whole_files),
    };
    return cmocka_run_group_tests_name("pdf_folder", tests, press_scene_make, press_scene_drop);
}
