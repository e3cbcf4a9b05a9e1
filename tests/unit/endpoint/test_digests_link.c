#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/ipc/ipc.h"
#include "core/sys/file.h"
#include "tests/unit/check.h"
#include "verifier/daemon/digests_link.h"

#define LONG_MS 10000
#define SOON_MS 300

/* Answers the first question alone, closes the line after it when told to, and counts what comes
 * until nobody comes any more. */
struct helper {
    int listening;
    bool closes;
    unsigned asked;
};

static void *answer(void *arg)
{
    struct helper *const h = arg;
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    ON_EXIT(fd_close_at) int fd = -1;
    while (ipc_accept(h->listening, h->asked < 2 ? LONG_MS : SOON_MS, &fd, NULL) == RC_OK) {
        while (ipc_receive(fd, &got, NULL, LONG_MS, NULL) == RC_OK && got.len > 0) {
            h->asked++;
            if (h->asked == 1 || h->closes)
                assert_int_equal(ipc_send(fd, SPAN_LITERAL("answer"), -1, LONG_MS, NULL), RC_OK);
            if (h->asked == 1 && h->closes)
                break;
        }
        fd_close_at(&fd);
        fd = -1;
    }
    return NULL;
}

/* Two questions; how the second one ends. */
static enum rc ask_twice(struct helper *h)
{
    char folder[] = "/tmp/sitecert-link-XXXXXX", path[PATH_LEN];
    struct digests_link *k = NULL;
    pthread_t thread;
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    assert_non_null(mkdtemp(folder));
    assert_int_equal(path_join(folder, "s", path, NULL), RC_OK);
    assert_int_equal(ipc_listen(path, 0600, &h->listening, NULL), RC_OK);
    assert_int_equal(pthread_create(&thread, NULL, answer, h), 0);
    assert_int_equal(digests_link_open(path, &k, NULL), RC_OK);
    assert_int_equal(digests_link_ask(k, SPAN_LITERAL("first"), &got, NULL), RC_OK);
    const enum rc rc = digests_link_ask(k, SPAN_LITERAL("second"), &got, NULL);
    digests_link_close(k);
    (void)pthread_join(thread, NULL);
    fd_close_at(&h->listening);
    (void)unlink(path);
    assert_int_equal(rmdir(folder), 0);
    return rc;
}

static void what_takes_too_long_is_not_asked_twice(void **state)
{
    (void)state;
    struct helper h = { .closes = false };
    assert_int_equal(ask_twice(&h), RC_BUSY);
    assert_int_equal(h.asked, 2);
}

static void where_the_helper_has_gone_it_is_asked_once_more(void **state)
{
    (void)state;
    struct helper h = { .closes = true };
    assert_int_equal(ask_twice(&h), RC_OK);
    assert_int_equal(h.asked, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_takes_too_long_is_not_asked_twice),
        cmocka_unit_test(where_the_helper_has_gone_it_is_asked_once_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
