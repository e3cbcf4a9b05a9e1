#include "tests/unit/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "issuer/push/cut.h"

#define HEADER "record_id,id_type,id_number,file\r\n"
#define TESTS                                                                                      \
    "record_id,provider,name,id_type,id_number,post,held_on,score,full_score,national_share,face_" \
    "checked"

struct file {
    char folder[40], path[80];
};

static struct file file_new(const char *name, struct span text)
{
    struct file f;
    (void)snprintf(f.folder, sizeof f.folder, "/tmp/cut-XXXXXX");
    assert_non_null(mkdtemp(f.folder));
    (void)snprintf(f.path, sizeof f.path, "%s/%s", f.folder, name);
    assert_int_equal(file_replace(f.path, text, 0600, NULL), RC_OK);
    return f;
}

static void file_free(const struct file *f)
{
    assert_int_equal(unlink(f->path), 0);
    assert_int_equal(rmdir(f->folder), 0);
}

/* Every part: its place, then its body, each line behind "| ". */
static void describe(const struct file *f, uint64_t part_rows, struct buf *to)
{
    struct cutter *c = NULL;
    struct diag d = DIAG_INIT;
    if (cutter_open(f->path, KIND_NONE, part_rows, &c, &d) != RC_OK)
        fail_msg("%s", d.text);
    for (;;) {
        struct part p;
        bool end = false;
        assert_int_equal(cutter_next(c, &p, &end, &d), RC_OK);
        if (end)
            break;
        buf_printf(to, "[%u+%u %.8s]", (unsigned)p.before, (unsigned)p.rows, p.type + 5);
        buf_put_span(to, p.body);
    }
    cutter_close(c);
}

static void expect(const char *name, struct span text, uint64_t part_rows, const char *expected)
{
    const struct file f = file_new(name, text);
    struct buf parts = { 0 };
    describe(&f, part_rows, &parts);
    assert_string_equal(buf_cstr(&parts), expected);
    buf_free(&parts);
    file_free(&f);
}

static void standard_input_cannot_be_sent_again(void **state)
{
    (void)state;
    struct cutter *c = NULL;
    assert_int_equal(cutter_open("-", KIND_TEST, 10, &c, NULL), RC_USAGE);
}

static void a_file_that_cannot_be_read_to_its_end_is_refused_whole(void **state)
{
    (void)state;
    const struct file f = file_new("test.csv", SPAN_LITERAL(TESTS "\na,\"b\n"));
    struct cutter *c = NULL;
    assert_int_equal(cutter_open(f.path, KIND_NONE, 10, &c, NULL), RC_FORMAT);
    file_free(&f);
}

static void parts_hold_whole_rows_as_they_stand_and_the_header(void **state)
{
    (void)state;
    expect("test.csv", SPAN_LITERAL(TESTS "\r\n1,\"a\r\nb\",\"c\"\"d\"\r\n\r\n2\r\n3,x"), 2,
           "[0+2 csv; cha]" TESTS "\r\n1,\"a\r\nb\",\"c\"\"d\"\r\n\r\n2\r\n"
           "[2+1 csv; cha]" TESTS "\r\n3,x\n");
    expect("test.ndjson", SPAN_LITERAL("{\"a\":1}\n\n{\"b\":2}\n{\"c\":3}"), 2,
           "[0+2 cation/x]{\"a\":1}\n\n{\"b\":2}\n[2+1 cation/x]{\"c\":3}\n");
}

static void a_file_without_rows_has_no_parts(void **state)
{
    (void)state;
    expect("test.csv", SPAN_LITERAL(TESTS "\n"), 10, "");
}

static void other_encodings_become_utf8_without_a_mark(void **state)
{
    (void)state;
    expect("test.csv", SPAN_LITERAL("\xef\xbb\xbf" TESTS "\n1,张\n"), 10,
           "[0+1 csv; cha]" TESTS "\n1,张\n");
    expect("test.csv", SPAN_LITERAL(TESTS "\n1,\xd5\xc5\n"), 10, "[0+1 csv; cha]" TESTS "\n1,张\n");
}

static void what_is_wrong_with_a_photo_row_stays_wrong(void **state)
{
    (void)state;
    expect(
        "photo.csv", SPAN_LITERAL(HEADER "p1,111,X,none.jpg\r\np2,111,X\r\np3,111,X,\r\n"), 10,
        "[0+3 "
        "cation/"
        "x]{\"record_id\":\"p1\",\"id_type\":\"111\",\"id_number\":\"X\",\"file\":\"none.jpg\"}\n"
        "{\"record_id\":\"p2\",\"file\":[]}\n"
        "{\"record_id\":\"p3\",\"id_type\":\"111\",\"id_number\":\"X\",\"file\":\"\"}\n");
    expect("photo.ndjson",
           SPAN_LITERAL("{\"record_id\":\"p4\",\"id_number\":{},\"file\":\"none.jpg\"}\n"), 10,
           "[0+1 "
           "cation/x]{\"record_id\":\"p4\",\"id_number\":[],\"file\":\"none.jpg\"}\n");
}

static void a_picture_travels_as_data(void **state)
{
    (void)state;
    const struct file f = file_new("photo.csv", SPAN_LITERAL(HEADER "p1,111,X,p.jpg\r\n"));
    char picture[80];
    (void)snprintf(picture, sizeof picture, "%s/p.jpg", f.folder);
    assert_int_equal(file_replace(picture, SPAN_LITERAL("\xff\xd8\xff"), 0600, NULL), RC_OK);
    struct buf parts = { 0 };
    describe(&f, 10, &parts);
    assert_string_equal(
        buf_cstr(&parts),
        "[0+1 "
        "cation/x]{\"record_id\":\"p1\",\"id_type\":\"111\",\"id_number\":\"X\",\"data\":\"/9j/"
        "\"}\n");
    buf_free(&parts);
    assert_int_equal(unlink(picture), 0);
    file_free(&f);
}

static void first_key(const char *name, struct span text, char ret[CUT_KEY_LEN + 1])
{
    const struct file f = file_new(name, text);
    struct cutter *c = NULL;
    struct part p;
    bool end = true;
    assert_int_equal(cutter_open(f.path, KIND_NONE, 2, &c, NULL), RC_OK);
    assert_int_equal(cutter_next(c, &p, &end, NULL), RC_OK);
    assert_false(end);
    memcpy(ret, p.key, CUT_KEY_LEN + 1);
    cutter_close(c);
    file_free(&f);
}

static void a_part_has_a_key_of_its_own_and_always_the_same(void **state)
{
    (void)state;
    char key[CUT_KEY_LEN + 1], other[CUT_KEY_LEN + 1];
    first_key("test.ndjson", SPAN_LITERAL("{\"a\":1}\n"), key);
    assert_int_equal(strlen(key), CUT_KEY_LEN);
    first_key("test.ndjson", SPAN_LITERAL("{\"a\":2}\n"), other);
    assert_string_not_equal(key, other);
    first_key("training.ndjson", SPAN_LITERAL("{\"a\":1}\n"), other);
    assert_string_not_equal(key, other);
    first_key("test-2.ndjson", SPAN_LITERAL("{\"a\":1}\n"), other);
    assert_string_equal(key, other);
}

static void a_part_ends_before_it_is_too_large(void **state)
{
    (void)state;
    struct buf text = { 0 };
    for (unsigned i = 0; i < 9; i++) {
        buf_put_text(&text, "{\"a\":\"");
        for (size_t k = 0; k < 900000; k++)
            buf_put_u8(&text, 'x');
        buf_put_text(&text, "\"}\n");
    }
    const struct file f = file_new("test.ndjson", buf_span(&text));
    struct cutter *c = NULL;
    assert_int_equal(cutter_open(f.path, KIND_NONE, 1000, &c, NULL), RC_OK);
    uint64_t rows = 0;
    for (size_t parts = 0;; parts++) {
        struct part p;
        bool end = false;
        assert_int_equal(cutter_next(c, &p, &end, NULL), RC_OK);
        if (end) {
            assert_int_equal(parts, 3);
            break;
        }
        assert_true(p.body.len <= CUT_BYTES_MAX);
        rows += p.rows;
    }
    assert_int_equal(rows, 9);
    cutter_close(c);
    buf_free(&text);
    file_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(standard_input_cannot_be_sent_again),
        cmocka_unit_test(a_file_that_cannot_be_read_to_its_end_is_refused_whole),
        cmocka_unit_test(parts_hold_whole_rows_as_they_stand_and_the_header),
        cmocka_unit_test(a_file_without_rows_has_no_parts),
        cmocka_unit_test(other_encodings_become_utf8_without_a_mark),
        cmocka_unit_test(what_is_wrong_with_a_photo_row_stays_wrong),
        cmocka_unit_test(a_picture_travels_as_data),
        cmocka_unit_test(a_part_has_a_key_of_its_own_and_always_the_same),
        cmocka_unit_test(a_part_ends_before_it_is_too_large),
    };
    return cmocka_run_group_tests_name("cut", tests, NULL, NULL);
}
