/* No allocation may fail and leave a value that is not what the text says. */
#include <stdlib.h>

#include "core/json/json.h"
#include "tests/unit/check.h"

static long countdown = -1; /* the allocation that fails; negative: none */

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker names them */
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
    return countdown >= 0 && countdown-- == 0 ? NULL : __real_malloc(size);
}

/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

#define LONG                                                                                       \
    "a text that takes more than the sixteen bytes, or thirty-two, that jansson begins with"

static const char text[] =
    "{\"" LONG "\":\"" LONG "\",\"n\":[1234567890123456,12345678901234567.5]}";

static void a_value_is_whole_or_there_is_none(void **state)
{
    (void)state;
    bool whole = false;
    long tried = 0;
    for (; !whole; tried++) {
        ON_EXIT(json_decref_at) json_t *value = NULL;
        struct diag d = DIAG_INIT;
        countdown = tried;
        const enum rc rc = json_read(span_text(text), &value, &d);
        whole = countdown >= 0;
        countdown = -1;
        assert_int_equal(rc, whole ? RC_OK : RC_NOMEM);
        assert_true(whole ? value != NULL : value == NULL);
        if (whole)
            assert_string_equal(json_string_value(json_object_get(value, LONG)), LONG);
    }
    assert_true(tried > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_whole_or_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
