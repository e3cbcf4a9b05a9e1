#include "layouts/pdf_own.h"

#include "core/base/utf8.h"

static const struct pdf_field *find_field(const struct pdf_fields *fields, const char *name,
                                          size_t *near)
{
    /* Callers mostly name fields in the layout's order: look on from the last one. */
    for (size_t i = 0; i < fields->count; i++) {
        const struct pdf_field *field = &fields->field[(*near + i) % fields->count];
        if (strcmp(field->name, name) == 0) {
            *near = (size_t)(field - fields->field) + 1;
            return field->value.len > 0 ? field : NULL;
        }
    }
    return NULL;
}

static void put_said(struct pdf_work *w, struct span bytes)
{
    buf_put_be64(&w->said, bytes.len);
    buf_put_span(&w->said, bytes);
}

static enum rc put_text(struct pdf_work *w, const struct layout_item *item, struct span value,
                        struct diag *d)
{
    struct pdf_text text;
    enum rc rc = pdf_text_read(&text, value, w->fonts, w->layout->fixed, &w->own, d);
    if (rc == RC_OK)
        rc = pdf_text_fit(&text, &item->style, item->width, item->height, d);
    if (rc == RC_OK && text.count > 0)
        pdf_text_put(&w->content, &text, item, w->layout->layout.height);
    return rc;
}

static enum rc put_field(struct pdf_work *w, const struct layout_item *item, size_t *near,
                         struct diag *d)
{
    const struct pdf_field *field = find_field(w->fields, item->field, near);
    if (!field && !item->absent)
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "field \"%s\" is not given", item->field);
    const struct span value = field ? field->value : span_text(item->absent);

    struct diag why = DIAG_INIT;
    enum rc rc = RC_OK;
    if (!utf8_well_formed(value) || utf8_has_control(value))
        rc = diag_set(&why, RC_FORMAT, DIAG_NO_OFFSET, "not UTF-8, or a control character in it");
    if (rc == RC_OK)
        rc = put_text(w, item, value, &why);
    if (rc != RC_OK)
        return diag_set(d, rc, DIAG_NO_OFFSET, "field \"%s\": %s", item->field, why.text);
    put_said(w, value);
    return RC_OK;
}

/* As large as its box allows, in the middle, in its own proportions. */
static void put_photo(struct pdf_work *w, const struct layout_item *item)
{
    const int64_t wide = (int64_t)item->width * w->photo.height;
    const int64_t high = (int64_t)item->height * w->photo.width;
    const int32_t width = wide <= high ? item->width : (int32_t)(high / w->photo.height);
    const int32_t height = wide <= high ? (int32_t)(wide / w->photo.width) : item->height;
    const int32_t at[4] = { width, height, item->x + (item->width - width) / 2,
                            w->layout->layout.height - item->y - (item->height + height) / 2 };

    buf_put_text(&w->content, "q ");
    pdf_put_mpt(&w->content, at[0]);
    buf_put_text(&w->content, " 0 0 ");
    for (int i = 1; i < 4; i++) {
        pdf_put_mpt(&w->content, at[i]);
        buf_put_u8(&w->content, ' ');
    }
    buf_put_text(&w->content, "cm /Photo Do Q\n");
}

static enum rc put_slot(struct pdf_work *w, const struct layout_item *item, size_t *near,
                        struct diag *d)
{
    if (item->kind == LAYOUT_FIELD)
        return put_field(w, item, near, d);
    if (item->kind == LAYOUT_QR)
        return w->fields->qr
                   ? pdf_qr_put(&w->content, w->fields->qr, item, w->layout->layout.height, d)
                   : RC_OK;
    if (w->has_photo) {
        put_photo(w, item);
        return RC_OK;
    }
    return put_text(w, item, span_text(item->absent), d);
}

enum rc pdf_own_content(struct pdf_work *w, struct diag *d)
{
    size_t near = 0;
    for (size_t i = 0; i < w->layout->slots; i++) {
        const struct pdf_slot *slot = &w->layout->slot[i];
        buf_put_text(&w->content, slot->begin);
        const enum rc rc = put_slot(w, slot->item, &near, d);
        if (rc != RC_OK)
            return rc;
        buf_put(&w->content, "EMC\n", 4);
    }
    put_said(w, w->fields->token);
    put_said(w, w->fields->proof);
    buf_put_be64(&w->said, (uint64_t)w->fields->made_s);
    const enum rc rc = buf_rc(&w->said, d);
    return rc == RC_OK ? buf_rc(&w->content, d) : rc;
}

/* ISO 16684-1; ISO 19005-1 6.7, ISO 19005-3 6.6. Title and dates equal object 3's. */
void pdf_own_xmp(struct pdf_work *w)
{
    const bool attached = w->fields->token.len > 0 || w->fields->proof.len > 0;
    struct buf *const to = w->out.to;
    static const char head[] =
        "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF "
        "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
        "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
        "xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" "
        "xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">";
    static const char tail[] = "</xmp:ModifyDate></rdf:Description></rdf:RDF></x:xmpmeta>\n"
                               "<?xpacket end=\"w\"?>";
    struct buf packet = { 0 };
    buf_put(&packet, head, sizeof head - 1);
    buf_put_span(&packet, buf_span(&w->layout->xmp));
    buf_put_text(&packet, attached ? "<pdfaid:part>3" : "<pdfaid:part>1");
    buf_put_text(&packet, "</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance><pdf:Producer>"
                          "sitecert</pdf:Producer><xmp:CreatorTool>sitecert</xmp:CreatorTool>"
                          "<xmp:CreateDate>");
    pdf_put_iso_time(&packet, w->fields->made_s);
    buf_put_text(&packet, "</xmp:CreateDate><xmp:ModifyDate>");
    pdf_put_iso_time(&packet, w->fields->made_s);
    buf_put(&packet, tail, sizeof tail - 1);
    pdf_put_stream(&w->out, PDF_XMP, "/Type/Metadata/Subtype/XML", buf_span(&packet));
    if (!buf_ok(&packet))
        to->failed = true;
    buf_free(&packet);
}
