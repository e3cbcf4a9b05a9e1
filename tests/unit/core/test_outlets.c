#include "tests/unit/check.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "core/ipc/ipc_stream.h"
#include "core/sys/file.h"
#include "issuer/core/outlets.h"

#define SOON_MS 50

static bool no_memory;

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker names them */
void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_realloc(void *old, size_t size)
{
    return no_memory ? NULL : __real_realloc(old, size);
}

/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

struct scene {
    struct outlets *all;
    int ends[2];
    struct outlet *outlet; /* of ends[0] */
};

static struct scene scene_new(void)
{
    struct scene s;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s.ends), 0);
    assert_int_equal(outlets_new(&s.all, NULL), RC_OK);
    s.outlet = outlet_open(s.all, s.ends[0]);
    assert_non_null(s.outlet);
    return s;
}

static void scene_end(struct scene *s)
{
    outlets_free(s->all);
    fd_close_at(&s->ends[0]);
    fd_close_at(&s->ends[1]);
}

static void put(struct scene *s, uint32_t id)
{
    const struct answer a = { .reply = REPLY_ACCEPTED, .id = id };
    outlet_put(s->outlet, &a);
}

/* How many answers have come; the ids of the first `max`. */
static size_t receive(struct scene *s, uint32_t *ids, size_t max)
{
    ON_EXIT(ipc_inbox_wipe) struct ipc_inbox in = { .at = 0 };
    struct span message;
    size_t count = 0;
    while (ipc_fill(&in, s->ends[1], false, NULL) == RC_OK)
        ;
    while (ipc_next(&in, &message, NULL) == RC_OK) {
        struct answer a;
        assert_int_equal(answer_read(message, &a, NULL), RC_OK);
        if (count < max)
            ids[count] = a.id;
        count++;
    }
    return count;
}

static void pause_ms(long ms)
{
    const struct timespec t = { .tv_nsec = ms * 1000000 };
    (void)nanosleep(&t, NULL);
}

static void answers_go_out_together_and_not_before(void **state)
{
    (void)state;
    ON_EXIT(scene_end) struct scene s = scene_new();
    uint32_t ids[3] = { 0 };
    for (uint32_t i = 0; i < 3; i++)
        outlet_begin(s.outlet);
    put(&s, 3);
    put(&s, 1);
    assert_int_equal(receive(&s, ids, 3), 0);
    put(&s, 2);
    outlets_flush(s.all);
    assert_int_equal(receive(&s, ids, 3), 3);
    assert_int_equal(ids[0], 3);
    assert_int_equal(ids[1], 1);
    assert_int_equal(ids[2], 2);
    outlet_close(s.outlet);
}

static void *close_outlet(void *arg)
{
    struct scene *const s = arg;
    outlet_close(s->outlet);
    return NULL;
}

static void closing_waits_for_what_was_begun_and_sends_it(void **state)
{
    (void)state;
    ON_EXIT(scene_end) struct scene s = scene_new();
    pthread_t thread;
    outlet_begin(s.outlet);
    assert_int_equal(pthread_create(&thread, NULL, close_outlet, &s), 0);
    pause_ms(SOON_MS);
    put(&s, 1);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(receive(&s, NULL, 0), 1);
}

struct begun {
    struct scene *scene;
    bool ended;
    pthread_mutex_t lock;
};

static void *begin_one_more(void *arg)
{
    struct begun *const b = arg;
    outlet_begin(b->scene->outlet);
    (void)pthread_mutex_lock(&b->lock);
    b->ended = true;
    (void)pthread_mutex_unlock(&b->lock);
    return NULL;
}

static bool has_ended(struct begun *b)
{
    (void)pthread_mutex_lock(&b->lock);
    const bool ended = b->ended;
    (void)pthread_mutex_unlock(&b->lock);
    return ended;
}

static void one_more_than_may_be_under_way_waits_for_an_answer(void **state)
{
    (void)state;
    ON_EXIT(scene_end) struct scene s = scene_new();
    struct begun b = { .scene = &s, .lock = PTHREAD_MUTEX_INITIALIZER };
    pthread_t thread;
    for (uint32_t i = 0; i < OUTLET_MAX; i++)
        outlet_begin(s.outlet);
    assert_int_equal(pthread_create(&thread, NULL, begin_one_more, &b), 0);
    pause_ms(SOON_MS);
    assert_false(has_ended(&b));
    put(&s, 1);
    assert_int_equal(pthread_join(thread, NULL), 0);
    for (uint32_t i = 0; i < OUTLET_MAX; i++)
        put(&s, i + 1);
    outlet_close(s.outlet);
    assert_int_equal(receive(&s, NULL, 0), OUTLET_MAX + 1);
}

static void a_peer_that_has_gone_holds_up_nobody(void **state)
{
    (void)state;
    ON_EXIT(scene_end) struct scene s = scene_new();
    outlet_begin(s.outlet);
    outlet_begin(s.outlet);
    fd_close_at(&s.ends[1]);
    put(&s, 1);
    outlets_flush(s.all);
    put(&s, 2);
    outlets_flush(s.all);
    outlet_close(s.outlet);
}

/* It would wait in vain for the answer. */
static void a_peer_whose_answer_has_no_memory_learns_it_at_once(void **state)
{
    (void)state;
    ON_EXIT(scene_end) struct scene s = scene_new();
    uint8_t byte;
    outlet_begin(s.outlet);
    outlet_begin(s.outlet);
    no_memory = true;
    put(&s, 1);
    no_memory = false;
    assert_int_equal(recv(s.ends[1], &byte, 1, MSG_DONTWAIT), 0);
    put(&s, 2);
    outlet_close(s.outlet);
    assert_int_equal(recv(s.ends[1], &byte, 1, MSG_DONTWAIT), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_go_out_together_and_not_before),
        cmocka_unit_test(closing_waits_for_what_was_begun_and_sends_it),
        cmocka_unit_test(one_more_than_may_be_under_way_waits_for_an_answer),
        cmocka_unit_test(a_peer_that_has_gone_holds_up_nobody),
        cmocka_unit_test(a_peer_whose_answer_has_no_memory_learns_it_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
