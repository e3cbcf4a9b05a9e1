#include "layouts/pdf_layout.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/crypto/hash.h"
#include "layouts/layout_draw.h"
#include "layouts/pdf_photo.h"
#include "layouts/pdf_structure.h"

/* What happened in an item, with the line on which it stands. */
static enum rc place_complaint(enum rc rc, const struct layout_item *item, const struct diag *why,
                               struct diag *d)
{
    return diag_set(d, rc, DIAG_NO_OFFSET, "line %u: %s", item->line, why->text);
}

static bool is_drawn(const struct layout_item *item, const struct pdf_layout_options *options)
{
    return !item->demo || options->demo;
}

static void put_mark(struct buf *to, const struct layout_item *item)
{
    if (item->mcid < 0)
        buf_put_text(to, "/Artifact BMC\n");
    else
        buf_printf(to, "/%s <</MCID %d>> BDC\n", item->tag == LAYOUT_H1 ? "H1" : "P", item->mcid);
}

static enum rc put_fixed_text(struct pdf_layout *l, const struct pdf_font_set *fonts,
                              const struct layout_item *item, struct buf *to, struct diag *d)
{
    struct pdf_text text;
    struct diag why = DIAG_INIT;
    enum rc rc = pdf_text_read(&text, span_text(item->text), fonts, l->fixed, NULL, &why);
    if (rc == RC_OK && item->kind == LAYOUT_ARC)
        text.size = item->style.size;
    else if (rc == RC_OK)
        rc = pdf_text_fit(&text, &item->style, item->width, item->height, &why);
    if (rc != RC_OK)
        return place_complaint(rc, item, &why, d);

    put_mark(to, item);
    if (item->kind == LAYOUT_ARC)
        pdf_arc_put(to, &text, item, l->layout.height);
    else
        pdf_text_put(to, &text, item, l->layout.height);
    buf_put_text(to, "EMC\n");
    return RC_OK;
}

static void put_seal(struct pdf_layout *l, const struct layout_item *item, struct buf *to)
{
    buf_put_text(to, "/Artifact BMC\nq ");
    pdf_put_colour(to, item->fill, "rg");
    const int32_t matrix[6] = { item->width,  0,       0,
                                item->height, item->x, l->layout.height - item->y - item->height };
    for (int i = 0; i < 6; i++) {
        pdf_put_mpt(to, matrix[i]);
        buf_put_u8(to, ' ');
    }
    buf_put_text(to, "cm /Seal Do Q\nEMC\n");
}

/* The item as operators of our own; nothing for what libharu draws. */
static enum rc put_own_operators(struct pdf_layout *l, const struct pdf_font_set *fonts,
                                 const struct layout_item *item, struct buf *to, struct diag *d)
{
    if (item->kind == LAYOUT_TEXT || item->kind == LAYOUT_ARC)
        return put_fixed_text(l, fonts, item, to, d);
    if (item->kind == LAYOUT_SEAL && l->seal)
        put_seal(l, item, to);
    return RC_OK;
}

static enum rc draw_items(struct pdf_layout *l, const struct pdf_font_set *fonts,
                          const struct pdf_layout_options *options, struct buf *to, struct diag *d)
{
    ON_EXIT(layout_canvas_free_at) struct layout_canvas *canvas = NULL;
    enum rc rc = layout_canvas_new(l->layout.width, l->layout.height, &canvas, d);
    for (size_t i = 0; i < l->layout.count && rc == RC_OK; i++) {
        const struct layout_item *item = &l->layout.item[i];
        ON_EXIT(buf_free_at) struct buf operators = { 0 };
        if (!is_drawn(item, options))
            continue;
        layout_canvas_draw(canvas, item);
        rc = put_own_operators(l, fonts, item, &operators, d);
        if (rc == RC_OK)
            rc = buf_rc(&operators, d);
        if (rc == RC_OK && operators.len > 0)
            layout_canvas_put(canvas, buf_span(&operators));
    }
    return rc == RC_OK ? layout_canvas_take(canvas, to, d) : rc;
}

/* What most certificates say, so that their own fonts stay small. */
static enum rc add_common(struct pdf_layout *l, const struct pdf_font_set *fonts, struct diag *d)
{
    const struct span common = span_text(l->layout.common);
    for (size_t at = 0; at < common.len;) {
        const struct pdf_char *unused;
        const enum rc rc =
            pdf_chars_add(l->fixed, fonts, pdf_next_character(common, &at), &unused, d);
        if (rc != RC_OK)
            return rc;
    }
    for (size_t i = 0; i < l->layout.count; i++) {
        struct pdf_text text;
        struct diag why = DIAG_INIT;
        const struct layout_item *item = &l->layout.item[i];
        const enum rc rc =
            pdf_text_read(&text, span_text(item->absent), fonts, l->fixed, NULL, &why);
        if (rc != RC_OK)
            return place_complaint(rc, item, &why, d);
    }
    return RC_OK;
}

static const char *slot_name(const struct layout_item *item)
{
    return item->kind == LAYOUT_FIELD   ? item->field
           : item->kind == LAYOUT_PHOTO ? "photo"
           : item->kind == LAYOUT_QR    ? "qr"
                                        : NULL;
}

static enum rc find_slots(struct pdf_layout *l, struct diag *d)
{
    l->slot = calloc(l->layout.count, sizeof *l->slot);
    if (!l->slot)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a layout");
    for (size_t i = 0; i < l->layout.count; i++) {
        const struct layout_item *item = &l->layout.item[i];
        const char *name = slot_name(item);
        if (!name)
            continue;
        struct pdf_slot *slot = &l->slot[l->slots++];
        slot->item = item;
        snprintf(slot->begin, sizeof slot->begin, "/Field <</MCID %d/Name(%s)>> BDC\n", item->mcid,
                 name);
    }
    return RC_OK;
}

static enum rc put_fixed_objects(struct pdf_layout *l, const struct pdf_font_set *fonts,
                                 const struct pdf_layout_options *options, struct span content,
                                 struct diag *d)
{
    buf_put_text(&l->bytes, "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n");
    enum rc rc = pdf_put_fonts(&l->out, PDF_FIXED_FONT, fonts, l->fixed, true, d);
    if (rc != RC_OK)
        return rc;

    pdf_begin(&l->out, PDF_PAGES);
    buf_printf(&l->bytes, "<</Type/Pages/Count 1/Kids[%d 0 R]>>", PDF_PAGE);
    pdf_end(&l->out);
    rc = pdf_put_packed(&l->out, PDF_FIXED_CONTENT, "", content, d);
    if (rc == RC_OK)
        rc = pdf_put_packed(&l->out, PDF_PROFILE, "/N 3",
                            span_of(pdf_srgb_profile, pdf_srgb_profile_len), d);
    if (rc == RC_OK && l->seal)
        rc = pdf_stencil_put(&l->out, PDF_SEAL, options->seal, d);
    else if (rc == RC_OK)
        pdf_put_null(&l->out, PDF_SEAL);
    if (rc == RC_OK)
        pdf_put_structure(&l->out, &l->layout);
    return rc == RC_OK ? buf_rc(&l->bytes, d) : rc;
}

static void put_xmp_head(struct pdf_layout *l)
{
    const struct span title = span_text(l->layout.title);
    buf_put_text(&l->xmp, "<dc:format>application/pdf</dc:format><dc:title><rdf:Alt><rdf:li "
                          "xml:lang=\"x-default\">");
    pdf_put_xml(&l->xmp, title);
    buf_put_text(&l->xmp, "</rdf:li></rdf:Alt></dc:title><dc:language><rdf:Bag><rdf:li>");
    pdf_put_xml(&l->xmp, span_text(l->layout.lang));
    buf_put_text(&l->xmp, "</rdf:li></rdf:Bag></dc:language>");
    pdf_put_utf16_text(&l->title, title);
}

static void put_catalog_head(struct pdf_layout *l)
{
    buf_printf(&l->catalog,
               "<</Type/Catalog/Pages %d 0 R/Lang(%s)/MarkInfo<</Marked true>>/StructTreeRoot %d 0 "
               "R/Metadata %d 0 R/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1"
               "/OutputConditionIdentifier(sRGB)/Info(sRGB IEC61966-2.1)/DestOutputProfile %d 0 R"
               ">>]/ViewerPreferences<</DisplayDocTitle true>>",
               PDF_PAGES, l->layout.lang, PDF_STRUCT_ROOT, PDF_XMP, PDF_PROFILE);
}

/* What every certificate of the layout shares, as bytes. */
static enum rc prepare(struct pdf_layout *l, struct diag *d)
{
    l->size = PDF_ELEMENT + l->layout.mcids;
    pdf_put_xref_lines(&l->xref, l->out.offset, PDF_FIXED_FIRST, l->size);
    pdf_put_font_names(&l->resources, 'F', PDF_FIXED_FONT, l->fixed);
    put_catalog_head(l);
    put_xmp_head(l);
    sha256(buf_span(&l->bytes), l->digest);

    const struct buf *const made[] = { &l->xref, &l->resources, &l->catalog, &l->xmp, &l->title };
    enum rc rc = RC_OK;
    for (size_t i = 0; i < sizeof made / sizeof made[0] && rc == RC_OK; i++)
        rc = buf_rc(made[i], d);
    return rc;
}

enum rc pdf_layout_load(struct span text, const struct pdf_font_set *fonts,
                        const struct pdf_layout_options *options, struct pdf_layout **ret,
                        struct diag *d)
{
    assert(fonts && options && ret);

    ON_EXIT(buf_free_at) struct buf content = { 0 };
    ON_EXIT(pdf_layout_free_at) struct pdf_layout *l = calloc(1, sizeof *l);
    if (!l || !(l->fixed = malloc(sizeof *l->fixed)))
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a layout");
    pdf_chars_init(l->fixed, true);
    l->out.to = &l->bytes;
    l->seal = options->seal.len > 0;

    enum rc rc = layout_read(text, &l->layout, d);
    if (rc == RC_OK)
        rc = draw_items(l, fonts, options, &content, d);
    if (rc == RC_OK)
        rc = add_common(l, fonts, d);
    if (rc == RC_OK)
        rc = find_slots(l, d);
    if (rc == RC_OK)
        rc = put_fixed_objects(l, fonts, options, buf_span(&content), d);
    if (rc == RC_OK)
        rc = prepare(l, d);
    if (rc == RC_OK)
        *ret = TAKE(l);
    return rc;
}

void pdf_layout_free(struct pdf_layout *l)
{
    if (!l)
        return;
    layout_free(&l->layout);
    free(l->fixed);
    free(l->slot);
    buf_free(&l->bytes);
    buf_free(&l->xref);
    buf_free(&l->catalog);
    buf_free(&l->resources);
    buf_free(&l->title);
    buf_free(&l->xmp);
    free(l);
}

const char *pdf_layout_name(const struct pdf_layout *layout)
{
    return layout->layout.name;
}

bool pdf_layout_chinese(const struct pdf_layout *layout)
{
    return strncmp(layout->layout.lang, "zh", 2) == 0;
}

size_t pdf_layout_field_count(const struct pdf_layout *layout)
{
    return layout->slots;
}

const char *pdf_layout_field_name(const struct pdf_layout *layout, size_t i)
{
    assert(i < layout->slots);
    return slot_name(layout->slot[i].item);
}

struct span pdf_layout_fixed_bytes(const struct pdf_layout *layout)
{
    return buf_span(&layout->bytes);
}
