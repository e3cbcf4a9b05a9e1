#include "tests/unit/intake/cases.h"

#include <stdio.h>
#include <string.h>

#include "core/text/text.h"
#include "tests/unit/sys/scratch.h"

static void tell(const char *path, struct span in, struct buf *to)
{
    (void)in;
    ON_EXIT(text_close) struct text t = { .fd = -1 };
    struct diag d = DIAG_INIT;
    const enum rc rc = text_open(path, true, &t, &d);
    if (rc != RC_OK) {
        put_refusal(to, rc, &d);
        return;
    }
    buf_printf(to, "%s\n", encoding_name(t.encoding));
    bool end = false;
    while (!end) {
        struct span piece;
        assert_int_equal(text_next(&t, &piece, &end, NULL), RC_OK);
        buf_put_span(to, piece);
    }
}

static void every_case_is_read_in_its_encoding(void **state)
{
    (void)state;
    each_case("encoding", tell);
}

static void put_all(struct text *t, struct buf *to)
{
    bool end = false;
    while (!end) {
        struct span piece;
        assert_int_equal(text_next(t, &piece, &end, NULL), RC_OK);
        buf_put_span(to, piece);
    }
}

static void tell_bytes(const char *path, struct span in, struct buf *to)
{
    (void)path;
    ON_EXIT(text_close) struct text t = { .fd = -1 };
    struct diag d = DIAG_INIT;
    const enum rc rc = text_open_bytes(in, "bytes", true, &t, &d);
    if (rc != RC_OK) {
        put_refusal(to, rc, &d);
        return;
    }
    buf_printf(to, "%s\n", encoding_name(t.encoding));
    put_all(&t, to);
}

static void bytes_are_read_as_a_file_is(void **state)
{
    (void)state;
    each_case("encoding", tell_bytes);
}

static void bytes_are_read_again_from_a_place(void **state)
{
    (void)state;
    enum { LEN = 600000 }; /* over two pieces */
    static char many[LEN];
    memset(many, 'x', sizeof many);
    many[LEN - 2] = 'y';
    ON_EXIT(text_close) struct text t = { .fd = -1 };
    ON_EXIT(buf_free_at) struct buf all = { 0 };
    assert_int_equal(text_open_bytes(span_of(many, LEN), "bytes", true, &t, NULL), RC_OK);
    put_all(&t, &all);
    assert_int_equal(all.len, LEN);
    assert_memory_equal(all.ptr, many, LEN);
    buf_clear(&all);
    assert_int_equal(text_begin(&t, LEN - 2, 1, NULL), RC_OK);
    put_all(&t, &all);
    assert_int_equal(all.len, 2);
    assert_memory_equal(all.ptr, "yx", 2);
    assert_int_equal(text_begin(&t, LEN + 1, 1, NULL), RC_OK);
    buf_clear(&all);
    put_all(&t, &all);
    assert_int_equal(all.len, 0);
}

static enum rc push_by_bytes(enum encoding encoding, struct span in, struct buf *to, struct diag *d)
{
    ON_EXIT(decoder_close) struct decoder c = { 0 };
    enum rc rc = decoder_open(&c, encoding, 0, 1, d);
    for (size_t i = 0; i < in.len && rc == RC_OK; i++) {
        struct span text = { 0 };
        rc = decoder_push(&c, span_of(in.ptr + i, 1), &text, d);
        if (rc == RC_OK)
            buf_put_span(to, text);
    }
    return rc == RC_OK ? decoder_finish(&c, d) : rc;
}

static void bytes_one_by_one_make_no_difference(void **state)
{
    (void)state;
    static const uint8_t gb[] = { 0xd5, 0xc5, '\n', 0x99, 0x30, 0x9d, 0x35, 'a' };
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    struct diag d = DIAG_INIT;
    assert_int_equal(push_by_bytes(ENCODING_GB18030, span_of(gb, sizeof gb), &text, &d), RC_OK);
    assert_int_equal(text.len, 9);
    assert_memory_equal(text.ptr, "张\n", 4);
}

static void a_cut_character_is_refused_at_its_first_byte(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    struct diag utf8 = DIAG_INIT, gb = DIAG_INIT;
    assert_int_equal(push_by_bytes(ENCODING_UTF8, SPAN_LITERAL("a\n\xe5\xbc"), &text, &utf8),
                     RC_FORMAT);
    assert_int_equal(utf8.offset, 2);
    assert_int_equal(push_by_bytes(ENCODING_GB18030, SPAN_LITERAL("a\n\xd5"), &text, &gb),
                     RC_FORMAT);
    assert_int_equal(gb.offset, 2);
}

static void ndjson_is_not_read_as_gb18030(void **state)
{
    (void)state;
    const char *const path = in_scratch("a");
    assert_int_equal(file_create(path, SPAN_LITERAL("a\n\xd5\xc5\n"), 0600, NULL), RC_OK);
    ON_EXIT(text_close) struct text t = { .fd = -1 };
    struct diag d = DIAG_INIT;
    assert_int_equal(text_open(path, false, &t, &d), RC_FORMAT);
    assert_string_equal(d.text, "line 2: a byte that is not UTF-8");
    assert_int_equal(d.offset, 2);
}

static void a_folder_is_refused(void **state)
{
    (void)state;
    ON_EXIT(text_close) struct text t = { .fd = -1 };
    assert_int_equal(text_open(scratch, true, &t, NULL), RC_IO);
    assert_int_equal(text_open(in_scratch("none"), true, &t, NULL), RC_NOT_FOUND);
}

/* A pipe with more than it can hold is read twice all the same. */
static void a_pipe_is_read_twice(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "\xd5\xc5\n", 3), 3);
    assert_int_equal(close(ends[1]), 0);
    char path[64];
    (void)snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    ON_EXIT(text_close) struct text t = { .fd = -1 };
    assert_int_equal(text_open(path, true, &t, NULL), RC_OK);
    assert_true(t.is_copy);
    assert_int_equal(t.encoding, ENCODING_GB18030);
    for (unsigned i = 0; i < 2; i++) {
        struct span piece;
        bool end;
        assert_int_equal(text_begin_first(&t, NULL), RC_OK);
        assert_int_equal(text_next(&t, &piece, &end, NULL), RC_OK);
        assert_int_equal(piece.len, 4);
    }
    assert_int_equal(close(ends[0]), 0);
}

/* 300,000 characters of two bytes, then one of four: more than one piece, characters across their
 * ends. */
static void a_place_in_the_text_is_found_in_the_file(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf in = { 0 };
    buf_put_u8(&in, 'a');
    for (unsigned i = 0; i < 300000; i++)
        buf_put(&in, "\xd5\xc5", 2);
    buf_put(&in, "\x99\x30\x9d\x35z", 5);
    const char *const path = in_scratch("long");
    assert_int_equal(file_create(path, buf_span(&in), 0600, NULL), RC_OK);

    ON_EXIT(text_close) struct text t = { .fd = -1 };
    assert_int_equal(text_open(path, true, &t, NULL), RC_OK);
    bool end = false;
    while (!end) {
        struct span piece;
        assert_int_equal(text_next(&t, &piece, &end, NULL), RC_OK);
    }
    static const struct {
        uint64_t decoded, source;
    } places[] = { { 900005, 600005 }, { 900006, 600006 }, { 0, 0 },           { 1, 1 },
                   { 4, 3 },           { 600001, 400001 }, { 900001, 600001 }, { 900005, 600005 } };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        uint64_t source = 0;
        assert_int_equal(text_source(&t, 0, places[i].decoded, &source, NULL), RC_OK);
        assert_int_equal(source, places[i].source);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_is_read_in_its_encoding),
        cmocka_unit_test(bytes_are_read_as_a_file_is),
        cmocka_unit_test(bytes_are_read_again_from_a_place),
        cmocka_unit_test(bytes_one_by_one_make_no_difference),
        cmocka_unit_test(a_cut_character_is_refused_at_its_first_byte),
        cmocka_unit_test_setup_teardown(ndjson_is_not_read_as_gb18030, scratch_make,
                                        scratch_remove),
        cmocka_unit_test_setup_teardown(a_folder_is_refused, scratch_make, scratch_remove),
        cmocka_unit_test(a_pipe_is_read_twice),
        cmocka_unit_test_setup_teardown(a_place_in_the_text_is_found_in_the_file, scratch_make,
                                        scratch_remove),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
