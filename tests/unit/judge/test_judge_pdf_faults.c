/* Memory that runs out while a PDF is judged: never a crash, a leak, or good news. */
#include "tests/unit/judge/pdf_maker.h"

#include <stdlib.h>

#include "core/cert/judge_pdf.h"

#define NEVER UINT32_MAX

static uint32_t left = NEVER; /* allocations until one fails */

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker names them */
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *ptr, size_t n);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *ptr, size_t n);

static bool fails(void)
{
    if (left == NEVER || left == 0)
        return left == 0;
    left--;
    return left == 0;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *ptr, size_t n)
{
    return fails() ? NULL : __real_realloc(ptr, n);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static void no_failed_allocation_makes_a_certificate_of_it(void **state)
{
    (void)state;
    const struct recipe r = recipe_good();
    const struct evidence e = scene_open(&r.scene);
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    recipe_put(&r, scene_token(), &file);

    uint32_t failed = 0;
    for (;; failed++) {
        struct verdict v = { 0 };
        left = failed + 1;
        const enum rc rc = judge_pdf(buf_span(&file), &e, &v, NULL);
        const bool all_had = left != 0;
        left = NEVER;
        if (all_had) {
            assert_int_equal(rc, RC_OK);
            assert_int_equal(verdict_exit(&v), 0);
            break;
        }
        assert_true(rc == RC_NOMEM || (rc == RC_OK && verdict_exit(&v) != 0));
    }
    assert_true(failed >= 4);
    scene_forget();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_failed_allocation_makes_a_certificate_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
