#include "tests/unit/check.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "core/ipc/ipc_stream.h"
#include "core/sys/clock.h"
#include "core/sys/file.h"
#include "tests/unit/ipc/pair.h"

#define LIMIT_MS 5000
#define SOON_MS  50

static void messages_that_went_together_come_apart(void **state)
{
    (void)state;
    static const char *const sent[] = { "first", "", "third" };
    ON_EXIT(pair_close) struct pair p = pair_new();
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    ON_EXIT(ipc_inbox_wipe) struct ipc_inbox in = { .at = 0 };
    for (size_t i = 0; i < 3; i++)
        ipc_frame_put(&out, span_text(sent[i]));
    assert_int_equal(ipc_flush(p.a, &out, 0, NULL), RC_OK);
    assert_int_equal(out.len, 0);

    struct span got;
    assert_int_equal(ipc_fill(&in, p.b, true, NULL), RC_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(ipc_next(&in, &got, NULL), RC_OK);
        assert_true(span_equal(got, span_text(sent[i])));
    }
    assert_int_equal(ipc_next(&in, &got, NULL), RC_BUSY);
    assert_int_equal(ipc_fill(&in, p.b, false, NULL), RC_BUSY);
}

static void they_are_those_of_one_message_a_call(void **state)
{
    (void)state;
    ON_EXIT(pair_close) struct pair p = pair_new();
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    ipc_frame_put(&out, SPAN_LITERAL("first"));
    ipc_frame_put(&out, SPAN_LITERAL("second"));
    assert_int_equal(ipc_flush(p.a, &out, LIMIT_MS, NULL), RC_OK);
    assert_int_equal(ipc_receive(p.b, &got, NULL, LIMIT_MS, NULL), RC_OK);
    assert_string_equal(buf_cstr(&got), "first");
    assert_int_equal(ipc_receive(p.b, &got, NULL, LIMIT_MS, NULL), RC_OK);
    assert_string_equal(buf_cstr(&got), "second");
}

static void a_message_cut_anywhere_is_whole_in_the_end(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    ipc_frame_put(&out, SPAN_LITERAL("cut"));
    for (size_t cut = 1; cut < out.len; cut++) {
        ON_EXIT(pair_close) struct pair p = pair_new();
        ON_EXIT(ipc_inbox_wipe) struct ipc_inbox in = { .at = 0 };
        struct span got;
        assert_int_equal(send(p.a, out.ptr, cut, 0), (ssize_t)cut);
        assert_int_equal(ipc_fill(&in, p.b, true, NULL), RC_OK);
        assert_int_equal(ipc_next(&in, &got, NULL), RC_BUSY);
        assert_int_equal(send(p.a, out.ptr + cut, out.len - cut, 0), (ssize_t)(out.len - cut));
        assert_int_equal(ipc_fill(&in, p.b, true, NULL), RC_OK);
        assert_int_equal(ipc_next(&in, &got, NULL), RC_OK);
        assert_true(span_equal(got, SPAN_LITERAL("cut")));
    }
}

static void put_numbers(struct buf *to, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        ipc_frame_put(to, span_of(&i, sizeof i));
}

/* More than a socket holds. */
#define MANY 200000u

static void what_the_socket_does_not_take_stays_and_goes_later(void **state)
{
    (void)state;
    ON_EXIT(pair_close) struct pair p = pair_new();
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    ON_EXIT(ipc_inbox_wipe) struct ipc_inbox in = { .at = 0 };
    put_numbers(&out, MANY);
    assert_int_equal(ipc_flush(p.a, &out, 0, NULL), RC_OK);
    assert_true(out.len > 0);
    assert_int_equal(ipc_flush(p.a, &out, SOON_MS, NULL), RC_BUSY);

    struct span got;
    for (uint32_t next = 0; next < MANY;) {
        assert_int_equal(ipc_fill(&in, p.b, true, NULL), RC_OK);
        while (ipc_next(&in, &got, NULL) == RC_OK) {
            assert_memory_equal(got.ptr, &next, sizeof next);
            next++;
        }
        assert_int_equal(ipc_flush(p.a, &out, 0, NULL), RC_OK);
    }
    assert_int_equal(out.len, 0);
}

#define SLOW_LEN    ((size_t)12 << 20) /* some sixty times what a socket holds */
#define SLOW_MS     20
#define DEADLINE_MS 200

/* Takes a little and pauses, until the peer has closed. */
static void *read_slowly(void *arg)
{
    const struct pair *const p = arg;
    const struct timespec pause = { .tv_nsec = SLOW_MS * 1000000 };
    ON_EXIT(ipc_inbox_wipe) struct ipc_inbox in = { .at = 0 };
    enum rc rc = RC_OK;
    while (rc == RC_OK || rc == RC_BUSY) {
        (void)nanosleep(&pause, NULL);
        rc = ipc_fill(&in, p->b, false, NULL);
    }
    return NULL;
}

static void a_peer_that_reads_on_slowly_has_one_deadline_for_all(void **state)
{
    (void)state;
    ON_EXIT(pair_close) struct pair p = pair_new();
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    pthread_t thread;
    uint8_t *const bytes = calloc(1, SLOW_LEN);
    assert_non_null(bytes);
    ipc_frame_put(&out, span_of(bytes, SLOW_LEN));
    free(bytes);
    assert_int_equal(pthread_create(&thread, NULL, read_slowly, &p), 0);
    const int64_t began = clock_elapsed_ms();
    const enum rc rc = ipc_flush(p.a, &out, DEADLINE_MS, NULL);
    const int64_t took = clock_elapsed_ms() - began;
    fd_close_at(&p.a);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(rc, RC_BUSY);
    assert_in_range(took, DEADLINE_MS, 4 * DEADLINE_MS);
}

static void a_length_over_the_limit_is_no_frame(void **state)
{
    (void)state;
    ON_EXIT(pair_close) struct pair p = pair_new();
    ON_EXIT(ipc_inbox_wipe) struct ipc_inbox in = { .at = 0 };
    struct span got;
    assert_int_equal(send(p.a, "\x01\x00\x00\x00", 4, 0), 4); /* 16 MiB: may come */
    assert_int_equal(ipc_fill(&in, p.b, true, NULL), RC_OK);
    assert_int_equal(ipc_next(&in, &got, NULL), RC_BUSY);
    in.bytes.ptr[3] = 1; /* and one byte */
    assert_int_equal(ipc_next(&in, &got, NULL), RC_FORMAT);
}

static void a_peer_that_has_closed_is_known(void **state)
{
    (void)state;
    ON_EXIT(pair_close) struct pair p = pair_new();
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    ON_EXIT(ipc_inbox_wipe) struct ipc_inbox in = { .at = 0 };
    ipc_frame_put(&out, SPAN_LITERAL("nobody"));
    fd_close_at(&p.b);
    assert_int_equal(ipc_fill(&in, p.a, true, NULL), RC_NOT_FOUND);
    assert_int_equal(ipc_flush(p.a, &out, LIMIT_MS, NULL), RC_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_that_went_together_come_apart),
        cmocka_unit_test(they_are_those_of_one_message_a_call),
        cmocka_unit_test(a_message_cut_anywhere_is_whole_in_the_end),
        cmocka_unit_test(what_the_socket_does_not_take_stays_and_goes_later),
        cmocka_unit_test(a_peer_that_reads_on_slowly_has_one_deadline_for_all),
        cmocka_unit_test(a_length_over_the_limit_is_no_frame),
        cmocka_unit_test(a_peer_that_has_closed_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
