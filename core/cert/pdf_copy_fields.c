/* The fields' content stream and what it says: docs/pdf.md section 5. */
#include "core/cert/pdf_copy_parts.h"

#define MODULES_MAX 177u /* ISO/IEC 18004: the side of a QR code */

struct fields {
    struct copy_reading *r;
    struct pdf_scan *s;
    const struct copy_font *font; /* of the text that is being read */
    bool photo_drawn;
};

static bool in_field_name(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
}

static void numbers(struct pdf_scan *s, unsigned count, const char *operator)
{
    for (unsigned i = 0; i < count; i++) {
        pdf_scan_number(s);
        pdf_scan_exact(s, i + 1 < count ? " " : "%s", operator);
    }
}

/* RFC 3629 */
static void put_utf8(struct buf *to, uint32_t c)
{
    if (c < 0x80) {
        buf_put_u8(to, (uint8_t)c);
        return;
    }
    if (c < 0x800) {
        buf_put_u8(to, (uint8_t)(0xc0 | c >> 6));
    } else {
        if (c < 0x10000) {
            buf_put_u8(to, (uint8_t)(0xe0 | c >> 12));
        } else {
            buf_put_u8(to, (uint8_t)(0xf0 | c >> 18));
            buf_put_u8(to, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
        }
        buf_put_u8(to, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
    }
    buf_put_u8(to, (uint8_t)(0x80 | (c & 0x3f)));
}

static void read_font(struct fields *f)
{
    struct pdf_scan *const s = f->s;
    const size_t at = s->pos;
    const bool own = pdf_scan_try(s, "G");
    if (!own)
        pdf_scan_exact(s, "F");
    const uint32_t face = pdf_scan_uint(s, COPY_FACES - 1);
    f->font = &f->r->fonts[own ? COPY_FACES + face : face];
    if (!f->font->used)
        pdf_scan_fail(s, at);
    pdf_scan_exact(s, " ");
    numbers(s, 1, " Tf\n");
    if (pdf_scan_at_number(s) && !pdf_scan_peek(s, "1 0 0 1 ") && !pdf_scan_peek(s, "0 T"))
        numbers(s, 1, " Tc\n");
}

static void read_string(struct fields *f)
{
    struct pdf_scan *const s = f->s;
    do {
        const size_t at = s->pos;
        const uint32_t cid = pdf_scan_hex16(s);
        if (!f->font || cid == 0 || cid > f->font->count)
            pdf_scan_fail(s, at);
        if (!s->failed)
            put_utf8(&f->r->copy.texts, f->r->characters[f->font->first + cid - 1]);
    } while (!s->failed && !pdf_scan_try(s, "> Tj\n"));
}

static void read_text(struct fields *f)
{
    struct pdf_scan *const s = f->s;
    f->font = NULL;
    numbers(s, 3, " rg\n");
    const bool bold =
        pdf_scan_at_number(s) && !pdf_scan_peek(s, "1 0 0 1 ") && !pdf_scan_peek(s, "0 T");
    if (bold) {
        numbers(s, 3, " RG\n");
        numbers(s, 1, " w 2 Tr\n");
    }
    for (;;) {
        if (pdf_scan_try(s, "/"))
            read_font(f);
        else if (pdf_scan_try(s, "1 0 0 1 "))
            numbers(s, 2, " Tm\n");
        else if (pdf_scan_try(s, "<"))
            read_string(f);
        else
            break;
    }
    (void)pdf_scan_try(s, "0 Tc\n");
    pdf_scan_exact(s, bold ? "0 Tr\nET\n" : "ET\n");
}

static void read_photo(struct fields *f)
{
    numbers(f->s, 1, " 0 0 ");
    numbers(f->s, 3, " cm /Photo Do Q\n");
    f->photo_drawn = true;
}

static void read_qr(struct fields *f)
{
    numbers(f->s, 1, " 0 0 -");
    numbers(f->s, 3, " cm\n");
    while (!f->s->failed && !pdf_scan_try(f->s, "f Q\n")) {
        for (unsigned i = 0; i < 4; i++) {
            (void)pdf_scan_uint(f->s, MODULES_MAX);
            pdf_scan_exact(f->s, i < 3 ? " " : " re\n");
        }
    }
}

static void read_shown(struct fields *f, struct pdf_copy_field *field)
{
    if (pdf_scan_try(f->s, "BT\n")) {
        read_text(f);
    } else if (span_equal(field->name, SPAN_LITERAL("qr")) && pdf_scan_try(f->s, "q 0 g ")) {
        field->shows = PDF_SHOWS_QR;
        read_qr(f);
    } else if (span_equal(field->name, SPAN_LITERAL("photo")) && pdf_scan_try(f->s, "q ")) {
        field->shows = PDF_SHOWS_PHOTO;
        read_photo(f);
    }
}

static bool is_named(const struct pdf_copy *copy, struct span name)
{
    for (size_t i = 0; i < copy->field_count; i++)
        if (span_equal(copy->fields[i].name, name))
            return true;
    return false;
}

/* *mcid: the lowest that may come, then the one behind this field's. */
static void read_field(struct fields *f, uint32_t *mcid)
{
    struct pdf_scan *const s = f->s;
    struct pdf_copy *const copy = &f->r->copy;
    struct pdf_copy_field field = { .at = copy->texts.len };
    size_t at = s->pos;
    const uint32_t own = pdf_scan_uint(s, f->r->mcids - 1);
    if (own < *mcid || f->r->roles[own] == COPY_ROLE_LABEL)
        pdf_scan_fail(s, at);
    *mcid = own + 1;
    pdf_scan_exact(s, "/Name(");
    at = s->pos;
    field.name = pdf_scan_run(s, in_field_name, 1, PDF_COPY_NAME_MAX);
    if (is_named(copy, field.name))
        pdf_scan_fail(s, at);
    pdf_scan_exact(s, ")>> BDC\n");
    read_shown(f, &field);
    pdf_scan_exact(s, "EMC\n");
    field.len = copy->texts.len - field.at;
    if (!s->failed)
        copy->fields[copy->field_count++] = field; /* MCIDs ascend: there is room */
}

enum rc copy_fields_read(struct copy_reading *r, struct diag *d)
{
    const size_t end = (size_t)(r->content.ptr - r->s.in.ptr) + r->content.len;
    size_t elements = 0;
    for (uint32_t i = 0; i < r->mcids; i++)
        elements += r->roles[i] != COPY_ROLE_LABEL;

    struct pdf_scan s = r->s;
    struct fields f = { .r = r, .s = &s };
    s.pos = end - r->content.len;
    s.part = "the fields' content";
    uint32_t mcid = 0;
    while (!s.failed && s.pos < end) {
        pdf_scan_exact(&s, "/Field <</MCID ");
        read_field(&f, &mcid);
    }
    if (s.pos != end || r->copy.field_count != elements || f.photo_drawn != r->has_photo)
        pdf_scan_fail(&s, s.pos);
    return s.failed ? RC_FORMAT : buf_rc(&r->copy.texts, d);
}
