/* docs/pdf.md, read: each rule of the profile with a file that breaks this one alone. */
#include "tests/unit/judge/pdf_maker.h"

#include <stdio.h>
#include <string.h>

#include "core/cert/pdf_copy.h"

static struct buf good; /* the bytes of recipe_good() */

static int make_good(void **state)
{
    (void)state;
    const struct recipe r = recipe_good();
    (void)scene_open(&r.scene);
    recipe_put(&r, scene_token(), &good);
    return 0;
}

static int drop_good(void **state)
{
    (void)state;
    buf_free(&good);
    scene_forget();
    return 0;
}

static enum rc read_of(struct span file, size_t *ret_offset)
{
    ON_EXIT(pdf_copy_free) struct pdf_copy copy = { 0 };
    struct diag d = DIAG_INIT;
    const enum rc rc = pdf_copy_read(file, &copy, &d);
    *ret_offset = d.offset;
    return rc;
}

static void is_not_ours(struct span file, const char *what)
{
    size_t offset;
    if (read_of(file, &offset) != RC_FORMAT || offset > file.len)
        fail_msg("taken: %s", what);
}

static size_t find(struct span in, const char *text)
{
    const size_t len = strlen(text);
    for (size_t i = 0; i + len <= in.len; i++)
        if (memcmp(in.ptr + i, text, len) == 0)
            return i;
    fail_msg("no '%s'", text);
    return 0;
}

/* Of equal length, so that every offset stays right. */
static void replaced_is_not_ours(const char *from, const char *to)
{
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    assert_int_equal(strlen(from), strlen(to));
    buf_put_span(&file, buf_span(&good));
    memcpy(file.ptr + find(buf_span(&good), from), to, strlen(to));
    is_not_ours(buf_span(&file), to);
}

/* The file as it would be with another body in this object: all offsets follow. */
static void with_body(unsigned number, struct span body, struct buf *to)
{
    struct recipe r = recipe_good();
    r.bodies[r.body_count++] = (struct pdf_recipe_body){ number, body };
    recipe_put(&r, scene_token(), to);
}

static void body_is_not_ours(unsigned number, const char *body)
{
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    with_body(number, span_text(body), &file);
    is_not_ours(buf_span(&file), body);
}

/* A file of the fields "number" and, with two, "name", whose content stream is this. */
static enum rc read_content(const char *content, size_t fields)
{
    struct recipe r = recipe_good();
    ON_EXIT(buf_free_at) struct buf body = { 0 };
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    size_t offset;
    buf_printf(&body, "<</Length %zu>>\nstream\n%s\nendstream", strlen(content), content);
    r.photo = (struct span){ 0 };
    r.field_count = fields;
    r.bodies[r.body_count++] = (struct pdf_recipe_body){ 5, buf_span(&body) };
    recipe_put(&r, scene_token(), &file);
    return read_of(buf_span(&file), &offset);
}

static void content_is_not_ours(const char *content)
{
    if (read_content(content, 1) != RC_FORMAT)
        fail_msg("taken: %s", content);
}

/* --- bytes --- */

static void no_prefix_and_no_longer_file_is_ours(void **state)
{
    (void)state;
    size_t offset;
    for (size_t len = 0; len < good.len; len += len < 600 || len + 600 > good.len ? 1 : 97)
        is_not_ours(span_of(good.ptr, len), "a prefix");
    ON_EXIT(buf_free_at) struct buf longer = { 0 };
    buf_put_span(&longer, buf_span(&good));
    buf_put_u8(&longer, '\n');
    is_not_ours(buf_span(&longer), "a byte more");
    assert_int_equal(read_of(buf_span(&good), &offset), RC_OK);
}

static void a_file_over_the_limit_is_not_looked_at(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    uint8_t *const at = buf_reserve(&file, PDF_COPY_MAX + 1);
    size_t offset;
    assert_non_null(at);
    memset(at, '\n', PDF_COPY_MAX + 1);
    file.len = PDF_COPY_MAX + 1;
    assert_int_equal(read_of(buf_span(&file), &offset), RC_LIMIT);
    assert_int_equal(offset, PDF_COPY_MAX);
}

static void another_header_or_another_version_than_its_content_is_not_ours(void **state)
{
    (void)state;
    replaced_is_not_ours("%PDF-1.7", "%PDF-1.4");
    replaced_is_not_ours("%PDF-1.7", "%PDF-2.0");
    replaced_is_not_ours("%PDF-1.7\n", "%PDF-1.7\r");
    replaced_is_not_ours("\xe2\xe3\xcf\xd3", "\xe2\xe3\xcf\xd4");
}

/* --- the end --- */

static void a_cross_reference_that_lies_is_not_ours(void **state)
{
    (void)state;
    replaced_is_not_ours("0000000000 65535 f", "0000000001 65535 f");
    replaced_is_not_ours("00000 n \n", "00001 n \n");
    replaced_is_not_ours("00000 n \n", "00000 f \n");
    replaced_is_not_ours("00000 n \n", "00000 n\r\n");
    replaced_is_not_ours("xref\n0 ", "xref\n1 ");
    const size_t xref = find(buf_span(&good), "xref\n0 ") + 7 + 3 + 20;
    for (size_t line = xref; good.ptr[line] != 't'; line += 20) {
        ON_EXIT(buf_free_at) struct buf file = { 0 };
        buf_put_span(&file, buf_span(&good));
        file.ptr[line + 9] ^= 1;
        is_not_ours(buf_span(&file), "an offset");
    }
}

static void a_trailer_that_says_more_or_else_is_not_ours(void **state)
{
    (void)state;
    replaced_is_not_ours("/Root 1 0 R", "/Root 2 0 R");
    replaced_is_not_ours("/Info 3 0 R", "/Prev 3 0 R");
    replaced_is_not_ours("/ID[<0", "/ID[<A");
    replaced_is_not_ours("/ID[<0", "/ID[<1");
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    buf_put_span(&file, buf_span(&good));
    file.ptr[find(buf_span(&good), "startxref\n") + 10] ^= 1;
    is_not_ours(buf_span(&file), "startxref");
    replaced_is_not_ours("%%EOF", "%%EOG");
}

/* --- objects --- */

static void an_object_of_another_number_or_twice_is_not_ours(void **state)
{
    (void)state;
    replaced_is_not_ours("37 0 obj", "38 0 obj");
    replaced_is_not_ours("37 0 obj", "37 1 obj");
    replaced_is_not_ours("43 0 obj\nnull\nendobj\n", "42 0 obj\nnull\nendobj\n");
}

static void a_catalog_or_page_that_does_something_else_is_not_ours(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "null",
        "<</Type/Catalog/Pages 61 0 R>>",
        "<</Type/Catalog/Pages 61 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>",
        "<</Type/Catalog/Pages 61 0 R/Lang(zh-CN)>>",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        body_is_not_ours(1, bodies[i]);
    replaced_is_not_ours("/Contents[62 0 R 5 0 R]", "/Contents[5 0 R 62 0 R]");
    replaced_is_not_ours("/F0 37 0 R", "/F0 43 0 R");
    replaced_is_not_ours("/G0 7 0 R", "/G0 8 0 R");
    replaced_is_not_ours("/G0 7 0 R", "/G1 7 0 R");
    replaced_is_not_ours("/Annots[35 0 R]", "/Annots[36 0 R]");
    replaced_is_not_ours("841.89]", "841.80]");
    replaced_is_not_ours("841.89]", "041.89]");
    replaced_is_not_ours("/Photo 6 0 R", "/Photo 5 0 R");
}

static void dates_that_differ_or_do_not_exist_are_not_ours(void **state)
{
    (void)state;
    replaced_is_not_ours("/CreationDate(D:20240529", "/CreationDate(D:20240528");
    replaced_is_not_ours("/M(D:20240529", "/M(D:20240528");
    body_is_not_ours(3, "<</Title<feff8bc1>/Creator(sitecert)/Producer(sitecert)/CreationDate"
                        "(D:20240230120000+08'00')/ModDate(D:20240230120000+08'00')>>");
}

static void a_stream_of_another_length_is_not_ours(void **state)
{
    (void)state;
    body_is_not_ours(62, "<</Length 7/Filter/FlateDecode>>\nstream\nlabels\nendstream");
    body_is_not_ours(62, "<</Length 06/Filter/FlateDecode>>\nstream\nlabels\nendstream");
    body_is_not_ours(62, "<</Length 4294967302/Filter/FlateDecode>>\nstream\nlabels\nendstream");
    body_is_not_ours(62, "<</Length 99999999999/Filter/FlateDecode>>\nstream\nlabels\nendstream");
    body_is_not_ours(62, "<</Length -1/Filter/FlateDecode>>\nstream\nlabels\nendstream");
    body_is_not_ours(62, "<</Length 5 0 R/Filter/FlateDecode>>\nstream\nlabels\nendstream");
    body_is_not_ours(62, "<</Length 6/Filter/LZWDecode>>\nstream\nlabels\nendstream");
}

static void a_structure_that_is_not_the_contents_is_not_ours(void **state)
{
    (void)state;
    replaced_is_not_ours("<</Nums[0[68 0 R 69 0 R", "<</Nums[0[69 0 R 68 0 R");
    replaced_is_not_ours("/K[68 0 R 69 0 R", "/K[68 0 R 68 0 R");
    replaced_is_not_ours("/K[68 0 R 69 0 R", "/K[67 0 R 69 0 R");
    replaced_is_not_ours("/S/Field", "/S/Fiels");
    replaced_is_not_ours("/RoleMap<</Field/P>>", "/RoleMap<</Field/H>>");
}

/* --- fonts --- */

static void a_to_unicode_of_another_text_is_not_ours(void **state)
{
    (void)state;
    replaced_is_not_ours("<0001><", "<0002><");
    replaced_is_not_ours("/CMapType 2", "/CMapType 1");
    replaced_is_not_ours("<0000><ffff>", "<0000><fffe>");
    replaced_is_not_ours("beginbfchar", "beginbfrang");
    replaced_is_not_ours("endbfchar\nendcmap", "endbfrang\nendcmap");
}

static void fonts_with(const char *lines, struct buf *to)
{
    struct buf map = { 0 }, body = { 0 };
    buf_printf(&map,
               "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
               "/CIDSystemInfo <</Registry(Adobe)/Ordering(UCS)/Supplement 0>> def\n"
               "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
               "1 begincodespacerange\n<0000><ffff>\nendcodespacerange\n%s"
               "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n",
               lines);
    buf_printf(&body, "<</Length %zu>>\nstream\n%s\nendstream", map.len, buf_cstr(&map));
    with_body(11, buf_span(&body), to);
    buf_free(&map);
    buf_free(&body);
}

static void values_that_are_no_single_character_are_not_ours(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "0 beginbfchar\nendbfchar\n",
        "1 beginbfchar\n<0001><d840>\nendbfchar\n",
        "1 beginbfchar\n<0001><dc0b>\nendbfchar\n",
        "1 beginbfchar\n<0001><d840d840>\nendbfchar\n",
        "1 beginbfchar\n<0001><d8404e00>\nendbfchar\n",
        "1 beginbfchar\n<0001><4e004e01>\nendbfchar\n",
        "1 beginbfchar\n<0001><4E00>\nendbfchar\n",
        "1 beginbfchar\n<0001><000a>\nendbfchar\n",
        "1 beginbfchar\n<0001><009f>\nendbfchar\n",
        "1 beginbfchar\n<0001><>\nendbfchar\n",
        "2 beginbfchar\n<0001><4e00>\n<0002><4e00>\nendbfchar\n",
        "1 beginbfchar\n<0001><4e00>\nendbfchar\n1 beginbfchar\n<0002><4e01>\nendbfchar\n",
        "1 beginbfrange\n<0001><0002><4e00>\nendbfrange\n",
        "4294967297 beginbfchar\n<0001><4e00>\nendbfchar\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        ON_EXIT(buf_free_at) struct buf file = { 0 };
        fonts_with(lines[i], &file);
        is_not_ours(buf_span(&file), lines[i]);
    }
}

/* A character of the fixed font in the own one too: its field could read as either. */
static void a_character_of_two_fonts_is_not_ours(void **state)
{
    (void)state;
    replaced_is_not_ours("><5f20>", "><0030>"); /* 张 becomes 0 */
}

static void widths_for_more_or_fewer_characters_are_not_ours(void **state)
{
    (void)state;
    static const char begin[] = "\n8 0 obj\n";
    const size_t from = find(buf_span(&good), begin) + strlen(begin);
    const struct span rest = span_of(good.ptr + from, good.len - from);
    const struct span body = span_of(rest.ptr, find(rest, "\nendobj"));
    const size_t at = find(body, " 500");
    ON_EXIT(buf_free_at) struct buf fewer = { 0 };
    ON_EXIT(buf_free_at) struct buf more = { 0 };
    buf_put(&fewer, body.ptr, at);
    buf_put(&fewer, body.ptr + at + 4, body.len - at - 4);
    buf_put(&more, body.ptr, at);
    buf_put(&more, " 500", 4);
    buf_put(&more, body.ptr + at, body.len - at);
    body_is_not_ours(8, buf_cstr(&fewer));
    body_is_not_ours(8, buf_cstr(&more));
    replaced_is_not_ours("/W[1[1000 500 ", "/W[1[10000500 ");
    replaced_is_not_ours("/W[1[1000 500 ", "/W[1[1000  500");
}

/* --- the fields' content --- */

#define FIELD(name, shown) "/Field <</MCID 1/Name(" name ")>> BDC\n" shown "EMC\n"
#define TEXT(parts)        FIELD("number", "BT\n0 0 0 rg\n" parts "ET\n")

static void content_outside_the_grammar_is_not_ours(void **state)
{
    (void)state;
    static const char *const contents[] = {
        "",
        "q Q\n",
        "/Artifact BMC\nEMC\n",
        FIELD("number", "") "\n",
        FIELD("Number", ""),
        FIELD("", ""),
        FIELD("a2345678901234567890123456789012345678901", ""),
        FIELD("number", "") FIELD("name", ""),
        FIELD("number", "q 1 0 0 1 1 1 cm /Photo Do Q\n"),
        FIELD("photo", "q 0 g 1 0 0 -1 0 0 cm\nf Q\n"),
        FIELD("qr", "q 0 g 1 0 0 -1 0 0 cm\n178 0 1 1 re\nf Q\n"),
        TEXT("/F0 12 Tf\n<> Tj\n"),
        TEXT("/F0 12 Tf\n<00> Tj\n"),
        TEXT("/F0 12 Tf\n<0000> Tj\n"),
        TEXT("/F0 12 Tf\n<ffff> Tj\n"),
        TEXT("/F0 12 Tf\n<000A> Tj\n"),
        TEXT("/F0 12 Tf\n(0) Tj\n"),
        TEXT("/F0 12 Tf\n<0001> TJ\n"),
        TEXT("/F1 12 Tf\n<0001> Tj\n"),
        TEXT("/F4 12 Tf\n<0001> Tj\n"),
        TEXT("/F00 12 Tf\n<0001> Tj\n"),
        TEXT("<0001> Tj\n"),
        TEXT("/F0 012 Tf\n"),
        TEXT("/F0 12. Tf\n"),
        TEXT("/F0 .5 Tf\n"),
        TEXT("/F0 1.50 Tf\n"),
        TEXT("/F0 1.0001 Tf\n"),
        TEXT("/F0 +1 Tf\n"),
        TEXT("/F0 -0 Tf\n"),
        TEXT("/F0 1e9 Tf\n"),
        TEXT("/F0 12345678 Tf\n"),
        TEXT("/F0 99999999999999999999 Tf\n"),
        TEXT("3 Tr\n"),
        TEXT("1 0 0 2 0 0 Tm\n"),
        TEXT("0 1 -1 0 0 0 Tm\n"),
        TEXT("BT\nET\n"),
        "/Field <</MCID 0/Name(number)>> BDC\nEMC\n", /* a label's */
        "/Field <</MCID 24/Name(number)>> BDC\nEMC\n",
        "/Field <</MCID 4294967297/Name(number)>> BDC\nEMC\n",
        "/Field <</MCID 01/Name(number)>> BDC\nEMC\n",
        "/Field <</MCID 2/Name(number)>> BDC\nEMC\n/Field <</MCID 1/Name(name)>> BDC\nEMC\n",
        "/Field <</MCID 1/Name(name)>> BDC\nEMC\n/Field <</MCID 2/Name(name)>> BDC\nEMC\n",
        "/Field <</MCID 1/Name(name)/ActualText(x)>> BDC\nEMC\n",
    };
    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++)
        content_is_not_ours(contents[i]);
}

static void content_inside_the_grammar_is_ours(void **state)
{
    (void)state;
    static const char *const contents[] = {
        FIELD("number", ""),
        TEXT(""),
        TEXT("1 0 0 1 -1.5 0.125 Tm\n/F0 12.5 Tf\n<00010002> Tj\n"),
        TEXT("/F0 1 Tf\n1 Tc\n<0001> Tj\n1 0 0 1 0 0 Tm\n<0001> Tj\n0 Tc\n"),
        FIELD("number", "BT\n0 0 0 rg\n0 0 1 RG\n0.2 w 2 Tr\n/F0 9 Tf\n0 Tr\nET\n"),
        FIELD("qr", "q 0 g 1 0 0 -1 0 0 cm\n0 0 177 1 re\nf Q\n"),
    };
    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++)
        if (read_content(contents[i], 1) != RC_OK)
            fail_msg("not taken: %s", contents[i]);
}

/* All fields that the structure has, and the photo that the page has: no more, no fewer. */
static void a_field_or_photo_that_is_left_out_is_not_ours(void **state)
{
    (void)state;
    static const char first[] = FIELD("number", "");
    static const char second[] = "/Field <</MCID 2/Name(name)>> BDC\nEMC\n";
    char both[sizeof first + sizeof second];
    (void)snprintf(both, sizeof both, "%s%s", first, second);
    assert_int_equal(read_content(both, 2), RC_OK);
    assert_int_equal(read_content(first, 2), RC_FORMAT);
    assert_int_equal(read_content(second, 2), RC_FORMAT);
    content_is_not_ours(FIELD("photo", "q 1 0 0 1 0 0 cm /Photo Do Q\n"));
    replaced_is_not_ours("/XObject<</Photo 6 0 R", "/XObject<</Photos6 0 R");

    struct recipe r = recipe_good();
    recipe_say(&r, "photo", SPAN_LITERAL("x"));
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    recipe_put(&r, scene_token(), &file);
    is_not_ours(buf_span(&file), "a photo that is there and not drawn");
}

/* --- attachments and signature --- */

static void an_attachment_of_another_name_size_or_kind_is_not_ours(void **state)
{
    (void)state;
    replaced_is_not_ours("(certificate.cbor)31 0 R", "(certificate.cbor)33 0 R");
    replaced_is_not_ours("/F(certificate.cbor)", "/F(certificate.cbos)");
    replaced_is_not_ours("/EF<</F 32 0 R/UF 32 0 R>>", "/EF<</F 32 0 R/UF 34 0 R>>");
    replaced_is_not_ours("application#2fcose", "application#2Fcose");
    replaced_is_not_ours("/Params<</Size 1", "/Params<</Size 2");
    replaced_is_not_ours("/AFRelationship/Data", "/AFRelationship/Date");
}

static void a_byte_range_that_leaves_anything_out_is_not_ours(void **state)
{
    (void)state;
    replaced_is_not_ours("/ByteRange[0 ", "/ByteRange[1 ");
    const size_t at = find(buf_span(&good), "/ByteRange[") + 11;
    for (size_t i = at; i < at + 33; i++) {
        ON_EXIT(buf_free_at) struct buf file = { 0 };
        buf_put_span(&file, buf_span(&good));
        file.ptr[i] ^= 1;
        is_not_ours(buf_span(&file), "a byte of the range");
    }
}

static void contents_in_upper_case_or_of_another_length_are_not_ours(void **state)
{
    (void)state;
    const size_t at = find(buf_span(&good), "/Contents<30") + 10;
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    buf_put_span(&file, buf_span(&good));
    for (size_t i = at; i < at + 400; i++)
        if (file.ptr[i] >= 'a' && file.ptr[i] <= 'f')
            file.ptr[i] = (uint8_t)(file.ptr[i] - 32);
    is_not_ours(buf_span(&file), "upper case");
    buf_clear(&file);
    buf_put_span(&file, buf_span(&good));
    file.ptr[at + 8000] = ' ';
    is_not_ours(buf_span(&file), "a space");

    struct recipe r = recipe_good();
    static const size_t rooms[] = { 4095, 4097, 8192, 16383, 16385 };
    for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
        char body[200];
        ON_EXIT(buf_free_at) struct buf other = { 0 };
        (void)snprintf(body, sizeof body, "room of %zu", rooms[i]);
        r.room = rooms[i];
        recipe_put(&r, scene_token(), &other);
        is_not_ours(buf_span(&other), body);
    }
}

/* --- what is ours --- */

static void a_good_file_gives_its_texts_and_attachments(void **state)
{
    (void)state;
    ON_EXIT(pdf_copy_free) struct pdf_copy copy = { 0 };
    const struct recipe r = recipe_good();
    assert_int_equal(pdf_copy_read(buf_span(&good), &copy, NULL), RC_OK);
    assert_int_equal(copy.made_s, RECIPE_MADE);
    assert_int_equal(copy.field_count, r.field_count);
    for (size_t i = 0; i < r.field_count; i++) {
        assert_true(span_equal(copy.fields[i].name, span_text(r.fields[i].name)));
        assert_true(span_equal(pdf_copy_text(&copy, &copy.fields[i]), r.fields[i].text));
    }
    assert_true(span_equal(copy.token, scene_token()));
    assert_true(span_equal(copy.photo.bytes, r.photo));
    assert_int_equal(copy.fields[21].shows, PDF_SHOWS_PHOTO);
    assert_int_equal(copy.fields[22].shows, PDF_SHOWS_QR);
    assert_int_equal(copy.before.len + copy.contents.len + 2 + copy.behind.len, good.len);
}

static void more_than_a_hundred_characters_make_several_groups(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    static struct buf text;
    buf_clear(&text);
    for (unsigned i = 0; i < 201; i++) {
        const uint8_t utf8[3] = { 0xe5, (uint8_t)(0x80 + i / 64), (uint8_t)(0x80 + i % 64) };
        buf_put(&text, utf8, 3);
    }
    recipe_say(&r, "deployment", buf_span(&text));
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    ON_EXIT(pdf_copy_free) struct pdf_copy copy = { 0 };
    recipe_put(&r, scene_token(), &file);
    assert_int_equal(pdf_copy_read(buf_span(&file), &copy, NULL), RC_OK);
    assert_true(span_equal(pdf_copy_text(&copy, &copy.fields[20]), buf_span(&text)));
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_prefix_and_no_longer_file_is_ours),
        cmocka_unit_test(a_file_over_the_limit_is_not_looked_at),
        cmocka_unit_test(another_header_or_another_version_than_its_content_is_not_ours),
        cmocka_unit_test(a_cross_reference_that_lies_is_not_ours),
        cmocka_unit_test(a_trailer_that_says_more_or_else_is_not_ours),
        cmocka_unit_test(an_object_of_another_number_or_twice_is_not_ours),
        cmocka_unit_test(a_catalog_or_page_that_does_something_else_is_not_ours),
        cmocka_unit_test(dates_that_differ_or_do_not_exist_are_not_ours),
        cmocka_unit_test(a_stream_of_another_length_is_not_ours),
        cmocka_unit_test(a_structure_that_is_not_the_contents_is_not_ours),
        cmocka_unit_test(a_to_unicode_of_another_text_is_not_ours),
        cmocka_unit_test(values_that_are_no_single_character_are_not_ours),
        cmocka_unit_test(a_character_of_two_fonts_is_not_ours),
        cmocka_unit_test(widths_for_more_or_fewer_characters_are_not_ours),
        cmocka_unit_test(content_outside_the_grammar_is_not_ours),
        cmocka_unit_test(content_inside_the_grammar_is_ours),
        cmocka_unit_test(a_field_or_photo_that_is_left_out_is_not_ours),
        cmocka_unit_test(an_attachment_of_another_name_size_or_kind_is_not_ours),
        cmocka_unit_test(a_byte_range_that_leaves_anything_out_is_not_ours),
        cmocka_unit_test(contents_in_upper_case_or_of_another_length_are_not_ours),
        cmocka_unit_test(a_good_file_gives_its_texts_and_attachments),
        cmocka_unit_test(more_than_a_hundred_characters_make_several_groups),
    };
    return cmocka_run_group_tests(tests, make_good, drop_good);
}
