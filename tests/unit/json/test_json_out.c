#include "tests/unit/check.h"

#include <string.h>

#include "core/json/json.h"
#include "core/json/json_out.h"

/* The same values by both ways of writing. */
static void put_ours(struct buf *to, unsigned indent)
{
    struct json_out o = json_out_to(to, indent, 0);
    json_out_open(&o, NULL, '{');
    json_out_text(&o, "text", SPAN_LITERAL("张\"\\/\b\f\n\r\t\x01\x1f\x7f"));
    json_out_int(&o, "least", INT64_MIN);
    json_out_int(&o, "most", INT64_MAX);
    json_out_int(&o, "zero", 0);
    json_out_open(&o, "none", '[');
    json_out_close(&o, ']');
    json_out_open(&o, "list", '[');
    json_out_bool(&o, NULL, true);
    json_out_open(&o, NULL, '{');
    json_out_bool(&o, "no", false);
    json_out_null(&o, "null");
    json_out_close(&o, '}');
    json_out_open(&o, NULL, '[');
    json_out_close(&o, ']');
    json_out_close(&o, ']');
    json_out_text(&o, "empty", SPAN_LITERAL(""));
    json_out_close(&o, '}');
}

static json_t *same_tree(void)
{
    return json_pack("{s:s, s:I, s:I, s:i, s:[], s:[b, {s:b, s:n}, []], s:s}", "text",
                     "张\"\\/\b\f\n\r\t\x01\x1f\x7f", "least", (json_int_t)INT64_MIN, "most",
                     (json_int_t)INT64_MAX, "zero", 0, "none", "list", 1, "no", 0, "null", "empty",
                     "");
}

static void it_writes_the_bytes_that_the_library_writes(void **state)
{
    (void)state;
    ON_EXIT(json_decref_at) json_t *tree = same_tree();
    assert_non_null(tree);
    for (unsigned indent = 0; indent <= 8; indent += 2) {
        ON_EXIT(buf_free_at) struct buf ours = { 0 }, theirs = { 0 };
        put_ours(&ours, indent);
        assert_int_equal(json_write(tree, indent, &theirs, NULL), RC_OK);
        assert_string_equal(buf_cstr(&ours), buf_cstr(&theirs));
    }
}

static void a_deeper_start_shifts_every_line_but_the_first(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    struct json_out o = json_out_to(&text, 2, 1);
    json_out_open(&o, NULL, '{');
    json_out_int(&o, "a", 1);
    json_out_close(&o, '}');
    assert_string_equal(buf_cstr(&text), "{\n    \"a\": 1\n  }");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_writes_the_bytes_that_the_library_writes),
        cmocka_unit_test(a_deeper_start_shifts_every_line_but_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
