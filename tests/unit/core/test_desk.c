/* How rows gather before they are applied, and who writes what was taken. */
#include "tests/unit/check.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/sys/clock.h"
#include "issuer/core/desk_internal.h"

#define LONG_MS  10000u /* no test waits so long */
#define SHORT_MS 50u

struct scene {
    char folder[64];
    struct journal *journal;
    struct desk *desk;
};

static struct scene scene_new(void)
{
    struct scene s = { .folder = "/tmp/sitecert-desk-XXXXXX" };
    assert_non_null(mkdtemp(s.folder));
    assert_int_equal(journal_open(s.folder, &s.journal, NULL), RC_OK);
    const struct desk_options o = { .journal = s.journal, .queue_batches = 1000 };
    assert_int_equal(desk_new(&o, &s.desk, NULL), RC_OK);
    return s;
}

static void scene_end(struct scene *s)
{
    char command[96];
    desk_free(s->desk);
    journal_close(s->journal);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", s->folder);
    assert_int_equal(system(command), 0);
}

static void queue(struct scene *s, uint64_t sequence, uint64_t rows)
{
    struct reg_batch b = { .sequence = sequence, .rows = rows };
    (void)snprintf((char *)b.id, sizeof b.id, "%u", (unsigned)sequence);
    (void)pthread_mutex_lock(&s->desk->lock);
    struct waiting *const w = queue_add(s->desk, &b);
    assert_non_null(w);
    queue_up(s->desk, w);
    (void)pthread_mutex_unlock(&s->desk->lock);
}

/* What desk_gather() took. */
static double gathered_ms(struct scene *s, uint32_t timeout_ms, uint32_t gather_ms)
{
    const double began = clock_elapsed();
    desk_gather(s->desk, timeout_ms, gather_ms);
    return (clock_elapsed() - began) * 1000;
}

/* --- gathering --- */

static void a_few_rows_wait_for_others_and_no_longer(void **state)
{
    (void)state;
    struct scene s = scene_new();
    struct reg_batch b;
    queue(&s, 0, 0); /* one without rows is one, too */
    const double took = gathered_ms(&s, LONG_MS, SHORT_MS);
    assert_true(took >= SHORT_MS && took < LONG_MS / 2);
    assert_true(desk_next(s.desk, &b));
    assert_int_equal(b.sequence, 0);
    assert_false(desk_next(s.desk, &b));
    assert_true(gathered_ms(&s, SHORT_MS, LONG_MS) >= SHORT_MS);
    scene_end(&s);
}

static void many_rows_do_not_wait(void **state)
{
    (void)state;
    struct scene s = scene_new();
    struct reg_batch b;
    queue(&s, 0, DESK_GATHER_ROWS);
    assert_true(gathered_ms(&s, LONG_MS, LONG_MS) < LONG_MS / 2);
    assert_true(desk_next(s.desk, &b));
    /* What is at work is none that waits. */
    queue(&s, 1, 1);
    assert_true(gathered_ms(&s, LONG_MS, SHORT_MS) >= SHORT_MS);
    scene_end(&s);
}

static void *queue_later(void *arg)
{
    struct scene *const s = arg;
    const struct timespec pause = { .tv_nsec = SHORT_MS * 1000000L };
    for (uint64_t i = 1; i <= 4; i++) {
        (void)nanosleep(&pause, NULL);
        queue(s, i, i == 1 ? 1 : DESK_GATHER_ROWS / 2);
    }
    return NULL;
}

static void whoever_gathers_is_woken_by_the_first_and_when_it_is_enough(void **state)
{
    (void)state;
    struct scene s = scene_new();
    pthread_t other;
    assert_int_equal(pthread_create(&other, NULL, queue_later, &s), 0);
    assert_true(gathered_ms(&s, LONG_MS, LONG_MS) < LONG_MS / 2);
    (void)pthread_mutex_lock(&s.desk->lock);
    assert_true(s.desk->work_left >= DESK_GATHER_ROWS);
    (void)pthread_mutex_unlock(&s.desk->lock);
    assert_int_equal(pthread_join(other, NULL), 0);
    scene_end(&s);
}

static void *wait_for_first(void *arg)
{
    struct scene *const s = arg;
    assert_true(desk_wait(s->desk, 0, LONG_MS));
    return NULL;
}

static void rows_that_somebody_waits_for_wait_for_none(void **state)
{
    (void)state;
    struct scene s = scene_new();
    pthread_t other;
    queue(&s, 0, 1);
    assert_int_equal(pthread_create(&other, NULL, wait_for_first, &s), 0);
    /* Who comes to wait ends it, and nothing more is gathered while he does. */
    assert_true(gathered_ms(&s, LONG_MS, LONG_MS) < LONG_MS / 2);
    while (!desk_is_waited_for(s.desk))
        ;
    assert_true(gathered_ms(&s, LONG_MS, LONG_MS) < LONG_MS / 2);
    assert_true(gathered_ms(&s, LONG_MS, LONG_MS) < LONG_MS / 2);
    desk_done(s.desk, 1);
    assert_int_equal(pthread_join(other, NULL), 0);
    scene_end(&s);
}

/* After another start of the engine. */
static void what_was_at_work_is_gathered_again(void **state)
{
    (void)state;
    struct scene s = scene_new();
    struct reg_batch b;
    queue(&s, 0, DESK_GATHER_ROWS);
    queue(&s, 1, 1);
    for (unsigned turn = 0; turn < 2; turn++) {
        assert_true(gathered_ms(&s, LONG_MS, LONG_MS) < LONG_MS / 2);
        assert_true(desk_next(s.desk, &b));
        assert_true(desk_next(s.desk, &b));
        assert_false(desk_next(s.desk, &b));
        assert_true(gathered_ms(&s, SHORT_MS, LONG_MS) >= SHORT_MS - 1);
        (void)pthread_mutex_lock(&s.desk->lock);
        queue_again(s.desk);
        (void)pthread_mutex_unlock(&s.desk->lock);
    }
    scene_end(&s);
}

/* --- writing --- */

struct paper {
    struct taking taking; /* first */
    struct question q;
    char key[8];
    pthread_t by; /* who told */
    enum reply reply;
    uint64_t sequence;
};

static void note(struct taking *t)
{
    struct paper *const p = (struct paper *)(void *)t;
    p->by = pthread_self();
    p->sequence = t->batch.sequence;
    p->reply = t->answer.reply;
}

/* As desk_take() leaves it. */
static void draft(struct scene *s, struct paper *p, unsigned number)
{
    static const uint8_t digest[SHA256_LEN];
    *p = (struct paper){ .taking.q = &p->q, .taking.told = note };
    (void)snprintf(p->key, sizeof p->key, "%u", number);
    const struct span key = span_text(p->key);
    struct reg_batch b = { .rows = 1 };
    memcpy(b.id, key.ptr, key.len);
    p->taking.entry = (struct entry){ .type = ENTRY_BATCH,
                                      .sender = SPAN_LITERAL("s"),
                                      .nonce = key,
                                      .kind = KIND_TEST,
                                      .key = key,
                                      .digest = span_of(digest, sizeof digest),
                                      .rows = 1 };
    (void)pthread_mutex_lock(&s->desk->lock);
    p->taking.waiting = queue_add(s->desk, &b);
    assert_non_null(p->taking.waiting);
    desk_draft(s->desk, &p->taking);
    (void)pthread_mutex_unlock(&s->desk->lock);
}

/* Until it stands in the queue, and is taken from there with those before it. */
static void wait_for_batch(struct scene *s, uint64_t sequence)
{
    const double began = clock_elapsed();
    for (bool found = false; !found;) {
        struct reg_batch b;
        if (desk_next(s->desk, &b))
            found = b.sequence == sequence;
        assert_true((clock_elapsed() - began) * 1000 < LONG_MS);
    }
}

static bool is_writing(struct scene *s)
{
    (void)pthread_mutex_lock(&s->desk->lock);
    const bool writing = s->desk->writing;
    (void)pthread_mutex_unlock(&s->desk->lock);
    return writing;
}

/* The desk's thread has written one batch and sleeps: one that has not begun to would take what
 * others are to write. */
static void start_writing(struct scene *s)
{
    struct paper first;
    (void)pthread_mutex_lock(&s->desk->lock);
    assert_int_equal(desk_start_writing(s->desk, NULL), RC_OK);
    (void)pthread_mutex_unlock(&s->desk->lock);
    draft(s, &first, 0);
    desk_have_written(s->desk);
    wait_for_batch(s, 0);
    while (is_writing(s))
        ;
}

static void whoever_has_taken_writes_and_tells(void **state)
{
    (void)state;
    struct scene s = scene_new();
    start_writing(&s);
    struct paper papers[3];
    for (unsigned i = 0; i < 3; i++)
        draft(&s, &papers[i], i + 1);
    desk_write(s.desk);
    for (unsigned i = 0; i < 3; i++) {
        struct reg_batch b;
        assert_int_equal(papers[i].reply, REPLY_ACCEPTED);
        assert_true(pthread_equal(papers[i].by, pthread_self()));
        assert_int_equal(papers[i].sequence, i + 1);
        assert_true(desk_next(s.desk, &b));
        assert_int_equal(b.sequence, i + 1);
    }
    scene_end(&s);
}

static void for_those_who_wait_the_desks_own_thread_writes(void **state)
{
    (void)state;
    struct scene s = scene_new();
    start_writing(&s);
    struct paper papers[2];
    draft(&s, &papers[0], 1);
    draft(&s, &papers[1], 2);
    desk_have_written(s.desk);
    wait_for_batch(&s, 2); /* without an end of the desk, which would have them written, too */
    desk_close(s.desk);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(papers[i].reply, REPLY_ACCEPTED);
        assert_false(pthread_equal(papers[i].by, pthread_self()));
    }
    scene_end(&s);
}

static void what_does_not_go_to_disk_together_is_left_to_the_desks_own_thread(void **state)
{
    (void)state;
    enum { COUNT = 1025 }; /* one more than a group */
    struct scene s = scene_new();
    start_writing(&s);
    struct paper *const papers = calloc(COUNT, sizeof *papers);
    assert_non_null(papers);
    for (unsigned i = 0; i < COUNT; i++)
        draft(&s, &papers[i], i + 1);
    desk_write(s.desk);
    wait_for_batch(&s, COUNT);
    desk_close(s.desk);
    assert_true(pthread_equal(papers[COUNT - 2].by, pthread_self()));
    assert_false(pthread_equal(papers[COUNT - 1].by, pthread_self()));
    free(papers);
    scene_end(&s);
}

static void while_one_writes_no_other_does(void **state)
{
    (void)state;
    struct scene s = scene_new();
    struct paper paper;
    start_writing(&s);
    (void)pthread_mutex_lock(&s.desk->lock);
    s.desk->writing = true;
    (void)pthread_mutex_unlock(&s.desk->lock);
    draft(&s, &paper, 1);
    desk_write(s.desk);
    assert_int_not_equal(paper.reply, REPLY_ACCEPTED);
    (void)pthread_mutex_lock(&s.desk->lock);
    s.desk->writing = false;
    (void)pthread_mutex_unlock(&s.desk->lock);
    desk_write(s.desk);
    assert_int_equal(paper.reply, REPLY_ACCEPTED);
    scene_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_few_rows_wait_for_others_and_no_longer),
        cmocka_unit_test(many_rows_do_not_wait),
        cmocka_unit_test(whoever_gathers_is_woken_by_the_first_and_when_it_is_enough),
        cmocka_unit_test(rows_that_somebody_waits_for_wait_for_none),
        cmocka_unit_test(what_was_at_work_is_gathered_again),
        cmocka_unit_test(whoever_has_taken_writes_and_tells),
        cmocka_unit_test(for_those_who_wait_the_desks_own_thread_writes),
        cmocka_unit_test(what_does_not_go_to_disk_together_is_left_to_the_desks_own_thread),
        cmocka_unit_test(while_one_writes_no_other_does),
    };
    return cmocka_run_group_tests_name("desk", tests, NULL, NULL);
}
