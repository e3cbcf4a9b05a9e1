/* The journal of reminders: the last event counts, and is there after a crash; old deadlines go. */
#include "tests/unit/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/dates.h"
#include "core/sys/file.h"
#include "issuer/reminder/journal.h"

#define DEADLINE 19571 /* 2023-08-02 */
#define NOW      1683165600

struct scene {
    char folder[64], path[96];
};

static int setup(void **state)
{
    static struct scene s;
    (void)snprintf(s.folder, sizeof s.folder, "%s", "/tmp/sitecert-journal-XXXXXX");
    assert_non_null(mkdtemp(s.folder));
    (void)snprintf(s.path, sizeof s.path, "%s/journal", s.folder);
    *state = &s;
    return 0;
}

static int teardown(void **state)
{
    struct scene *const s = *state;
    (void)unlink(s->path);
    assert_int_equal(rmdir(s->folder), 0);
    return 0;
}

static struct journal *open_at(const struct scene *s, int32_t oldest)
{
    struct journal *j = NULL;
    struct diag d = DIAG_INIT;
    if (journal_open(s->path, oldest, &j, &d) != RC_OK)
        fail_msg("%s", d.text);
    return j;
}

static struct reminder_key key(unsigned n, int32_t deadline, uint32_t days)
{
    struct reminder_key k = { .deadline = deadline, .days = days };
    (void)snprintf(k.number, sizeof k.number, "033012020%08u", n);
    return k;
}

static void put(struct journal *j, const struct reminder_key *k, enum reminder_state state,
                uint32_t attempts)
{
    const struct reminder_fate f = { state, attempts, NOW };
    assert_int_equal(journal_put(j, k, &f, NULL), RC_OK);
}

static void write_text(const struct scene *s, const char *text)
{
    assert_int_equal(file_replace(s->path, span_text(text), 0600, NULL), RC_OK);
}

static void the_last_event_counts_and_is_there_again(void **state)
{
    struct scene *const s = *state;
    struct journal *j = open_at(s, DEADLINE);
    const struct reminder_key a = key(1, DEADLINE, 90), b = key(1, DEADLINE, 30);
    assert_int_equal(journal_find(j, &a).state, REMINDER_NEW);
    put(j, &a, REMINDER_TRYING, 0);
    put(j, &a, REMINDER_FAILED, 1);
    put(j, &b, REMINDER_SENT, 0);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(journal_find(j, &a).state, REMINDER_FAILED);
        assert_int_equal(journal_find(j, &a).attempts, 1);
        assert_int_equal(journal_find(j, &a).at, NOW);
        assert_int_equal(journal_find(j, &b).state, REMINDER_SENT);
        journal_close(j);
        j = open_at(s, DEADLINE);
    }
    journal_close(j);
}

static void many_are_found_among_each_other(void **state)
{
    struct scene *const s = *state;
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    const unsigned count = 5000;
    for (unsigned i = 0; i < count; i++)
        buf_printf(&text, "033012020%08u 2023-08-02 %u sent 0 2023-05-04T10:00:00+08:00\n", i,
                   i % 2 ? 90u : 30u);
    write_text(s, buf_cstr(&text));
    struct journal *const j = open_at(s, DEADLINE);
    assert_int_equal(journal_count(j), count);
    for (unsigned i = 0; i < count; i++) {
        const struct reminder_key there = key(i, DEADLINE, i % 2 ? 90 : 30),
                                  other = key(i, DEADLINE, i % 2 ? 30 : 90);
        assert_int_equal(journal_find(j, &there).state, REMINDER_SENT);
        assert_int_equal(journal_find(j, &other).state, REMINDER_NEW);
    }
    journal_close(j);
}

static void old_deadlines_are_forgotten(void **state)
{
    struct scene *const s = *state;
    struct journal *j = open_at(s, DEADLINE);
    const struct reminder_key a = key(1, DEADLINE, 7), b = key(2, DEADLINE + 1, 7);
    put(j, &a, REMINDER_SENT, 0);
    put(j, &b, REMINDER_SENT, 0);
    journal_close(j);
    j = open_at(s, DEADLINE + 1);
    assert_int_equal(journal_count(j), 1);
    assert_int_equal(journal_find(j, &b).state, REMINDER_SENT);
    journal_close(j);
    j = open_at(s, DEADLINE);
    assert_int_equal(journal_find(j, &a).state, REMINDER_NEW);
    journal_close(j);
}

static void a_line_cut_short_is_dropped_at_every_place(void **state)
{
    struct scene *const s = *state;
    static const char first[] =
        "03301202000000013 2023-08-02 90 sent 0 2023-05-04T10:00:00+08:00\n",
                      second[] =
                          "03301202000000013 2023-08-02 30 trying 2 2023-07-03T10:00:00+08:00\n";
    for (size_t n = 0; n < sizeof second - 1; n++) {
        char text[sizeof first + sizeof second];
        (void)snprintf(text, sizeof text, "%s%.*s", first, (int)n, second);
        write_text(s, text);
        struct journal *j = open_at(s, DEADLINE);
        assert_int_equal(journal_count(j), 1);
        journal_close(j);
        j = open_at(s, DEADLINE);
        assert_int_equal(journal_count(j), 1);
        journal_close(j);
    }
}

static void what_is_no_line_is_named(void **state)
{
    struct scene *const s = *state;
    static const char *const lines[] = {
        "",
        "03301202000000013",
        "03301202000000013 2023-08-02 90 sent 0",
        "03301202000000013 2023-08-02 90 sent 0 2023-05-04T10:00:00+08:00 more",
        " 2023-08-02 90 sent 0 2023-05-04T10:00:00+08:00",
        "03301202000000013 2023-02-30 90 sent 0 2023-05-04T10:00:00+08:00",
        "03301202000000013 2023-08-02 -1 sent 0 2023-05-04T10:00:00+08:00",
        "03301202000000013 2023-08-02 4000 sent 0 2023-05-04T10:00:00+08:00",
        "03301202000000013 2023-08-02 90 lost 0 2023-05-04T10:00:00+08:00",
        "03301202000000013 2023-08-02 90  0 2023-05-04T10:00:00+08:00",
        "03301202000000013 2023-08-02 90 sent 0 today",
        "033012020000000130330120200000001303301202 2023-08-02 90 sent 0 2023-05-04T10:00:00+08:00",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char text[400];
        struct journal *j = NULL;
        struct diag d = DIAG_INIT;
        (void)snprintf(text, sizeof text,
                       "03301202000000021 2023-08-02 90 sent 0 2023-05-04T10:00:00+08:00\n%s\n",
                       lines[i]);
        write_text(s, text);
        assert_int_equal(journal_open(s->path, DEADLINE, &j, &d), RC_FORMAT);
        assert_non_null(strstr(d.text, "line 2"));
        assert_null(j);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(the_last_event_counts_and_is_there_again),
        T(many_are_found_among_each_other),
        T(old_deadlines_are_forgotten),
        T(a_line_cut_short_is_dropped_at_every_place),
        T(what_is_no_line_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
