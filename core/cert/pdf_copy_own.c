/* The own objects, 1 to 36: docs/pdf.md sections 2, 3, 7 and 9. */
#include <assert.h>

#include "core/base/dates.h"
#include "core/cert/pdf_copy_parts.h"
#include "core/cert/pdf_signature.h"

#define DESCRIPTION_MAX 200u /* bytes */
#define BYTE_RANGE_LEN  33u  /* bytes behind its '[' */

static bool in_lang(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-';
}

static void read_names(struct copy_reading *r)
{
    struct pdf_scan *const s = &r->s;
    if (!pdf_scan_try(s, "/AF["))
        return;
    r->has_token = pdf_scan_try(s, "31 0 R");
    r->has_proof = pdf_scan_try(s, r->has_token ? " 33 0 R" : "33 0 R");
    pdf_scan_exact(s, "]/Names<</EmbeddedFiles<</Names[%s%s]>>>>",
                   r->has_token ? "(certificate.cbor)31 0 R" : "",
                   r->has_proof ? "(certificate.tlog-proof)33 0 R" : "");
    if (!r->has_token && !r->has_proof)
        pdf_scan_fail(s, s->pos);
}

static void read_catalog(struct copy_reading *r)
{
    struct pdf_scan *const s = &r->s;
    copy_begin(r, COPY_CATALOG, "the catalog");
    pdf_scan_exact(s, "<</Type/Catalog/Pages %d 0 R/Lang(", COPY_PAGES);
    (void)pdf_scan_run(s, in_lang, 2, 35);
    pdf_scan_exact(s,
                   ")/MarkInfo<</Marked true>>/StructTreeRoot %d 0 R/Metadata %d 0 R"
                   "/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier"
                   "(sRGB)/Info(sRGB IEC61966-2.1)/DestOutputProfile %d 0 R>>]"
                   "/ViewerPreferences<</DisplayDocTitle true>>",
                   COPY_STRUCT_ROOT, COPY_XMP, COPY_PROFILE);
    read_names(r);
    r->has_signature =
        pdf_scan_try(s, "/AcroForm<</Fields[35 0 R]/SigFlags 3>>/Perms<</DocMDP 36 0 R>>");
    pdf_scan_exact(s, ">>");
    copy_end(r);
    if (r->plain != !(r->has_token || r->has_proof || r->has_signature)) {
        s->part = "the version";
        pdf_scan_fail(s, 0);
    }
}

static void read_font_names(struct copy_reading *r)
{
    for (uint32_t i = 0; i < COPY_FACES; i++)
        if (r->fonts[i].used)
            pdf_scan_exact(&r->s, "/F%u %u 0 R", i, COPY_FIXED_FONTS + i * COPY_FONT_OBJECTS);
    for (uint32_t i = 0; i < COPY_FACES; i++) {
        const char name[] = { '/', 'G', (char)('0' + i), ' ', '\0' };
        r->own_fonts[i] = pdf_scan_try(&r->s, name);
        if (r->own_fonts[i])
            pdf_scan_exact(&r->s, "%u 0 R", COPY_OWN_FONTS + i * COPY_FONT_OBJECTS);
    }
}

static void read_pictures(struct copy_reading *r)
{
    struct pdf_scan *const s = &r->s;
    const bool any = pdf_scan_try(s, "/XObject<<");
    r->has_photo = any && pdf_scan_try(s, "/Photo 6 0 R");
    if (r->has_seal)
        pdf_scan_exact(s, "/Seal 64 0 R");
    if (any != (r->has_photo || r->has_seal))
        pdf_scan_fail(s, s->pos);
    if (any)
        pdf_scan_exact(s, ">>");
}

static void read_page(struct copy_reading *r)
{
    struct pdf_scan *const s = &r->s;
    copy_begin(r, COPY_PAGE, "the page");
    pdf_scan_exact(s, "<</Type/Page/Parent %d 0 R/MediaBox[0 0 ", COPY_PAGES);
    pdf_scan_number(s);
    pdf_scan_exact(s, " ");
    pdf_scan_number(s);
    pdf_scan_exact(s, "]/Contents[%d 0 R %d 0 R]/StructParents 0/Tabs/S/Resources<</Font<<",
                   COPY_FIXED_CONTENT, COPY_CONTENT);
    read_font_names(r);
    pdf_scan_exact(s, ">>");
    read_pictures(r);
    pdf_scan_exact(s, r->has_signature ? ">>/Annots[35 0 R]>>" : ">>>>");
    copy_end(r);
}

/* (D:20261122080000+08'00'), a moment that there is. */
static void read_date(struct copy_reading *r)
{
    struct pdf_scan *const s = &r->s;
    const size_t at = s->pos;
    r->date = pdf_scan_take(s, COPY_DATE_LEN);
    if (s->failed)
        return;

    const uint8_t *const t = r->date.ptr + 3;
    const uint8_t iso[TIME_TEXT_LEN] = { t[0],  t[1], t[2], t[3], '-', t[4],  t[5],  '-', t[6],
                                         t[7],  'T',  t[8], t[9], ':', t[10], t[11], ':', t[12],
                                         t[13], '+',  '0',  '8',  ':', '0',   '0' };
    if (memcmp(r->date.ptr, "(D:", 3) != 0 || memcmp(t + 14, "+08'00')", 8) != 0 ||
        !time_parse(span_of(iso, sizeof iso), &r->copy.made_s))
        pdf_scan_fail(s, at);
}

static void take_date(struct copy_reading *r)
{
    if (!span_equal(pdf_scan_take(&r->s, r->date.len), r->date))
        pdf_scan_fail(&r->s, r->s.pos - r->date.len);
}

static void read_info(struct copy_reading *r)
{
    struct pdf_scan *const s = &r->s;
    copy_begin(r, COPY_INFO, "the document information");
    pdf_scan_exact(s, "<</Title<feff");
    while (!s->failed && !pdf_scan_try(s, ">"))
        (void)pdf_scan_hex16(s);
    pdf_scan_exact(s, "/Creator(sitecert)/Producer(sitecert)/CreationDate");
    read_date(r);
    pdf_scan_exact(s, "/ModDate");
    take_date(r);
    pdf_scan_exact(s, ">>");
    copy_end(r);
}

static void read_xmp_and_content(struct copy_reading *r)
{
    uint32_t len = copy_stream_begin(r, COPY_XMP, "the XMP");
    pdf_scan_exact(&r->s, "/Type/Metadata/Subtype/XML");
    (void)copy_stream_end(r, len);
    len = copy_stream_begin(r, COPY_CONTENT, "the fields' content");
    r->content = copy_stream_end(r, len);
}

static void read_png_parameters(struct pdf_scan *s, uint32_t *colours, uint32_t *bits,
                                uint32_t *columns)
{
    pdf_scan_exact(s, "/Filter/FlateDecode/DecodeParms<</Predictor 15/Colors ");
    *colours = pdf_scan_uint(s, 3);
    pdf_scan_exact(s, "/BitsPerComponent ");
    *bits = pdf_scan_uint(s, 8);
    pdf_scan_exact(s, "/Columns ");
    *columns = pdf_scan_uint(s, PHOTO_SIDE_MAX);
    pdf_scan_exact(s, ">>");
}

static void read_photo(struct copy_reading *r)
{
    struct pdf_scan *const s = &r->s;
    if (!r->has_photo) {
        copy_null(r, COPY_PHOTO);
        return;
    }
    uint32_t colours = 0, bits = 8, columns = 0;
    const uint32_t len = copy_stream_begin(r, COPY_PHOTO, "the photo");
    const bool jpeg = pdf_scan_try(s, "/Filter/DCTDecode");
    if (!jpeg)
        read_png_parameters(s, &colours, &bits, &columns);
    pdf_scan_exact(s, "/Type/XObject/Subtype/Image/Width ");
    const uint32_t width = pdf_scan_uint(s, PHOTO_SIDE_MAX);
    pdf_scan_exact(s, "/Height ");
    const uint32_t height = pdf_scan_uint(s, PHOTO_SIDE_MAX);
    pdf_scan_exact(s, "/BitsPerComponent %u/ColorSpace/", bits);
    const bool grey = pdf_scan_try(s, "DeviceGray");
    if (!grey)
        pdf_scan_exact(s, "DeviceRGB");
    if (!jpeg && (columns != width || colours != (grey ? 1u : 3u)))
        pdf_scan_fail(s, s->pos);
    r->copy.photo = (struct photo){ .jpeg = jpeg,
                                    .grey = grey,
                                    .bits = (uint8_t)bits,
                                    .width = width,
                                    .height = height,
                                    .bytes = copy_stream_end(r, len) };
    if (len == 0)
        pdf_scan_fail(s, s->pos);
}

/* --- attachments --- */

struct attachment {
    uint32_t number;
    const char *name, *relation, *type;
};

static bool in_description(uint8_t c)
{
    return c >= 0x20 && c < 0x7f && c != '(' && c != ')' && c != '\\';
}

static struct span read_attachment(struct copy_reading *r, const struct attachment *a, bool there)
{
    struct pdf_scan *const s = &r->s;
    if (!there) {
        copy_null(r, a->number);
        copy_null(r, a->number + 1);
        return (struct span){ 0 };
    }
    copy_begin(r, a->number, "an attachment");
    pdf_scan_exact(s,
                   "<</Type/Filespec/F(%s)/UF(%s)/AFRelationship/%s/EF<</F %u 0 R/UF %u 0 R>>"
                   "/Desc(",
                   a->name, a->name, a->relation, a->number + 1, a->number + 1);
    (void)pdf_scan_run(s, in_description, 1, DESCRIPTION_MAX);
    pdf_scan_exact(s, ")>>");
    copy_end(r);

    const uint32_t len = copy_stream_begin(r, a->number + 1, "an attachment");
    pdf_scan_exact(s, "/Type/EmbeddedFile/Subtype/%s/Params<</Size %u/ModDate", a->type, len);
    take_date(r);
    pdf_scan_exact(s, ">>");
    if (len == 0)
        pdf_scan_fail(s, s->pos);
    return copy_stream_end(r, len);
}

/* --- signature --- */

static void read_byte_range(struct copy_reading *r, size_t from, size_t behind)
{
    struct pdf_scan *const s = &r->s;
    pdf_scan_exact(s, "/ByteRange[");
    const size_t at = s->pos;
    pdf_scan_exact(s, "0 %zu %zu %zu]", from, behind, s->in.len - behind);
    while (!s->failed && s->pos - at < BYTE_RANGE_LEN)
        pdf_scan_exact(s, " ");
}

static void read_signature(struct copy_reading *r)
{
    struct pdf_scan *const s = &r->s;
    copy_begin(r, COPY_SIGNATURE, "the signature");
    pdf_scan_exact(s, "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M");
    take_date(r);
    pdf_scan_exact(s, "/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type"
                      "/TransformParams/P 1/V/1.2>>>>]/Contents");
    const size_t from = s->pos;
    pdf_scan_exact(s, "<");
    const struct span digits = pdf_scan_hex(s, 2, (size_t)2 * PDF_SIGNATURE_ROOM_MAX);
    pdf_scan_exact(s, ">");
    const size_t behind = s->pos;
    if (digits.len % 2 != 0 || !pdf_signature_room_valid(digits.len / 2))
        pdf_scan_fail(s, from);
    read_byte_range(r, from, behind);
    pdf_scan_exact(s, ">>");
    copy_end(r);
    if (s->failed)
        return;
    r->copy.contents = digits;
    r->copy.before = span_of(s->in.ptr, from);
    r->copy.behind = span_of(s->in.ptr + behind, s->in.len - behind);
}

static void read_widget_and_signature(struct copy_reading *r)
{
    if (!r->has_signature) {
        copy_null(r, COPY_WIDGET);
        copy_null(r, COPY_SIGNATURE);
        return;
    }
    copy_begin(r, COPY_WIDGET, "the signature's field");
    pdf_scan_exact(&r->s,
                   "<</Type/Annot/Subtype/Widget/FT/Sig/T(signature)/F 132/Rect[0 0 0 0]/P %d 0 R"
                   "/V %d 0 R>>",
                   COPY_PAGE, COPY_SIGNATURE);
    copy_end(r);
    read_signature(r);
}

void copy_own_read(struct copy_reading *r)
{
    static const struct attachment token = { COPY_TOKEN, "certificate.cbor", "Data",
                                             "application#2fcose" };
    static const struct attachment proof = { COPY_PROOF, "certificate.tlog-proof", "Supplement",
                                             "text#2fplain" };
    read_catalog(r);
    read_page(r);
    read_info(r);
    read_xmp_and_content(r);
    read_photo(r);
    copy_fonts_read(r, true);
    r->copy.token = read_attachment(r, &token, r->has_token);
    r->copy.proof = read_attachment(r, &proof, r->has_proof);
    read_widget_and_signature(r);
}
