#include "tests/unit/judge/pdf_maker.h"

#include <stdio.h>

#include "core/base/dates.h"
#include "core/cert/judge_pdf.h"

#define OBJECTS   128
#define CHARS_MAX 1000

#define FIRST_FIXED 37
#define ELEMENT     68

/* --- the recipe --- */

static const uint8_t photo[] = "\xff\xd8\xff\xe0 no picture, but whose digest is signed \xff\xd9";

static const char *const names[] = {
    "number",    "name",       "id_type",         "id_tail",   "post",        "authority",
    "provider",  "issued",     "issued_zh",       "deadline",  "deadline_zh", "version",
    "ce.0.year", "ce.0.hours", "ce.0.post_hours", "log_index", "copy_until",  "copy_until_zh",
    "made",      "made_zh",    "deployment",      "photo",     "qr",
};
#define NAME_COUNT (sizeof names / sizeof names[0])

static void put_text(const struct recipe *r, const char *name, struct buf *to)
{
    struct directory_post post = { 1, SPAN_LITERAL("土建施工员"), SPAN_LITERAL("supervisor") };
    struct directory_unit unit = { 33, SPAN_LITERAL("某某省住房和城乡建设厅") };
    struct directory_provider provider = { { 0 }, SPAN_LITERAL("示例建设培训学校"), 33 };
    const struct directory dir = { .post_count = 1,
                                   .unit_count = 1,
                                   .provider_count = 1,
                                   .posts = &post,
                                   .units = &unit,
                                   .providers = &provider };
    struct pdf_values values = r->values;
    values.token = &r->scene.token;
    values.directory = &dir;
    assert_int_not_equal(pdf_value_put(to, span_text(name), &values), PDF_VALUE_UNKNOWN);
}

void recipe_say(struct recipe *r, const char *name, struct span text)
{
    size_t i = 0;
    while (i < r->field_count && strcmp(r->fields[i].name, name) != 0)
        i++;
    assert_true(i < RECIPE_FIELDS);
    r->fields[i] = (struct pdf_recipe_field){ name, text };
    r->field_count += i == r->field_count;
}

struct recipe recipe_good(void)
{
    static uint8_t digest[TOKEN_PHOTO_LEN];
    static char texts[NAME_COUNT][200];
    struct recipe r = { .scene = scene_good(),
                        .photo = span_of(photo, sizeof photo - 1),
                        .log_signer = KEY_LOG,
                        .signer = KEY_DOCUMENT,
                        .room = 4096,
                        .made_s = RECIPE_MADE };
    struct token *const t = &r.scene.token;
    token_photo_digest(t->number, t->iat, t->log_index, r.photo, digest);
    t->photo = span_of(digest, sizeof digest);
    t->ce_count = 1;
    t->ce[0] = (struct ce_hours){ 1, 32, 22 };
    t->name = SPAN_LITERAL("张示例𠮷");
    r.scene.document = r.scene.key;
    r.scene.document.use = USE_DOCUMENT;
    r.scene.document.first = r.scene.document.last = 0;
    r.values = (struct pdf_values){ .made = date_of_time(RECIPE_MADE),
                                    .until = SCENE_TODAY + 100,
                                    .deployment = SPAN_LITERAL("示例部署"),
                                    .chinese = true };
    for (size_t i = 0; i < NAME_COUNT; i++) {
        struct buf text = { 0 };
        put_text(&r, names[i], &text);
        (void)snprintf(texts[i], sizeof texts[i], "%s", buf_cstr(&text));
        recipe_say(&r, names[i], span_text(texts[i]));
        buf_free(&text);
    }
    return r;
}

/* --- objects --- */

struct chars {
    size_t count;
    uint32_t at[CHARS_MAX];
};

struct making {
    const struct recipe *r;
    struct buf *to;
    size_t start, offset[OBJECTS];
    struct chars fixed, own;
    struct buf content, token, proof;
    char date[32];
    bool photo;
};

static void put_body(struct making *m, unsigned number, struct span body)
{
    for (size_t i = 0; i < m->r->body_count; i++)
        if (m->r->bodies[i].number == number)
            body = m->r->bodies[i].body;
    assert_true(number < OBJECTS);
    m->offset[number] = m->to->len - m->start;
    buf_printf(m->to, "%u 0 obj\n", number);
    buf_put_span(m->to, body);
    buf_put_text(m->to, "\nendobj\n");
}

PRINTF_LIKE(3, 4) static void put(struct making *m, unsigned number, const char *fmt, ...)
{
    char text[6000];
    va_list args;
    va_start(args, fmt);
    const int len = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    assert_true(len > 0 && (size_t)len < sizeof text);
    put_body(m, number, span_of(text, (size_t)len));
}

static void put_stream(struct making *m, unsigned number, const char *entries, struct span bytes)
{
    struct buf body = { 0 };
    buf_printf(&body, "<</Length %zu%s>>\nstream\n", bytes.len, entries);
    buf_put_span(&body, bytes);
    buf_put_text(&body, "\nendstream");
    put_body(m, number, buf_span(&body));
    buf_free(&body);
}

/* --- fonts --- */

static size_t cid_of(struct chars *chars, uint32_t c)
{
    size_t i = 0;
    while (i < chars->count && chars->at[i] != c)
        i++;
    assert_true(i < CHARS_MAX);
    chars->at[i] = c;
    chars->count += i == chars->count;
    return i + 1;
}

static uint32_t next_character(struct span text, size_t *at)
{
    const uint8_t first = text.ptr[(*at)++];
    uint32_t c = first < 0x80   ? first
                 : first < 0xe0 ? first & 31u
                 : first < 0xf0 ? first & 15u
                                : first & 7u;
    while (first >= 0x80 && *at < text.len && (text.ptr[*at] & 0xc0) == 0x80)
        c = c << 6 | (text.ptr[(*at)++] & 63u);
    return c;
}

static void put_character(struct buf *to, uint32_t c)
{
    if (c < 0x10000)
        buf_printf(to, "%04x", (unsigned)c);
    else
        buf_printf(to, "%04x%04x", (unsigned)(0xd800 + ((c - 0x10000) >> 10)),
                   (unsigned)(0xdc00 + ((c - 0x10000) & 0x3ff)));
}

static void put_to_unicode(struct making *m, unsigned number, const struct chars *chars)
{
    struct buf map = { 0 };
    buf_put_text(&map, "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
                       "/CIDSystemInfo <</Registry(Adobe)/Ordering(UCS)/Supplement 0>> def\n"
                       "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
                       "1 begincodespacerange\n<0000><ffff>\nendcodespacerange\n");
    for (size_t i = 0; i < chars->count; i++) {
        const size_t left = chars->count - i;
        if (i % 100 == 0)
            buf_printf(&map, "%zu beginbfchar\n", left < 100 ? left : 100);
        buf_printf(&map, "<%04zx><", i + 1);
        put_character(&map, chars->at[i]);
        buf_put_text(&map, ">\n");
        if (i % 100 == 99 || left == 1)
            buf_put_text(&map, "endbfchar\n");
    }
    buf_put_text(&map, "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    put_stream(m, number, "", buf_span(&map));
    buf_free(&map);
}

static void put_font(struct making *m, unsigned at, const struct chars *chars, bool own)
{
    if (chars->count == 0) {
        for (unsigned i = 0; i < 6; i++)
            put(m, at + i, "null");
        return;
    }
    char widths[CHARS_MAX * 5] = "1000";
    for (size_t i = 1; i < chars->count; i++)
        (void)snprintf(widths + 4 + (i - 1) * 4, 5, " 500");
    put(m, at,
        "<</Type/Font/Subtype/Type0/BaseFont/ABCDEF+Sample/Encoding/Identity-H"
        "/DescendantFonts[%u 0 R]/ToUnicode %u 0 R>>",
        at + 1, at + 4);
    put(m, at + 1,
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/ABCDEF+Sample/CIDSystemInfo<</Registry(Adobe)"
        "/Ordering(Identity)/Supplement 0>>/FontDescriptor %u 0 R/CIDToGIDMap/Identity/DW 1000"
        "/W[1[%s]]>>",
        at + 2, widths);
    put(m, at + 2,
        "<</Type/FontDescriptor/FontName/ABCDEF+Sample/Flags 4/FontBBox[-10 -200 1000 900]"
        "/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 700/StemV 80/FontFile2 %u 0 R"
        "/CIDSet %u 0 R>>",
        at + 3, at + 5);
    put_stream(m, at + 3, own ? "/Length1 7" : "/Filter/FlateDecode/Length1 99",
               SPAN_LITERAL("program"));
    put_to_unicode(m, at + 4, chars);
    put_stream(m, at + 5, "", SPAN_LITERAL("\x80"));
}

static void put_fonts(struct making *m, unsigned first, const struct chars *chars, bool own)
{
    static const struct chars none = { 0 };
    for (unsigned face = 0; face < 4; face++)
        put_font(m, first + face * 6, face == 0 ? chars : &none, own);
}

/* --- content --- */

static void put_strings(struct making *m, struct span text)
{
    int now = -1;
    for (size_t at = 0; at < text.len;) {
        const uint32_t c = next_character(text, &at);
        const int own = c >= 0x80;
        if (own != now)
            buf_printf(&m->content, "%s/%c0 14.5 Tf\n0.6 Tc\n<", now < 0 ? "" : "> Tj\n",
                       own ? 'G' : 'F');
        now = own;
        buf_printf(&m->content, "%04zx", cid_of(own ? &m->own : &m->fixed, c));
    }
    buf_put_text(&m->content, "> Tj\n");
}

static void put_shown(struct making *m, const struct pdf_recipe_field *f)
{
    if (f->text.len > 0) {
        buf_put_text(&m->content, "BT\n0.11 0.11 0.118 rg\n0.11 0.11 0.118 RG\n0.252 w 2 Tr\n"
                                  "1 0 0 1 120.5 -600.125 Tm\n");
        put_strings(m, f->text);
        buf_put_text(&m->content, "0 Tc\n0 Tr\nET\n");
    } else if (strcmp(f->name, "photo") == 0 && m->photo) {
        buf_put_text(&m->content, "q 70.866 0 0 99.213 450 600 cm /Photo Do Q\n");
    } else if (strcmp(f->name, "qr") == 0) {
        buf_put_text(&m->content,
                     "q 0 g 1.5 0 0 -1.5 50 150.25 cm\n0 0 7 1 re\n10 2 1 3 re\nf Q\n");
    }
}

static void make_content(struct making *m)
{
    for (size_t i = 0; i < m->r->field_count; i++) {
        buf_printf(&m->content, "/Field <</MCID %zu/Name(%s)>> BDC\n", i + 1, m->r->fields[i].name);
        put_shown(m, &m->r->fields[i]);
        buf_put_text(&m->content, "EMC\n");
    }
}

/* --- the file --- */

static const char *role_of(const char *name)
{
    return strcmp(name, "photo") == 0 || strcmp(name, "qr") == 0 ? "Figure" : "Field";
}

static void put_structure(struct making *m)
{
    const size_t count = m->r->field_count + 1;
    char list[RECIPE_FIELDS * 8] = "";
    for (size_t i = 0; i < count; i++)
        (void)snprintf(list + strlen(list), 9, "%s%zu 0 R", i > 0 ? " " : "", ELEMENT + i);
    put(m, 65,
        "<</Type/StructTreeRoot/K 67 0 R/ParentTree 66 0 R/ParentTreeNextKey 1/RoleMap<</Field/P>>"
        ">>");
    put(m, 66, "<</Nums[0[%s]]>>", list);
    put(m, 67, "<</Type/StructElem/S/Document/P 65 0 R/K[%s]>>", list);
    for (size_t i = 0; i < count; i++)
        put(m, ELEMENT + (unsigned)i, "<</Type/StructElem/S/%s/P 67 0 R/Pg 2 0 R/K %zu%s>>",
            i == 0 ? "H1" : role_of(m->r->fields[i - 1].name), i,
            i == 0 ? "/Lang(zh-CN)/Alt<feff8bc1>" : "");
}

static void put_fixed(struct making *m)
{
    put_fonts(m, FIRST_FIXED, &m->fixed, false);
    put(m, 61, "<</Type/Pages/Count 1/Kids[2 0 R]>>");
    put_stream(m, 62, "/Filter/FlateDecode", SPAN_LITERAL("labels"));
    put_stream(m, 63, "/Filter/FlateDecode/N 3", SPAN_LITERAL("profile"));
    put_stream(m, 64,
               "/Filter/FlateDecode/Type/XObject/Subtype/Image/ImageMask true/BitsPerComponent 1"
               "/Width 10/Height 10",
               SPAN_LITERAL("seal"));
    put_structure(m);
}

static void put_page(struct making *m)
{
    const bool token = !m->r->no_token, proof = !m->r->no_proof, sign = !m->r->no_signature;
    char attached[200] = "";
    if (token || proof)
        (void)snprintf(
            attached, sizeof attached, "/AF[%s%s%s]/Names<</EmbeddedFiles<</Names[%s%s]>>>>",
            token ? "31 0 R" : "", token && proof ? " " : "", proof ? "33 0 R" : "",
            token ? "(certificate.cbor)31 0 R" : "", proof ? "(certificate.tlog-proof)33 0 R" : "");
    put(m, 1,
        "<</Type/Catalog/Pages 61 0 R/Lang(zh-CN)/MarkInfo<</Marked true>>/StructTreeRoot 65 0 R"
        "/Metadata 4 0 R/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier"
        "(sRGB)/Info(sRGB IEC61966-2.1)/DestOutputProfile 63 0 R>>]/ViewerPreferences"
        "<</DisplayDocTitle true>>%s%s>>",
        attached, sign ? "/AcroForm<</Fields[35 0 R]/SigFlags 3>>/Perms<</DocMDP 36 0 R>>" : "");
    put(m, 2,
        "<</Type/Page/Parent 61 0 R/MediaBox[0 0 595.276 841.89]/Contents[62 0 R 5 0 R]"
        "/StructParents 0/Tabs/S/Resources<</Font<<%s%s>>/XObject<<%s/Seal 64 0 R>>>>%s>>",
        m->fixed.count ? "/F0 37 0 R" : "", m->own.count ? "/G0 7 0 R" : "",
        m->photo ? "/Photo 6 0 R" : "", sign ? "/Annots[35 0 R]" : "");
    put(m, 3, "<</Title<feff8bc1>/Creator(sitecert)/Producer(sitecert)/CreationDate%s/ModDate%s>>",
        m->date, m->date);
}

static void put_photo(struct making *m)
{
    char entries[300];
    if (!m->photo) {
        put(m, 6, "null");
    } else if (m->r->png) {
        (void)snprintf(entries, sizeof entries,
                       "/Filter/FlateDecode/DecodeParms<</Predictor 15/Colors 3/BitsPerComponent 8"
                       "/Columns 35>>/Type/XObject/Subtype/Image/Width 35/Height %u"
                       "/BitsPerComponent 8/ColorSpace/DeviceRGB",
                       m->r->png_height ? m->r->png_height : 49);
        put_stream(m, 6, entries, m->r->photo);
    } else {
        put_stream(m, 6,
                   "/Filter/DCTDecode/Type/XObject/Subtype/Image/Width 35/Height 49"
                   "/BitsPerComponent 8/ColorSpace/DeviceGray",
                   m->r->photo);
    }
}

static void put_attachment(struct making *m, unsigned number, const char *name,
                           const char *relation, const char *type, struct span bytes)
{
    char entries[200];
    if (bytes.len == 0) {
        put(m, number, "null");
        put(m, number + 1, "null");
        return;
    }
    put(m, number,
        "<</Type/Filespec/F(%s)/UF(%s)/AFRelationship/%s/EF<</F %u 0 R/UF %u 0 R>>/Desc(It)>>",
        name, name, relation, number + 1, number + 1);
    (void)snprintf(entries, sizeof entries,
                   "/Type/EmbeddedFile/Subtype/%s/Params<</Size %zu/ModDate%s>>", type, bytes.len,
                   m->date);
    put_stream(m, number + 1, entries, bytes);
}

static void put_signature(struct making *m)
{
    if (m->r->no_signature) {
        put(m, 35, "null");
        put(m, 36, "null");
        return;
    }
    struct buf body = { 0 };
    put(m, 35,
        "<</Type/Annot/Subtype/Widget/FT/Sig/T(signature)/F 132/Rect[0 0 0 0]/P 2 0 R/V 36 0 R>>");
    buf_printf(&body,
               "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M%s/Reference"
               "[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/P 1"
               "/V/1.2>>>>]/Contents<",
               m->date);
    for (size_t i = 0; i < 2 * m->r->room; i++)
        buf_put_u8(&body, '0');
    buf_printf(&body, ">/ByteRange[%33s>>", "");
    put_body(m, 36, buf_span(&body));
    buf_free(&body);
}

static void put_own(struct making *m)
{
    put_page(m);
    put_stream(m, 4, "/Type/Metadata/Subtype/XML", SPAN_LITERAL("<?xpacket?>"));
    put_stream(m, 5, "", buf_span(&m->content));
    put_photo(m);
    put_fonts(m, 7, &m->own, true);
    put_attachment(m, 31, "certificate.cbor", "Data", "application#2fcose", buf_span(&m->token));
    put_attachment(m, 33, "certificate.tlog-proof", "Supplement", "text#2fplain",
                   buf_span(&m->proof));
    put_signature(m);
}

static void put_end(struct making *m)
{
    const size_t xref = m->to->len - m->start;
    const unsigned size = ELEMENT + (unsigned)m->r->field_count + 1;
    const char id[] = "0123456789abcdef0123456789abcdef";
    buf_printf(m->to, "xref\n0 %u\n0000000000 65535 f \n", size);
    for (unsigned i = 1; i < size; i++)
        buf_printf(m->to, "%010zu 00000 n \n", m->offset[i]);
    buf_printf(
        m->to,
        "trailer\n<</Size %u/Root 1 0 R/Info 3 0 R/ID[<%s><%s>]>>\nstartxref\n%zu\n%%%%EOF\n", size,
        id, id, xref);
}

void recipe_put(const struct recipe *r, struct span token, struct buf *to)
{
    static struct making m;
    m = (struct making){ .r = r, .to = to, .start = to->len, .photo = r->photo.len > 0 };
    char t[TIME_TEXT_LEN + 1];
    time_format(r->made_s, t);
    (void)snprintf(m.date, sizeof m.date, "(D:%.4s%.2s%.2s%.2s%.2s%.2s+08'00')", t, t + 5, t + 8,
                   t + 11, t + 14, t + 17);
    if (!r->no_token)
        buf_put_span(&m.token, r->token.len > 0 ? r->token : token);
    if (!r->no_proof && r->proof.len > 0)
        buf_put_span(&m.proof, r->proof);
    else if (!r->no_proof)
        recipe_proof(r, token, &m.proof);
    make_content(&m);

    const bool plain = r->no_token && r->no_proof && r->no_signature;
    buf_put_text(to, plain ? "%PDF-1.4\n" : "%PDF-1.7\n");
    buf_put_text(to, "%\xe2\xe3\xcf\xd3\n");
    put_fixed(&m);
    put_own(&m);
    put_end(&m);
    assert_true(buf_ok(to));
    if (!r->no_signature)
        recipe_sign_again(r, to);
    buf_free(&m.content);
    buf_free(&m.token);
    buf_free(&m.proof);
}

struct verdict recipe_look(const struct recipe *r)
{
    static struct buf file;
    struct verdict v = { 0 };
    struct diag d = DIAG_INIT;
    const struct evidence e = scene_open(&r->scene);
    buf_free(&file);
    recipe_put(r, scene_token(), &file);
    assert_int_equal(judge_pdf(buf_span(&file), &e, &v, &d), RC_OK);
    return v;
}
