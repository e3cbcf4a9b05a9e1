#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/crypto/hash.h"
#include "layouts/pdf_own.h"

#define BYTE_RANGE_LEN 33          /* between '[' and what follows the dictionary's last entry */
#define ID_LEN         16          /* bytes */
#define GROWTH         (48u << 10) /* what a certificate's own part takes, without its pictures */

static void free_work(struct pdf_work **w)
{
    if (!*w)
        return;
    buf_free(&(*w)->content);
    buf_free(&(*w)->said);
    free(*w);
}

static bool has_attachment(const struct pdf_work *w)
{
    return w->fields->token.len > 0 || w->fields->proof.len > 0;
}

static void put_catalog(struct pdf_work *w)
{
    struct buf *const to = w->out.to;
    const bool token = w->fields->token.len > 0, proof = w->fields->proof.len > 0;
    pdf_begin(&w->out, PDF_CATALOG);
    buf_put_span(to, buf_span(&w->layout->catalog));
    if (token || proof) {
        buf_printf(to, "/AF[%s%s%s]/Names<</EmbeddedFiles<</Names[%s%s]>>>>", token ? "31 0 R" : "",
                   token && proof ? " " : "", proof ? "33 0 R" : "",
                   token ? "(certificate.cbor)31 0 R" : "",
                   proof ? "(certificate.tlog-proof)33 0 R" : "");
    }
    if (w->fields->room != PDF_ROOM_NONE)
        buf_put_text(to, "/AcroForm<</Fields[35 0 R]/SigFlags 3>>/Perms<</DocMDP 36 0 R>>");
    buf_put_text(to, ">>");
    pdf_end(&w->out);
}

static void put_page(struct pdf_work *w)
{
    struct buf *const to = w->out.to;
    pdf_begin(&w->out, PDF_PAGE);
    buf_printf(to, "<</Type/Page/Parent %d 0 R/MediaBox[0 0 ", PDF_PAGES);
    pdf_put_mpt(to, w->layout->layout.width);
    buf_put_u8(to, ' ');
    pdf_put_mpt(to, w->layout->layout.height);
    buf_printf(to, "]/Contents[%d 0 R %d 0 R]/StructParents 0/Tabs/S/Resources<</Font<<",
               PDF_FIXED_CONTENT, PDF_CONTENT);
    buf_put_span(to, buf_span(&w->layout->resources));
    pdf_put_font_names(to, 'G', PDF_OWN_FONT, &w->own);
    buf_put_text(to, ">>");
    if (w->has_photo || w->layout->seal)
        buf_printf(to, "/XObject<<%s%s>>", w->has_photo ? "/Photo 6 0 R" : "",
                   w->layout->seal ? "/Seal 64 0 R" : "");
    buf_put_text(to, w->fields->room != PDF_ROOM_NONE ? ">>/Annots[35 0 R]>>" : ">>>>");
    pdf_end(&w->out);
}

static void put_info(struct pdf_work *w)
{
    struct buf *const to = w->out.to;
    pdf_begin(&w->out, PDF_INFO);
    buf_put_text(to, "<</Title");
    buf_put_span(to, buf_span(&w->layout->title));
    buf_put_text(to, "/Creator(sitecert)/Producer(sitecert)/CreationDate");
    pdf_put_date(to, w->fields->made_s);
    buf_put_text(to, "/ModDate");
    pdf_put_date(to, w->fields->made_s);
    buf_put_text(to, ">>");
    pdf_end(&w->out);
}

struct attachment {
    unsigned spec; /* object; the stream is the next one */
    const char *name, *relation, *type, *description;
};

static void put_attachment(struct pdf_work *w, const struct attachment *a, struct span bytes)
{
    struct buf *const to = w->out.to;
    if (bytes.len == 0) {
        pdf_put_null(&w->out, a->spec);
        pdf_put_null(&w->out, a->spec + 1);
        return;
    }
    pdf_begin(&w->out, a->spec);
    buf_printf(to,
               "<</Type/Filespec/F(%s)/UF(%s)/AFRelationship/%s/EF<</F %u 0 R/UF %u 0 R>>/Desc(%s)"
               ">>",
               a->name, a->name, a->relation, a->spec + 1, a->spec + 1, a->description);
    pdf_end(&w->out);
    pdf_begin(&w->out, a->spec + 1);
    buf_printf(to, "<</Length %zu/Type/EmbeddedFile/Subtype/%s/Params<</Size %zu/ModDate",
               bytes.len, a->type, bytes.len);
    pdf_put_date(to, w->fields->made_s);
    buf_put_text(to, ">>>>\nstream\n");
    buf_put_span(to, bytes);
    buf_put_text(to, "\nendstream");
    pdf_end(&w->out);
}

static void put_attachments(struct pdf_work *w)
{
    static const struct attachment token = { PDF_TOKEN_SPEC, "certificate.cbor", "Data",
                                             "application#2fcose",
                                             "The signed certificate, as in the QR code" };
    static const struct attachment proof = { PDF_PROOF_SPEC, "certificate.tlog-proof", "Supplement",
                                             "text#2fplain",
                                             "Proof that it stands in the public log" };
    put_attachment(w, &token, w->fields->token);
    put_attachment(w, &proof, w->fields->proof);
}

static void put_zeros(struct buf *to, size_t count)
{
    uint8_t *zeros = buf_reserve(to, count);
    if (!zeros)
        return;
    memset(zeros, '0', count);
    to->len += count;
}

static void put_signature(struct pdf_work *w, struct pdf_signature_place *place,
                          size_t *ret_range_at)
{
    struct buf *const to = w->out.to;
    if (w->fields->room == PDF_ROOM_NONE) {
        pdf_put_null(&w->out, PDF_WIDGET);
        pdf_put_null(&w->out, PDF_SIGNATURE);
        return;
    }
    pdf_begin(&w->out, PDF_WIDGET);
    buf_put_text(to, "<</Type/Annot/Subtype/Widget/FT/Sig/T(signature)/F 132/Rect[0 0 0 0]/P 2 0 R"
                     "/V 36 0 R>>");
    pdf_end(&w->out);
    pdf_begin(&w->out, PDF_SIGNATURE);
    buf_put_text(to, "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M");
    pdf_put_date(to, w->fields->made_s);
    buf_put_text(to, "/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type"
                     "/TransformParams/P 1/V/1.2>>>>]/Contents<");
    place->room = w->fields->room;
    place->contents = to->len - w->out.start;
    place->first_len = place->contents - 1;
    put_zeros(to, 2 * w->fields->room);
    place->second = to->len - w->out.start + 1;
    buf_put_text(to, ">/ByteRange[");
    *ret_range_at = to->len;
    for (int i = 0; i < BYTE_RANGE_LEN; i++)
        buf_put_u8(to, ' ');
    buf_put_text(to, ">>");
    pdf_end(&w->out);
}

static void fill_byte_range(struct pdf_work *w, struct pdf_signature_place *place, size_t range_at)
{
    struct buf *const to = w->out.to;
    char text[BYTE_RANGE_LEN + 1];
    if (w->fields->room == PDF_ROOM_NONE || !buf_ok(to))
        return;
    place->second_len = to->len - w->out.start - place->second;
    const int len = snprintf(text, sizeof text, "0 %zu %zu %zu]", place->first_len, place->second,
                             place->second_len);
    assert(len > 0 && len <= BYTE_RANGE_LEN);
    memcpy(to->ptr + range_at, text, (size_t)len);
}

static void put_end(struct pdf_work *w)
{
    struct buf *const to = w->out.to;
    const size_t xref = to->len - w->out.start;
    uint8_t id[SHA256_LEN];
    char hex[2 * ID_LEN + 1];
    sha256_2(span_of(w->layout->digest, sizeof w->layout->digest), buf_span(&w->said), id);
    hex_encode(id, ID_LEN, hex);

    buf_printf(to, "xref\n0 %u\n0000000000 65535 f \n", w->layout->size);
    pdf_put_xref_lines(to, w->out.offset, 1, PDF_FIXED_FIRST);
    buf_put_span(to, buf_span(&w->layout->xref));
    buf_printf(to,
               "trailer\n<</Size %u/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]>>\nstartxref\n%zu\n%%%%EOF"
               "\n",
               w->layout->size, PDF_CATALOG, PDF_INFO, hex, hex, xref);
}

static enum rc put_file(struct pdf_work *w, struct pdf_signature_place *place, struct diag *d)
{
    struct buf *const to = w->out.to;
    size_t range_at = 0;
    if (!buf_reserve(to,
                     w->layout->bytes.len + w->fields->photo.len + 2 * w->fields->room + GROWTH))
        return buf_rc(to, d);
    buf_put_span(to, buf_span(&w->layout->bytes));
    if (!has_attachment(w) && w->fields->room == PDF_ROOM_NONE)
        to->ptr[w->out.start + 7] = '4'; /* %PDF-1.4 */

    put_catalog(w);
    put_page(w);
    put_info(w);
    pdf_own_xmp(w);
    pdf_put_stream(&w->out, PDF_CONTENT, "", buf_span(&w->content));
    if (w->has_photo)
        pdf_photo_put(&w->out, PDF_PHOTO, &w->photo);
    else
        pdf_put_null(&w->out, PDF_PHOTO);
    const enum rc rc = pdf_put_fonts(&w->out, PDF_OWN_FONT, w->fonts, &w->own, false, d);
    if (rc != RC_OK)
        return rc;
    put_attachments(w);
    put_signature(w, place, &range_at);
    put_end(w);
    fill_byte_range(w, place, range_at);
    return buf_rc(to, d);
}

static enum rc render(struct pdf_work *w, struct pdf_signature_place *place, struct diag *d)
{
    enum rc rc = RC_OK;
    w->has_photo = w->fields->photo.len > 0;
    if (w->has_photo)
        rc = photo_read(w->fields->photo, &w->photo, d);
    if (rc == RC_OK)
        rc = pdf_own_content(w, d);
    return rc == RC_OK ? put_file(w, place, d) : rc;
}

enum rc pdf_render(const struct pdf_layout *layout, const struct pdf_font_set *fonts,
                   const struct pdf_fields *fields, struct buf *to, struct pdf_signature_place *ret,
                   struct diag *d)
{
    assert(layout && fonts && fields && to && ret);
    assert(fields->room == PDF_ROOM_NONE || fields->room == PDF_ROOM_BASIC ||
           fields->room == PDF_ROOM_TIMED);

    ON_EXIT(free_work) struct pdf_work *w = malloc(sizeof *w);
    if (!w)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a PDF");
    w->layout = layout;
    w->fonts = fonts;
    w->fields = fields;
    w->out.to = to;
    w->out.start = to->len;
    w->content = w->said = (struct buf){ 0 };
    pdf_chars_init(&w->own, false);

    const size_t before = to->len;
    struct pdf_signature_place place = { .fixed_len = layout->bytes.len };
    const enum rc rc = render(w, &place, d);
    if (rc == RC_OK)
        *ret = place;
    else
        to->len = before;
    return rc;
}
