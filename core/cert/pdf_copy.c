#include "core/cert/pdf_copy.h"

#include <assert.h>
#include <stdlib.h>

#include "core/cert/pdf_copy_parts.h"

/* Bytes of a line "<0001><5f20>" with its end: what a character costs at least. */
#define BFCHAR_LEN_MIN 14u
#define CHARACTERS     0x110000u
#define ID_DIGITS      32u

/* --- objects --- */

void copy_begin(struct copy_reading *r, uint32_t number, const char *part)
{
    assert(number < COPY_OBJECTS_MAX);
    r->s.part = part;
    r->offset[number] = r->s.pos;
    pdf_scan_exact(&r->s, "%u 0 obj\n", number);
}

void copy_end(struct copy_reading *r)
{
    pdf_scan_exact(&r->s, "\nendobj\n");
}

void copy_null(struct copy_reading *r, uint32_t number)
{
    copy_begin(r, number, "an object that is not needed");
    pdf_scan_exact(&r->s, "null");
    copy_end(r);
}

bool copy_is_null(const struct copy_reading *r, uint32_t number)
{
    struct pdf_scan ahead = r->s;
    ahead.d = NULL;
    pdf_scan_exact(&ahead, "%u 0 obj\nnull\n", number);
    return !ahead.failed;
}

uint32_t copy_stream_begin(struct copy_reading *r, uint32_t number, const char *part)
{
    copy_begin(r, number, part);
    pdf_scan_exact(&r->s, "<</Length ");
    return pdf_scan_uint(&r->s, PDF_COPY_MAX);
}

struct span copy_stream_end(struct copy_reading *r, uint32_t len)
{
    pdf_scan_exact(&r->s, ">>\nstream\n");
    const struct span bytes = pdf_scan_take(&r->s, len);
    pdf_scan_exact(&r->s, "\nendstream");
    copy_end(r);
    return bytes;
}

/* --- the file --- */

static void read_header(struct copy_reading *r)
{
    r->s.part = "the header";
    r->plain = pdf_scan_try(&r->s, "%PDF-1.4\n");
    if (!r->plain)
        pdf_scan_exact(&r->s, "%%PDF-1.7\n");
    pdf_scan_exact(&r->s, "%%\xe2\xe3\xcf\xd3\n");
}

/* Every byte behind the last object follows from what stands before it, but for /ID. */
static void read_end(struct copy_reading *r)
{
    struct pdf_scan *const s = &r->s;
    const size_t xref = s->pos;
    s->part = "the cross-reference table";
    pdf_scan_exact(s, "xref\n0 %u\n0000000000 65535 f \n", r->size);
    for (uint32_t i = 1; i < r->size && !s->failed; i++)
        pdf_scan_exact(s, "%010zu 00000 n \n", r->offset[i]);

    s->part = "the trailer";
    pdf_scan_exact(s, "trailer\n<</Size %u/Root %d 0 R/Info %d 0 R/ID[<", r->size, COPY_CATALOG,
                   COPY_INFO);
    const struct span id = pdf_scan_hex(s, ID_DIGITS, ID_DIGITS);
    pdf_scan_exact(s, "><%.*s>]>>\nstartxref\n%zu\n%%%%EOF\n", (int)id.len,
                   id.ptr ? (const char *)id.ptr : "", xref);
    if (s->pos != s->in.len)
        pdf_scan_fail(s, s->pos);
}

static void reading_free(struct copy_reading *r)
{
    pdf_copy_free(&r->copy);
    free(r->characters);
    free(r->seen);
}

enum rc pdf_copy_read(struct span file, struct pdf_copy *ret, struct diag *d)
{
    assert(ret);

    if (file.len > PDF_COPY_MAX)
        return diag_set(d, RC_LIMIT, PDF_COPY_MAX, "not a PDF of ours: over %u bytes",
                        PDF_COPY_MAX);
    ON_EXIT(reading_free) struct copy_reading r = { .s = { .in = file, .d = d } };
    r.characters = calloc(file.len / BFCHAR_LEN_MIN + 1, sizeof *r.characters);
    r.seen = calloc(CHARACTERS / 32, sizeof *r.seen);
    if (!r.characters || !r.seen)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a PDF of %zu bytes", file.len);

    read_header(&r);
    copy_fixed_read(&r);
    copy_own_read(&r);
    read_end(&r);
    if (r.s.failed)
        return RC_FORMAT;
    const enum rc rc = copy_fields_read(&r, d);
    if (rc != RC_OK)
        return rc;

    *ret = r.copy;
    r.copy = (struct pdf_copy){ 0 };
    return RC_OK;
}

void pdf_copy_free(struct pdf_copy *copy)
{
    buf_free(&copy->texts);
    *copy = (struct pdf_copy){ 0 };
}

struct span pdf_copy_text(const struct pdf_copy *copy, const struct pdf_copy_field *field)
{
    assert(field->at + field->len <= copy->texts.len);
    if (field->len == 0)
        return (struct span){ 0 };
    return span_of(copy->texts.ptr + field->at, field->len);
}
